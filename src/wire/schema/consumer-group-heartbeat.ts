/**
 * ConsumerGroupHeartbeat (key 68): is the whole member loop of the newer group protocol (KIP-848).
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

const topicPartitions = {
  topicId: 'uuid',
  partitions: 'int32[]',
} as const;

export const consumerGroupHeartbeat = {
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: [0, 1],
  flexible: 0,
  request: {
    groupId: 'string',
    memberId: 'string',
    memberEpoch: 'int32',
    instanceId: 'string? = null',
    rackId: 'string? = null',
    rebalanceTimeoutMs: 'int32 = -1',
    subscribedTopicNames: 'string[]? = null',
    subscribedTopicRegex: 'string? 1+ = null',
    serverAssignor: 'string? = null',
    topicPartitions: struct('[]? = null', {
      topicId: 'uuid',
      partitions: 'int32[]',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string? = null',
    memberId: 'string? = null',
    memberEpoch: 'int32',
    heartbeatIntervalMs: 'int32',
    assignment: struct('{}? = null', {
      topicPartitions: struct('[]', topicPartitions),
    }),
  },
} as const satisfies ApiSchema;

export type ConsumerGroupHeartbeatRequest = Decoded<typeof consumerGroupHeartbeat.request>;
export type ConsumerGroupHeartbeatResponse = Encodable<typeof consumerGroupHeartbeat.response>;
