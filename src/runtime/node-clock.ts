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

export class NodeClock implements Clock {
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
    setImmediate(callback);
  }
}
