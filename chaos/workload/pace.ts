/**
 * How much there is to do when: busy phases, and long quiet ones in which only a trickle goes on, as in the field. Quiet virtual
 * time costs little, and much goes wrong in it: sessions end, files are trimmed, clocks drift apart.
 *
 * ```
 *  |── busy ──|────────────── quiet ──────────────|── busy ──|────── …
 *   every 25 ms      every 25 ms × slowdown
 * ```
 */

export interface PhaseShape {
  readonly busyMs: number;
  /** 0: always busy. */
  readonly quietMs: number;
  /** How many times longer everybody waits between two things to do when it is quiet. */
  readonly slowdown: number;
}

export const ALWAYS_BUSY: PhaseShape = { busyMs: 1000, quietMs: 0, slowdown: 1 };

export class Pace {
  readonly #shape: PhaseShape;
  readonly #now: () => number;
  readonly #since: number;

  /** The first phase is a busy one and begins now. */
  constructor(shape: PhaseShape, now: () => number) {
    this.#shape = shape;
    this.#now = now;
    this.#since = now();
  }

  get busy(): boolean {
    return this.busyLeft > 0;
  }

  /** Milliseconds until it is quiet; 0: it is. */
  get busyLeft(): number {
    const { busyMs, quietMs } = this.#shape;
    if (quietMs === 0) return Number.POSITIVE_INFINITY;
    return Math.max(0, busyMs - ((this.#now() - this.#since) % (busyMs + quietMs)));
  }

  /** Milliseconds to wait where `busyMs` are waited when it is busy; never beyond the end of the quiet phase. */
  wait(busyMs: number): number {
    if (this.busy) return busyMs;
    const { quietMs, slowdown } = this.#shape;
    const left = quietMs + this.#shape.busyMs - ((this.#now() - this.#since) % (this.#shape.busyMs + quietMs));
    return Math.min(busyMs * slowdown, left);
  }
}
