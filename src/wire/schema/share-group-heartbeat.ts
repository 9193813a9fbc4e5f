/**
 * ShareGroupHeartbeat (key 76): is the member loop of a share group (KIP-932).
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

const topicPartitions = {
  topicId: 'uuid',
  partitions: 'int32[]',
} as const;

export const shareGroupHeartbeat = {
  key: 76,
  name: 'ShareGroupHeartbeat',
  versions: [1, 1],
  flexible: 0,
  request: {
    groupId: 'string',
    memberId: 'string',
    memberEpoch: 'int32',
    rackId: 'string? = null',
    subscribedTopicNames: 'string[]? = null',
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

export type ShareGroupHeartbeatRequest = Decoded<typeof shareGroupHeartbeat.request>;
export type ShareGroupHeartbeatResponse = Encodable<typeof shareGroupHeartbeat.response>;
