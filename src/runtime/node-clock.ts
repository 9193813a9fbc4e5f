/**
 * The real `Clock`: the process's monotonic clock, its wall clock and its event loop.
 *
 * Node's timers may fire a little early against `performance.now` and carry at most 2^31 ms: a timer that
 * comes early is set again for what is left.
 */
import { millis } from '../../raft/index.ts';
import type { Millis } from '../../raft/index.ts';
import type { Clock, Timer } from '../ports/index.ts';

const TIMEOUT_MAX = 0x7fff_ffff;

class NodeTimer implements Timer {
  readonly #deadline: number;
  readonly #callback: () => void;
  #timeout: NodeJS.Timeout | null = null;

  constructor(delay: number, callback: () => void) {
    this.#deadline = performance.now() + delay;
    this.#callback = callback;
    this.#set(delay);
  }

  cancel(): void {
    if (this.#timeout !== null) clearTimeout(this.#timeout);
    this.#timeout = null;
  }

  #set(delay: number): void {
    this.#timeout = setTimeout(() => this.#fire(), Math.min(Math.ceil(delay), TIMEOUT_MAX));
    this.#timeout.unref();
  }

  #fire(): void {
    const left = this.#deadline - performance.now();
    if (left > 0) return this.#set(left);
    this.#timeout = null;
    this.#callback();
  }
}

/** So often deferred work may defer more and still have it done before the event loop looks for input. */
const GENERATIONS = 2;

export class NodeClock implements Clock {
  #deferred: (() => void)[] = [];
  #isScheduled = false;

  now(): Millis {
    return millis(performance.now());
  }

  wallNow(): number {
    return Date.now();
  }

  setTimer(delay: Millis, callback: () => void): Timer {
    return new NodeTimer(delay, callback);
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#endTurn());
  }

  /**
   * One `setImmediate` for each would let the loop take in new input between a batch that is to be sent and its frame that
   * is to be written: what was deferred is done, and what that deferred, but not without end.
   */
  #endTurn(): void {
    let now: (() => void)[] = [];
    let done = 0;
    try {
      for (let generation = 0; generation < GENERATIONS && this.#deferred.length > 0; generation += 1) {
        now = this.#deferred;
        this.#deferred = [];
        for (done = 0; done < now.length;) {
          const callback = now[done];
          done += 1;
          callback?.();
        }
      }
    } finally {
      this.#isScheduled = false;
      // One that threw does not take the others with it.
      if (done < now.length) this.#deferred = [...now.slice(done), ...this.#deferred];
      if (this.#deferred.length > 0) this.#schedule();
    }
  }
}
