/**
 * Produce (key 0): appends batches to partitions. Names up to v12, topic ids from v13.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const produce = {
  key: 0,
  name: 'Produce',
  versions: [3, 13],
  flexible: 9,
  request: {
    transactionalId: 'string? = null',
    acks: 'int16',
    timeoutMs: 'int32',
    topicData: struct('[]', {
      name: 'string 0-12',
      topicId: 'uuid 13+',
      partitionData: struct('[]', {
        index: 'int32',
        records: 'records?',
      }),
    }),
  },
  response: {
    responses: struct('[]', {
      name: 'string 0-12',
      topicId: 'uuid 13+',
      partitionResponses: struct('[]', {
        index: 'int32',
        errorCode: 'int16',
        baseOffset: 'int64',
        logAppendTimeMs: 'int64 = -1',
        logStartOffset: 'int64 5+ = -1',
        recordErrors: struct('[] 8+', {
          batchIndex: 'int32',
          batchIndexErrorMessage: 'string? = null',
        }),
        errorMessage: 'string? 8+ = null',
        currentLeader: struct('{} 10+ tag 0', {
          leaderId: 'int32 = -1',
          leaderEpoch: 'int32 = -1',
        }),
      }),
    }),
    throttleTimeMs: 'int32 = 0',
    nodeEndpoints: struct('[] 10+ tag 0', {
      nodeId: 'int32',
      host: 'string',
      port: 'int32',
      rack: 'string? = null',
    }),
  },
} as const satisfies ApiSchema;

export type ProduceRequest = Decoded<typeof produce.request>;
export type ProduceResponse = Encodable<typeof produce.response>;
