/**
 * Decompresses LZ4 frames. Block and content checksums are not verified: the batch has a CRC of its own.
 *
 *   block: (token │ literal length… │ literals │ distance u16 │ match length…)…, the last one ends with its literals
 */
import { readLz4Frame } from './lz4-frame.ts';

const LEAST_MATCH = 4;

/** Decompresses one block behind `start` of `out`; returns the position behind it, or why it cannot. */
function decompressBlock(block: Uint8Array, out: Uint8Array, start: number): number | string {
  let at = 0;
  let to = start;
  /** Adds the length bytes that follow a nibble of 15. */
  const extended = (nibble: number): number => {
    let size = nibble;
    if (nibble < 15) return size;
    for (;;) {
      const byte = block[at] ?? 0;
      at += 1;
      size += byte;
      if (byte !== 255) return size;
    }
  };
  while (at < block.length) {
    const token = block[at] ?? 0;
    at += 1;
    const literals = extended(token >> 4);
    if (literals > block.length - at || literals > out.length - to) return 'an lz4 literal that is cut';
    out.set(block.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === block.length) return to;
    if (block.length - at < 2) return 'an lz4 match that is cut';
    const distance = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8);
    at += 2;
    const size = extended(token & 15) + LEAST_MATCH;
    if (at > block.length) return 'an lz4 match that is cut';
    if (distance === 0 || distance > to - start || size > out.length - to) return 'an lz4 match from outside';
    if (distance >= size) out.copyWithin(to, to - distance, to - distance + size);
    else for (let index = 0; index < size; index += 1) out[to + index] = out[to - distance + index] ?? 0;
    to += size;
  }
  return 'an lz4 block without end';
}

/** Decompresses the frame at the beginning of `bytes` to at most `maxBytes`; a string says why it cannot. */
export function decompressLz4(bytes: Uint8Array, maxBytes: number): Uint8Array | string {
  const frame = readLz4Frame(bytes);
  if (typeof frame === 'string') return frame;
  const parts: Uint8Array[] = [];
  let total = 0;
  for (const block of frame.blocks) {
    if (!block.compressed) {
      parts.push(block.bytes);
      total += block.bytes.length;
    } else {
      // One byte of a match length gives at most 255 bytes.
      const out = new Uint8Array(Math.min(frame.blockSize, block.bytes.length * 255));
      const end = decompressBlock(block.bytes, out, 0);
      if (typeof end === 'string') return end;
      parts.push(out.subarray(0, end));
      total += end;
    }
    if (total > maxBytes) return `more than ${maxBytes} bytes`;
  }
  const all = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
