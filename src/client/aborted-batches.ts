/**
 * Which batches of a fetch are of aborted transactions: readers that want what was committed leave them out.
 *
 * ```
 *  aborted: producer 7 from 12      batches: 10 (7) ✓ · 12 (7) ✗ · 14 (9) ✓ · 15 (7) ✗ · 17 abort of 7 · 18 (7) ✓
 * ```
 * The broker names producer and first offset of each transaction that overlaps the answer; its end is the marker.
 */
import { readBatchHeader, readControlBatch } from '../../storage/batch/index.ts';

export interface AbortedFrom {
  readonly producerId: number;
  readonly firstOffset: number;
}

export class AbortedBatches {
  /** Ascending by first offset. */
  readonly #coming: AbortedFrom[];
  readonly #producers = new Set<number>();

  constructor(aborted: readonly AbortedFrom[]) {
    this.#coming = [...aborted].sort((left, right) => left.firstOffset - right.firstOffset);
  }

  /** Whether this batch is left out; batches come in the order of the log. */
  leavesOut(batch: Uint8Array): boolean {
    if (this.#coming.length + this.#producers.size === 0) return false;
    const { baseOffset, producerId, transactional, control } = readBatchHeader(batch);
    for (let next = this.#coming[0]; next !== undefined && next.firstOffset <= baseOffset; next = this.#coming[0]) {
      this.#producers.add(next.producerId);
      this.#coming.shift();
    }
    if (!control) return transactional && this.#producers.has(producerId);
    if (readControlBatch(batch)?.[0]?.type === 'abort') this.#producers.delete(producerId);
    return false;
  }
}
