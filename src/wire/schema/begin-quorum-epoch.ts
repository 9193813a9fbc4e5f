/**
 * BeginQuorumEpoch (key 53): announces a new leader of the metadata quorum; between controllers.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const beginQuorumEpoch = {
  key: 53,
  name: 'BeginQuorumEpoch',
  versions: [0, 1],
  flexible: 1,
  request: {
    clusterId: 'string? = null',
    voterId: 'int32 1+ = -1',
    topics: struct('[]', {
      topicName: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        voterDirectoryId: 'uuid 1+',
        leaderId: 'int32',
        leaderEpoch: 'int32',
      }),
    }),
    leaderEndpoints: struct('[] 1+', {
      name: 'string',
      host: 'string',
      port: 'uint16',
    }),
  },
  response: {
    errorCode: 'int16',
    topics: struct('[]', {
      topicName: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
        leaderId: 'int32',
        leaderEpoch: 'int32',
      }),
    }),
    nodeEndpoints: struct('[] 1+ tag 0', {
      nodeId: 'int32',
      host: 'string',
      port: 'uint16',
    }),
  },
} as const satisfies ApiSchema;

export type BeginQuorumEpochRequest = Decoded<typeof beginQuorumEpoch.request>;
export type BeginQuorumEpochResponse = Encodable<typeof beginQuorumEpoch.response>;
