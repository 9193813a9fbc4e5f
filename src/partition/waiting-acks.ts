/**
 * Produces that wait for the high watermark or the durable end to reach the end of their batch. First in, first out:
 * ends rise with time, so completing looks only at the front.
 *
 * A wait belongs to one term; when the leadership or the term is lost, all fail (design 2.1: acks=all waits for
 * HW ≥ end in the same term).
 */
import type { Offset } from '../../raft/index.ts';

export interface AckWait {
  readonly end: Offset;
  readonly done: (result: 'reached' | 'lost') => void;
}

export class WaitingAcks {
  #waits: AckWait[] = [];
  /** Index of the first live entry of `#waits`; compacted now and then, so that taking from the front costs O(1). */
  #front = 0;

  get size(): number {
    return this.#waits.length - this.#front;
  }

  /** `wait.end` is mostly the largest so far; duplicates of earlier batches may come with a smaller one. */
  add(wait: AckWait): void {
    let at = this.#waits.length;
    while (at > this.#front && (this.#waits[at - 1]?.end ?? 0) > wait.end) at -= 1;
    this.#waits.splice(at, 0, wait);
  }

  /** Completes all waits with end ≤ `reached`. */
  complete(reached: Offset): void {
    for (let wait = this.#waits[this.#front]; wait !== undefined && wait.end <= reached; wait = this.#waits[this.#front]) {
      this.#front += 1;
      wait.done('reached');
    }
    if (this.#front > 64 && this.#front * 2 > this.#waits.length) {
      this.#waits.splice(0, this.#front);
      this.#front = 0;
    }
  }

  /** Fails all. */
  lose(): void {
    const lost = this.#waits.slice(this.#front);
    this.#waits = [];
    this.#front = 0;
    for (const wait of lost) wait.done('lost');
  }
}
