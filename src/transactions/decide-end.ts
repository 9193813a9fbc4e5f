/**
 * EndTxn: a transaction is to be committed or aborted; and what follows when its markers are all written.
 *
 * TV1 (up to version 4): the epoch must be the current one and stays; a repeat is recognised by the state.
 * TV2 (version 5, KIP-890): each transaction ends in a new epoch, or in a fresh id when there is none left, which the answer
 * tells; a repeat is recognised by the epoch before (R), if that end was of TV2 too, the next request by the current one (C).
 *
 * | committed      | TV1 commit | abort | TV2 commit R | C  | abort R | C     |
 * | Ongoing        | write      | write | 90           | ok | 90      | ok    |
 * | PrepareCommit  | 51         | 48    | 51           | 90 | 48      | 90    |
 * | PrepareAbort   | 48         | 51    | 48           | 90 | 51      | 90    |
 * | CompleteCommit | 0          | 48    | 0            | 48 | 48      | abort |
 * | CompleteAbort  | 48         | 0     | 48           | 48 | 0       | abort |
 * | Empty          | 48         | 48    | 90           | 48 | 90      | abort |
 */
import { assert } from '../../raft/index.ts';
import { answer, refuse, write } from './decision.ts';
import type { Decision, Known, ProducerIdentity } from './decision.ts';
import { EPOCH_MAX, isEnded, isEnding, isExhausted, isIdle, NO_PARTITIONS } from './transaction.ts';
import type { Transaction } from './transaction.ts';

export interface EndRequest extends ProducerIdentity {
  readonly committed: boolean;
  /** 2 from version 5 of EndTxn on, else 0. */
  readonly clientVersion: number;
}

/** @param freshId an id that nobody has, when one is at hand. */
export function decideEnd(known: Known, request: EndRequest, freshId: number | null, wallNow: number): Decision {
  if (known.pending) return refuse('CONCURRENT_TRANSACTIONS');
  if (known.transaction === null) return refuse('INVALID_PRODUCER_ID_MAPPING');
  return request.clientVersion >= 2
    ? endWithBump(known.transaction, request, freshId, wallNow)
    : endInPlace(known.transaction, request, wallNow);
}

function endInPlace(transaction: Transaction, request: EndRequest, wallNow: number): Decision {
  if (transaction.producerId !== request.producerId) return refuse('INVALID_PRODUCER_ID_MAPPING');
  if (transaction.producerEpoch !== request.producerEpoch) return refuse('PRODUCER_FENCED');
  if (transaction.status === 'Ongoing') return write(prepared(transaction, request, wallNow));
  return ended(transaction, request.committed);
}

/** What is told to somebody who repeats, or contradicts, the end of a transaction. */
function ended(transaction: Transaction, committed: boolean): Decision {
  const { status } = transaction;
  if (status === (committed ? 'PrepareCommit' : 'PrepareAbort')) return refuse('CONCURRENT_TRANSACTIONS');
  if (status === (committed ? 'CompleteCommit' : 'CompleteAbort')) return answer(transaction);
  return refuse('INVALID_TXN_STATE');
}

function endWithBump(transaction: Transaction, request: EndRequest, freshId: number | null, wallNow: number): Decision {
  const { producerId, producerEpoch } = transaction;
  const repeatsLastEpoch = request.producerId !== producerId && repeatsOverflow(transaction, request);
  if (request.producerId !== producerId && !repeatsLastEpoch) return refuse('INVALID_PRODUCER_ID_MAPPING');
  const isCurrent = !repeatsLastEpoch && request.producerEpoch === producerEpoch;
  // Of an end that has bumped the epoch, as TV2 does: else the epoch before is that of a producer that was replaced.
  const isRepeat = repeatsLastEpoch || (transaction.clientVersion >= 2 && request.producerEpoch === producerEpoch - 1);
  if (isRepeat && (isEnded(transaction) || isEnding(transaction))) return ended(transaction, request.committed);
  if (!isCurrent || isEnding(transaction)) return refuse('PRODUCER_FENCED');
  // A client that does not know whether its transaction has begun aborts it.
  if (isIdle(transaction) && request.committed) return refuse('INVALID_TXN_STATE');
  if (isExhausted(producerEpoch) && freshId === null) return { kind: 'needs-producer-id' };
  const bumped = prepared(transaction, request, wallNow);
  const next: Transaction = {
    ...bumped,
    producerEpoch: Math.min(producerEpoch + 1, EPOCH_MAX),
    lastProducerEpoch: producerEpoch,
    nextProducerId: isExhausted(producerEpoch) ? freshId : null,
    startedAt: isIdle(transaction) ? wallNow : transaction.startedAt,
  };
  const given = next.nextProducerId === null ? next : { producerId: next.nextProducerId, producerEpoch: 0 };
  return { kind: 'write', next, error: 0, producerId: given.producerId, producerEpoch: given.producerEpoch };
}

/** A request under the last epoch of the id before, whose answer with the fresh id was lost. */
function repeatsOverflow(transaction: Transaction, request: EndRequest): boolean {
  const isNew = transaction.producerEpoch === 0 && transaction.previousProducerId === request.producerId;
  return isNew && request.producerEpoch === EPOCH_MAX - 1;
}

function prepared(transaction: Transaction, request: EndRequest, wallNow: number): Transaction {
  return {
    ...transaction,
    previousProducerId: transaction.producerId,
    status: request.committed ? 'PrepareCommit' : 'PrepareAbort',
    updatedAt: wallNow,
    clientVersion: request.clientVersion,
  };
}

/** The transaction once all of its markers are written. */
export function completed(transaction: Transaction, wallNow: number): Transaction {
  assert(isEnding(transaction), () => `a transaction that is ${transaction.status} cannot be completed`);
  const { producerId, producerEpoch, nextProducerId } = transaction;
  return {
    ...transaction,
    producerId: nextProducerId ?? producerId,
    producerEpoch: nextProducerId === null ? producerEpoch : 0,
    previousProducerId: producerId,
    nextProducerId: null,
    status: transaction.status === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    partitions: NO_PARTITIONS,
    updatedAt: wallNow,
  };
}

/** Whether an open transaction has had its time. */
export function isTimedOut(transaction: Transaction, wallNow: number): boolean {
  const { status, startedAt, timeoutMs } = transaction;
  return status === 'Ongoing' && startedAt !== null && startedAt + timeoutMs < wallNow;
}

/** Whether an id that does nothing may be forgotten. */
export function isExpired(transaction: Transaction, wallNow: number, expirationMs: number): boolean {
  return isIdle(transaction) && transaction.updatedAt + expirationMs <= wallNow;
}
