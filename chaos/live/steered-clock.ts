/**
 * A `Clock` around the real one that runs fast or slow, and whose wall clock jumps, when the harness says so.
 *
 * ```
 *  node ─▶ SteeredClock ─▶ NodeClock
 *              └ now = steered when the rate changed + (real time since then) × rate      never steps back
 * ```
 */
import type { Millis } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';

/** What a clock is to do wrong; the harness sends it to the node's process. */
export interface ClockFaultState {
  /** How many milliseconds pass for the node in one real millisecond. */
  rate: number;
  /** Milliseconds by which the wall clock is wrong. */
  wallOffset: number;
}

export function soundClock(): ClockFaultState {
  return { rate: 1, wallOffset: 0 };
}

export class SteeredClock implements Clock {
  readonly #clock: Clock;
  #faults: ClockFaultState = soundClock();
  /** Real and steered time when the rate changed. */
  #since: number;
  #steered: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
    this.#steered = this.#since;
  }

  /** From now on; timers that are set already ring by the rate they were set under. */
  steer(change: Partial<ClockFaultState>): void {
    this.#steered = this.now();
    this.#since = this.#clock.now();
    this.#faults = { ...this.#faults, ...change };
  }

  now(): Millis {
    return (this.#steered + (this.#clock.now() - this.#since) * this.#faults.rate) as Millis;
  }

  wallNow(): number {
    return Math.round(this.#clock.wallNow() + this.#faults.wallOffset);
  }

  setTimer(delay: Millis, callback: () => void): Timer {
    return this.#clock.setTimer((delay / this.#faults.rate) as Millis, callback);
  }

  defer(callback: () => void): void {
    this.#clock.defer(callback);
  }
}
