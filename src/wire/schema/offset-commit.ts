/**
 * OffsetCommit (key 8): stores the positions of a group.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const offsetCommit = {
  key: 8,
  name: 'OffsetCommit',
  versions: [2, 10],
  flexible: 8,
  request: {
    groupId: 'string',
    generationIdOrMemberEpoch: 'int32 = -1',
    memberId: 'string',
    groupInstanceId: 'string? 7+ = null',
    retentionTimeMs: 'int64 2-4 = -1',
    topics: struct('[]', {
      name: 'string 0-9',
      topicId: 'uuid 10+',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        committedOffset: 'int64',
        committedLeaderEpoch: 'int32 6+ = -1',
        committedMetadata: 'string?',
      }),
    }),
  },
  response: {
    throttleTimeMs: 'int32 3+ = 0',
    topics: struct('[]', {
      name: 'string 0-9',
      topicId: 'uuid 10+',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type OffsetCommitRequest = Decoded<typeof offsetCommit.request>;
export type OffsetCommitResponse = Encodable<typeof offsetCommit.response>;
