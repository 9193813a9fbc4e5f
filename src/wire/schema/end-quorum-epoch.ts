/**
 * EndQuorumEpoch (key 54): announces that a leader of the metadata quorum resigns; between controllers.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const endQuorumEpoch = {
  key: 54,
  name: 'EndQuorumEpoch',
  versions: [0, 1],
  flexible: 1,
  request: {
    clusterId: 'string? = null',
    topics: struct('[]', {
      topicName: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        leaderId: 'int32',
        leaderEpoch: 'int32',
        preferredSuccessors: 'int32[] 0',
        preferredCandidates: struct('[] 1+', {
          candidateId: 'int32',
          candidateDirectoryId: 'uuid',
        }),
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

export type EndQuorumEpochRequest = Decoded<typeof endQuorumEpoch.request>;
export type EndQuorumEpochResponse = Encodable<typeof endQuorumEpoch.response>;
