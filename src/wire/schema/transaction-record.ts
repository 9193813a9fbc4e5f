/**
 * Records of the internal topic `__transaction_state`.
 *
 * Key and value are preceded by an int16 version. The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { DataSchema, Decoded } from './field.ts';

export const transactionLogKey = {
  name: 'TransactionLogKey',
  versions: [0, 0],
  flexible: null,
  fields: {
    transactionalId: 'string',
  },
} as const satisfies DataSchema;
export type TransactionLogKey = Decoded<typeof transactionLogKey.fields>;

export const transactionLogValue = {
  name: 'TransactionLogValue',
  versions: [0, 1],
  flexible: 1,
  fields: {
    producerId: 'int64',
    previousProducerId: 'int64 1+ tag 0 = -1',
    nextProducerId: 'int64 1+ tag 1 = -1',
    producerEpoch: 'int16',
    nextProducerEpoch: 'int16 1+ tag 3 = -1',
    transactionTimeoutMs: 'int32',
    transactionStatus: 'int8',
    transactionPartitions: struct('[]?', {
      topic: 'string',
      partitionIds: 'int32[]',
    }),
    transactionLastUpdateTimestampMs: 'int64',
    transactionStartTimestampMs: 'int64',
    clientTransactionVersion: 'int16 1+ tag 2 = 0',
  },
} as const satisfies DataSchema;
export type TransactionLogValue = Decoded<typeof transactionLogValue.fields>;
