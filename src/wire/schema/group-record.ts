/**
 * Records of the internal topic `__consumer_offsets`: keys and values of commits, classic groups and consumer groups.
 *
 * A key is preceded by an int16 record type (0 and 1: offset commit, 2: classic group, 3 to 8 and 16: consumer group, KIP-848),
 * a value by its version as an int16. The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { DataSchema, Decoded } from './field.ts';

const memberMetadata = {
  memberId: 'string',
  groupInstanceId: 'string? 3+ = null',
  clientId: 'string',
  clientHost: 'string',
  rebalanceTimeout: 'int32 1+ = -1',
  sessionTimeout: 'int32',
  subscription: 'bytes',
  assignment: 'bytes',
} as const;

export const offsetCommitKey = {
  name: 'OffsetCommitKey',
  versions: [0, 0],
  flexible: null,
  fields: {
    group: 'string',
    topic: 'string',
    partition: 'int32',
  },
} as const satisfies DataSchema;
export type OffsetCommitKey = Decoded<typeof offsetCommitKey.fields>;

export const offsetCommitValue = {
  name: 'OffsetCommitValue',
  versions: [0, 4],
  flexible: 4,
  fields: {
    offset: 'int64',
    leaderEpoch: 'int32 3+ = -1',
    metadata: 'string',
    commitTimestamp: 'int64',
    expireTimestamp: 'int64 1 = -1',
    topicId: 'uuid 4+ tag 0',
  },
} as const satisfies DataSchema;
export type OffsetCommitValue = Decoded<typeof offsetCommitValue.fields>;

export const groupMetadataKey = {
  name: 'GroupMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: {
    group: 'string',
  },
} as const satisfies DataSchema;
export type GroupMetadataKey = Decoded<typeof groupMetadataKey.fields>;

export const groupMetadataValue = {
  name: 'GroupMetadataValue',
  versions: [0, 4],
  flexible: 4,
  fields: {
    protocolType: 'string',
    generation: 'int32',
    protocol: 'string?',
    leader: 'string?',
    currentStateTimestamp: 'int64 2+ = -1',
    members: struct('[]', memberMetadata),
  },
} as const satisfies DataSchema;
export type GroupMetadataValue = Decoded<typeof groupMetadataValue.fields>;

const groupKey = { groupId: 'string' } as const;
const memberKey = { groupId: 'string', memberId: 'string' } as const;

export const consumerGroupMetadataKey = {
  name: 'ConsumerGroupMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: groupKey,
} as const satisfies DataSchema;

export const consumerGroupMetadataValue = {
  name: 'ConsumerGroupMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: {
    epoch: 'int32',
    metadataHash: 'int64 tag 0 = 0',
  },
} as const satisfies DataSchema;
export type ConsumerGroupMetadataValue = Decoded<typeof consumerGroupMetadataValue.fields>;

export const consumerGroupPartitionMetadataKey = {
  name: 'ConsumerGroupPartitionMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: groupKey,
} as const satisfies DataSchema;

/** Written before Kafka 4.1; the hash in the group's metadata took its place (KIP-1101). */
export const consumerGroupPartitionMetadataValue = {
  name: 'ConsumerGroupPartitionMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: {
    topics: struct('[]', {
      topicId: 'uuid',
      topicName: 'string',
      numPartitions: 'int32',
      partitionMetadata: struct('[]', {
        partition: 'int32',
        racks: 'string[]',
      }),
    }),
  },
} as const satisfies DataSchema;

export const consumerGroupMemberMetadataKey = {
  name: 'ConsumerGroupMemberMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: memberKey,
} as const satisfies DataSchema;

export const consumerGroupMemberMetadataValue = {
  name: 'ConsumerGroupMemberMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: {
    instanceId: 'string?',
    rackId: 'string?',
    clientId: 'string',
    clientHost: 'string',
    subscribedTopicNames: 'string[]',
    subscribedTopicRegex: 'string?',
    rebalanceTimeoutMs: 'int32 = -1',
    serverAssignor: 'string?',
    // Null is written, and only an empty struct is left out.
    classicMemberMetadata: struct('{}? tag 0', {
      sessionTimeoutMs: 'int32',
      supportedProtocols: struct('[]', {
        name: 'string',
        metadata: 'bytes',
      }),
    }),
  },
} as const satisfies DataSchema;
export type ConsumerGroupMemberMetadataValue = Decoded<typeof consumerGroupMemberMetadataValue.fields>;

export const consumerGroupTargetAssignmentMetadataKey = {
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  versions: [0, 0],
  flexible: null,
  fields: groupKey,
} as const satisfies DataSchema;

export const consumerGroupTargetAssignmentMetadataValue = {
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  versions: [0, 0],
  flexible: 0,
  fields: {
    assignmentEpoch: 'int32',
    assignmentTimestamp: 'int64 tag 0 = 0',
  },
} as const satisfies DataSchema;
export type ConsumerGroupTargetAssignmentMetadataValue = Decoded<
  typeof consumerGroupTargetAssignmentMetadataValue.fields
>;

export const consumerGroupTargetAssignmentMemberKey = {
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  versions: [0, 0],
  flexible: null,
  fields: memberKey,
} as const satisfies DataSchema;

export const consumerGroupTargetAssignmentMemberValue = {
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  versions: [0, 0],
  flexible: 0,
  fields: {
    topicPartitions: struct('[]', {
      topicId: 'uuid',
      partitions: 'int32[]',
    }),
  },
} as const satisfies DataSchema;
export type ConsumerGroupTargetAssignmentMemberValue = Decoded<typeof consumerGroupTargetAssignmentMemberValue.fields>;

export const consumerGroupCurrentMemberAssignmentKey = {
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  versions: [0, 0],
  flexible: null,
  fields: memberKey,
} as const satisfies DataSchema;

const epochedPartitions = {
  topicId: 'uuid',
  partitions: 'int32[]',
  assignmentEpochs: 'int32[]? tag 0',
} as const;

export const consumerGroupCurrentMemberAssignmentValue = {
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  versions: [0, 0],
  flexible: 0,
  fields: {
    memberEpoch: 'int32',
    previousMemberEpoch: 'int32',
    state: 'int8',
    assignedPartitions: struct('[]', epochedPartitions),
    partitionsPendingRevocation: struct('[]', epochedPartitions),
  },
} as const satisfies DataSchema;
export type ConsumerGroupCurrentMemberAssignmentValue = Decoded<
  typeof consumerGroupCurrentMemberAssignmentValue.fields
>;

export const consumerGroupRegularExpressionKey = {
  name: 'ConsumerGroupRegularExpressionKey',
  versions: [0, 0],
  flexible: null,
  fields: {
    groupId: 'string',
    regularExpression: 'string',
  },
} as const satisfies DataSchema;

export const consumerGroupRegularExpressionValue = {
  name: 'ConsumerGroupRegularExpressionValue',
  versions: [0, 0],
  flexible: 0,
  fields: {
    topics: 'string[]',
    version: 'int64',
    timestamp: 'int64',
  },
} as const satisfies DataSchema;
export type ConsumerGroupRegularExpressionValue = Decoded<typeof consumerGroupRegularExpressionValue.fields>;
