/**
 * DescribeTransactions (key 65): shows transactions by transactional id.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const describeTransactions = {
  key: 65,
  name: 'DescribeTransactions',
  versions: [0, 0],
  flexible: 0,
  request: {
    transactionalIds: 'string[]',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    transactionStates: struct('[]', {
      errorCode: 'int16',
      transactionalId: 'string',
      transactionState: 'string',
      transactionTimeoutMs: 'int32',
      transactionStartTimeMs: 'int64',
      producerId: 'int64',
      producerEpoch: 'int16',
      topics: struct('[]', {
        topic: 'string',
        partitions: 'int32[]',
      }),
    }),
  },
} as const satisfies ApiSchema;

export type DescribeTransactionsRequest = Decoded<typeof describeTransactions.request>;
export type DescribeTransactionsResponse = Encodable<typeof describeTransactions.response>;
