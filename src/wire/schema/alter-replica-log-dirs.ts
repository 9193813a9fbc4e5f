/**
 * AlterReplicaLogDirs (key 34): moves replicas between directories of one node.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const alterReplicaLogDirs = {
  key: 34,
  name: 'AlterReplicaLogDirs',
  versions: [1, 2],
  flexible: 2,
  request: {
    dirs: struct('[]', {
      path: 'string',
      topics: struct('[]', {
        name: 'string',
        partitions: 'int32[]',
      }),
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    results: struct('[]', {
      topicName: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type AlterReplicaLogDirsRequest = Decoded<typeof alterReplicaLogDirs.request>;
export type AlterReplicaLogDirsResponse = Encodable<typeof alterReplicaLogDirs.response>;
