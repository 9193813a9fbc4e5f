/**
 * The node's cleaner: closes segments that are old, and compacts its logs, leaders' and followers', one at a time.
 *
 * ```
 *  every log.cleaner.backoff.ms:  close old segments ─▶ the log with the greatest dirty ratio that is worth it ─▶ compact ─▶ again
 *                                                        read at most log.cleaner.io.max.bytes.per.second, and less while
 *                                                        clients wait: after each piece others get twice as long as it took
 * ```
 * A log whose pass freed nothing is not looked at again before the next round, so that a round ends.
 */
import { millis } from '../../raft/index.ts';
import { CompactionStopped } from '../../storage/index.ts';
import type { Clock, CompactionLimits, Timer } from '../../storage/index.ts';
import type { Partition } from '../partition/index.ts';
import type { LogSink } from '../ports/index.ts';

export interface CleanerSettings {
  readonly backoffMs: number;
  /** Of all logs together. */
  readonly bytesPerSecond: number;
  /** Memory for the keys of one pass. */
  readonly keyBytesMax: number;
}

export interface CompactionLoopOptions {
  readonly clock: Clock;
  readonly sink: LogSink;
  /** Read anew before each round and each piece. */
  readonly settings: () => CleanerSettings;
  readonly partitions: () => readonly Partition[];
  /** Rises with what clients and peers ask: while it does, the cleaner gives way. */
  readonly load: () => number;
}

/** For each millisecond of a piece beside which something was served: a third of the time is the cleaner's, on a busy machine too. */
const REST_PER_PIECE = 2;
/** A longer rest lets the cleaner starve where clients never pause. */
const REST_MAX_MS = 20;
const STOP_MAX = millis(1000);
/** Time that the budget may run ahead of what was read. */
const AHEAD_MS = 100;

/** One per node. */
export class CompactionLoop {
  readonly #options: CompactionLoopOptions;
  #timer: Timer | null = null;
  /** Milliseconds between the last round and the next; null: one goes on. */
  #waits: number | null = null;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  /** Instant until which what was read is paid for. */
  #paidUntil = 0;
  #pieceBegan = 0;
  /** Bytes that the pass has read. */
  #read = 0;
  #loadSeen = 0;
  /** Ends the rest that is going on. */
  #wake: (() => void) | null = null;

  constructor(options: CompactionLoopOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, settings } = this.#options;
    this.#waits = settings().backoffMs;
    this.#timer = clock.setTimer(millis(this.#waits), () => {
      this.#waits = null;
      this.#running = this.#round();
    });
  }

  /** Settings may have changed: another backoff counts from now on, not only after the one that goes on. */
  reconfigure(): void {
    if (this.#stopped || this.#waits === null || this.#waits === this.#options.settings().backoffMs) return;
    this.#timer?.cancel();
    this.start();
  }

  /** Resolves when nothing reads or writes any more: soon, unless the disk does not answer. */
  stop(): Promise<void> {
    const { clock } = this.#options;
    this.#stopped = true;
    this.#timer?.cancel();
    this.#wake?.();
    const late = new Promise<void>((resolve) => void clock.setTimer(STOP_MAX, resolve));
    return Promise.race([this.#running, late]);
  }

  async #round(): Promise<void> {
    const { clock, partitions } = this.#options;
    const wallNow = clock.wallNow();
    // One after the other: a file is made for each.
    for (const partition of partitions()) {
      if (this.#stopped) return;
      await partition.rollIfOld(wallNow);
    }
    const done = new Set<Partition>();
    for (let next = this.#filthiest(done); next !== null && !this.#stopped; next = this.#filthiest(done)) {
      done.add(next);
      await this.#compact(next);
    }
    if (!this.#stopped) this.start();
  }

  #filthiest(done: ReadonlySet<Partition>): Partition | null {
    let best: Partition | null = null;
    let most = -1;
    for (const partition of this.#options.partitions()) {
      const need = done.has(partition) ? null : partition.compactionNeed();
      if (need === null || !need.isDue || need.ratio <= most) continue;
      best = partition;
      most = need.ratio;
    }
    return best;
  }

  async #compact(partition: Partition): Promise<void> {
    const { clock, sink, settings, load } = this.#options;
    const began = clock.now();
    this.#pieceBegan = began;
    this.#read = 0;
    this.#loadSeen = load();
    const limits: CompactionLimits = {
      keyBytesMax: settings().keyBytesMax,
      pace: (bytes) => this.#pace(bytes),
    };
    const { topic, index } = partition.id;
    try {
      const freed = await partition.compact(limits);
      const ms = Math.round(clock.now() - began);
      sink.log('info', 'a log was compacted', { topic, index, freed, read: this.#read, ms });
    } catch (error) {
      // The store has told the node that the log is offline.
      sink.log('warn', 'a log could not be compacted', { topic, index, error: String(error) });
    }
  }

  /** What the pass waits for before it reads on; undefined: nothing. */
  #pace(bytes: number): Promise<void> | undefined {
    const { clock, settings, load } = this.#options;
    if (this.#stopped) return Promise.reject(new CompactionStopped());
    const now = clock.now();
    this.#read += bytes;
    this.#paidUntil = Math.max(this.#paidUntil, now - AHEAD_MS) + (bytes * 1000) / settings().bytesPerSecond;
    const served = load();
    const took = now - this.#pieceBegan;
    const rest = served === this.#loadSeen ? 0 : Math.min(REST_MAX_MS, REST_PER_PIECE * took);
    this.#loadSeen = served;
    const until = Math.max(this.#paidUntil, now + rest);
    if (until <= now) {
      this.#pieceBegan = now;
      return undefined;
    }
    return new Promise((resolve) => {
      const timer = clock.setTimer(millis(Math.ceil(until - now)), () => this.#wake?.());
      this.#wake = () => {
        timer.cancel();
        this.#wake = null;
        this.#pieceBegan = clock.now();
        resolve();
      };
    });
  }
}
