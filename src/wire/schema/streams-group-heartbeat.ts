/**
 * StreamsGroupHeartbeat (key 88): is the member loop of a streams group (KIP-1071).
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema } from './field.ts';

const keyValue = {
  key: 'string',
  value: 'string',
} as const;

const topicInfo = {
  name: 'string',
  partitions: 'int32',
  replicationFactor: 'int16',
  topicConfigs: ['[]', keyValue],
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
    topology: ['{}? = null', {
      epoch: 'int32',
      subtopologies: ['[]', {
        subtopologyId: 'string',
        sourceTopics: 'string[]',
        sourceTopicRegex: 'string[]',
        stateChangelogTopics: ['[]', topicInfo],
        repartitionSinkTopics: 'string[]',
        repartitionSourceTopics: ['[]', topicInfo],
        copartitionGroups: ['[]', {
          sourceTopics: 'int16[]',
          sourceTopicRegex: 'int16[]',
          repartitionSourceTopics: 'int16[]',
        }],
      }],
    }],
    activeTasks: ['[]? = null', taskIds],
    standbyTasks: ['[]? = null', taskIds],
    warmupTasks: ['[]? = null', taskIds],
    processId: 'string? = null',
    userEndpoint: ['{}? = null', endpoint],
    clientTags: ['[]? = null', keyValue],
    taskOffsets: ['[]? = null', taskOffset],
    taskEndOffsets: ['[]? = null', taskOffset],
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
    status: ['[]?', status],
    activeTasks: ['[]? = null', taskIds],
    standbyTasks: ['[]? = null', taskIds],
    warmupTasks: ['[]? = null', taskIds],
    endpointInformationEpoch: 'int32',
    partitionsByUserEndpoint: ['[]? = null', {
      userEndpoint: ['{}', endpoint],
      activePartitions: ['[]', topicPartition],
      standbyPartitions: ['[]', topicPartition],
    }],
  },
} as const satisfies ApiSchema;
