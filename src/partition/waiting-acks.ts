/**
 * Produces that wait for the high watermark or the durable end to reach the end of their batch. First in, first out:
 * ends rise with time, so completing looks only at the front.
 *
 * A wait belongs to one term; when the leadership or the term is lost, all fail (design 2.1: acks=all waits for
 * HW ≥ end in the same term). What is completed is let go at once: a wait may hold a client's whole request. When the disk
 * is full, whoever can be told so does not wait for space; the batch stays where it is.
 */
import type { Offset } from '../../raft/index.ts';

export interface AckWait {
  readonly end: Offset;
  /** May add waits, and lose them all. */
  readonly done: (result: 'reached' | 'lost') => void;
  /** Instead of `done` when it is not known how long it would take; absent: it waits. */
  readonly refuse?: (reason: string) => void;
}

/** Free slots at the front before the rest moves down: taking from the front costs O(1). */
const SLACK = 64;

export class WaitingAcks {
  /** Null: completed. */
  #waits: (AckWait | null)[] = [];
  /** Index of the first live entry of `#waits`; all before it are null. */
  #front = 0;

  get size(): number {
    return this.#waits.length - this.#front;
  }

  /** `wait.end` is mostly the largest so far; duplicates of earlier batches may come with a smaller one. Equal ends keep their order. */
  add(wait: AckWait): void {
    let at = this.#waits.length;
    while (at > this.#front && (this.#waits[at - 1]?.end ?? 0) > wait.end) at -= 1;
    this.#waits.splice(at, 0, wait);
  }

  /** Completes all waits with end ≤ `reached`. */
  complete(reached: Offset): void {
    for (let wait = this.#take(reached); wait !== null; wait = this.#take(reached)) wait.done('reached');
  }

  /** Fails all. */
  lose(): void {
    const lost = this.#waits.slice(this.#front);
    this.#waits = [];
    this.#front = 0;
    for (const wait of lost) wait?.done('lost');
  }

  /** Refuses all that can be refused. */
  refuse(reason: string): void {
    const waits = this.#waits.slice(this.#front).filter((wait) => wait !== null);
    this.#waits = waits.filter((wait) => wait.refuse === undefined);
    this.#front = 0;
    for (const wait of waits) wait.refuse?.(reason);
  }

  #take(reached: Offset): AckWait | null {
    const wait = this.#waits[this.#front] ?? null;
    if (wait === null || wait.end > reached) return null;
    this.#waits[this.#front] = null;
    this.#front += 1;
    if (this.#front === this.#waits.length) this.lose();
    else if (this.#front > SLACK && this.#front * 2 > this.#waits.length) {
      this.#waits.splice(0, this.#front);
      this.#front = 0;
    }
    return wait;
  }
}
