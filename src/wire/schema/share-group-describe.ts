/**
 * ShareGroupDescribe (key 77): shows share groups.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

const topicPartitions = {
  topicId: 'uuid',
  topicName: 'string',
  partitions: 'int32[]',
} as const;

const assignment = {
  topicPartitions: struct('[]', topicPartitions),
} as const;

export const shareGroupDescribe = {
  key: 77,
  name: 'ShareGroupDescribe',
  versions: [1, 1],
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
      assignorName: 'string',
      members: struct('[]', {
        memberId: 'string',
        rackId: 'string? = null',
        memberEpoch: 'int32',
        clientId: 'string',
        clientHost: 'string',
        subscribedTopicNames: 'string[]',
        assignment: struct('{}', assignment),
      }),
      authorizedOperations: 'int32 = -2147483648',
    }),
  },
} as const satisfies ApiSchema;

export type ShareGroupDescribeRequest = Decoded<typeof shareGroupDescribe.request>;
export type ShareGroupDescribeResponse = Encodable<typeof shareGroupDescribe.response>;
