/**
 * What the coordinator does about a request: what each of the pure functions of `decide-*.ts` returns.
 *
 * ```
 *  committed transaction, pending?, request ─▶ decide ─▶ refuse | answer
 *                                                    ├─▶ write `next`, and answer when it is committed
 *                                                    └─▶ needs a fresh producer id: get one, decide again
 * ```
 *
 * Decisions are made from what is committed; while a transition is being written every other one is refused with 51.
 */
import { ERROR_CODES } from '../wire/index.ts';
import type { ErrorName } from '../wire/index.ts';
import type { Transaction } from './transaction.ts';

/** A transactional id as decisions see it. */
export interface Known {
  /** As committed; null: there is none. */
  readonly transaction: Transaction | null;
  /** A transition of it has been written and is not committed yet. */
  readonly pending: boolean;
}

export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export type Decision =
  | { readonly kind: 'refuse'; readonly error: number }
  /** Success, and nothing has to be written. */
  | ({ readonly kind: 'answer' } & ProducerIdentity)
  /** `error` (mostly 0) and the identity are answered once `next` is committed. */
  | ({ readonly kind: 'write'; readonly next: Transaction; readonly error: number } & ProducerIdentity)
  | { readonly kind: 'needs-producer-id' };

export function refuse(error: ErrorName): Decision {
  return { kind: 'refuse', error: ERROR_CODES[error].code };
}

/** Success with what the producer has to use from now on. */
export function answer({ producerId, producerEpoch }: ProducerIdentity): Decision {
  return { kind: 'answer', producerId, producerEpoch };
}

/** Writes `next`, and answers with its producer. */
export function write(next: Transaction): Decision {
  return { kind: 'write', next, error: 0, producerId: next.producerId, producerEpoch: next.producerEpoch };
}
