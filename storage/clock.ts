/**
 * The `Clock` port: time and turns of the event loop.
 *
 * Real: `src/runtime/node-clock.ts`. Simulated: `chaos/sim/sim-clock.ts`, where time moves only when no
 * microtask is left. Nothing that decides safety may depend on it; only liveness does.
 */
import type { Millis } from '../raft/index.ts';

/** A timer that has not fired. `cancel` after it fired, or twice, does nothing. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Monotonic time since an arbitrary start; never steps back. For every duration and deadline. */
  now(): Millis;
  /** Wall clock in milliseconds since 1970, for record timestamps and for people; may jump either way. */
  wallNow(): number;
  /** Calls `callback` once, at least `delay` from now, in a fresh turn. A timer alone keeps no process alive. */
  setTimer(delay: Millis, callback: () => void): Timer;
  /** Calls `callback` once at the end of this turn of the event loop (after I/O callbacks): the place to coalesce work. */
  defer(callback: () => void): void;
}
