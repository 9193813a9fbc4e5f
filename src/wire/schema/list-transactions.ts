/**
 * ListTransactions (key 66): lists the transactions of one node.
 *
 * The notation is explained in `field.ts`.
 */
import { struct } from './field.ts';
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const listTransactions = {
  key: 66,
  name: 'ListTransactions',
  versions: [0, 2],
  flexible: 0,
  request: {
    stateFilters: 'string[]',
    producerIdFilters: 'int64[]',
    durationFilter: 'int64 1+ = -1',
    transactionalIdPattern: 'string? 2+ = null',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    unknownStateFilters: 'string[]',
    transactionStates: struct('[]', {
      transactionalId: 'string',
      producerId: 'int64',
      transactionState: 'string',
    }),
  },
} as const satisfies ApiSchema;

export type ListTransactionsRequest = Decoded<typeof listTransactions.request>;
export type ListTransactionsResponse = Encodable<typeof listTransactions.response>;
