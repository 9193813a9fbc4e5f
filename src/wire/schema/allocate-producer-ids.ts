/**
 * AllocateProducerIds (key 67): hands a block of producer ids to a node; between nodes.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const allocateProducerIds = {
  key: 67,
  name: 'AllocateProducerIds',
  versions: [0, 0],
  flexible: 0,
  request: {
    brokerId: 'int32',
    brokerEpoch: 'int64 = -1',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    producerIdStart: 'int64',
    producerIdLen: 'int32',
  },
} as const satisfies ApiSchema;

export type AllocateProducerIdsRequest = Decoded<typeof allocateProducerIds.request>;
export type AllocateProducerIdsResponse = Encodable<typeof allocateProducerIds.response>;
