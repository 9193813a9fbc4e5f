/**
 * Keeps a partition's producer state equal to its log: applies what is appended, and rebuilds from the newest saved
 * state plus the headers of the batches after it when the log was opened or cut.
 *
 * While a rebuild runs, batches that are appended meanwhile are read by it from the log, because it goes on until
 * the log's end; `ready` tells that the state covers that end. A leader serves writes only then (design 2.1).
 */
import { byteCount, offset as toOffset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import type { ReplicaLog, StoredBatch } from '../../storage/index.ts';
import type { LogSink } from '../ports/index.ts';
import { producerOf } from './admission.ts';
import { ProducerState } from './producer-state.ts';

const STATE_NAME = 'producers';
const READ_BYTES = byteCount(1 << 20);
/** Bytes of log after which the state is saved again: bounds what a restart has to read. */
const SAVE_EVERY_BYTES = 64 << 20;

export class ProducerTracker {
  readonly state = new ProducerState();
  readonly #log: () => ReplicaLog;
  readonly #sink: LogSink;
  /** Number of the rebuild under way; a newer cut makes the older one stop. */
  #rebuild = 0;
  #ready = false;
  #whenReady: (() => void)[] = [];
  #bytesSinceSave = 0;

  constructor(log: () => ReplicaLog, sink: LogSink) {
    this.#log = log;
    this.#sink = sink;
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Calls back once the state covers the log; at once when it does already. */
  whenReady(callback: () => void): void {
    if (this.#ready) return callback();
    this.#whenReady.push(callback);
  }

  /** Batches were appended at the end of the log. */
  grew(batches: readonly StoredBatch[]): void {
    if (!this.#ready) return;
    for (const { bytes } of batches) {
      this.#apply(bytes);
      this.#bytesSinceSave += bytes.length;
    }
    if (this.#bytesSinceSave < SAVE_EVERY_BYTES) return;
    this.#bytesSinceSave = 0;
    const log = this.#log();
    log.saveState(STATE_NAME, log.logEnd, this.state.encode());
  }

  /** The log was opened, cut or reset: begin anew. */
  rebuild(): void {
    this.#rebuild += 1;
    this.#ready = false;
    const log = this.#log();
    if (log.logEnd === log.logStart) {
      this.state.clear();
      this.#becomeReady();
      return;
    }
    void this.#replay(this.#rebuild);
  }

  async #replay(rebuild: number): Promise<void> {
    const log = this.#log();
    const saved = await log.loadState(STATE_NAME, log.logEnd);
    if (rebuild !== this.#rebuild) return;
    this.state.clear();
    if (saved !== null) this.state.restore(saved.state);
    let at: Offset = toOffset(Math.max(saved?.end ?? 0, log.logStart));
    while (at < log.logEnd) {
      const run = await this.#readFrom(log, at);
      if (rebuild !== this.#rebuild || run === null) return;
      at = run;
    }
    this.#becomeReady();
  }

  /** Applies the batches from `at` on; resolves to where it stopped, or null when the log cannot be read. */
  async #readFrom(log: ReplicaLog, at: Offset): Promise<Offset | null> {
    try {
      const run = await log.read(at, { end: log.logEnd, bytesMax: READ_BYTES, atLeastOne: true });
      const bytes = run.buffers.length === 1 ? run.buffers[0] : Buffer.concat(run.buffers);
      let position = 0;
      for (const batch of run.positions) {
        if (bytes !== undefined) this.#apply(bytes.subarray(position, position + batch.bytes));
        position += batch.bytes;
      }
      const end = run.positions.at(-1)?.end ?? log.logEnd;
      run.release();
      return end;
    } catch (error) {
      // The log reports the failure itself, and its replica is taken offline: nothing is served from this state.
      this.#sink.log('error', 'producer state cannot be rebuilt', { group: log.group, reason: String(error) });
      return null;
    }
  }

  #apply(bytes: Uint8Array): void {
    const producer = producerOf(bytes);
    if (producer !== null) this.state.apply(producer);
  }

  #becomeReady(): void {
    this.#ready = true;
    const waiting = this.#whenReady;
    this.#whenReady = [];
    for (const callback of waiting) callback();
  }
}
