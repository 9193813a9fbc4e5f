/**
 * Replicas that have something to send at the end of this turn of the event loop. One deferred call per turn, however
 * many proposals were made: several batches of a partition leave as one append, and all appends as one frame, which is
 * written at once: it does not wait for the journal's write, since the followers' disks are the longer way.
 */
import type { Clock } from '../../storage/index.ts';

export interface Flushable {
  /** Sends what can be sent now; what cannot stays. */
  flushSends(): void;
  readonly hasSends: boolean;
}

export class TurnQueue {
  readonly #clock: Clock;
  /** Writes what is sent in `send` when it returns, without a turn of its own. */
  readonly together: (send: () => void) => void;
  #waiting = new Set<Flushable>();
  /** Those that found no room in a peer's queue; tried again when it has some. */
  readonly #blocked = new Set<Flushable>();
  #scheduled = false;

  constructor(clock: Clock, together: (send: () => void) => void = (send) => send()) {
    this.#clock = clock;
    this.together = together;
  }

  add(item: Flushable): void {
    this.#waiting.add(item);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.defer(() => this.#flush());
  }

  /** A peer's queue has room again. */
  onRoom(): void {
    for (const item of this.#blocked) this.add(item);
    this.#blocked.clear();
  }

  #flush(): void {
    this.#scheduled = false;
    const items = this.#waiting;
    this.#waiting = new Set();
    this.together(() => {
      for (const item of items) {
        item.flushSends();
        if (item.hasSends) this.#blocked.add(item);
        else this.#blocked.delete(item);
      }
    });
  }
}
