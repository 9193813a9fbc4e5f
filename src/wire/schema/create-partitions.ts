/**
 * CreatePartitions (key 37): raises the number of partitions.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const createPartitions = {
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexible: 2,
  request: {
    topics: struct('[]', {
      name: 'string',
      count: 'int32',
      assignments: struct('[]?', {
        brokerIds: 'int32[]',
      }),
    }),
    timeoutMs: 'int32',
    validateOnly: 'bool',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    results: struct('[]', {
      name: 'string',
      errorCode: 'int16',
      errorMessage: 'string? = null',
    }),
  },
} as const satisfies ApiSchema;

export type CreatePartitionsRequest = Decoded<typeof createPartitions.request>;
export type CreatePartitionsResponse = Encodable<typeof createPartitions.response>;
