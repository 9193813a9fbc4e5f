/**
 * The aborted transactions of one partition, for readers with isolation read_committed.
 *
 * ```
 *  firstOffset ──── data of the producer ──── markerOffset          entries ascend by markerOffset
 *       └── overlaps [from, end): marker at or above `from`, first below `end`
 * ```
 * A function of the log prefix. The array that `entries` gives is only ever added to: a read that took it keeps seeing what
 * it needs while the log goes on, is trimmed or cut. No aborted transactions: an empty array, and one comparison.
 */
import type { Offset } from '../../raft/index.ts';
import type { AbortedTransaction } from './aborted-transaction.ts';

export interface AbortedEntry extends AbortedTransaction {
  /** First offset of the oldest transaction that was open when this one ended, else one past its marker: no later entry begins below. */
  readonly lastStableOffset: Offset;
}

export class AbortedIndex {
  #entries: AbortedEntry[] = [];

  get entries(): readonly AbortedEntry[] {
    return this.#entries;
  }

  add(entry: AbortedEntry): void {
    this.#entries.push(entry);
  }

  /** Forgets transactions whose marker lies below `logStart`. */
  trim(logStart: Offset): void {
    if ((this.#entries[0]?.markerOffset ?? logStart) >= logStart) return;
    this.#entries = this.#entries.slice(firstFrom(this.#entries, logStart));
  }

  replace(entries: readonly AbortedEntry[]): void {
    this.#entries = [...entries];
  }
}

/** Those that overlap [from, end), ascending by their first offsets. */
export function overlapping(
  entries: readonly AbortedEntry[],
  from: number,
  end: number,
): readonly AbortedTransaction[] {
  const found: AbortedEntry[] = [];
  for (let at = firstFrom(entries, from); at < entries.length; at += 1) {
    const entry = entries[at];
    if (entry === undefined) break;
    if (entry.firstOffset < end) found.push(entry);
    if (entry.lastStableOffset >= end) break;
  }
  return found.sort((a, b) => a.firstOffset - b.firstOffset);
}

/** Index of the first entry whose marker is at or above `from`. */
function firstFrom(entries: readonly AbortedEntry[], from: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.markerOffset ?? from) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
