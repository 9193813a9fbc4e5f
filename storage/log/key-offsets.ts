/**
 * The newest offset of each key, in bounded memory: what the first pass of a compaction finds out.
 *
 * ```
 *  key ─▶ 128-bit hash (MurmurHash3) ─▶ slot: |h1 h2 h3 h4| offset |     open addressing, 24 bytes a slot, at most 3 of 4 slots used
 *  table full ─▶ one of twice the size; each put moves a few slots from the old one, until nothing is left there
 * ```
 * Keys themselves are not kept: two keys with the same hash would pass for one. Among a hundred million keys that has a
 * probability below 10⁻²². The table grows until `bytesMax`, and for a while the old one lives beside it; what does not fit is for
 * the next pass. It is never moved at once, which would stop a node for as long as a few hundred thousand keys take.
 */
const WORDS = 4;
const SLOT_BYTES = WORDS * 4 + 8;
const SLOTS_FIRST = 1024;
const LOAD_MAX = 0.75;
/** Slots of the old table that a put moves: it is empty long before the new one is full. */
const MOVED_BY_PUT = 8;

interface Table {
  readonly slots: number;
  readonly hashes: Uint32Array;
  /** Newest offset + 1; 0: the slot is free. */
  readonly ends: Float64Array;
}

/** All free: memory that nobody has written is not touched either. */
function tableOf(slots: number): Table {
  return { slots, hashes: new Uint32Array(slots * WORDS), ends: new Float64Array(slots) };
}

/** The slot that has the hash at `at` of `hash`, or the free one where it belongs. */
function slotOf({ slots, hashes, ends }: Table, hash: Uint32Array, at: number): number {
  const mask = slots - 1;
  const [a, b, c, d] = [hash[at], hash[at + 1], hash[at + 2], hash[at + 3]];
  let slot = (a ?? 0) & mask;
  while (ends[slot] !== 0) {
    const word = slot * WORDS;
    if (hashes[word] === a && hashes[word + 1] === b && hashes[word + 2] === c && hashes[word + 3] === d) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

function fill({ hashes, ends }: Table, slot: number, hash: Uint32Array, at: number, end: number): void {
  const word = slot * WORDS;
  for (let index = 0; index < WORDS; index += 1) hashes[word + index] = hash[at + index] ?? 0;
  ends[slot] = end;
}

/** One per pass. */
export class KeyOffsets {
  readonly #slotsMax: number;
  readonly #hash = new Uint32Array(WORDS);
  #table = tableOf(SLOTS_FIRST);
  /** What has not been moved lies at or behind slot `from`; a key that is also in the table is newer there. */
  #old: { readonly table: Table; from: number } | null = null;
  #size = 0;

  /** @param bytesMax memory that the table may take; at least {@link SLOTS_FIRST} slots are always there */
  constructor(bytesMax: number) {
    let slots = SLOTS_FIRST;
    while (slots * 2 * SLOT_BYTES <= bytesMax) slots *= 2;
    this.#slotsMax = slots;
  }

  /** Keys that are known. */
  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#table.slots * SLOT_BYTES;
  }

  /** Whether `count` more keys have room, whatever they are. */
  hasRoom(count: number): boolean {
    return this.#size + count <= this.#slotsMax * LOAD_MAX;
  }

  /** Whether so many keys have room in a table that knows none. */
  canHold(count: number): boolean {
    return count <= this.#slotsMax * LOAD_MAX;
  }

  /** The key in `bytes` at [`from`, `to`) was met at `offset`, which is above all before. {@link hasRoom} must have said yes. */
  put(bytes: Uint8Array, from: number, to: number, offset: number): void {
    if (this.#size + 1 > this.#table.slots * LOAD_MAX) this.#grow();
    if (this.#old !== null) this.#moveSome(this.#old);
    hashKey(bytes, from, to, this.#hash);
    const slot = slotOf(this.#table, this.#hash, 0);
    if (this.#table.ends[slot] !== 0) this.#table.ends[slot] = offset + 1;
    else {
      if (this.#endInOld() === 0) this.#size += 1;
      fill(this.#table, slot, this.#hash, 0, offset + 1);
    }
  }

  /** Where the key was met last; -1: nowhere. */
  newest(bytes: Uint8Array, from: number, to: number): number {
    hashKey(bytes, from, to, this.#hash);
    const end = this.#table.ends[slotOf(this.#table, this.#hash, 0)] ?? 0;
    return (end === 0 ? this.#endInOld() : end) - 1;
  }

  #endInOld(): number {
    return this.#old === null ? 0 : (this.#old.table.ends[slotOf(this.#old.table, this.#hash, 0)] ?? 0);
  }

  #grow(): void {
    while (this.#old !== null) this.#moveSome(this.#old);
    this.#old = { table: this.#table, from: 0 };
    this.#table = tableOf(this.#table.slots * 2);
  }

  /** What was moved stays where it was, too: searches must not end there. */
  #moveSome(old: { readonly table: Table; from: number }): void {
    const { slots, hashes, ends } = old.table;
    const to = Math.min(slots, old.from + MOVED_BY_PUT);
    for (let slot = old.from; slot < to; slot += 1) {
      const end = ends[slot] ?? 0;
      if (end === 0) continue;
      const place = slotOf(this.#table, hashes, slot * WORDS);
      if (this.#table.ends[place] === 0) fill(this.#table, place, hashes, slot * WORDS, end);
    }
    old.from = to;
    if (to === slots) this.#old = null;
  }
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function finish(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function word(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 <= end)
    return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  let value = 0;
  for (let byte = at; byte < end; byte += 1) value |= (bytes[byte] ?? 0) << (8 * (byte - at));
  return value;
}

/** MurmurHash3_x86_128 with seed 0 of `bytes[from, to)`, as four words. */
export function hashKey(bytes: Uint8Array, from: number, to: number, hash: Uint32Array): void {
  const length = to - from;
  const blocksEnd = from + (length & ~15);
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  for (let at = from; at < blocksEnd; at += 16) {
    h1 ^= Math.imul(rotate(Math.imul(word(bytes, at, to), C1), 15), C2);
    h1 = (Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(word(bytes, at + 4, to), C2), 16), C3);
    h2 = (Math.imul(rotate(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(word(bytes, at + 8, to), C3), 17), C4);
    h3 = (Math.imul(rotate(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(word(bytes, at + 12, to), C4), 18), C1);
    h4 = (Math.imul(rotate(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
  }
  // Words of the rest that are not there are 0, and change nothing.
  h4 ^= Math.imul(rotate(Math.imul(word(bytes, blocksEnd + 12, to), C4), 18), C1);
  h3 ^= Math.imul(rotate(Math.imul(word(bytes, blocksEnd + 8, to), C3), 17), C4);
  h2 ^= Math.imul(rotate(Math.imul(word(bytes, blocksEnd + 4, to), C2), 16), C3);
  h1 ^= Math.imul(rotate(Math.imul(word(bytes, blocksEnd, to), C1), 15), C2);
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finish(h1);
  h2 = finish(h2);
  h3 = finish(h3);
  h4 = finish(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  hash[0] = h1;
  hash[1] = h2 + h1;
  hash[2] = h3 + h1;
  hash[3] = h4 + h1;
}
