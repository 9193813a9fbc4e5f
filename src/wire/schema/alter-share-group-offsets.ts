/**
 * AlterShareGroupOffsets (key 91): sets the start offsets of a share group.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const alterShareGroupOffsets = {
  key: 91,
  name: 'AlterShareGroupOffsets',
  versions: [0, 0],
  flexible: 0,
  request: {
    groupId: 'string',
    topics: struct('[]', {
      topicName: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        startOffset: 'int64',
      }),
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string? = null',
    responses: struct('[]', {
      topicName: 'string',
      topicId: 'uuid',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
        errorMessage: 'string? = null',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type AlterShareGroupOffsetsRequest = Decoded<typeof alterShareGroupOffsets.request>;
export type AlterShareGroupOffsetsResponse = Encodable<typeof alterShareGroupOffsets.response>;
