/**
 * DescribeTopicPartitions (key 75): tells partitions of topics page by page, with the ELR.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeTopicPartitions = {
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: [0, 0],
  flexible: 0,
  request: {
    topics: struct('[]', {
      name: 'string',
    }),
    responsePartitionLimit: 'int32 = 2000',
    cursor: struct('{}? = null', {
      topicName: 'string',
      partitionIndex: 'int32',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    topics: struct('[]', {
      errorCode: 'int16',
      name: 'string?',
      topicId: 'uuid',
      isInternal: 'bool = false',
      partitions: struct('[]', {
        errorCode: 'int16',
        partitionIndex: 'int32',
        leaderId: 'int32',
        leaderEpoch: 'int32 = -1',
        replicaNodes: 'int32[]',
        isrNodes: 'int32[]',
        eligibleLeaderReplicas: 'int32[]? = null',
        lastKnownElr: 'int32[]? = null',
        offlineReplicas: 'int32[]',
      }),
      topicAuthorizedOperations: 'int32 = -2147483648',
    }),
    nextCursor: struct('{}? = null', {
      topicName: 'string',
      partitionIndex: 'int32',
    }),
  },
} as const satisfies ApiSchema;

export type DescribeTopicPartitionsRequest = Decoded<typeof describeTopicPartitions.request>;
export type DescribeTopicPartitionsResponse = Encodable<typeof describeTopicPartitions.response>;
