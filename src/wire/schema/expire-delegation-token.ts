/**
 * ExpireDelegationToken (key 40): ends a delegation token.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const expireDelegationToken = {
  key: 40,
  name: 'ExpireDelegationToken',
  versions: [1, 2],
  flexible: 2,
  request: {
    hmac: 'bytes',
    expiryTimePeriodMs: 'int64',
  },
  response: {
    errorCode: 'int16',
    expiryTimestampMs: 'int64',
    throttleTimeMs: 'int32 = 0',
  },
} as const satisfies ApiSchema;

export type ExpireDelegationTokenRequest = Decoded<typeof expireDelegationToken.request>;
export type ExpireDelegationTokenResponse = Encodable<typeof expireDelegationToken.response>;
