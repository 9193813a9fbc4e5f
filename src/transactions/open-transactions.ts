/**
 * Which open transactions have had their time, by the wall clock or by the one that never jumps, whichever says so first.
 *
 * A record says when its transaction began by the wall clock of that moment. Where that was wrong and was set back, nobody would end
 * the transaction before the wall clock is there again; so it is also counted how long each has been open since it was first seen
 * here, after a start or a change of coordinator from there on.
 */
import type { Millis } from '../../raft/index.ts';
import { isTimedOut } from './decide-end.ts';
import type { Transaction } from './transaction.ts';

interface Seen {
  readonly startedAt: number | null;
  readonly at: Millis;
}

/** One per partition of `__transaction_state` and term. */
export class OpenTransactions {
  #seen = new Map<string, Seen>();

  /**
   * Looks at all of them; to be called again and again.
   *
   * @param now monotonic
   * @param wallNow milliseconds since 1970
   */
  timedOut<Each extends { readonly transactionalId: string; readonly transaction: Transaction }>(
    all: readonly Each[],
    now: Millis,
    wallNow: number,
  ): readonly Each[] {
    const before = this.#seen;
    this.#seen = new Map();
    return all.filter(({ transactionalId, transaction }) => {
      const { status, startedAt, timeoutMs } = transaction;
      if (status !== 'Ongoing') return false;
      const known = before.get(transactionalId);
      const seen = known !== undefined && known.startedAt === startedAt ? known : { startedAt, at: now };
      this.#seen.set(transactionalId, seen);
      return isTimedOut(transaction, wallNow) || now - seen.at > timeoutMs;
    });
  }
}
