/**
 * Keeps a partition's producer state equal to its log: applies what is appended, and rebuilds from the newest saved
 * state plus the headers of the batches after it when the log was opened or cut.
 *
 * ```
 *  opened, cut ─▶ rebuilding ──covers the log end──▶ ready ──cut──▶ rebuilding …
 *                     └── the log cannot be read ──▶ failed ──cut──▶ rebuilding …
 * ```
 *
 * While a rebuild runs, batches that are appended meanwhile are read by it from the log, because it goes on until
 * the log's end; a cut makes it stop, and nothing that it still reads is applied. A leader serves writes only when the
 * state covers its log (design 2.1); those who wait go in the order in which they came, before any that comes later.
 */
import { byteCount, offset as toOffset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import type { BatchRun, ReplicaLog, StoredBatch } from '../../storage/index.ts';
import type { LogSink } from '../ports/index.ts';
import { producerEntryOf } from './producer-entry.ts';
import { ProducerState } from './producer-state.ts';

const STATE_NAME = 'producers';
const READ_BYTES = byteCount(1 << 20);
/** Bytes of log after which the state is saved again: bounds what a restart has to read. */
const SAVE_EVERY_BYTES = 64 << 20;

export interface TrackerOptions {
  readonly log: () => ReplicaLog;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly sink: LogSink;
  /** Producers of which nothing was seen for so long are forgotten (Kafka: producer.id.expiration.ms). */
  readonly expirationMs: () => number;
  readonly highWatermark: () => Offset;
  /** The state covers the log again after a rebuild that took its time. */
  readonly onReady: () => void;
}

export class ProducerTracker {
  readonly state = new ProducerState();
  readonly #options: TrackerOptions;
  /** Number of the rebuild under way; a newer cut makes the older one stop. */
  #rebuild = 0;
  #phase: 'rebuilding' | 'ready' | 'failed' = 'rebuilding';
  #waiting: (() => void)[] = [];
  #releasing = false;
  #bytesSinceSave = 0;

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  /** The state covers the log, and nobody waits any more: `whenReady` would call back at once. */
  get ready(): boolean {
    return this.#phase === 'ready' && this.#waiting.length === 0 && !this.#releasing;
  }

  /** The state is that of the whole log; there may be some who wait for their turn yet. */
  get covers(): boolean {
    return this.#phase === 'ready';
  }

  /** The log could not be read: the state says nothing. */
  get failed(): boolean {
    return this.#phase === 'failed';
  }

  /** Calls back once the state covers the log, or can not be made to: see `failed`. At once when nobody waits before. */
  whenReady(callback: () => void): void {
    if (this.ready) return callback();
    this.#waiting.push(callback);
    if (this.#phase !== 'rebuilding') this.#release();
  }

  /** Batches were appended at the end of the log. */
  grew(batches: readonly StoredBatch[]): void {
    if (this.#phase !== 'ready') return;
    const now = this.#options.now();
    for (const { bytes } of batches) {
      this.#apply(bytes, now);
      this.#bytesSinceSave += bytes.length;
    }
    this.state.expire(now - this.#options.expirationMs());
    this.state.aborted.trim(this.#options.log().logStart);
    const last = batches.at(-1);
    const log = this.#options.log();
    // As often as segments are closed, where they are small: as Kafka.
    if (this.#bytesSinceSave < Math.min(SAVE_EVERY_BYTES, log.settings.segmentBytesMax) || last === undefined) return;
    this.#bytesSinceSave = 0;
    log.saveState(STATE_NAME, last.position.end, this.state.encode());
  }

  /** The log was opened, cut or reset: begin anew. */
  rebuild(): void {
    this.#rebuild += 1;
    const log = this.#options.log();
    if (log.logEnd === log.logStart) {
      this.state.clear();
      return this.#become('ready');
    }
    this.#phase = 'rebuilding';
    void this.#replay(this.#rebuild);
  }

  /** Nobody writes here any more: those who wait are called, to be told so by their partition. */
  close(): void {
    this.#rebuild += 1;
    this.#become('failed');
  }

  async #replay(rebuild: number): Promise<void> {
    const log = this.#options.log();
    try {
      const saved = await log.loadState(STATE_NAME, log.logEnd);
      if (rebuild !== this.#rebuild) return;
      this.state.clear();
      if (saved !== null) this.state.restore(saved.state, this.#options.now());
      let at: Offset = toOffset(Math.max(saved?.end ?? 0, log.logStart));
      while (at < log.logEnd) {
        const run = await log.read(at, { end: log.logEnd, bytesMax: READ_BYTES, atLeastOne: true });
        if (rebuild !== this.#rebuild) return;
        this.#applyRun(run);
        at = run.positions.at(-1)?.end ?? log.logEnd;
        run.release();
      }
    } catch (error) {
      // The log reports the failure itself, and its replica is taken offline: nothing is served from this state.
      if (rebuild !== this.#rebuild) return;
      this.#options.sink.log('error', 'producer state cannot be rebuilt', { group: log.group, reason: String(error) });
      this.#become('failed');
      return;
    }
    this.#become('ready');
    this.#options.onReady();
  }

  #applyRun(run: BatchRun): void {
    const bytes = run.buffers.length === 1 ? run.buffers[0] : Buffer.concat(run.buffers);
    if (bytes === undefined) return;
    const now = this.#options.now();
    let position = 0;
    for (const batch of run.positions) {
      this.#apply(bytes.subarray(position, position + batch.bytes), now);
      position += batch.bytes;
    }
    this.state.transactions.settle(this.#options.highWatermark());
  }

  #apply(bytes: Uint8Array, now: number): void {
    const entry = producerEntryOf(bytes);
    if (entry !== null) this.state.apply(entry, now);
  }

  #become(phase: 'ready' | 'failed'): void {
    this.#phase = phase;
    this.#release();
  }

  /** Calls those who wait, in order; what they bring about may wait behind them, or make the state unready again. */
  #release(): void {
    if (this.#releasing) return;
    this.#releasing = true;
    while (this.#phase !== 'rebuilding') {
      const callback = this.#waiting.shift();
      if (callback === undefined) break;
      callback();
    }
    this.#releasing = false;
  }
}
