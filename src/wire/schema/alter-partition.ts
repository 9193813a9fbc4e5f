/**
 * AlterPartition (key 56): proposes an in-sync set; between nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const alterPartition = {
  key: 56,
  name: 'AlterPartition',
  versions: [2, 3],
  flexible: 0,
  request: {
    brokerId: 'int32',
    brokerEpoch: 'int64 = -1',
    topics: struct('[]', {
      topicId: 'uuid',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        leaderEpoch: 'int32',
        newIsr: 'int32[] 0-2',
        newIsrWithEpochs: struct('[] 3+', {
          brokerId: 'int32',
          brokerEpoch: 'int64 = -1',
        }),
        leaderRecoveryState: 'int8 = 0',
        partitionEpoch: 'int32',
      }),
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    topics: struct('[]', {
      topicId: 'uuid',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
        leaderId: 'int32',
        leaderEpoch: 'int32',
        isr: 'int32[]',
        leaderRecoveryState: 'int8 = 0',
        partitionEpoch: 'int32',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type AlterPartitionRequest = Decoded<typeof alterPartition.request>;
export type AlterPartitionResponse = Encodable<typeof alterPartition.response>;
