/**
 * Which transactions of one partition readers must take for open, and so where its stable part ends.
 *
 * ```
 *  first record ─▶ open ─marker─▶ ended ─high watermark passes the marker─▶ decided
 *                  └──────── both hold the last stable offset back ───────┘
 * ```
 * Offsets rise, so the oldest open transaction is the first of the map. `ended` is no function of the log alone: it is made
 * anew while the log is replayed, and settled by the high watermark.
 */
import { offset as toOffset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';

interface Ended {
  readonly firstOffset: Offset;
  readonly markerOffset: Offset;
}

export class OpenTransactions {
  readonly #open = new Map<number, Offset>();
  /** Ascending by marker. */
  #ended: Ended[] = [];

  /** The producer's first record of a transaction lies at `firstOffset`. */
  begin(producerId: number, firstOffset: Offset): void {
    this.#open.set(producerId, firstOffset);
  }

  /** Its marker lies at `markerOffset`. */
  end(producerId: number, firstOffset: Offset, markerOffset: Offset): void {
    this.#open.delete(producerId);
    this.#ended.push({ firstOffset, markerOffset });
  }

  /** What ended below the high watermark is decided. */
  settle(highWatermark: Offset): void {
    const first = this.#ended[0];
    if (first === undefined || first.markerOffset >= highWatermark) return;
    this.#ended = this.#ended.filter(({ markerOffset }) => markerOffset >= highWatermark);
  }

  /** First offset of the oldest transaction without a marker; null: none is open. */
  get oldestOpen(): Offset | null {
    if (this.#open.size === 0) return null;
    for (const first of this.#open.values()) return first;
    return null;
  }

  /** As {@link oldestOpen}, but what ended at or above the high watermark still counts as open. */
  get oldestUndecided(): Offset | null {
    const open = this.oldestOpen;
    if (this.#ended.length === 0) return open;
    return toOffset(this.#ended.reduce((least, { firstOffset }) => Math.min(least, firstOffset), open ?? Infinity));
  }

  clear(): void {
    this.#open.clear();
    this.#ended = [];
  }
}
