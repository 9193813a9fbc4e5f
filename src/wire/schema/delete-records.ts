/**
 * DeleteRecords (key 21): moves the start of logs forward.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const deleteRecords = {
  key: 21,
  name: 'DeleteRecords',
  versions: [0, 2],
  flexible: 2,
  request: {
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        offset: 'int64',
      }),
    }),
    timeoutMs: 'int32',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        lowWatermark: 'int64',
        errorCode: 'int16',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type DeleteRecordsRequest = Decoded<typeof deleteRecords.request>;
export type DeleteRecordsResponse = Encodable<typeof deleteRecords.response>;
