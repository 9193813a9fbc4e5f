/**
 * OffsetDelete (key 47): deletes stored positions.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const offsetDelete = {
  key: 47,
  name: 'OffsetDelete',
  versions: [0, 0],
  flexible: null,
  request: {
    groupId: 'string',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
      }),
    }),
  },
  response: {
    errorCode: 'int16',
    throttleTimeMs: 'int32 = 0',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type OffsetDeleteRequest = Decoded<typeof offsetDelete.request>;
export type OffsetDeleteResponse = Encodable<typeof offsetDelete.response>;
