/**
 * What the replica driver sees of one group's storage: a log whose changes are ordered, and tell when they are durable.
 *
 * ```
 *  persist(change, done) ──▶ in-memory tail (readable at once) ──▶ journal round (always) ─fdatasync─▶ done
 *                                                             └──▶ segment write (page cache) ───────▶ done (os, interval)
 * ```
 *
 * Invariants: logStart ≤ durableEnd ≤ logEnd; all ends are ends of batches; `done` callbacks of one log are called in the
 * order of their `persist` calls, in a fresh turn, exactly once, or never when the log failed or was closed.
 */
import type { Pending } from './disk.ts';
import type {
  BatchPosition,
  GroupId,
  HardState,
  LogPosition,
  Offset,
  RecoveredLog,
  TermStart,
  ByteCount,
} from '../raft/index.ts';

/**
 * When an acknowledged record is durable: `always` after fdatasync; `interval` and `os` when write() returned (the
 * kernel has it).
 */
export type FlushPolicy = 'always' | 'interval' | 'os';

/** Per-log settings; a change takes effect through `ReplicaLog.configure`. */
export interface LogSettings {
  readonly flush: FlushPolicy;
  readonly segmentBytesMax: number;
  /** Age of the newest record of a closed segment, milliseconds of wall time; null: kept for ever. */
  readonly retentionMs: number | null;
  /** Bytes of all segments; null: no bound. */
  readonly retentionBytes: number | null;
  /** Bytes between two entries of the offset and time index. */
  readonly indexIntervalBytes: number;
  /**
   * Keep the newest record of each key instead of (or besides) deleting by age. A batch may then begin above the end of
   * the one before it; where that never was so, it is damage.
   */
  readonly compact: boolean;
  /** Whether retention deletes (cleanup.policy contains `delete`). */
  readonly delete: boolean;
  /** Tombstones are kept this long after they were first cleaned. */
  readonly deleteRetentionMs: number;
  readonly life: LogLife;
}

/** When segments are closed and compacted. Milliseconds. */
export interface LogLife {
  /** Age at which a segment is closed although it is not full, less a part of `segmentJitterMs`; null: never. */
  readonly segmentMs: number | null;
  readonly segmentJitterMs: number;
  /** Share of bytes that were never cleaned from which a log is worth compacting. */
  readonly minDirtyRatio: number;
  /** Records younger than this are not compacted. */
  readonly minLagMs: number;
  /** A log with an uncompacted record older than this is compacted whatever its ratio; null: no bound. */
  readonly maxLagMs: number | null;
}

/** Kafka's defaults, but for segments that are closed by size alone. */
export const PLAIN_LIFE: LogLife = {
  segmentMs: null,
  segmentJitterMs: 0,
  minDirtyRatio: 0.5,
  minLagMs: 0,
  maxLagMs: null,
};

/** Not a fault: whoever paces the pass wants no more of it. */
export class CompactionStopped extends Error {
  override readonly name = 'CompactionStopped';
}

/** What one compaction may take of its node. */
export interface CompactionLimits {
  /** Memory for keys; what does not fit is left for the next pass. */
  readonly keyBytesMax: number;
  /**
   * Called after each piece that was read, with its bytes; the next one is read when what it answers is done. A rejection with
   * {@link CompactionStopped} ends the pass: what it has cleaned stays.
   */
  readonly pace: (bytes: number) => Pending;
}

/** What compacting a log would be good for. */
export interface CompactionNeed {
  /** Bytes that were never cleaned and may be, of these and those cleaned before. */
  readonly dirtyBytes: number;
  readonly ratio: number;
  /** Worth it: the ratio is reached, or a record is older than the log's `maxLagMs`. */
  readonly isDue: boolean;
}

/**
 * A batch to append. `bytes` already carry base offset and term; the log keeps them (the tail is served from them), so
 * they must never change.
 */
export interface StoredBatch {
  readonly position: BatchPosition;
  readonly bytes: Uint8Array;
}

/** The storage side of a `persist` effect; executed in the order of the fields. */
export interface LogChange {
  readonly hardState: HardState | null;
  readonly truncateTo: Offset | null;
  readonly reset: LogPosition | null;
  readonly openTerm: TermStart | null;
  readonly append: readonly StoredBatch[];
  readonly logStart: Offset | null;
}

/** Whole batches, ascending. `buffers` hold their bytes in order (several batches may share one buffer). */
export interface BatchRun {
  readonly positions: readonly BatchPosition[];
  readonly buffers: readonly Uint8Array[];
  readonly bytes: ByteCount;
  /** The buffers may be reused by the log after this call. Optional to call; never use them afterwards. */
  release(): void;
}

