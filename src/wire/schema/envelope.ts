/**
 * Envelope (key 58): wraps a request that one node forwards for a client.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const envelope = {
  key: 58,
  name: 'Envelope',
  versions: [0, 0],
  flexible: 0,
  request: {
    requestData: 'bytes',
    requestPrincipal: 'bytes?',
    clientHostAddress: 'bytes',
  },
  response: {
    responseData: 'bytes? = null',
    errorCode: 'int16',
  },
} as const satisfies ApiSchema;

export type EnvelopeRequest = Decoded<typeof envelope.request>;
export type EnvelopeResponse = Encodable<typeof envelope.response>;
