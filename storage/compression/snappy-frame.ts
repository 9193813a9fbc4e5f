/**
 * The xerial framing that Java puts around snappy: 8 bytes of magic, two versions, then chunks.
 *
 *   82 53 4e 41 50 50 59 00 │ version i32 │ compatible i32 │ (size i32 │ raw snappy)…
 *
 * librdkafka and others send raw snappy without it; readers take both.
 */
export const XERIAL_MAGIC: readonly number[] = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00];
const HEADER_SIZE = 16;
/** Three bytes of raw snappy give at most 64. */
const MOST_OUT_PER_BYTE = 22;
const CHUNK_HEADER_SIZE = 4;

/** Views of the raw chunks of a xerial stream, or null when one is cut. Fewer than four bytes at the end are nothing. */
export function xerialChunks(stream: Uint8Array): readonly Uint8Array[] | null {
  if (stream.length < HEADER_SIZE) return null;
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const chunks: Uint8Array[] = [];
  let at = HEADER_SIZE;
  while (stream.length - at >= CHUNK_HEADER_SIZE) {
    const size = view.getInt32(at);
    at += CHUNK_HEADER_SIZE;
    if (size < 0 || size > stream.length - at) return null;
    chunks.push(stream.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** Reads the length that raw snappy begins with, and where the rest begins; null when there is none. */
export function readSnappyLength(bytes: Uint8Array): { readonly length: number; readonly at: number } | null {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) return null;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { length, at: index + 1 };
  }
  return null;
}

/** Whether `size` bytes of raw snappy can give `length` bytes: not many more, and not many fewer either. */
export function snappyLengthFits(length: number, size: number): boolean {
  return length <= size * MOST_OUT_PER_BYTE + 64 && size <= 64 + length + Math.ceil(length / 4);
}
