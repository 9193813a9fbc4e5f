/**
 * UnregisterBroker (key 64): forgets a node.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const unregisterBroker = {
  key: 64,
  name: 'UnregisterBroker',
  versions: [0, 0],
  flexible: 0,
  request: {
    brokerId: 'int32',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string?',
  },
} as const satisfies ApiSchema;

export type UnregisterBrokerRequest = Decoded<typeof unregisterBroker.request>;
export type UnregisterBrokerResponse = Encodable<typeof unregisterBroker.response>;
