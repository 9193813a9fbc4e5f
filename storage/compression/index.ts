/**
 * The face of the decompressors: for readers of compressed batches, never for produce or fetch.
 *
 * Apart from `storage/batch`, so that who only moves batches does not load them.
 */
export { decompressStream } from './decompress.ts';
export type { Compression } from './compression.ts';
