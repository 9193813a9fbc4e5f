/**
 * FetchSnapshot (key 59): reads a snapshot of the metadata log; between controllers.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const fetchSnapshot = {
  key: 59,
  name: 'FetchSnapshot',
  versions: [0, 1],
  flexible: 0,
  request: {
    clusterId: 'string? tag 0 = null',
    replicaId: 'int32 = -1',
    maxBytes: 'int32 = 0x7fffffff',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partition: 'int32',
        currentLeaderEpoch: 'int32',
        snapshotId: struct('{}', {
          endOffset: 'int64',
          epoch: 'int32',
        }),
        position: 'int64',
        replicaDirectoryId: 'uuid 1+ tag 0',
      }),
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        index: 'int32',
        errorCode: 'int16',
        snapshotId: struct('{}', {
          endOffset: 'int64',
          epoch: 'int32',
        }),
        currentLeader: struct('{} tag 0', {
          leaderId: 'int32',
          leaderEpoch: 'int32',
        }),
        size: 'int64',
        position: 'int64',
        unalignedRecords: 'records',
      }),
    }),
    nodeEndpoints: struct('[] 1+ tag 0', {
      nodeId: 'int32',
      host: 'string',
      port: 'uint16',
    }),
  },
} as const satisfies ApiSchema;

export type FetchSnapshotRequest = Decoded<typeof fetchSnapshot.request>;
export type FetchSnapshotResponse = Encodable<typeof fetchSnapshot.response>;
