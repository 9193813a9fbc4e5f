/**
 * Reads of one log: from the tail at once, else from the segments, and again when the log was cut meanwhile.
 *
 * A race, in steps: 1. a read of offset 50 begins on disk; 2. the log is truncated to 40 and written anew; 3. the read
 * returns bytes that are old, new or half of each. So a read that saw a cut is thrown away and begins from what the log
 * is now; only what is wrong without a cut is damage.
 */
import { offset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import type { BatchRun, ReadLimit, TimestampedOffset } from '../replica-log.ts';
import { EMPTY_RUN, readSegments } from '../segment/segment-read.ts';
import type { KnownTerms, ReadHint } from '../segment/segment-read.ts';
import type { SegmentSet } from '../segment/segment-set.ts';
import type { Tail } from './tail.ts';
import { findLargest, findTimestamp } from './timestamp-search.ts';

/** Readers in sequence that are remembered. */
const HINTS_MAX = 8;

/** What a reader must know of its log at each moment. */
export interface ReadView {
  readonly logStart: Offset;
  readonly logEnd: Offset;
  readonly facts: KnownTerms;
  /** Cuts, raises of the log start and moves of files so far. */
  readonly cuts: number;
  /** Not null while files are moved: wait for it before reading any. Never rejects. */
  readonly moving: Promise<void> | null;
}

/** One per log. */
export class LogReader {
  readonly #set: SegmentSet;
  readonly #tail: Tail;
  readonly #view: ReadView;
  /** Takes a fault of the disk or damage; answers what to reject with. */
  readonly #onFault: (error: unknown) => unknown;
  #hints: ReadHint[] = [];
  /** Cuts when these were found: where they point, other bytes may stand after another one. */
  #hintCuts = 0;

  constructor(set: SegmentSet, tail: Tail, view: ReadView, onFault: (error: unknown) => unknown) {
    this.#set = set;
    this.#tail = tail;
    this.#view = view;
    this.#onFault = onFault;
  }

  read(from: Offset, limit: ReadLimit): BatchRun | Promise<BatchRun> {
    const end = offset(Math.min(limit.end, this.#view.logEnd));
    const start = offset(Math.max(from, this.#view.logStart));
    if (start >= end) return EMPTY_RUN;
    if (start >= this.#tail.begin) return this.#tail.read(start, { ...limit, end });
    return this.#readSegments(start, { ...limit, end: offset(Math.min(end, this.#tail.begin)) }, limit);
  }

  /** See {@link findTimestamp}; below `end`. */
  findTimestamp(timestamp: number, end: Offset): Promise<TimestampedOffset | null> {
    return this.steadily(() => findTimestamp(this.#set, this.#tail, timestamp, this.#bounds(end)));
  }

  /** See {@link findLargest}; below `end`. */
  findLargest(end: Offset): Promise<TimestampedOffset | null> {
    return this.steadily(() => findLargest(this.#set, this.#tail, this.#bounds(end)));
  }

  #bounds(end: Offset): { readonly start: Offset; readonly end: Offset } {
    return { start: this.#view.logStart, end: offset(Math.min(end, this.#view.logEnd)) };
  }

  /** Repeats `search`, which reads segments, until no cut came between; its errors are the log's. */
  async steadily<T>(search: () => Promise<T>): Promise<T> {
    for (;;) {
      while (this.#view.moving !== null) await this.#view.moving;
      const { cuts } = this.#view;
      try {
        const found = await search();
        if (cuts === this.#view.cuts) return found;
      } catch (error) {
        if (cuts === this.#view.cuts) throw this.#onFault(error);
      }
    }
  }

  async #readSegments(start: Offset, bounded: ReadLimit, limit: ReadLimit): Promise<BatchRun> {
    if (this.#view.moving !== null) {
      await this.#view.moving;
      return this.read(start, limit);
    }
    const { cuts } = this.#view;
    if (cuts !== this.#hintCuts) {
      this.#hints = [];
      this.#hintCuts = cuts;
    }
    const at = this.#hints.findIndex((hint) => hint.offset === start);
    const hint = at === -1 ? null : (this.#hints[at] ?? null);
    if (at !== -1) this.#hints.splice(at, 1);
    try {
      const { run, next } = await readSegments(this.#set, start, bounded, hint, this.#view.facts);
      if (cuts === this.#view.cuts) {
        if (next !== null) this.#hints = [next, ...this.#hints].slice(0, HINTS_MAX);
        if (run.positions.length > 0 || !(await this.#isHole(start, bounded))) return run;
        // Compaction has left nothing before the tail: what follows is there.
        return bounded.end < limit.end ? this.read(bounded.end, limit) : run;
      }
      run.release();
    } catch (error) {
      if (cuts === this.#view.cuts) throw this.#onFault(error);
    }
    return this.read(start, limit);
  }

  /** Whether the segments hold nothing of [start, end): an empty run may also mean that the first batch is too large. */
  async #isHole(start: Offset, bounded: ReadLimit): Promise<boolean> {
    if (!this.#set.hasGaps) return false;
    if (bounded.atLeastOne) return true;
    const { run } = await readSegments(this.#set, start, { ...bounded, atLeastOne: true }, null, this.#view.facts);
    run.release();
    return run.positions.length === 0;
  }
}
