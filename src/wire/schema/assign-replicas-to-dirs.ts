/**
 * AssignReplicasToDirs (key 73): tells in which directory a replica lies; between nodes.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const assignReplicasToDirs = {
  key: 73,
  name: 'AssignReplicasToDirs',
  versions: [0, 0],
  flexible: 0,
  request: {
    brokerId: 'int32',
    brokerEpoch: 'int64 = -1',
    directories: struct('[]', {
      id: 'uuid',
      topics: struct('[]', {
        topicId: 'uuid',
        partitions: struct('[]', {
          partitionIndex: 'int32',
        }),
      }),
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    directories: struct('[]', {
      id: 'uuid',
      topics: struct('[]', {
        topicId: 'uuid',
        partitions: struct('[]', {
          partitionIndex: 'int32',
          errorCode: 'int16',
        }),
      }),
    }),
  },
} as const satisfies ApiSchema;

export type AssignReplicasToDirsRequest = Decoded<typeof assignReplicasToDirs.request>;
export type AssignReplicasToDirsResponse = Encodable<typeof assignReplicasToDirs.response>;
