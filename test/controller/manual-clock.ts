/** A clock for tests: time moves only by `advance`; between two timers all promise jobs run. */
import { millis } from '../../raft/index.ts';
import type { Millis } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';

interface Due {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  #now = 1000;
  #order = 0;
  #due: Due[] = [];

  now(): Millis {
    return millis(this.#now);
  }

  wallNow(): number {
    return 1_700_000_000_000 + this.#now;
  }

  setTimer(delay: Millis, callback: () => void): Timer {
    this.#order += 1;
    const due = { at: this.#now + delay, order: this.#order, callback };
    this.#due.push(due);
    return {
      cancel: () => {
        this.#due = this.#due.filter((each) => each !== due);
      },
    };
  }

  defer(callback: () => void): void {
    this.setTimer(millis(0), callback);
  }

  /** Lets all promise jobs run, and what they start. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 60; turn += 1) await Promise.resolve();
  }

  async advance(duration: number): Promise<void> {
    const until = this.#now + duration;
    await this.settle();
    for (;;) {
      const [next] = this.#due.filter((each) => each.at <= until).toSorted((a, b) => a.at - b.at || a.order - b.order);
      if (next === undefined) break;
      this.#due = this.#due.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await this.settle();
    }
    this.#now = until;
  }

  /** The process stands still: time passes, nothing runs until the next `advance`. */
  stall(duration: number): void {
    this.#now += duration;
  }
}
