/**
 * StreamsGroupDescribe (key 89): shows streams groups.
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
  activeTasks: struct('[]', taskIds),
  standbyTasks: struct('[]', taskIds),
  warmupTasks: struct('[]', taskIds),
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
    groups: struct('[]', {
      errorCode: 'int16',
      errorMessage: 'string? = null',
      groupId: 'string',
      groupState: 'string',
      groupEpoch: 'int32',
      assignmentEpoch: 'int32',
      topology: struct('{}? = null', {
        epoch: 'int32',
        subtopologies: struct('[]? = null', {
          subtopologyId: 'string',
          sourceTopics: 'string[]',
          repartitionSinkTopics: 'string[]',
          stateChangelogTopics: struct('[]', topicInfo),
          repartitionSourceTopics: struct('[]', topicInfo),
        }),
      }),
      members: struct('[]', {
        memberId: 'string',
        memberEpoch: 'int32',
        instanceId: 'string? = null',
        rackId: 'string? = null',
        clientId: 'string',
        clientHost: 'string',
        topologyEpoch: 'int32',
        processId: 'string',
        userEndpoint: struct('{}? = null', endpoint),
        clientTags: struct('[]', keyValue),
        taskOffsets: struct('[]', taskOffset),
        taskEndOffsets: struct('[]', taskOffset),
        assignment: struct('{}', assignment),
        targetAssignment: struct('{}', assignment),
        isClassic: 'bool',
      }),
      authorizedOperations: 'int32 = -2147483648',
    }),
  },
} as const satisfies ApiSchema;

export type stringRequest = Decoded<typeof streamsGroupDescribe.request>;
export type stringResponse = Encodable<typeof streamsGroupDescribe.response>;
