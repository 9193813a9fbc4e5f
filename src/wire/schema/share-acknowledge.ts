/**
 * ShareAcknowledge (key 79): acknowledges records of a share group.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const shareAcknowledge = {
  key: 79,
  name: 'ShareAcknowledge',
  versions: [1, 2],
  flexible: 0,
  request: {
    groupId: 'string? = null',
    memberId: 'string?',
    shareSessionEpoch: 'int32',
    isRenewAck: 'bool 2+ = false',
    topics: struct('[]', {
      topicId: 'uuid',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        acknowledgementBatches: struct('[]', {
          firstOffset: 'int64',
          lastOffset: 'int64',
          acknowledgeTypes: 'int8[]',
        }),
      }),
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string? = null',
    acquisitionLockTimeoutMs: 'int32 2+',
    responses: struct('[]', {
      topicId: 'uuid',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
        errorMessage: 'string? = null',
        currentLeader: struct('{}', {
          leaderId: 'int32',
          leaderEpoch: 'int32',
        }),
      }),
    }),
    nodeEndpoints: struct('[]', {
      nodeId: 'int32',
      host: 'string',
      port: 'int32',
      rack: 'string? = null',
    }),
  },
} as const satisfies ApiSchema;

export type ShareAcknowledgeRequest = Decoded<typeof shareAcknowledge.request>;
export type ShareAcknowledgeResponse = Encodable<typeof shareAcknowledge.response>;
