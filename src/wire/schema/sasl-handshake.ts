/**
 * SaslHandshake (key 17): chooses the mechanism of authentication.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const saslHandshake = {
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  flexible: null,
  request: {
    mechanism: 'string',
  },
  response: {
    errorCode: 'int16',
    mechanisms: 'string[]',
  },
} as const satisfies ApiSchema;

export type SaslHandshakeRequest = Decoded<typeof saslHandshake.request>;
export type SaslHandshakeResponse = Encodable<typeof saslHandshake.response>;
