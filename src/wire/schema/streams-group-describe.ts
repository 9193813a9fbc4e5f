/**
 * StreamsGroupDescribe (key 89): shows streams groups.
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

const endpoint = {
  host: 'string',
  port: 'uint16',
} as const;

const taskOffset = {
  subtopologyId: 'string',
  partition: 'int32',
  offset: 'int64',
} as const;

const taskIds = {
  subtopologyId: 'string',
  partitions: 'int32[]',
} as const;

const assignment = {
  activeTasks: ['[]', taskIds],
  standbyTasks: ['[]', taskIds],
  warmupTasks: ['[]', taskIds],
} as const;

export const streamsGroupDescribe = {
  key: 89,
  name: 'StreamsGroupDescribe',
  versions: [0, 0],
  flexible: 0,
  request: {
    groupIds: 'string[]',
    includeAuthorizedOperations: 'bool',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    groups: ['[]', {
      errorCode: 'int16',
      errorMessage: 'string? = null',
      groupId: 'string',
      groupState: 'string',
      groupEpoch: 'int32',
      assignmentEpoch: 'int32',
      topology: ['{}? = null', {
        epoch: 'int32',
        subtopologies: ['[]? = null', {
          subtopologyId: 'string',
          sourceTopics: 'string[]',
          repartitionSinkTopics: 'string[]',
          stateChangelogTopics: ['[]', topicInfo],
          repartitionSourceTopics: ['[]', topicInfo],
        }],
      }],
      members: ['[]', {
        memberId: 'string',
        memberEpoch: 'int32',
        instanceId: 'string? = null',
        rackId: 'string? = null',
        clientId: 'string',
        clientHost: 'string',
        topologyEpoch: 'int32',
        processId: 'string',
        userEndpoint: ['{}? = null', endpoint],
        clientTags: ['[]', keyValue],
        taskOffsets: ['[]', taskOffset],
        taskEndOffsets: ['[]', taskOffset],
        assignment: ['{}', assignment],
        targetAssignment: ['{}', assignment],
        isClassic: 'bool',
      }],
      authorizedOperations: 'int32 = -2147483648',
    }],
  },
} as const satisfies ApiSchema;
