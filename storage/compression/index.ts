/**
 * The face of the compressions: for who looks into compressed batches, never for fetch.
 *
 * Apart from `storage/batch`, so that who only moves batches does not load them.
 */
export { compressStream } from './compress.ts';
export { decompressStream } from './decompress.ts';
export { decompressedBytesMax } from './compression.ts';
export type { Compression } from './compression.ts';
