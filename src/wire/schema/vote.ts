/**
 * Vote (key 52): asks for a vote in the metadata quorum; between controllers.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const vote = {
  key: 52,
  name: 'Vote',
  versions: [0, 2],
  flexible: 0,
  request: {
    clusterId: 'string? = null',
    voterId: 'int32 1+ = -1',
    topics: struct('[]', {
      topicName: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        replicaEpoch: 'int32',
        replicaId: 'int32',
        replicaDirectoryId: 'uuid 1+',
        voterDirectoryId: 'uuid 1+',
        lastOffsetEpoch: 'int32',
        lastOffset: 'int64',
        preVote: 'bool 2+',
      }),
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
        voteGranted: 'bool',
      }),
    }),
    nodeEndpoints: struct('[] 1+ tag 0', {
      nodeId: 'int32',
      host: 'string',
      port: 'uint16',
    }),
  },
} as const satisfies ApiSchema;

export type VoteRequest = Decoded<typeof vote.request>;
export type VoteResponse = Encodable<typeof vote.response>;
