/**
 * Decompresses raw snappy: a length, then literals and copies from what was written before.
 *
 *   tag & 3 = 0  literal; 1, 2, 4 bytes of further length    1  copy, 11-bit distance    2  16-bit    3  32-bit
 *
 * The promised length is compared with the bytes that are there before memory is taken for it.
 */
import { readSnappyLength, snappyLengthFits } from './snappy-frame.ts';

function little(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = 0; index < size; index += 1) value += (bytes[at + index] ?? 0) * 2 ** (8 * index);
  return value;
}

/** Copies `size` bytes from `distance` before `to`; the two may overlap. */
function copyBack(out: Uint8Array, to: number, distance: number, size: number): void {
  if (distance >= size) out.copyWithin(to, to - distance, to - distance + size);
  else for (let index = 0; index < size; index += 1) out[to + index] = out[to - distance + index] ?? 0;
}

/** Decompresses one raw stream to at most `maxBytes`; a string says why it cannot. */
export function decompressSnappy(bytes: Uint8Array, maxBytes: number): Uint8Array | string {
  const head = readSnappyLength(bytes);
  if (head === null) return 'snappy without a length';
  const { length } = head;
  if (length > maxBytes) return `more than ${maxBytes} bytes`;
  if (!snappyLengthFits(length, bytes.length)) return `snappy that promises ${length} bytes`;
  const out = new Uint8Array(length);
  let at = head.at;
  let to = 0;
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    at += 1;
    const kind = tag & 3;
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const size = (extra === 0 ? tag >> 2 : little(bytes, at, extra)) + 1;
      at += extra;
      if (size > bytes.length - at || size > length - to) return 'a snappy literal that is cut';
      out.set(bytes.subarray(at, at + size), to);
      at += size;
      to += size;
      continue;
    }
    const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const width = kind === 3 ? 4 : kind;
    if (width > bytes.length - at) return 'a snappy copy that is cut';
    const distance = little(bytes, at, width) + (kind === 1 ? (tag >> 5) * 256 : 0);
    at += width;
    if (distance === 0 || distance > to || size > length - to) return 'a snappy copy from outside';
    copyBack(out, to, distance, size);
    to += size;
  }
  return to === length ? out : `snappy that promises ${length} bytes and gives ${to}`;
}
