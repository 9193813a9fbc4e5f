/**
 * AlterPartitionReassignments (key 45): moves partitions to other nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const alterPartitionReassignments = {
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: [0, 1],
  flexible: 0,
  request: {
    timeoutMs: 'int32 = 60000',
    allowReplicationFactorChange: 'bool 1+ = true',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        replicas: 'int32[]? = null',
      }),
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    allowReplicationFactorChange: 'bool 1+ = true',
    errorCode: 'int16',
    errorMessage: 'string?',
    responses: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
        errorMessage: 'string?',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type AlterPartitionReassignmentsRequest = Decoded<typeof alterPartitionReassignments.request>;
export type AlterPartitionReassignmentsResponse = Encodable<typeof alterPartitionReassignments.response>;
