/**
 * What the logs of a node share: the end of the turn, the journal's news, the free space, and the clock-driven syncs.
 *
 * ```
 *  touch ──end of turn──▶ flush of each touched log: one write per dirty segment
 *  lag ────later────────▶ the same, a few logs a turn: with hundreds of partitions, their writes must not stop the loop at once
 *  journal durable ─────▶ each log that waited for it, in the order of their changes
 *  disk full ───────────▶ all logs refuse produce; looked at again every second; then retry      (free bytes, journal, key-value store)
 * ```
 */
import { millis } from '../../raft/index.ts';
import type { GroupId } from '../../raft/index.ts';
import type { Clock, Timer } from '../clock.ts';
import { DiskError } from '../disk.ts';
import type { Disk } from '../disk.ts';
import type { Journal } from '../journal/journal.ts';
import type { KeyValue } from '../key-value.ts';
import type { HostedLog, LogEnvironment } from '../log/log-environment.ts';
import type { TailBudget } from '../log/tail-budget.ts';
import type { StoreLimits } from '../open-store.ts';
import type { LogFailure } from '../replica-log.ts';
import type { IndexPorts } from '../segment/segment-index.ts';
import type { Checkpointer } from './checkpointer.ts';

/** A checkpoint is due this long after the first change that none covers. */
const CHECKPOINT_MS = 30_000;
const SPACE_MS = 1000;
/** Logs flushed in one turn of those that lag: about 20 µs each. */
const LAGGING_PER_TURN = 16;

export interface LogHostOptions {
  readonly directory: string;
  readonly ports: IndexPorts;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly journal: Journal;
  readonly keyValue: KeyValue;
  readonly tails: TailBudget;
  readonly limits: StoreLimits;
  readonly checkpointer: Checkpointer;
  readonly onFailure: (log: HostedLog, failure: LogFailure) => void;
  /** The disk is full: all logs refuse from now on. */
  readonly onFull: (failure: LogFailure) => void;
  /** See `Store.onHeldUp`. */
  readonly onHeldUp: (group: GroupId | null, reason: string) => void;
}

/** Who, besides the segments, finds out that there is no space. */
export type SpaceWaiter = 'free bytes' | 'journal' | 'key-value store';

type TimerName = 'checkpoint' | 'space' | 'interval' | 'lag';

/** One per store. */
export class LogHost implements LogEnvironment {
  readonly ports: IndexPorts;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly tails: TailBudget;
  readonly #options: LogHostOptions;
  #touched = new Set<HostedLog>();
  #isScheduled = false;
  #lagging = new Set<HostedLog>();
  #awaiting: { readonly log: HostedLog; readonly sequence: number }[] = [];
  readonly #full = new Set<HostedLog>();
  readonly #unsynced = new Set<HostedLog>();
  readonly #waiters = new Map<SpaceWaiter, LogFailure>();
  #freeBytes: number | null = null;
  /** Not null while the store closes: nobody waits for space any more. */
  #onStuck: (() => void) | null = null;
  readonly #timers = new Map<TimerName, Timer>();

  constructor(options: LogHostOptions) {
    this.#options = options;
    this.ports = options.ports;
    this.clock = options.clock;
    this.journal = options.journal;
    this.tails = options.tails;
  }

  get freeBytes(): number | null {
    return this.#freeBytes;
  }

  keyValue(): KeyValue {
    return this.#options.keyValue;
  }

  touch(log: HostedLog): void {
    this.#touched.add(log);
    if (log.settings.flush === 'interval') {
      this.#unsynced.add(log);
      this.#after('interval', this.#options.limits.flushIntervalMs, () => void this.#syncInterval());
    }
    this.#after('space', SPACE_MS, () => void this.#lookAtSpace());
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.clock.defer(() => {
      this.#isScheduled = false;
      const touched = this.#touched;
      this.#touched = new Set();
      for (const each of touched) each.pipeline.flush();
    });
  }

