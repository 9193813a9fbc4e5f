/**
 * CreateDelegationToken (key 38): creates a delegation token.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const createDelegationToken = {
  key: 38,
  name: 'CreateDelegationToken',
  versions: [1, 3],
  flexible: 2,
  request: {
    ownerPrincipalType: 'string? 3+',
    ownerPrincipalName: 'string? 3+',
    renewers: struct('[]', {
      principalType: 'string',
      principalName: 'string',
    }),
    maxLifetimeMs: 'int64',
  },
  response: {
    errorCode: 'int16',
    principalType: 'string',
    principalName: 'string',
    tokenRequesterPrincipalType: 'string 3+',
    tokenRequesterPrincipalName: 'string 3+',
    issueTimestampMs: 'int64',
    expiryTimestampMs: 'int64',
    maxTimestampMs: 'int64',
    tokenId: 'string',
    hmac: 'bytes',
    throttleTimeMs: 'int32 = 0',
  },
} as const satisfies ApiSchema;

export type CreateDelegationTokenRequest = Decoded<typeof createDelegationToken.request>;
export type CreateDelegationTokenResponse = Encodable<typeof createDelegationToken.response>;
