/**
 * AddPartitionsToTxn and AddOffsetsToTxn: the first partition begins a transaction. Verification: is a partition in it?
 *
 * Checked in this order: 51 while a transition is being written, 49 for another producer id, 90 for another epoch, 51 while
 * the last transaction is ending.
 */
import { ERROR_CODES } from '../wire/index.ts';
import { answer, refuse, write } from './decision.ts';
import type { Decision, Known, ProducerIdentity } from './decision.ts';
import { includes, includesAll, isEnding, isIdle, union } from './transaction.ts';
import type { PartitionSet, Transaction } from './transaction.ts';

export interface AddRequest extends ProducerIdentity {
  readonly partitions: PartitionSet;
  /** 2 when the client speaks TV2, that is, a leader adds for it; else 0. */
  readonly clientVersion: number;
}

function refusalOf(transaction: Transaction | null, { producerId, producerEpoch }: ProducerIdentity): Decision | null {
  if (transaction === null || transaction.producerId !== producerId) return refuse('INVALID_PRODUCER_ID_MAPPING');
  if (transaction.producerEpoch !== producerEpoch) return refuse('PRODUCER_FENCED');
  return isEnding(transaction) ? refuse('CONCURRENT_TRANSACTIONS') : null;
}

export function decideAdd(known: Known, request: AddRequest, wallNow: number): Decision {
  const { transaction } = known;
  if (known.pending) return refuse('CONCURRENT_TRANSACTIONS');
  const refusal = refusalOf(transaction, request);
  if (refusal !== null || transaction === null) return refusal ?? refuse('INVALID_PRODUCER_ID_MAPPING');
  const { status, partitions, startedAt, producerId } = transaction;
  if (status === 'Ongoing' && includesAll(partitions, request.partitions)) return answer(transaction);
  return write({
    ...transaction,
    previousProducerId: producerId,
    status: 'Ongoing',
    partitions: union(partitions, request.partitions),
    updatedAt: wallNow,
    startedAt: isIdle(transaction) ? wallNow : startedAt,
    clientVersion: request.clientVersion,
  });
}

/**
 * Whether the committed transaction of this producer covers a partition: 0, 120 when it does not, or why there is none. What
 * is being written does not count: it may be lost, and then nobody would write a marker for what was let in.
 */
export function verifyPartition(known: Known, producer: ProducerIdentity, topic: string, index: number): number {
  const { transaction } = known;
  const refusal = refusalOf(transaction, producer);
  if (refusal?.kind === 'refuse') return refusal.error;
  if (transaction?.status === 'Ongoing' && includes(transaction.partitions, topic, index)) return 0;
  return ERROR_CODES.TRANSACTION_ABORTABLE.code;
}
