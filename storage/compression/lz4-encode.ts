/**
 * Writes LZ4 frames as Kafka's clients want them: independent blocks of 64 KiB, no checksums but the header's.
 *
 * Greedy: a hash of four bytes finds the last place where they stood. The format wants the last match to begin 12 bytes before
 * the end of its block, and the last 5 bytes to be literals. A block that does not shrink is stored as it is.
 */
import { shortXxHash32 } from './lz4-frame.ts';

const BLOCK_BYTES = 65_536;
const BLOCK_CODE = 4;
/** Version 1, independent blocks. */
const FLAGS = 0x60;
const UNCOMPRESSED_BIT = 0x8000_0000;
const HASH_BITS = 14;
const MATCH_MIN = 4;
const LAST_MATCH = 12;
const LAST_LITERALS = 5;

/** Fresh bytes, owned by the caller. */
export function compressLz4(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / BLOCK_BYTES);
  const target = new Uint8Array(11 + bytes.length + 4 * blocks + Math.ceil(bytes.length / 128));
  const view = new DataView(target.buffer);
  view.setUint32(0, 0x184d_2204, true);
  target[4] = FLAGS;
  target[5] = BLOCK_CODE << 4;
  target[6] = (shortXxHash32(target.subarray(4, 6)) >>> 8) & 0xff;
  let at = 7;
  const table = new Int32Array(1 << HASH_BITS);
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES) {
    const block = bytes.subarray(from, from + BLOCK_BYTES);
    const end = writeBlock(block, target, at + 4, table);
    const isSmaller = end - at - 4 < block.length;
    if (!isSmaller) target.set(block, at + 4);
    view.setUint32(at, isSmaller ? end - at - 4 : block.length + UNCOMPRESSED_BIT, true);
    at = isSmaller ? end : at + 4 + block.length;
  }
  view.setUint32(at, 0, true);
  return target.subarray(0, at + 4);
}

function four(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

function writeBlock(block: Uint8Array, target: Uint8Array, begin: number, table: Int32Array): number {
  table.fill(-1);
  let at = begin;
  let literal = 0;
  let position = 0;
  while (position + LAST_MATCH <= block.length) {
    const word = four(block, position);
    const slot = Math.imul(word, 0x9e37_79b1) >>> (32 - HASH_BITS);
    const found = table[slot] ?? -1;
    table[slot] = position;
    if (found < 0 || four(block, found) !== word) {
      position += 1;
      continue;
    }
    let length = MATCH_MIN;
    const end = block.length - LAST_LITERALS;
    while (position + length < end && block[found + length] === block[position + length]) length += 1;
    at = writeSequence(block.subarray(literal, position), { distance: position - found, length }, target, at);
    position += length;
    literal = position;
  }
  return writeSequence(block.subarray(literal), null, target, at);
}

/** Literals, and the match behind them; null: the block ends. */
function writeSequence(
  literals: Uint8Array,
  match: { readonly distance: number; readonly length: number } | null,
  target: Uint8Array,
  begin: number,
): number {
  const more = match === null ? 0 : match.length - MATCH_MIN;
  target[begin] = (Math.min(15, literals.length) << 4) | Math.min(15, more);
  let at = writeExtended(literals.length, target, begin + 1);
  target.set(literals, at);
  at += literals.length;
  if (match === null) return at;
  target[at] = match.distance & 0xff;
  target[at + 1] = match.distance >>> 8;
  return writeExtended(more, target, at + 2);
}

/** What of a length does not fit into its nibble. */
function writeExtended(length: number, target: Uint8Array, begin: number): number {
  if (length < 15) return begin;
  let at = begin;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) {
    target[at] = 255;
    at += 1;
  }
  target[at] = rest;
  return at + 1;
}
