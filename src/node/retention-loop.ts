/**
 * Retention: now and then each leader looks where its logs could begin, and moves the log start there; the followers
 * take it with the next append.
 */
import type { Millis } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';
import type { Partition } from '../partition/index.ts';

export class RetentionLoop {
  readonly #clock: Clock;
  readonly #interval: Millis;
  readonly #partitions: () => readonly Partition[];
  #timer: Timer | null = null;

  constructor(clock: Clock, interval: Millis, partitions: () => readonly Partition[]) {
    this.#clock = clock;
    this.#interval = interval;
    this.#partitions = partitions;
  }

  start(): void {
    this.#timer = this.#clock.setTimer(this.#interval, () => {
      this.#enforce();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #enforce(): void {
    for (const partition of this.#partitions()) {
      if (partition.leading === null) continue;
      const { log } = partition.replica;
      const to = log.retentionTarget(this.#clock.wallNow(), partition.highWatermark);
      if (to !== null && to > log.logStart) partition.replica.input({ kind: 'advance-log-start', to });
    }
  }
}
