/**
 * A look at the outside of compressed records: is this a whole stream of the format that the header names?
 *
 * Reads magic numbers and hops from block to block by the lengths that stand there; nothing is decompressed, so it
 * costs well under a microsecond for a usual batch. Catches garbage, cut streams and wrong codes; what only
 * decompression shows (bad content, a wrong number of records) is left to readers.
 */
import type { Compression } from './compression.ts';
import { invalidLz4Frame } from './lz4-frame.ts';
import { readSnappyLength, snappyLengthFits, XERIAL_MAGIC, xerialChunks } from './snappy-frame.ts';
import { zstdFrames } from './zstd-frame.ts';

const GZIP_LEAST_SIZE = 18;

function invalidGzip(stream: Uint8Array): string | null {
  const magic = stream[0] === 0x1f && stream[1] === 0x8b && stream[2] === 8;
  return magic && stream.length >= GZIP_LEAST_SIZE ? null : 'not gzip';
}

/** Raw snappy has no magic, but its length must fit its size, and it begins with a literal: there is nothing to copy yet. */
function invalidRawSnappy(stream: Uint8Array): string | null {
  const head = readSnappyLength(stream);
  if (head === null || !snappyLengthFits(head.length, stream.length)) return 'snappy with a length that does not fit';
  return head.length > 0 && ((stream[head.at] ?? 1) & 3) !== 0 ? 'snappy that begins with a copy' : null;
}

function invalidSnappy(stream: Uint8Array): string | null {
  if (!startsWith(stream, XERIAL_MAGIC)) return invalidRawSnappy(stream);
  const chunks = xerialChunks(stream);
  if (chunks === null) return 'a snappy chunk that is cut';
  if (chunks.length === 0) return 'no snappy chunk';
  return chunks.map((chunk) => invalidRawSnappy(chunk)).find((invalid) => invalid !== null) ?? null;
}

function startsWith(stream: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => stream[index] === byte);
}

/** Why `stream` is no whole stream of this compression, as far as its outside shows; null: it may be one. */
export function invalidStream(compression: Compression, stream: Uint8Array): string | null {
  switch (compression) {
    case 'none':
      return null;
    case 'gzip':
      return invalidGzip(stream);
    case 'snappy':
      return invalidSnappy(stream);
    case 'lz4':
      return invalidLz4Frame(stream);
    case 'zstd': {
      const frames = zstdFrames(stream);
      if (typeof frames === 'string') return frames;
      return frames.length === 0 ? 'no zstd frame' : null;
    }
    case 'unknown':
      return 'an unknown compression';
  }
}
