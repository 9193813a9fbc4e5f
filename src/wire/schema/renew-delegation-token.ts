/**
 * RenewDelegationToken (key 39): prolongs a delegation token.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const renewDelegationToken = {
  key: 39,
  name: 'RenewDelegationToken',
  versions: [1, 2],
  flexible: 2,
  request: {
    hmac: 'bytes',
    renewPeriodMs: 'int64',
  },
  response: {
    errorCode: 'int16',
    expiryTimestampMs: 'int64',
    throttleTimeMs: 'int32 = 0',
  },
} as const satisfies ApiSchema;

export type RenewDelegationTokenRequest = Decoded<typeof renewDelegationToken.request>;
export type RenewDelegationTokenResponse = Encodable<typeof renewDelegationToken.response>;
