/**
 * DescribeProducers (key 61): shows the producers that a partition remembers.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeProducers = {
  key: 61,
  name: 'DescribeProducers',
  versions: [0, 0],
  flexible: 0,
  request: {
    topics: struct('[]', {
      name: 'string',
      partitionIndexes: 'int32[]',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
        errorMessage: 'string? = null',
        activeProducers: struct('[]', {
          producerId: 'int64',
          producerEpoch: 'int32',
          lastSequence: 'int32 = -1',
          lastTimestamp: 'int64 = -1',
          coordinatorEpoch: 'int32',
          currentTxnStartOffset: 'int64 = -1',
        }),
      }),
    }),
  },
} as const satisfies ApiSchema;

export type DescribeProducersRequest = Decoded<typeof describeProducers.request>;
export type DescribeProducersResponse = Encodable<typeof describeProducers.response>;
