/**
 * DeleteShareGroupState (key 86): deletes share group state; between nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const deleteShareGroupState = {
  key: 86,
  name: 'DeleteShareGroupState',
  versions: [0, 0],
  flexible: 0,
  request: {
    groupId: 'string',
    topics: struct('[]', {
      topicId: 'uuid',
      partitions: struct('[]', {
        partition: 'int32',
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

export type DeleteShareGroupStateRequest = Decoded<typeof deleteShareGroupState.request>;
export type DeleteShareGroupStateResponse = Encodable<typeof deleteShareGroupState.response>;
