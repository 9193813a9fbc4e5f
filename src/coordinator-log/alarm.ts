/** One timer for many things that become due: rings at the earliest instant that it was told of, or before. */
import { millis } from '../../raft/index.ts';
import type { Millis } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #set: { readonly timer: Timer; readonly at: Millis } | null = null;
  #closed = false;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Makes it ring at `at` or before; whoever rings looks what is due, and sets it again. */
  setBy(at: Millis): void {
    if (this.#closed) return;
    if (this.#set !== null) {
      if (this.#set.at <= at) return;
      this.#set.timer.cancel();
    }
    const timer = this.#clock.setTimer(millis(Math.max(0, at - this.#clock.now())), () => {
      this.#set = null;
      this.#ring();
    });
    this.#set = { timer, at };
  }

  /** It never rings again. */
  close(): void {
    this.#closed = true;
    this.#set?.timer.cancel();
    this.#set = null;
  }
}
