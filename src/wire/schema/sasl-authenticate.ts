/**
 * SaslAuthenticate (key 36): carries the bytes of the chosen mechanism.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const saslAuthenticate = {
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexible: 2,
  request: {
    authBytes: 'bytes',
  },
  response: {
    errorCode: 'int16',
    errorMessage: 'string?',
    authBytes: 'bytes',
    sessionLifetimeMs: 'int64 1+ = 0',
  },
} as const satisfies ApiSchema;

export type SaslAuthenticateRequest = Decoded<typeof saslAuthenticate.request>;
export type SaslAuthenticateResponse = Encodable<typeof saslAuthenticate.response>;
