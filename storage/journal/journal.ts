/**
 * The journal: one stream of everything on this node that must be durable, synced once per round.
 *
 * ```
 *  append append append ──end of turn──▶ round: one write, one fdatasync ──▶ listener(durable)
 *                 append append (meanwhile) ──────────────▶ next round       load makes rounds bigger, not slower
 * ```
 * - One round at a time: when a record is written, all rounds before it are durable. So only the last round can be torn.
 * - A failed write or sync ends the process (`fatal`): what the kernel still has is unknown. A full disk does not: the
 *   round waits, and is written again over the same bytes, or into a spare file with the same sequences.
 * - Beyond twice `checkpointBytes` not covered by a checkpoint, rounds wait, except for what a running checkpoint needs.
 */
import { assert, millis } from '../../raft/index.ts';
import type { Clock } from '../clock.ts';
import { DiskError } from '../disk.ts';
import type { DiskFile } from '../disk.ts';
import type { JournalFiles } from './journal-file.ts';
import { JOURNAL_HEADER_BYTES } from './journal-file.ts';
import { encodeRecordHead, prepareEntry } from './journal-record.ts';
import type { JournalEntry, PreparedEntry } from './journal-record.ts';

/** Payloads up to this size are copied into the round's own buffer: cheaper than one more piece in the write. */
const COPY_BYTES_MAX = 1024;
const PIECES_MAX = 900;
const FULL_RETRY_MS = 250;

export interface JournalOptions {
  readonly files: JournalFiles;
  readonly clock: Clock;
  /** Records begin after this sequence; all up to it is covered by the checkpoint. */
  readonly sequence: number;
  readonly life: number;
  readonly salt: number;
  readonly fileBytes: number;
  readonly checkpointBytes: number;
  /** Everything up to `sequence` is durable. In order, in a turn of its own. */
  readonly onDurable: (sequence: number) => void;
  /** More than `checkpointBytes` are not covered, or there is no room: a checkpoint should run. */
  readonly onPressure: () => void;
  /** The disk has refused a round for want of space, which is tried again from now on; null: it has been written since. */
  readonly onFull: (error: DiskError | null) => void;
  readonly fatal: (reason: string) => never;
}

/** A moment between two appends, for a checkpoint. */
export interface JournalMarker {
  readonly sequence: number;
  readonly bytes: number;
}

interface Queued {
  readonly prepared: PreparedEntry;
  readonly sequence: number;
}

