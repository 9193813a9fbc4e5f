/**
 * AddPartitionsToTxn (key 24): adds partitions to an open transaction.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

const addPartitionsToTxnTopic = {
  name: 'string',
  partitions: 'int32[]',
} as const;

const addPartitionsToTxnPartitionResult = {
  partitionIndex: 'int32',
  partitionErrorCode: 'int16',
} as const;

const addPartitionsToTxnTopicResult = {
  name: 'string',
  resultsByPartition: struct('[]', addPartitionsToTxnPartitionResult),
} as const;

export const addPartitionsToTxn = {
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: [0, 5],
  flexible: 3,
  request: {
    transactions: struct('[] 4+', {
      transactionalId: 'string',
      producerId: 'int64',
      producerEpoch: 'int16',
      verifyOnly: 'bool = false',
      topics: struct('[]', addPartitionsToTxnTopic),
    }),
    v3AndBelowTransactionalId: 'string 0-3',
    v3AndBelowProducerId: 'int64 0-3',
    v3AndBelowProducerEpoch: 'int16 0-3',
    v3AndBelowTopics: struct('[] 0-3', addPartitionsToTxnTopic),
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16 4+',
    resultsByTransaction: struct('[] 4+', {
      transactionalId: 'string',
      topicResults: struct('[]', addPartitionsToTxnTopicResult),
    }),
    resultsByTopicV3AndBelow: struct('[] 0-3', addPartitionsToTxnTopicResult),
  },
} as const satisfies ApiSchema;

export type AddPartitionsToTxnRequest = Decoded<typeof addPartitionsToTxn.request>;
export type AddPartitionsToTxnResponse = Encodable<typeof addPartitionsToTxn.response>;
