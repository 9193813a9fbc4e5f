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

/** The code of a compression; `unknown` has none and gives 0. */
export function compressionCode(compression: Compression): number {
  return Math.max(0, BY_CODE.indexOf(compression));
}
