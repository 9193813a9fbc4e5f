/**
 * ShareFetch (key 78): acquires records for a share group's member.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const shareFetch = {
  key: 78,
  name: 'ShareFetch',
  versions: [1, 2],
  flexible: 0,
  request: {
    groupId: 'string? = null',
    memberId: 'string?',
    shareSessionEpoch: 'int32',
    maxWaitMs: 'int32',
    minBytes: 'int32',
    maxBytes: 'int32 = 0x7fffffff',
    maxRecords: 'int32',
    batchSize: 'int32',
    shareAcquireMode: 'int8 2+ = 0',
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
    forgottenTopicsData: struct('[]', {
      topicId: 'uuid',
      partitions: 'int32[]',
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    errorMessage: 'string? = null',
    acquisitionLockTimeoutMs: 'int32',
    responses: struct('[]', {
      topicId: 'uuid',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
        errorMessage: 'string? = null',
        acknowledgeErrorCode: 'int16',
        acknowledgeErrorMessage: 'string? = null',
        currentLeader: struct('{}', {
          leaderId: 'int32',
          leaderEpoch: 'int32',
        }),
        records: 'records',
        acquiredRecords: struct('[]', {
          firstOffset: 'int64',
          lastOffset: 'int64',
          deliveryCount: 'int16',
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

export type ShareFetchRequest = Decoded<typeof shareFetch.request>;
export type ShareFetchResponse = Encodable<typeof shareFetch.response>;
