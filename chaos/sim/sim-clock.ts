/**
 * The simulated `Clock`: virtual time as one machine sees it.
 *
 * Each machine's monotonic clock has its own offset and rate (a rate of 1.05 runs 5 % fast), its wall clock
 * its own skew; the simulator may change them at any moment, and neither makes `now` step back. It may stand still and then
 * leap: timers that are due meanwhile fire after the leap. Timers may be a little early, and late.
 */
import { millis } from '../../raft/index.ts';
import type { Millis, Random } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';
import type { Life } from './life.ts';
import type { Scheduler } from './scheduler.ts';

/** Places in `MachineClock`'s numbers. */
const BASE = 0;
const BASE_AT = 1;
const RATE = 2;
const SKEW = 3;

/** The two clocks of a machine; they outlive its processes. */
export class MachineClock {
  readonly #scheduler: Scheduler;
  readonly #wallStart: number;
  /**
   * Monotonic milliseconds at an instant, that instant, the rate since then, and the skew of the wall clock. Not fields: one that
   * turns from a whole number into a fraction makes V8 drop the machine code of all that reads a clock.
   */
  readonly #numbers = new Float64Array(4);
  #frozen: { readonly at: number; readonly waiting: (() => void)[] } | null = null;
  /** Timers fire up to so many milliseconds before or after they are due. */
  timers: { readonly early: number; readonly late: number } = { early: 0, late: 0 };

  /**
   * @param offset monotonic milliseconds at the beginning of the world
   * @param wallStart wall clock at the beginning of the world, milliseconds since 1970
   */
  constructor(scheduler: Scheduler, offset: number, wallStart: number) {
    this.#scheduler = scheduler;
    this.#numbers[BASE] = offset;
    this.#numbers[RATE] = 1;
    this.#wallStart = wallStart;
  }

  now(): number {
    if (this.#frozen !== null) return this.#frozen.at;
    return this.#number(BASE) + (this.#scheduler.now - this.#number(BASE_AT)) * this.#number(RATE);
  }

  wallNow(): number {
    return Math.floor(this.#wallStart + this.#scheduler.now + this.skew);
  }

  get rate(): number {
    return this.#number(RATE);
  }

  get frozen(): boolean {
    return this.#frozen !== null;
  }

  /** From now on the monotonic clock stands still, and no timer fires, until {@link thaw}. */
  freeze(): void {
    this.#frozen ??= { at: this.now(), waiting: [] };
  }

  /** It leaps to where it would be, and what was due meanwhile fires. */
  thaw(): void {
    const waiting = this.#frozen?.waiting ?? [];
    this.#frozen = null;
    for (const fire of waiting) fire();
  }

  /** Keeps a timer that is due for {@link thaw}; false: the clock runs. */
  keep(fire: () => void): boolean {
    this.#frozen?.waiting.push(fire);
    return this.#frozen !== null;
  }

  /** True milliseconds until a timer of `delay` fires. Draws only where timers are wrong. */
  timerDelay(delay: number, chance: Random): number {
    const { early, late } = this.timers;
    const wrong = early === 0 && late === 0 ? 0 : (early + late) * chance.fraction() - early;
    return Math.max(0, delay / this.rate + wrong);
  }

  /**
   * Makes the monotonic clock run at `rate` (1 is true time) from now on, but not while it is frozen; timers already
   * set keep their deadline.
   */
  setRate(rate: number): void {
    this.#numbers[BASE] = this.now();
    this.#numbers[BASE_AT] = this.#scheduler.now;
    this.#numbers[RATE] = rate;
  }

  /** Wall clock: milliseconds ahead of true time. */
  get skew(): number {
    return this.#number(SKEW);
  }

  /** Puts the wall clock `skew` milliseconds ahead of true time (negative: behind). */
  setWallSkew(skew: number): void {
    this.#numbers[SKEW] = skew;
  }

  #number(index: number): number {
    return this.#numbers[index] ?? 0;
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
    let isCancelled = false;
    const fire = (): void => {
      if (isCancelled) return;
      // A turn of its own for each, in which nobody holds an event that was cancelled.
      if (!this.#clock.keep(() => void life.schedule('timer', 0, fire))) callback();
    };
    const event = life.schedule('timer', this.#clock.timerDelay(delay, life.chance), fire);
    return new SimTimer(() => {
      isCancelled = true;
      life.scheduler.cancel(event);
    });
  }

  defer(callback: () => void): void {
    if (this.#life.alive) this.#life.schedule('defer', 0, callback);
  }
}
