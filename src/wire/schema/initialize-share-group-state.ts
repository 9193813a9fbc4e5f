/**
 * InitializeShareGroupState (key 83): creates share group state; between nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const initializeShareGroupState = {
  key: 83,
  name: 'InitializeShareGroupState',
  versions: [0, 0],
  flexible: 0,
  request: {
    groupId: 'string',
    topics: struct('[]', {
      topicId: 'uuid',
      partitions: struct('[]', {
        partition: 'int32',
        stateEpoch: 'int32',
        startOffset: 'int64',
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

export type InitializeShareGroupStateRequest = Decoded<typeof initializeShareGroupState.request>;
export type InitializeShareGroupStateResponse = Encodable<typeof initializeShareGroupState.response>;
