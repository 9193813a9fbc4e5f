/**
 * WriteShareGroupState (key 85): writes share group state; between nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const writeShareGroupState = {
  key: 85,
  name: 'WriteShareGroupState',
  versions: [0, 1],
  flexible: 0,
  request: {
    groupId: 'string',
    topics: struct('[]', {
      topicId: 'uuid',
      partitions: struct('[]', {
        partition: 'int32',
        stateEpoch: 'int32',
        leaderEpoch: 'int32',
        startOffset: 'int64',
        deliveryCompleteCount: 'int32 1+ = -1',
        stateBatches: struct('[]', {
          firstOffset: 'int64',
          lastOffset: 'int64',
          deliveryState: 'int8',
          deliveryCount: 'int16',
        }),
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
      }),
    }),
  },
} as const satisfies ApiSchema;

export type WriteShareGroupStateRequest = Decoded<typeof writeShareGroupState.request>;
export type WriteShareGroupStateResponse = Encodable<typeof writeShareGroupState.response>;
