/**
 * ConsumerGroupDescribe (key 69): shows groups of the newer protocol (KIP-848).
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

export const consumerGroupDescribe = {
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: [0, 1],
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
        instanceId: 'string? = null',
        rackId: 'string? = null',
        memberEpoch: 'int32',
        clientId: 'string',
        clientHost: 'string',
        subscribedTopicNames: 'string[]',
        subscribedTopicRegex: 'string? = null',
        assignment: struct('{}', assignment),
        targetAssignment: struct('{}', assignment),
        memberType: 'int8 1+ = -1',
      }),
      authorizedOperations: 'int32 = -2147483648',
    }),
  },
} as const satisfies ApiSchema;

export type ConsumerGroupDescribeRequest = Decoded<typeof consumerGroupDescribe.request>;
export type ConsumerGroupDescribeResponse = Encodable<typeof consumerGroupDescribe.response>;
