/**
 * InitProducerId (key 22): gives an idempotent or transactional producer its id.
 *
 * Its highest version is unstable: never advertise it. The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const initProducerId = {
  key: 22,
  name: 'InitProducerId',
  versions: [0, 6],
  flexible: 2,
  request: {
    transactionalId: 'string?',
    transactionTimeoutMs: 'int32',
    producerId: 'int64 3+ = -1',
    producerEpoch: 'int16 3+ = -1',
    enable2Pc: 'bool 6+ = false',
    keepPreparedTxn: 'bool 6+ = false',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
    producerId: 'int64 = -1',
    producerEpoch: 'int16',
    ongoingTxnProducerId: 'int64 6+ = -1',
    ongoingTxnProducerEpoch: 'int16 6+ = -1',
  },
} as const satisfies ApiSchema;

export type InitProducerIdRequest = Decoded<typeof initProducerId.request>;
export type InitProducerIdResponse = Encodable<typeof initProducerId.response>;
