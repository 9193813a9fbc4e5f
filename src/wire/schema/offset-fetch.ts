/**
 * OffsetFetch (key 9): reads the stored positions of groups.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const offsetFetch = {
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 10],
  flexible: 6,
  request: {
    groupId: 'string 0-7',
    topics: struct('[] 0-7 null 2-7', {
      name: 'string',
      partitionIndexes: 'int32[]',
    }),
    groups: struct('[] 8+', {
      groupId: 'string',
      memberId: 'string? 9+ = null',
      memberEpoch: 'int32 9+ = -1',
      topics: struct('[]?', {
        name: 'string 8-9',
        topicId: 'uuid 10+',
        partitionIndexes: 'int32[]',
      }),
    }),
    requireStable: 'bool 7+ = false',
  },
  response: {
    throttleTimeMs: 'int32 3+ = 0',
    topics: struct('[] 0-7', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        committedOffset: 'int64',
        committedLeaderEpoch: 'int32 5-7 = -1',
        metadata: 'string?',
        errorCode: 'int16',
      }),
    }),
    errorCode: 'int16 2-7 = 0',
    groups: struct('[] 8+', {
      groupId: 'string',
      topics: struct('[]', {
        name: 'string 8-9',
        topicId: 'uuid 10+',
        partitions: struct('[]', {
          partitionIndex: 'int32',
          committedOffset: 'int64',
          committedLeaderEpoch: 'int32 = -1',
          metadata: 'string?',
          errorCode: 'int16',
        }),
      }),
      errorCode: 'int16 = 0',
    }),
  },
} as const satisfies ApiSchema;

export type OffsetFetchRequest = Decoded<typeof offsetFetch.request>;
export type OffsetFetchResponse = Encodable<typeof offsetFetch.response>;
