/**
 * ReadShareGroupStateSummary (key 87): reads the start offset of share group state; between nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const readShareGroupStateSummary = {
  key: 87,
  name: 'ReadShareGroupStateSummary',
  versions: [0, 1],
  flexible: 0,
  request: {
    groupId: 'string',
    topics: struct('[]', {
      topicId: 'uuid',
      partitions: struct('[]', {
        partition: 'int32',
        leaderEpoch: 'int32',
      }),
    }),
  },
  response: {
    results: struct('[]', {
      topicId: 'uuid',
      partitions: struct('[]', {
        partition: 'int32',
        errorCode: 'int16',
        errorMessage: 'string? = null',
        stateEpoch: 'int32',
        leaderEpoch: 'int32',
        startOffset: 'int64',
        deliveryCompleteCount: 'int32 1+ = -1',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type ReadShareGroupStateSummaryRequest = Decoded<typeof readShareGroupStateSummary.request>;
export type ReadShareGroupStateSummaryResponse = Encodable<typeof readShareGroupStateSummary.response>;
