/**
 * How much there is to do when: busy phases, and long quiet ones in which only a trickle goes on, as in the field. Quiet virtual
 * time costs little, and much goes wrong in it: sessions end, files are trimmed, clocks drift apart.
 *
 * ```
 *  |── busy ──|────────────── quiet ──────────────|── busy ──|────── …
 *   every 25 ms      every 25 ms × slowdown
 * ```
 */

/** Milliseconds since the workload began; `until` is not part of it. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export type PhaseShape =
  | { readonly kind: 'always-busy' }
  /** Busy while faults come, and shortly before and after; quiet in between. */
  | { readonly kind: 'with-storms'; readonly slowdown: number }
  /** Busy and quiet in turn, whatever the faults do. */
  | { readonly kind: 'in-turn'; readonly busyMs: number; readonly quietMs: number; readonly slowdown: number };

export const ALWAYS_BUSY: PhaseShape = { kind: 'always-busy' };

const BEFORE_STORM_MS = 500;
const AFTER_STORM_MS = 1500;
/** How long those who never pause when it is busy do when it is quiet: so many milliseconds times the slowdown. */
const PAUSE_MS = 20;

export class Pace {
  readonly #shape: PhaseShape;
  readonly #now: () => number;
  readonly #since: number;
  readonly #storms: readonly Span[];

  /** Time begins now. */
  constructor(shape: PhaseShape, now: () => number, storms: readonly Span[] = []) {
    this.#shape = shape;
    this.#now = now;
    this.#since = now();
    this.#storms = storms.map(({ from, until }) => ({ from: from - BEFORE_STORM_MS, until: until + AFTER_STORM_MS }));
  }

  get busy(): boolean {
    return this.#quietLeft() === 0;
  }

  /** Milliseconds to wait where `busyMs` are waited when it is busy; never beyond the end of the quiet phase. */
  wait(busyMs: number): number {
    const left = this.#quietLeft();
    return left === 0 || this.#shape.kind === 'always-busy' ? busyMs : Math.min(busyMs * this.#shape.slowdown, left);
  }

  /** Milliseconds to rest for those who never do when it is busy. */
  pause(): number {
    return this.busy ? 0 : this.wait(PAUSE_MS);
  }

  /** Milliseconds until it is busy; 0: it is. */
  #quietLeft(): number {
    const shape = this.#shape;
    const at = this.#now() - this.#since;
    switch (shape.kind) {
      case 'always-busy':
        return 0;
      case 'in-turn': {
        const within = at % (shape.busyMs + shape.quietMs);
        return within < shape.busyMs ? 0 : shape.busyMs + shape.quietMs - within;
      }
      case 'with-storms': {
        const next = this.#storms.find(({ until }) => at < until);
        return next === undefined ? Number.POSITIVE_INFINITY : Math.max(0, next.from - at);
      }
    }
  }
}
