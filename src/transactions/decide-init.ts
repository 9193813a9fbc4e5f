/**
 * InitProducerId with a transactional id: a new life of its producer, which fences all earlier ones (KIP-98, KIP-360).
 *
 * | committed                | answer                                                                             |
 * | none                     | a fresh id, epoch 0                                                                |
 * | Empty, CompleteX         | epoch + 1; a fresh id at epoch 0 when the epochs are used up                       |
 * | Ongoing                  | the transaction is aborted under a newer epoch, and the client told 51: it repeats |
 * | PrepareX, or pending     | 51                                                                                 |
 *
 * A client that knows its id and epoch names them (KIP-360). The current ones: it goes on after an error. Those before: it
 * repeats a request whose answer was lost, and is given the same again. Any other: it has been fenced, 90.
 */
import { ERROR_CODES } from '../wire/index.ts';
import { refuse, write } from './decision.ts';
import type { Decision, Known, ProducerIdentity } from './decision.ts';
import { EPOCH_MAX, isEnding, isExhausted, NO_PARTITIONS } from './transaction.ts';
import type { Transaction } from './transaction.ts';

export interface InitRequest {
  readonly timeoutMs: number;
  /** What the client believes to be; null: it is new. */
  readonly expected: ProducerIdentity | null;
}

/** @param freshId an id that nobody has, when one is at hand. */
export function decideInit(known: Known, request: InitRequest, freshId: number | null, wallNow: number): Decision {
  const { transaction } = known;
  if (known.pending) return refuse('CONCURRENT_TRANSACTIONS');
  if (transaction === null)
    return freshId === null ? { kind: 'needs-producer-id' } : write(born(request, freshId, wallNow));
  const { expected } = request;
  if (expected !== null && !isOfThisLine(transaction, expected)) return refuse('PRODUCER_FENCED');
  if (isEnding(transaction)) return refuse('CONCURRENT_TRANSACTIONS');
  if (transaction.status === 'Ongoing') {
    const next = fenced(transaction, wallNow);
    return { ...next, error: ERROR_CODES.CONCURRENT_TRANSACTIONS.code };
  }
  const { producerEpoch, lastProducerEpoch } = transaction;
  const isCurrent = expected === null || expected.producerEpoch === producerEpoch;
  if (!isCurrent && expected.producerEpoch !== lastProducerEpoch) return refuse('PRODUCER_FENCED');
  const empty = emptied(transaction, request, wallNow);
  // A repeated request: the same answer, which is written again because the answer to the first may have been an error.
  if (!isCurrent) return write(empty);
  const last = expected === null ? null : producerEpoch;
  if (!isExhausted(producerEpoch))
    return write({ ...empty, producerEpoch: producerEpoch + 1, lastProducerEpoch: last });
  if (freshId === null) return { kind: 'needs-producer-id' };
  return write({ ...empty, producerId: freshId, producerEpoch: 0, lastProducerEpoch: last });
}

/** Whether `expected` can be a producer of this transactional id; its epoch is looked at later. */
function isOfThisLine(transaction: Transaction, { producerId, producerEpoch }: ProducerIdentity): boolean {
  if (producerId === transaction.producerId) return true;
  return producerId === transaction.previousProducerId && isExhausted(producerEpoch);
}

function born(request: InitRequest, producerId: number, wallNow: number): Transaction {
  return {
    producerId,
    previousProducerId: producerId,
    nextProducerId: null,
    producerEpoch: 0,
    lastProducerEpoch: null,
    timeoutMs: request.timeoutMs,
    status: 'Empty',
    partitions: NO_PARTITIONS,
    updatedAt: wallNow,
    startedAt: null,
    clientVersion: 0,
  };
}

function emptied(transaction: Transaction, request: InitRequest, wallNow: number): Transaction {
  return {
    ...transaction,
    previousProducerId: transaction.producerId,
    nextProducerId: null,
    timeoutMs: request.timeoutMs,
    status: 'Empty',
    partitions: NO_PARTITIONS,
    updatedAt: wallNow,
    startedAt: null,
  };
}

/**
 * Aborts a transaction whose producer has been replaced, or was too slow. Two epochs on: had it been one, the old producer's
 * EndTxn would look like the repeat of one that had bumped its epoch, and be told the new one (KIP-890).
 */
export function fenced(transaction: Transaction, wallNow: number): Extract<Decision, { kind: 'write' }> {
  const fence = Math.min(transaction.producerEpoch + 1, EPOCH_MAX);
  const next: Transaction = {
    ...transaction,
    previousProducerId: transaction.producerId,
    nextProducerId: null,
    producerEpoch: Math.min(fence + 1, EPOCH_MAX),
    lastProducerEpoch: fence,
    status: 'PrepareAbort',
    updatedAt: wallNow,
    clientVersion: 2,
  };
  return { kind: 'write', next, error: 0, producerId: next.producerId, producerEpoch: next.producerEpoch };
}
