/**
 * Metadata (key 3): tells topics, leaders, nodes and the cluster id.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const metadata = {
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexible: 9,
  request: {
    topics: struct('[] null 1+', {
      topicId: 'uuid 10+',
      name: 'string null 10+',
    }),
    allowAutoTopicCreation: 'bool 4+ = true',
    includeClusterAuthorizedOperations: 'bool 8-10',
    includeTopicAuthorizedOperations: 'bool 8+',
  },
  response: {
    throttleTimeMs: 'int32 3+ = 0',
    brokers: struct('[]', {
      nodeId: 'int32',
      host: 'string',
      port: 'int32',
      rack: 'string? 1+ = null',
    }),
    clusterId: 'string? 2+ = null',
    controllerId: 'int32 1+ = -1',
    topics: struct('[]', {
      errorCode: 'int16',
      name: 'string null 12+',
      topicId: 'uuid 10+',
      isInternal: 'bool 1+ = false',
      partitions: struct('[]', {
        errorCode: 'int16',
        partitionIndex: 'int32',
        leaderId: 'int32',
        leaderEpoch: 'int32 7+ = -1',
        replicaNodes: 'int32[]',
        isrNodes: 'int32[]',
        offlineReplicas: 'int32[] 5+',
      }),
      topicAuthorizedOperations: 'int32 8+ = -2147483648',
    }),
    clusterAuthorizedOperations: 'int32 8-10 = -2147483648',
    errorCode: 'int16 13+',
  },
} as const satisfies ApiSchema;

export type MetadataRequest = Decoded<typeof metadata.request>;
export type MetadataResponse = Encodable<typeof metadata.response>;
