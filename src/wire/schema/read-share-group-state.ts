/**
 * ReadShareGroupState (key 84): reads share group state; between nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const readShareGroupState = {
  key: 84,
  name: 'ReadShareGroupState',
  versions: [0, 0],
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
        startOffset: 'int64',
        stateBatches: struct('[]', {
          firstOffset: 'int64',
          lastOffset: 'int64',
          deliveryState: 'int8',
          deliveryCount: 'int16',
        }),
      }),
    }),
  },
} as const satisfies ApiSchema;

export type ReadShareGroupStateRequest = Decoded<typeof readShareGroupState.request>;
export type ReadShareGroupStateResponse = Encodable<typeof readShareGroupState.response>;
