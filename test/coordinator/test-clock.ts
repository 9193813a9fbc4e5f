/**
 * A clock for tests: time moves only by `advance`, timers fire in order of instant and age, and promise jobs run
 * dry between two timers. Wall time runs along, from a fixed day.
 */
import { millis } from '../../raft/index.ts';
import type { Millis } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';

const WALL_START = 1_760_000_000_000;
const PROMISE_JOBS = 30;

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

export class TestClock implements Clock {
  #now = 0;
  #alarms: Alarm[] = [];

  now(): Millis {
    return millis(this.#now);
  }

  wallNow(): number {
    return WALL_START + this.#now;
  }

  setTimer(delay: Millis, callback: () => void): Timer {
    const alarm = { at: this.#now + delay, callback };
    this.#alarms.push(alarm);
    return { cancel: () => (this.#alarms = this.#alarms.filter((other) => other !== alarm)) };
  }

  defer(callback: () => void): void {
    this.setTimer(millis(0), callback);
  }

  get timers(): number {
    return this.#alarms.length;
  }

  /** Lets promise jobs run dry. */
  async settle(): Promise<void> {
    for (let job = 0; job < PROMISE_JOBS; job += 1) await Promise.resolve();
  }

  /** Moves time forward by `duration` milliseconds and fires what is due on the way. */
  async advance(duration: number): Promise<void> {
    const end = this.#now + duration;
    await this.settle();
    for (let next = this.#takeDue(end); next !== null; next = this.#takeDue(end)) {
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await this.settle();
    }
    this.#now = end;
  }

  #takeDue(end: number): Alarm | null {
    let first: Alarm | null = null;
    for (const alarm of this.#alarms) if (alarm.at <= end && (first === null || alarm.at < first.at)) first = alarm;
    if (first !== null) this.#alarms = this.#alarms.filter((other) => other !== first);
    return first;
  }
}
