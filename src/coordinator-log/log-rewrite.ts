/**
 * Keeps the log of a coordinator bounded: once most of it is superseded, the live records are written again at its
 * end, and when they are all committed, everything before them may go.
 *
 * ```
 *  log start            from = log end now                          log end
 *     │ superseded + live │ live records again, new commits between │
 *     └── may go ─────────┘  only after all of the rewrite is committed
 * ```
 *
 * While transactions are open none begins, and one that comes to a record of an open transaction gives up, for another time.
 *
 * Safe at every moment: a record is read from the image in the same turn in which it is appended, so it is the newest
 * of its key, and what was deleted meanwhile is skipped. A crash or a change of term leaves a log that is longer than
 * it needs to be; the next coordinator starts again. Batches go one at a time: live traffic comes between.
 */
import type { Offset } from '../../raft/index.ts';
import type { LogImage } from './log-image.ts';
import { recordBytes } from './log-image.ts';
import type { KeyValueRecord, PartitionLog } from './partition-log.ts';
import type { Settled } from './pending-appends.ts';
import type { CoordinatorLogSettings } from './settings.ts';

/** Bytes of a batch beside its records. */
const BATCH_OVERHEAD_BYTES = 61;

export interface LogRewriteOptions<Name> {
  readonly log: PartitionLog;
  readonly image: LogImage<Name>;
  readonly settings: CoordinatorLogSettings;
  /** Appends records that the image holds already; 0, or the error of the refusal. */
  readonly append: (records: readonly KeyValueRecord[], settled: Settled) => number;
}

interface Rewriting<Name> {
  /** Where the log will start. */
  readonly from: Offset;
  /** Bytes of the log when the rewrite began: what will go. */
  readonly bytesBefore: number;
  readonly names: readonly Name[];
  next: number;
}

export class LogRewrite<Name> {
  readonly #options: LogRewriteOptions<Name>;
  #logBytes = 0;
  #rewriting: Rewriting<Name> | null = null;

  constructor(options: LogRewriteOptions<Name>) {
    this.#options = options;
  }

  /** Bytes of the log from its start, as far as this coordinator knows. */
  get logBytes(): number {
    return this.#logBytes;
  }

  get underWay(): boolean {
    return this.#rewriting !== null;
  }

  /** A batch of `bytes` was read while loading. */
  noteRead(bytes: number): void {
    this.#logBytes += bytes;
  }

  /** These records were appended as one batch. */
  noteAppended(records: readonly KeyValueRecord[]): void {
    this.#logBytes += BATCH_OVERHEAD_BYTES;
    for (const record of records) this.#logBytes += recordBytes(record);
  }

  /** Begins a rewrite when the log is worth it and none is under way. */
  maybeStart(): void {
    const { log, image, settings } = this.#options;
    if (this.#rewriting !== null) return;
    if (this.#logBytes <= Math.max(settings.compactionBytesMin, settings.compactionFactor * image.liveBytes)) return;
    if (image.undecided) return;
    this.#rewriting = { from: log.logEnd(), bytesBefore: this.#logBytes, names: image.names(), next: 0 };
    this.#writeBatch(this.#rewriting);
  }

  #writeBatch(rewriting: Rewriting<Name>): void {
    const { image, settings } = this.#options;
    const records: KeyValueRecord[] = [];
    let bytes = 0;
    while (bytes < settings.rewriteBatchBytes) {
      const name = rewriting.names[rewriting.next];
      if (name === undefined) break;
      rewriting.next += 1;
      if (image.isUndecided(name)) {
        this.#rewriting = null;
        return;
      }
      const record = image.record(name);
      if (record === null) continue;
      records.push(record);
      bytes += recordBytes(record);
    }
    if (records.length === 0) {
      this.#finish(rewriting);
      return;
    }
    const refused = this.#options.append(records, (error) => {
      if (error === 0) this.#writeBatch(rewriting);
      else this.#rewriting = null;
    });
    if (refused !== 0) this.#rewriting = null;
  }

  /** All is written and committed, and so is everything below `from`. */
  #finish(rewriting: Rewriting<Name>): void {
    this.#options.log.whenCommitted(rewriting.from, (settlement) => {
      if (this.#rewriting !== rewriting) return;
      this.#rewriting = null;
      if (settlement === 'lost') return;
      this.#options.log.advanceLogStart(rewriting.from);
      this.#logBytes -= rewriting.bytesBefore;
    });
  }
}
