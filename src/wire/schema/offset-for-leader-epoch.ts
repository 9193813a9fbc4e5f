/**
 * OffsetForLeaderEpoch (key 23): tells where a term ends, for truncation checks.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const offsetForLeaderEpoch = {
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: [2, 4],
  flexible: 4,
  request: {
    replicaId: 'int32 3+ = -2',
    topics: struct('[]', {
      topic: 'string',
      partitions: struct('[]', {
        partition: 'int32',
        currentLeaderEpoch: 'int32 = -1',
        leaderEpoch: 'int32',
      }),
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    topics: struct('[]', {
      topic: 'string',
      partitions: struct('[]', {
        errorCode: 'int16',
        partition: 'int32',
        leaderEpoch: 'int32 = -1',
        endOffset: 'int64 = -1',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type OffsetForLeaderEpochRequest = Decoded<typeof offsetForLeaderEpoch.request>;
export type OffsetForLeaderEpochResponse = Encodable<typeof offsetForLeaderEpoch.response>;