  lag(log: HostedLog): void {
    const { segmentLagMs } = this.#options.limits;
    if (segmentLagMs === 0) return this.touch(log);
    this.#lagging.add(log);
    this.#after('lag', segmentLagMs, () => {
      const logs = [...this.#lagging];
      this.#lagging = new Set();
      this.#flushSome(logs, 0);
    });
    this.#after('space', SPACE_MS, () => void this.#lookAtSpace());
  }

  awaitJournal(log: HostedLog, sequence: number): void {
    this.#awaiting.push({ log, sequence });
  }

  /** The journal is durable up to `sequence`. */
  onDurable(sequence: number): void {
    let count = 0;
    const logs = new Set<HostedLog>();
    for (const waiting of this.#awaiting) {
      if (waiting.sequence > sequence) break;
      logs.add(waiting.log);
      count += 1;
    }
    this.#awaiting = this.#awaiting.slice(count);
    for (const log of logs) log.pipeline.onDurable();
  }

  changed(log: HostedLog): void {
    this.#options.checkpointer.note(log.group);
    this.#after('checkpoint', CHECKPOINT_MS, () => this.requestCheckpoint());
  }

  checkpoint(): Promise<void> {
    return this.#options.checkpointer.run();
  }

  /** Begins a checkpoint when none runs; who asked does not wait. */
  requestCheckpoint(): void {
    if (this.#onStuck === null && !this.#options.checkpointer.running) void this.#options.checkpointer.run();
  }

  failed(log: HostedLog, failure: LogFailure): void {
    this.#options.onFailure(log, failure);
  }

  full(log: HostedLog): void {
    const reason = log.failure?.reason ?? 'no space';
    this.#full.add(log);
    this.#onStuck?.();
    if (log.settings.flush !== 'always') this.#options.onHeldUp(log.group, reason);
    this.#after('space', SPACE_MS, () => void this.#lookAtSpace());
  }

  fullness(): LogFailure | null {
    for (const failure of this.#waiters.values()) return failure;
    return null;
  }

  /** `waiter` was refused space, or (null) has it again. */
  noteSpace(waiter: SpaceWaiter, refusal: { readonly path: string; readonly message: string } | null): void {
    if (refusal === null) {
      this.#waiters.delete(waiter);
      return;
    }
    const failure: LogFailure = { kind: 'full', path: refusal.path, position: null, reason: refusal.message };
    const isNew = this.#waiters.size === 0;
    const holdsUp = waiter === 'journal' && !this.#waiters.has(waiter);
    this.#waiters.set(waiter, failure);
    this.#onStuck?.();
    if (isNew) this.#options.onFull(failure);
    if (holdsUp) this.#options.onHeldUp(null, `${failure.path}: ${failure.reason}`);
  }

  /** `log` is closed or deleted. */
  forget(log: HostedLog): void {
    this.#touched.delete(log);
    this.#lagging.delete(log);
    this.#full.delete(log);
    this.#unsynced.delete(log);
    this.#options.checkpointer.forget(log.group);
  }

  /** Ends all timers. `onStuck` is called, maybe at once and more than once, when something would wait for space from now on. */
  close(onStuck: () => void): void {
    this.#onStuck = onStuck;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    // Journal and key-value store try again by themselves, and are heard of then.
    if (this.#full.size > 0) onStuck();
  }

  #after(name: TimerName, delay: number, callback: () => void): void {
    if (this.#onStuck !== null || this.#timers.has(name)) return;
    const timer = this.clock.setTimer(millis(delay), () => {
      this.#timers.delete(name);
      callback();
    });
    this.#timers.set(name, timer);
  }

  #flushSome(logs: readonly HostedLog[], from: number): void {
    const to = from + LAGGING_PER_TURN;
    for (const log of logs.slice(from, to)) log.pipeline.flush();
    if (to < logs.length) this.clock.defer(() => this.#flushSome(logs, to));
  }

  async #lookAtSpace(): Promise<void> {
    const { directory, limits } = this.#options;
    const free = await this.#askForSpace();
    this.#freeBytes = free;
    // Where the file system does not say, the writes will.
    const isFull = free !== null && free < limits.freeBytesMin;
    const message = `${free} bytes are free, less than ${limits.freeBytesMin}`;
    if (this.#onStuck !== null) return;
    this.noteSpace('free bytes', isFull ? { path: directory, message } : null);
    if (isFull) return this.#after('space', SPACE_MS, () => void this.#lookAtSpace());
    const waiting = [...this.#full];
    this.#full.clear();
    for (const log of waiting) log.retry();
  }

  /** Bytes that are free; null: the file system does not say. */
  async #askForSpace(): Promise<number | null> {
    const { disk, directory } = this.#options;
    try {
      return await disk.freeBytes(directory);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return null;
    }
  }

  async #syncInterval(): Promise<void> {
    const logs = [...this.#unsynced];
    this.#unsynced.clear();
    for (const log of logs) {
      if (log.offline || this.#onStuck !== null) continue;
      await log.sync();
      // A write that was on its way when the sync began.
      if (log.set.dirty) this.touch(log);
    }
  }
}
