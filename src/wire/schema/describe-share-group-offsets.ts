/**
 * DescribeShareGroupOffsets (key 90): shows the start offsets of share groups.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeShareGroupOffsets = {
  key: 90,
  name: 'DescribeShareGroupOffsets',
  versions: [0, 1],
  flexible: 0,
  request: {
    groups: struct('[]', {
      groupId: 'string',
      topics: struct('[]?', {
        topicName: 'string',
        partitions: 'int32[]',
      }),
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    groups: struct('[]', {
      groupId: 'string',
      topics: struct('[]', {
        topicName: 'string',
        topicId: 'uuid',
        partitions: struct('[]', {
          partitionIndex: 'int32',
          startOffset: 'int64',
          leaderEpoch: 'int32',
          lag: 'int64 1+ = -1',
          errorCode: 'int16',
          errorMessage: 'string? = null',
        }),
      }),
      errorCode: 'int16',
      errorMessage: 'string? = null',
    }),
  },
} as const satisfies ApiSchema;

export type DescribeShareGroupOffsetsRequest = Decoded<typeof describeShareGroupOffsets.request>;
export type DescribeShareGroupOffsetsResponse = Encodable<typeof describeShareGroupOffsets.response>;
