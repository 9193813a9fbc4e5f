/**
 * DescribeQuorum (key 55): shows voters and observers of the metadata quorum.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

const replicaState = {
  replicaId: 'int32',
  replicaDirectoryId: 'uuid 2+',
  logEndOffset: 'int64',
  lastFetchTimestamp: 'int64 1+ = -1',
  lastCaughtUpTimestamp: 'int64 1+ = -1',
} as const;

export const describeQuorum = {
  key: 55,
  name: 'DescribeQuorum',
  versions: [0, 2],
  flexible: 0,
  request: {
    topics: struct('[]', {
      topicName: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
      }),
    }),
  },
  response: {
    errorCode: 'int16',
    errorMessage: 'string? 2+',
    topics: struct('[]', {
      topicName: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
        errorMessage: 'string? 2+',
        leaderId: 'int32',
        leaderEpoch: 'int32',
        highWatermark: 'int64',
        currentVoters: struct('[]', replicaState),
        observers: struct('[]', replicaState),
      }),
    }),
    nodes: struct('[] 2+', {
      nodeId: 'int32',
      listeners: struct('[]', {
        name: 'string',
        host: 'string',
        port: 'uint16',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type DescribeQuorumRequest = Decoded<typeof describeQuorum.request>;
export type DescribeQuorumResponse = Encodable<typeof describeQuorum.response>;
