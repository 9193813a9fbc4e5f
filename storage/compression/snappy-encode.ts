/**
 * Writes raw snappy (no framing): what Kafka's clients read whether or not it lies in a xerial frame.
 *
 * ```
 *  length varint │ literal: tag, bytes │ copy: tag, distance (2 bytes) │ …
 * ```
 * Greedy: a hash of four bytes finds the last place where they stood; blocks of 64 KiB, so a distance has two bytes.
 */
const BLOCK_BYTES = 65_536;
const HASH_BITS = 14;
const COPY_MIN = 4;
const COPY_MAX = 64;

/** Fresh bytes, owned by the caller. */
export function compressSnappy(bytes: Uint8Array): Uint8Array {
  const target = new Uint8Array(32 + bytes.length + Math.ceil(bytes.length / 6));
  let at = writeLength(target, bytes.length);
  const table = new Int32Array(1 << HASH_BITS);
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES)
    at = writeBlock(bytes, from, Math.min(bytes.length, from + BLOCK_BYTES), target, at, table);
  return target.subarray(0, at);
}

function writeLength(target: Uint8Array, length: number): number {
  let at = 0;
  let rest = length;
  for (; rest >= 0x80; rest >>>= 7) {
    target[at] = (rest & 0x7f) | 0x80;
    at += 1;
  }
  target[at] = rest;
  return at + 1;
}

function four(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

function writeBlock(
  bytes: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  begin: number,
  table: Int32Array,
): number {
  table.fill(-1);
  let at = begin;
  let literal = from;
  let position = from;
  while (position + COPY_MIN <= to) {
    const word = four(bytes, position);
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS);
    const found = table[slot] ?? -1;
    table[slot] = position;
    if (found < 0 || four(bytes, found) !== word) {
      position += 1;
      continue;
    }
    let length = COPY_MIN;
    while (position + length < to && bytes[found + length] === bytes[position + length]) length += 1;
    at = writeLiteral(bytes, literal, position, target, at);
    at = writeCopies(position - found, length, target, at);
    position += length;
    literal = position;
  }
  return writeLiteral(bytes, literal, to, target, at);
}

function writeLiteral(bytes: Uint8Array, from: number, to: number, target: Uint8Array, begin: number): number {
  const length = to - from;
  if (length === 0) return begin;
  let at = begin;
  const less = length - 1;
  if (less < 60) {
    target[at] = less << 2;
    at += 1;
  } else {
    target[at] = 61 << 2;
    target[at + 1] = less & 0xff;
    target[at + 2] = less >>> 8;
    at += 3;
  }
  target.set(bytes.subarray(from, to), at);
  return at + length;
}

function writeCopies(distance: number, length: number, target: Uint8Array, begin: number): number {
  let at = begin;
  for (let left = length; left > 0;) {
    const now = Math.min(left, COPY_MAX);
    target[at] = ((now - 1) << 2) | 2;
    target[at + 1] = distance & 0xff;
    target[at + 2] = distance >>> 8;
    at += 3;
    left -= now;
  }
  return at;
}
