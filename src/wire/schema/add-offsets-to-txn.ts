/**
 * AddOffsetsToTxn (key 25): adds a group's offsets partition to an open transaction.
 *
 * The notation is explained in `field.ts`.
 */
import type { ApiSchema, Decoded, Encodable } from './field.ts';

export const addOffsetsToTxn = {
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: [0, 4],
  flexible: 3,
  request: {
    transactionalId: 'string',
    producerId: 'int64',
    producerEpoch: 'int16',
    groupId: 'string',
  },
  response: {
    throttleTimeMs: 'int32 = 0',
    errorCode: 'int16',
  },
} as const satisfies ApiSchema;

export type AddOffsetsToTxnRequest = Decoded<typeof addOffsetsToTxn.request>;
export type AddOffsetsToTxnResponse = Encodable<typeof addOffsetsToTxn.response>;
