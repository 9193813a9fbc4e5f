/**
 * ListPartitionReassignments (key 46): shows partitions on the move.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const listPartitionReassignments = {
  key: 46,
  name: 'ListPartitionReassignments',
  versions: [0, 0],
  flexible: 0,
  request: {
    timeoutMs: 'int32 = 60000',
    topics: struct('[]? = null', {
      name: 'string',
      partitionIndexes: 'int32[]',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string?',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        replicas: 'int32[]',
        addingReplicas: 'int32[]',
        removingReplicas: 'int32[]',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type ListPartitionReassignmentsRequest = Decoded<typeof listPartitionReassignments.request>;
export type ListPartitionReassignmentsResponse = Encodable<typeof listPartitionReassignments.response>;
