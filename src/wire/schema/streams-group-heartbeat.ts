/**
 * StreamsGroupHeartbeat (key 88): is the member loop of a streams group (KIP-1071).
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

const keyValue = {
  key: 'string',
  value: 'string',
} as const;

const topicInfo = {
  name: 'string',
  partitions: 'int32',
  replicationFactor: 'int16',
  topicConfigs: struct('[]', keyValue),
} as const;

const taskIds = {
  subtopologyId: 'string',
  partitions: 'int32[]',
} as const;

const endpoint = {
  host: 'string',
  port: 'uint16',
} as const;

const taskOffset = {
  subtopologyId: 'string',
  partition: 'int32',
  offset: 'int64',
} as const;

const status = {
  statusCode: 'int8',
  statusDetail: 'string',
} as const;

const topicPartition = {
  topic: 'string',
  partitions: 'int32[]',
} as const;

export const streamsGroupHeartbeat = {
  key: 88,
  name: 'StreamsGroupHeartbeat',
  versions: [0, 0],
  flexible: 0,
  request: {
    groupId: 'string',
    memberId: 'string',
    memberEpoch: 'int32',
    endpointInformationEpoch: 'int32',
    instanceId: 'string? = null',
    rackId: 'string? = null',
    rebalanceTimeoutMs: 'int32 = -1',
    topology: struct('{}? = null', {
      epoch: 'int32',
      subtopologies: struct('[]', {
        subtopologyId: 'string',
        sourceTopics: 'string[]',
        sourceTopicRegex: 'string[]',
        stateChangelogTopics: struct('[]', topicInfo),
        repartitionSinkTopics: 'string[]',
        repartitionSourceTopics: struct('[]', topicInfo),
        copartitionGroups: struct('[]', {
          sourceTopics: 'int16[]',
          sourceTopicRegex: 'int16[]',
          repartitionSourceTopics: 'int16[]',
        }),
      }),
    }),
    activeTasks: struct('[]? = null', taskIds),
    standbyTasks: struct('[]? = null', taskIds),
    warmupTasks: struct('[]? = null', taskIds),
    processId: 'string? = null',
    userEndpoint: struct('{}? = null', endpoint),
    clientTags: struct('[]? = null', keyValue),
    taskOffsets: struct('[]? = null', taskOffset),
    taskEndOffsets: struct('[]? = null', taskOffset),
    shutdownApplication: 'bool = false',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string? = null',
    memberId: 'string',
    memberEpoch: 'int32',
    heartbeatIntervalMs: 'int32',
    acceptableRecoveryLag: 'int32',
    taskOffsetIntervalMs: 'int32',
    status: struct('[]?', status),
    activeTasks: struct('[]? = null', taskIds),
    standbyTasks: struct('[]? = null', taskIds),
    warmupTasks: struct('[]? = null', taskIds),
    endpointInformationEpoch: 'int32',
    partitionsByUserEndpoint: struct('[]? = null', {
      userEndpoint: struct('{}', endpoint),
      activePartitions: struct('[]', topicPartition),
      standbyPartitions: struct('[]', topicPartition),
    }),
  },
} as const satisfies ApiSchema;

export type stringRequest = Decoded<typeof streamsGroupHeartbeat.request>;
export type stringResponse = Encodable<typeof streamsGroupHeartbeat.response>;
