/**
 * One segment: what is in its file, and its sparse indexes.
 *
 * ```
 *  .log    |batch|batch|batch|   … bytes            end = one past the last record
 *  index      ▲ about every indexIntervalBytes      (the entries since opening are in memory, older ones are loaded when needed)
 * ```
 * A plain description: it does no I/O. `SegmentSet` writes, `segment-index.ts` loads and saves the indexes.
 */
import { assert, offset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import { OffsetIndex } from './offset-index.ts';
import { segmentFileName } from './segment-name.ts';
import { TimeIndex } from './time-index.ts';

/** The largest timestamp in a segment, and the last offset of the batch that has it. */
export interface LargestTimestamp {
  readonly timestamp: number;
  readonly offset: Offset;
}

/** What the checkpoint says of a segment. */
export interface SegmentSummary {
  readonly base: Offset;
  readonly end: Offset;
  readonly bytes: number;
  /** Byte where the last batch begins; 0 in an empty segment. */
  readonly lastBatch: number;
  readonly largest: LargestTimestamp | null;
}

/** Relative offsets are int32. */
export const RELATIVE_MAX = 0x7fff_ffff;

/** `end` and `bytes` count what was written whole. */
export class Segment {
  readonly directory: string;
  readonly path: string;
  readonly base: Offset;
  end: Offset;
  bytes: number;
  lastBatch: number;
  largest: LargestTimestamp | null;
  /** Written or cut since its last sync. */
  dirty = false;
  /** Times that it was cut; what was made of its content before is stale then. */
  cuts = 0;
  /** Its file is being removed or replaced: a checkpoint that is at it meanwhile need not find it. */
  removed = false;
  /** Largest timestamp of the first batch; null: not known, as it was written in an earlier life. */
  firstTimestamp: number | null = null;
  /** Wall time at which it was first looked at for its age. */
  seenAt: number | null = null;
  /** It was there when the log was opened, with something in it. */
  readonly isFound: boolean;
  /** Entries for batches from byte `indexedFrom` on. */
  offsets = new OffsetIndex();
  times = new TimeIndex();
  indexedFrom: number;
  /** Whether the index files hold the whole index. */
  indexSaved = false;
  #sinceEntry = 0;

  constructor(directory: string, summary: SegmentSummary) {
    this.directory = directory;
    this.base = summary.base;
    this.path = `${directory}/${segmentFileName(summary.base, 'log')}`;
    this.end = summary.end;
    this.bytes = summary.bytes;
    this.lastBatch = summary.lastBatch;
    this.largest = summary.largest;
    this.indexedFrom = summary.bytes;
    this.isFound = summary.bytes > 0;
  }

  /** Takes note of a batch that was written (or found) at the segment's end. */
  note(
    batch: { readonly base: number; readonly end: number; readonly bytes: number; readonly maxTimestamp: number },
    indexIntervalBytes: number,
  ): void {
    assert(batch.base >= this.end, () => `batch ${batch.base} begins below the segment's end ${this.end}`);
    const last = offset(batch.end - 1);
    const relative = last - this.base;
    assert(relative <= RELATIVE_MAX, () => `offset ${last} is too far from the segment's base ${this.base}`);
    if (this.largest === null || batch.maxTimestamp > this.largest.timestamp) {
      this.largest = { timestamp: batch.maxTimestamp, offset: last };
    }
    if (this.#sinceEntry > indexIntervalBytes) {
      this.offsets.add(relative, this.bytes);
      if (this.largest.timestamp >= 0) this.times.add(this.largest.timestamp, this.largest.offset - this.base);
      this.#sinceEntry = 0;
    }
    this.#sinceEntry += batch.bytes;
    if (this.bytes === 0) this.firstTimestamp = batch.maxTimestamp;
    this.lastBatch = this.bytes;
    this.bytes += batch.bytes;
    this.end = offset(batch.end);
    this.indexSaved = false;
  }

  summary(): SegmentSummary {
    const { base, end, bytes, lastBatch, largest } = this;
    return { base, end, bytes, lastBatch, largest };
  }
}

/** A segment without batches that begins at `base`. */
export function emptySummary(base: Offset): SegmentSummary {
  return { base, end: base, bytes: 0, lastBatch: 0, largest: null };
}
