/**
 * The sparse time index of one segment: (largest timestamp so far, last offset of the batch that has it).
 *
 * ```
 *  file: entries of 12 bytes: timestamp i64 | offset relative to the segment's base i32      (Kafka's .timeindex)
 * ```
 * Timestamps rise strictly, offsets too. All records before the entry's batch are older than or as old as its timestamp.
 */
import { assert } from '../../raft/index.ts';
import { readInt64, writeInt64 } from '../int64.ts';

export const TIME_ENTRY_BYTES = 12;

/** Grows at the end, is cut from the end. */
export class TimeIndex {
  #timestamps: number[] = [];
  #offsets: number[] = [];

  get length(): number {
    return this.#timestamps.length;
  }

  /** Appends an entry; one that does not rise is left out (as Kafka does). */
  add(timestamp: number, relative: number): void {
    assert(relative >= 0, () => `relative offset ${relative} is negative`);
    const last = this.#timestamps.length - 1;
    if (last >= 0 && (timestamp <= (this.#timestamps[last] ?? 0) || relative < (this.#offsets[last] ?? 0))) return;
    this.#timestamps.push(timestamp);
    this.#offsets.push(relative);
  }

  /** The last entry with a timestamp below `timestamp`: no record before it is as young. Null: begin at the beginning. */
  lookup(timestamp: number): { readonly timestamp: number; readonly relative: number } | null {
    let low = 0;
    let high = this.#timestamps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timestamps[middle] ?? 0) < timestamp) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return null;
    return { timestamp: this.#timestamps[low - 1] ?? 0, relative: this.#offsets[low - 1] ?? 0 };
  }

  /** The last entry below relative offset `relative`, or null. */
  lastBelow(relative: number): { readonly timestamp: number; readonly relative: number } | null {
    for (let index = this.#offsets.length - 1; index >= 0; index -= 1) {
      const found = this.#offsets[index] ?? 0;
      if (found < relative) return { timestamp: this.#timestamps[index] ?? 0, relative: found };
    }
    return null;
  }

  /** Forgets all entries at or above relative offset `relative`. */
  truncate(relative: number): void {
    while (this.#offsets.length > 0 && (this.#offsets[this.#offsets.length - 1] ?? 0) >= relative) {
      this.#offsets.pop();
      this.#timestamps.pop();
    }
  }

  join(later: TimeIndex): void {
    for (let index = 0; index < later.#offsets.length; index += 1) {
      this.add(later.#timestamps[index] ?? 0, later.#offsets[index] ?? 0);
    }
  }

  encode(): Buffer {
    const bytes = Buffer.alloc(this.length * TIME_ENTRY_BYTES);
    for (let index = 0; index < this.length; index += 1) {
      writeInt64(bytes, this.#timestamps[index] ?? 0, index * TIME_ENTRY_BYTES);
      bytes.writeInt32BE(this.#offsets[index] ?? 0, index * TIME_ENTRY_BYTES + 8);
    }
    return bytes;
  }

  /** Entries for tools. */
  entries(): readonly { readonly timestamp: number; readonly relative: number }[] {
    return this.#timestamps.map((timestamp, index) => ({ timestamp, relative: this.#offsets[index] ?? 0 }));
  }
}

/** The entries of a `.timeindex` file; a reason when they cannot be one. */
export function decodeTimeIndex(bytes: Buffer): TimeIndex | string {
  if (bytes.length % TIME_ENTRY_BYTES !== 0) return `${bytes.length} bytes are not whole entries`;
  const index = new TimeIndex();
  for (let at = 0; at < bytes.length; at += TIME_ENTRY_BYTES) {
    const timestamp = readInt64(bytes, at);
    const relative = bytes.readInt32BE(at + 8);
    if (relative < 0 || !Number.isSafeInteger(timestamp)) return `entry at byte ${at} is out of range`;
    index.add(timestamp, relative);
    if (index.length !== at / TIME_ENTRY_BYTES + 1) return `entry at byte ${at} does not rise`;
  }
  return index;
}
