/**
 * The sparse offset index of one segment: (last offset of a batch, where that batch begins), about every 4 KiB.
 *
 * ```
 *  file: entries of 8 bytes: offset relative to the segment's base i32 | position i32      (Kafka's .index)
 * ```
 * Both columns rise. An entry lost only makes a search longer; a wrong one is found out by the reader, because the
 * batch at the position must have the offset of the entry. The index is a function of the segment and can be rebuilt.
 */
import { assert } from '../../raft/index.ts';

export const OFFSET_ENTRY_BYTES = 8;

/** Grows at the end, is cut from the end. */
export class OffsetIndex {
  #offsets: number[] = [];
  #positions: number[] = [];

  get length(): number {
    return this.#offsets.length;
  }

  /** Position of the last entry; 0 when there is none. */
  get lastPosition(): number {
    return this.#positions[this.#positions.length - 1] ?? 0;
  }

  /** Appends an entry; `relative` and `position` above the last one's, else it is left out (as Kafka does). */
  add(relative: number, position: number): void {
    assert(relative >= 0, () => `relative offset ${relative} is negative`);
    const last = this.#offsets[this.#offsets.length - 1];
    if (last !== undefined && (relative <= last || position <= this.lastPosition)) return;
    this.#offsets.push(relative);
    this.#positions.push(position);
  }

  /** The last entry at or below `relative`: where to begin a search for it; null: at byte 0. */
  lookup(relative: number): { readonly relative: number; readonly position: number } | null {
    let low = 0;
    let high = this.#offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#offsets[middle] ?? 0) <= relative) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return null;
    return { relative: this.#offsets[low - 1] ?? 0, position: this.#positions[low - 1] ?? 0 };
  }

  /** Forgets all entries whose batch begins at or after byte `position`. */
  truncate(position: number): void {
    while (this.#positions.length > 0 && this.lastPosition >= position) {
      this.#positions.pop();
      this.#offsets.pop();
    }
  }

  /** Entries of `later`, which begins after this one, are added. */
  join(later: OffsetIndex): void {
    for (let index = 0; index < later.#offsets.length; index += 1) {
      this.add(later.#offsets[index] ?? 0, later.#positions[index] ?? 0);
    }
  }

  encode(): Buffer {
    const bytes = Buffer.alloc(this.length * OFFSET_ENTRY_BYTES);
    for (let index = 0; index < this.length; index += 1) {
      bytes.writeInt32BE(this.#offsets[index] ?? 0, index * OFFSET_ENTRY_BYTES);
      bytes.writeInt32BE(this.#positions[index] ?? 0, index * OFFSET_ENTRY_BYTES + 4);
    }
    return bytes;
  }
}

/** The entries of an `.index` file in order; a reason when they cannot be an index of a segment of `segmentBytes`. */
export function decodeOffsetIndex(bytes: Buffer, segmentBytes: number): OffsetIndex | string {
  if (bytes.length % OFFSET_ENTRY_BYTES !== 0) return `${bytes.length} bytes are not whole entries`;
  const index = new OffsetIndex();
  for (let at = 0; at < bytes.length; at += OFFSET_ENTRY_BYTES) {
    const relative = bytes.readInt32BE(at);
    const position = bytes.readInt32BE(at + 4);
    if (relative < 0 || position < 0 || position >= segmentBytes) return `entry at byte ${at} is out of range`;
    index.add(relative, position);
    if (index.length !== at / OFFSET_ENTRY_BYTES + 1) return `entry at byte ${at} does not rise`;
  }
  return index;
}
