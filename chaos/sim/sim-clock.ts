/**
 * The simulated `Clock`: virtual time as one machine sees it.
 *
 * Each machine's monotonic clock has its own offset and rate (a rate of 1.05 runs 5 % fast), its wall clock
 * its own skew; the simulator may change them at any moment, and neither makes `now` step back.
 */
import { millis } from '../../raft/index.ts';
import type { Millis } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';
import type { Life } from './life.ts';
import type { Scheduler } from './scheduler.ts';

/** The two clocks of a machine; they outlive its processes. */
export class MachineClock {
  readonly #scheduler: Scheduler;
  readonly #wallStart: number;
  #base: number;
  #baseAt = 0;
  #rate = 1;
  #skew = 0;

  /**
   * @param offset monotonic milliseconds at the beginning of the world
   * @param wallStart wall clock at the beginning of the world, milliseconds since 1970
   */
  constructor(scheduler: Scheduler, offset: number, wallStart: number) {
    this.#scheduler = scheduler;
    this.#base = offset;
    this.#wallStart = wallStart;
  }

  now(): number {
    return this.#base + (this.#scheduler.now - this.#baseAt) * this.#rate;
  }

  wallNow(): number {
    return Math.floor(this.#wallStart + this.#scheduler.now + this.#skew);
  }

  get rate(): number {
    return this.#rate;
  }

  /** Makes the monotonic clock run at `rate` (1 is true time) from now on; timers already set keep their deadline. */
  setRate(rate: number): void {
    this.#base = this.now();
    this.#baseAt = this.#scheduler.now;
    this.#rate = rate;
  }

  /** Puts the wall clock `skew` milliseconds ahead of true time (negative: behind). */
  setWallSkew(skew: number): void {
    this.#skew = skew;
  }
}

class SimTimer implements Timer {
  #cancel: (() => void) | null;

  constructor(cancel: () => void) {
    this.#cancel = cancel;
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

export class SimClock implements Clock {
  readonly #life: Life;
  readonly #clock: MachineClock;

  constructor(life: Life, clock: MachineClock) {
    this.#life = life;
    this.#clock = clock;
  }

  now(): Millis {
    return millis(this.#clock.now());
  }

  wallNow(): number {
    return this.#clock.wallNow();
  }

  setTimer(delay: Millis, callback: () => void): Timer {
    const life = this.#life;
    if (!life.alive) return new SimTimer(() => undefined);
    const event = life.schedule('timer', delay / this.#clock.rate, callback);
    return new SimTimer(() => life.scheduler.cancel(event));
  }

  defer(callback: () => void): void {
    if (this.#life.alive) this.#life.schedule('defer', 0, callback);
  }
}
