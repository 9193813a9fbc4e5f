/**
 * TxnOffsetCommit (key 28): stores positions of a group inside a transaction.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const txnOffsetCommit = {
  key: 28,
  name: 'TxnOffsetCommit',
  versions: [0, 5],
  flexible: 3,
  request: {
    transactionalId: 'string',
    groupId: 'string',
    producerId: 'int64',
    producerEpoch: 'int16',
    generationId: 'int32 3+ = -1',
    memberId: "string 3+ = ''",
    groupInstanceId: 'string? 3+ = null',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        committedOffset: 'int64',
        committedLeaderEpoch: 'int32 2+ = -1',
        committedMetadata: 'string?',
      }),
    }),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    topics: struct('[]', {
      name: 'string',
      partitions: struct('[]', {
        partitionIndex: 'int32',
        errorCode: 'int16',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type TxnOffsetCommitRequest = Decoded<typeof txnOffsetCommit.request>;
export type TxnOffsetCommitResponse = Encodable<typeof txnOffsetCommit.response>;
