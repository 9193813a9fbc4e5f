/**
 * ListOffsets (key 2): finds offsets by timestamp, or the first or last ones.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const listOffsets = {
  key: 2,
  name: 'ListOffsets',
  versions: [1, 11],
  flexible: 6,
  request: {
    replicaId: 'int32',
    isolationLevel: 'int8 2+',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        currentLeaderEpoch: 'int32 4+ = -1',
        timestamp: 'int64',
      }),
    }),
    timeoutMs: 'int32 10+',
  },
  response: {
    throttleTimeMs: 'int32 2+ = 0',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
        timestamp: 'int64 = -1',
        offset: 'int64 = -1',
        leaderEpoch: 'int32 4+ = -1',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type ListOffsetsRequest = Decoded<typeof listOffsets.request>;
export type ListOffsetsResponse = Encodable<typeof listOffsets.response>;
