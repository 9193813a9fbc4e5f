/**
 * DeleteShareGroupOffsets (key 92): deletes the positions of a share group.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const deleteShareGroupOffsets = {
  key: 92,
  name: 'DeleteShareGroupOffsets',
  versions: [0, 0],
  flexible: 0,
  request: {
    groupId: 'string',
    topics: struct('[]', {
      topicName: 'string',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string? = null',
    responses: struct('[]', {
      topicName: 'string',
      topicId: 'uuid',
      errorCode: 'int16',
      errorMessage: 'string? = null',
    }),
  },
} as const satisfies ApiSchema;

export type DeleteShareGroupOffsetsRequest = Decoded<typeof deleteShareGroupOffsets.request>;
export type DeleteShareGroupOffsetsResponse = Encodable<typeof deleteShareGroupOffsets.response>;