export interface ReadLimit {
  /** Read no batch that ends above this (high watermark, log end). */
  readonly end: Offset;
  /** At most this many bytes, but always the first batch when `atLeastOne`. */
  readonly bytesMax: ByteCount;
  readonly atLeastOne: boolean;
}

/** An aborted transaction, from its producer's first record to its marker. */
export interface AbortedRange {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly markerOffset: number;
}

/** Answer of a search by timestamp (wire: ListOffsets). */
export interface TimestampedOffset {
  readonly offset: Offset;
  readonly timestamp: number;
}

/**
 * Why a log cannot go on. The driver takes the replica offline; it is rebuilt from its peers, or the node refuses when
 * it is alone.
 */
export interface LogFailure {
  /** `unmade`: the disk did not take a new log; there is none, and there never was. */
  readonly kind: 'damaged' | 'disk' | 'full' | 'unmade';
  readonly path: string;
  /** Byte position in the file, when known. */
  readonly position: number | null;
  readonly reason: string;
}

export interface ReplicaLog {
  readonly group: GroupId;
  readonly logStart: Offset;
  readonly logEnd: Offset;
  /** Bytes of all segments. */
  readonly sizeBytes: ByteCount;
  readonly settings: LogSettings;
  /** What recovery found; given to `createCore`. `initialVoters` and voters of snapshots are the driver's to add. */
  readonly recovered: RecoveredLog;
  /**
   * The last power loss may have taken acknowledged records of this log (flush was not `always` since the checkpoint,
   * and the machine has booted since).
   */
  readonly lossy: boolean;
  /**
   * Not null once the log has failed; `persist` then does nothing and reads reject (with {@link LogFailure} as `failure`
   * of the error). `full` is different: reads work, `persist` still takes changes and calls `done` when there is space
   * again (failure is then null again); the driver must propose and accept no batches meanwhile, or memory grows.
   */
  readonly failure: LogFailure | null;

  persist(change: LogChange, done: () => void): void;
  /**
   * Batches from the one that contains or follows `from`. Answers at once from the in-memory tail, otherwise with a
   * promise (which rejects with the log's failure when a batch does not check). Empty when `from` ≥ limit.end.
   */
  read(from: Offset, limit: ReadLimit): BatchRun | Promise<BatchRun>;
  /** First record with timestamp ≥ `timestamp`, below `end`; null when none. */
  findTimestamp(timestamp: number, end: Offset): Promise<TimestampedOffset | null>;
  /** The first record with the largest timestamp, below `end`; null when empty. */
  findMaxTimestamp(end: Offset): Promise<TimestampedOffset | null>;
  /**
   * Where the log could begin by retention, at most `highWatermark`; null when nothing is to go. Persist it as
   * `logStart`; segments below are then deleted.
   */
  retentionTarget(wallNow: number, highWatermark: Offset): Offset | null;
  /** Lazily checkpointed; a restart begins with it. */
  noteHighWatermark(highWatermark: Offset): void;
  /**
   * Keeps the newest record of each key in the closed segments below `stableEnd` (where everything is committed and no
   * transaction is open) that a checkpoint covers; does nothing unless `settings.compact`. Records of `aborted` transactions (all that
   * end below, ascending by marker) go. Resolves to the bytes freed; rejects with the log's failure. One at a time.
   */
  compact(
    wallNow: number,
    stableEnd: Offset,
    aborted: readonly AbortedRange[],
    limits?: CompactionLimits,
  ): Promise<number>;
  /** Null: nothing is to be compacted. What no checkpoint covers counts too. */
  compactionNeed(wallNow: number, stableEnd: Offset): CompactionNeed | null;
  /** Closes the segment that is written when it is older than the settings allow; rejects with the log's failure. */
  rollIfOld(wallNow: number): Promise<void>;
  /** The replica has caught up with its leader since the power loss: it is not {@link lossy} any more (lazily checkpointed). */
  noteCaughtUp(): void;
  /**
   * Opaque states that are functions of the log prefix below `end` (producer state…). Dropped when the log is
   * truncated below `end`.
   */
  saveState(name: string, end: Offset, state: Uint8Array): void;
  /** The newest saved state with end ≤ `atMost`, or null. */
  loadState(name: string, atMost: Offset): Promise<{ readonly end: Offset; readonly state: Uint8Array } | null>;
  /** Resolves when the change is in force (a change of `flush` needs a segment sync and a checkpoint). */
  configure(settings: LogSettings): Promise<void>;
}
