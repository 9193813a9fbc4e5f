/**
 * Appends that wait for their commit, in log order, with those who wait for them.
 *
 *   add ─▶ [ oldest … newest ] ─▶ commitOldest: 0      expire: 15, but the append stays in line      close: 16
 *
 * Invariant: everybody is told exactly once. Reads that saw the newest append's effect wait with it (`whenAll`), so
 * nobody is ever shown what a change of term may take back.
 */
import { assert, present } from '../../raft/index.ts';
import type { Millis } from '../../raft/index.ts';
import { ERROR_CODES } from '../wire/index.ts';

/** Told 0 (committed), COORDINATOR_NOT_AVAILABLE (not in time; it may still be) or NOT_COORDINATOR (the term is over). */
export type Settled = (error: number) => void;

interface Pending {
  readonly deadline: Millis;
  /** Null once told of the deadline. */
  waiting: Settled[] | null;
}

export class PendingAppends {
  #queue: Pending[] = [];

  get size(): number {
    return this.#queue.length;
  }

  /** Instant at which `expire` has something to do; null when nobody waits. */
  due(): Millis | null {
    return this.#queue.find((pending) => pending.waiting !== null)?.deadline ?? null;
  }

  /** Puts the append that was just made at the end of the line. Deadlines never fall. */
  add(deadline: Millis, settled: Settled): void {
    this.#queue.push({ deadline, waiting: [settled] });
  }

  commitOldest(): void {
    const oldest = present(this.#queue.shift(), 'an append that could be committed');
    for (const settled of oldest.waiting ?? []) settled(0);
  }

  /** Calls back when all appends of this moment are committed; at once when there are none. */
  whenAll(settled: Settled): void {
    const newest = this.#queue.at(-1);
    if (newest === undefined) settled(0);
    else if (newest.waiting === null) settled(ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code);
    else newest.waiting.push(settled);
  }

  /** Tells everybody whose deadline has passed. */
  expire(now: Millis): void {
    for (const pending of [...this.#queue]) {
      if (pending.deadline > now) return;
      const waiting = pending.waiting ?? [];
      pending.waiting = null;
      for (const settled of waiting) settled(ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code);
    }
  }

  /** The term is over: tells everybody and forgets all. */
  close(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const pending of queue) for (const settled of pending.waiting ?? []) settled(ERROR_CODES.NOT_COORDINATOR.code);
    assert(this.#queue.length === 0, 'an append was made while the term ended');
  }
}
