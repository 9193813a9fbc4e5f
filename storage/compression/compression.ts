/**
 * The compressions of record batches, by the code in their attributes.
 */

/** Codes 0 to 4; 5 to 7 name nothing. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd' | 'unknown';

const BY_CODE: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** The compression of a code, 0 to 7. */
export function compressionOf(code: number): Compression {
  return BY_CODE[code] ?? 'unknown';
}

const DECOMPRESSED_FLOOR = 16 * 1024 * 1024;
const DECOMPRESSED_MOST = 128 * 1024 * 1024;
/** gzip reaches 1032; what says that it holds more is meant to hurt. */
const RATIO_MOST = 1100;

/** Most bytes that `stored` compressed ones may hold, for whoever looks into a batch that a client sent. */
export function decompressedBytesMax(stored: number): number {
  return Math.min(DECOMPRESSED_MOST, DECOMPRESSED_FLOOR + stored * RATIO_MOST);
}

/** The code of a compression; `unknown` has none and gives 0. */
export function compressionCode(compression: Compression): number {
  return Math.max(0, BY_CODE.indexOf(compression));
}
