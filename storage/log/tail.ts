/**
 * The recent batches of one log, in memory: the same bytes to every follower and consumer.
 *
 * ```
 *  … on disk only | begin ─ written ─ written ─ unwritten ─ unwritten ─ end      forgotten from the left, never the unwritten
 * ```
 * Everything at or above `begin` is here, so reads from there need no disk. What is not yet in a segment file is pinned.
 */
import { assert, byteCount, offset } from '../../raft/index.ts';
import type { BatchPosition, Offset } from '../../raft/index.ts';
import type { BatchRun, ReadLimit, StoredBatch } from '../replica-log.ts';
import { EMPTY_RUN } from '../segment/segment-read.ts';

/** Entries forgotten at the front before the array is made anew. */
const HOLES_MAX = 256;

/** One per log. */
export class Tail {
  #batches: (StoredBatch | null)[] = [];
  /** Index of the first batch that is still here. */
  #first = 0;
  /** Index after the last batch that is in a segment file. */
  #written = 0;
  #begin: Offset;
  #bytes = 0;

  constructor(begin: Offset) {
    this.#begin = begin;
  }

  /** All batches that end above it are here. */
  get begin(): Offset {
    return this.#begin;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether something can be forgotten. */
  get evictable(): boolean {
    return this.#first < this.#written;
  }

  /** Whether {@link evict} would forget a batch that lies wholly below `end`. */
  evictableBelow(end: Offset): boolean {
    return this.evictable && this.#at(this.#first).position.end <= end;
  }

  /** Bytes that are in no segment file yet. */
  get unwrittenBytes(): number {
    let bytes = 0;
    for (let index = this.#written; index < this.#batches.length; index += 1) bytes += this.#at(index).position.bytes;
    return bytes;
  }

  push(batch: StoredBatch): void {
    this.#batches.push(batch);
    this.#bytes += batch.bytes.length;
  }

  /**
   * These batches are in their segment. Compared by identity, not by offset: a batch that was cut off the tail while it
   * was being written must not make the one that took its offsets pass for written.
   */
  markWritten(batches: readonly StoredBatch[]): void {
    for (const batch of batches) if (this.#batches[this.#written] === batch) this.#written += 1;
  }

  /** Forgets the oldest written batch; answers its bytes. */
  evict(): number {
    assert(this.evictable, 'nothing in the tail can be forgotten');
    const { position, bytes } = this.#at(this.#first);
    this.#batches[this.#first] = null;
    this.#first += 1;
    this.#begin = position.end;
    this.#bytes -= bytes.length;
    if (this.#first >= HOLES_MAX && this.#first * 2 >= this.#batches.length) {
      this.#batches = this.#batches.slice(this.#first);
      this.#written -= this.#first;
      this.#first = 0;
    }
    return bytes.length;
  }

  /** Drops all batches at or above `to`; answers their bytes. When `to` is below `begin`, the tail begins there anew. */
  truncate(to: Offset): number {
    const before = this.#bytes;
    while (this.#batches.length > this.#first) {
      const last = this.#at(this.#batches.length - 1);
      if (last.position.base < to) break;
      this.#batches.pop();
      this.#bytes -= last.bytes.length;
    }
    this.#written = Math.min(this.#written, this.#batches.length);
    if (to < this.#begin) this.#begin = to;
    return before - this.#bytes;
  }

  /** Drops everything; the log now begins and ends at `at`. Answers the bytes dropped. */
  reset(at: Offset): number {
    const before = this.#bytes;
    this.#batches = [];
    this.#first = 0;
    this.#written = 0;
    this.#bytes = 0;
    this.#begin = at;
    return before;
  }

  /** Batches from the one that contains or follows `from` (≥ `begin`). */
  read(from: Offset, limit: ReadLimit): BatchRun {
    assert(from >= this.#begin, () => `the tail begins at ${this.#begin}, not at ${from}`);
    const positions: BatchPosition[] = [];
    const buffers: Uint8Array[] = [];
    let bytes = 0;
    for (let index = this.#search(from); index < this.#batches.length; index += 1) {
      const batch = this.#at(index);
      const { position } = batch;
      if (position.end > limit.end) break;
      const first = positions.length === 0 && limit.atLeastOne;
      if (bytes + position.bytes > limit.bytesMax && !first) break;
      positions.push(position);
      buffers.push(batch.bytes);
      bytes += position.bytes;
    }
    if (positions.length === 0) return EMPTY_RUN;
    return { positions, buffers, bytes: byteCount(bytes), release: () => undefined };
  }

  /** The batches in memory from the one that contains or follows `from`, for searches. */
  from(from: Offset): readonly StoredBatch[] {
    const found: StoredBatch[] = [];
    for (let index = this.#search(from); index < this.#batches.length; index += 1) found.push(this.#at(index));
    return found;
  }

  #search(from: Offset): number {
    let low = this.#first;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle).position.end <= from) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #at(index: number): StoredBatch {
    const batch = this.#batches[index];
    assert(batch !== undefined && batch !== null, () => `no batch ${index} in the tail from ${offset(this.#begin)}`);
    return batch;
  }
}
