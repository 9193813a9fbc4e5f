/**
 * DescribeDelegationToken (key 41): shows delegation tokens.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeDelegationToken = {
  key: 41,
  name: 'DescribeDelegationToken',
  versions: [1, 3],
  flexible: 2,
  request: {
    owners: struct('[]?', {
      principalType: 'string',
      principalName: 'string',
    }),
  },
  response: {
    errorCode: 'int16',
    tokens: struct('[]', {
      principalType: 'string',
      principalName: 'string',
      tokenRequesterPrincipalType: 'string 3+',
      tokenRequesterPrincipalName: 'string 3+',
      issueTimestamp: 'int64',
      expiryTimestamp: 'int64',
      maxTimestamp: 'int64',
      tokenId: 'string',
      hmac: 'bytes',
      renewers: struct('[]', {
        principalType: 'string',
        principalName: 'string',
      }),
    }),
    throttleTimeMs: 'int32 = 0',
  },
} as const satisfies ApiSchema;

export type DescribeDelegationTokenRequest = Decoded<typeof describeDelegationToken.request>;
export type DescribeDelegationTokenResponse = Encodable<typeof describeDelegationToken.response>;