/** One per node. */
export class Journal {
  readonly #options: JournalOptions;
  #queue: Queued[] = [];
  #assigned: number;
  #durable: number;
  #position = 0;
  #generationFile = 0;
  #running = false;
  #scheduled = false;
  #stopped = false;
  #isFull = false;
  #gaveUp = false;
  #allowedThrough: number;
  #assignedBytes = 0;
  #writtenBytes = 0;
  #coveredBytes = 0;
  #rounds = 0;
  #lastRoundBytes = 0;
  #waiters: (() => void)[] = [];
  /** Write and sync of the running round. */
  #inFlight: Promise<void> | null = null;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#assigned = options.sequence;
    this.#durable = options.sequence;
    this.#allowedThrough = options.sequence;
  }

  /** The last sequence given out. */
  get assigned(): number {
    return this.#assigned;
  }

  /** All sequences up to it are durable. */
  get durable(): number {
    return this.#durable;
  }

  get counters(): {
    readonly bytes: number;
    readonly waitingBytes: number;
    readonly rounds: number;
    readonly lastRoundBytes: number;
  } {
    const waitingBytes = this.#assignedBytes - this.#writtenBytes;
    return {
      bytes: this.#writtenBytes - this.#coveredBytes,
      waitingBytes,
      rounds: this.#rounds,
      lastRoundBytes: this.#lastRoundBytes,
    };
  }

  /**
   * Puts an entry into the next round; answers its sequence. `group` is the entry's group id in UTF-8. The payload
   * must never change.
   */
  append(entry: JournalEntry, group: Buffer): number {
    assert(!this.#stopped, 'the journal is closed');
    const prepared = prepareEntry(entry, group);
    this.#assigned += 1;
    this.#assignedBytes += prepared.length;
    this.#queue.push({ prepared, sequence: this.#assigned });
    this.#schedule();
    return this.#assigned;
  }

  marker(): JournalMarker {
    return { sequence: this.#assigned, bytes: this.#assignedBytes };
  }

  /** A checkpoint that covers `marker` runs and may need its records durable: they are written in any case. */
  allow(marker: JournalMarker): void {
    this.#allowedThrough = marker.sequence;
    this.#schedule();
  }

  /** A checkpoint covers everything up to `marker`. */
  release(marker: JournalMarker): void {
    assert(marker.bytes >= this.#coveredBytes, 'checkpoints must not go back');
    this.#coveredBytes = Math.min(marker.bytes, this.#writtenBytes);
    this.#options.files.recycle(marker.sequence);
    this.#schedule();
  }

  /** Resolves when everything appended so far is durable, or the journal has given up. */
  drained(): Promise<void> {
    if (this.#durable === this.#assigned || this.#gaveUp) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Nobody waits for space any more: the store closes. */
  giveUp(): void {
    this.#gaveUp = true;
    this.#callWaiters();
  }

  #callWaiters(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }

  /** Ends all; `wait`: when everything appended is durable, else what is not written is given up. */
  async close(wait: boolean): Promise<void> {
    if (wait) await this.drained();
    this.#stopped = true;
    if (this.#inFlight !== null) await this.#inFlight;
    await this.#options.files.close();
  }

  #schedule(): void {
    if (this.#scheduled || this.#running || this.#stopped || this.#queue.length === 0) return;
    this.#scheduled = true;
    const { clock } = this.#options;
    // After all else that this turn deferred: what goes to other nodes leaves first, for their disks to begin.
    clock.defer(() =>
      clock.defer(() => {
        this.#scheduled = false;
        this.#startRound();
      }),
    );
  }

  #startRound(): void {
    const first = this.#queue[0];
    if (this.#running || this.#stopped || first === undefined) return;
    const { checkpointBytes, files, onPressure } = this.#options;
    if (this.#writtenBytes - this.#coveredBytes >= 2 * checkpointBytes && first.sequence > this.#allowedThrough) {
      onPressure();
      return;
    }
    const active = files.active;
    const fits =
      this.#position + first.prepared.length <= this.#options.fileBytes || this.#position === JOURNAL_HEADER_BYTES;
    if (active === null || !fits) {
      if (!this.#switchFile()) return;
    }
    this.#writeRound();
  }

  /** Whether there is an active file with room now; else the round comes again later. */
  #switchFile(): boolean {
    const { files, onPressure } = this.#options;
    if (files.next() !== null) {
      this.#generationFile += 1;
      this.#position = JOURNAL_HEADER_BYTES;
      return true;
    }
    onPressure();
    this.#running = true;
    files.prepare().then(
      () => this.#resume(),
      (error: unknown) => this.#onFailure(error),
    );
    return false;
  }

  #resume(): void {
    this.#running = false;
    this.#schedule();
  }

  #writeRound(): void {
    const { files, fileBytes } = this.#options;
    const active = files.active;
    assert(active !== null, 'a round needs a file');
    const round: Queued[] = [];
    let bytes = 0;
    for (const queued of this.#queue) {
      const next = bytes + queued.prepared.length;
      if (round.length > 0 && (this.#position + next > fileBytes || round.length >= PIECES_MAX)) break;
      round.push(queued);
      bytes = next;
    }
    const buffers = this.#encode(round);
    this.#running = true;
    let pending;
    try {
      pending = active.file.write(buffers, this.#position);
    } catch (error) {
      this.#onFailure(error);
      return;
    }
    const onError = (error: unknown): void => this.#onFailure(error);
    this.#inFlight =
      pending === undefined
        ? this.#sync(active.file, round, bytes)
        : pending.then(() => this.#sync(active.file, round, bytes), onError);
  }

  #sync(file: DiskFile, round: readonly Queued[], bytes: number): Promise<void> {
    return file.datasync().then(
      () => this.#finishRound(round, bytes),
      (error: unknown) => {
        this.#stopped = true;
        this.#options.fatal(`journal sync failed: ${String(error)}`);
      },
    );
  }

  #finishRound(round: readonly Queued[], bytes: number): void {
    const { files, onDurable, onPressure, checkpointBytes, fileBytes } = this.#options;
    const last = round.at(-1);
    assert(last !== undefined && files.active !== null, 'a finished round has records and a file');
    this.#queue = this.#queue.slice(round.length);
    this.#position += bytes;
    this.#writtenBytes += bytes;
    this.#rounds += 1;
    this.#lastRoundBytes = bytes;
    this.#durable = last.sequence;
    files.active.lastSequence = last.sequence;
    this.#running = false;
    this.#inFlight = null;
    if (this.#isFull) {
      this.#isFull = false;
      this.#options.onFull(null);
    }
    onDurable(this.#durable);
    if (this.#durable === this.#assigned) this.#callWaiters();
    if (this.#writtenBytes - this.#coveredBytes >= checkpointBytes) onPressure();
    // The next file is made ahead; that it fails now matters only when it is needed.
    if (this.#position > fileBytes / 2 && !files.hasSpare) files.prepare().catch(() => undefined);
    this.#schedule();
  }

  #onFailure(error: unknown): void {
    this.#inFlight = null;
    if (this.#stopped) return;
    const waits = error instanceof DiskError && (error.kind === 'full' || error.kind === 'handles');
    if (!waits) {
      this.#stopped = true;
      this.#options.fatal(`journal write failed: ${String(error)}`);
    }
    this.#isFull = true;
    this.#options.onFull(error);
    // Nothing of the round is promised. It is written again: over the same bytes, or into a file that was freed.
    const { clock, files, onPressure } = this.#options;
    onPressure();
    clock.setTimer(millis(FULL_RETRY_MS), () => {
      if (this.#stopped) return;
      this.#running = false;
      if (files.hasSpare && this.#position > JOURNAL_HEADER_BYTES) this.#switchFile();
      this.#startRound();
    });
  }

  #encode(round: readonly Queued[]): Uint8Array[] {
    const { life, salt } = this.#options;
    const generation = { life, file: this.#generationFile };
    let own = 0;
    for (const { prepared } of round)
      own += prepared.length - (prepared.payload.length > COPY_BYTES_MAX ? prepared.payload.length : 0);
    const heads = Buffer.allocUnsafe(own);
    const buffers: Uint8Array[] = [];
    let from = 0;
    let at = 0;
    for (const { prepared, sequence } of round) {
      encodeRecordHead(heads, at, prepared, { generation, sequence, synced: this.#durable, salt });
      at += prepared.length - prepared.payload.length;
      if (prepared.payload.length <= COPY_BYTES_MAX) {
        heads.set(prepared.payload, at);
        at += prepared.payload.length;
      } else {
        buffers.push(heads.subarray(from, at), prepared.payload);
        from = at;
      }
    }
    if (at > from) buffers.push(heads.subarray(from, at));
    return buffers;
  }
}
