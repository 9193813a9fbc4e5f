/**
 * WriteTxnMarkers (key 27): writes commit and abort markers, between nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const writeTxnMarkers = {
  key: 27,
  name: 'WriteTxnMarkers',
  versions: [1, 2],
  flexible: 1,
  request: {
    markers: struct('[]', {
      producerId: 'int64',
      producerEpoch: 'int16',
      transactionResult: 'bool',
      topics: struct('[]', {
        name: 'string',
        partitionIndexes: 'int32[]',
      }),
      coordinatorEpoch: 'int32',
      transactionVersion: 'int8 2+ = 0',
    }),
  },
  response: {
    markers: struct('[]', {
      producerId: 'int64',
      topics: struct('[]', {
        name: 'string',
        partitions: struct('[]', {
          partitionIndex: 'int32',
          errorCode: 'int16',
        }),
      }),
    }),
  },
} as const satisfies ApiSchema;

export type WriteTxnMarkersRequest = Decoded<typeof writeTxnMarkers.request>;
export type WriteTxnMarkersResponse = Encodable<typeof writeTxnMarkers.response>;
