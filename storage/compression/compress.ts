/**
 * Compresses the records of a batch again: for compaction, which takes records out of batches that producers compressed.
 *
 * snappy and lz4 are written by this project's own encoders, gzip by zlib. zstd is written where the runtime has it (Node 22.15
 * and later); elsewhere such a batch becomes gzip, which every reader of zstd reads as well.
 */
import { createRequire } from 'node:module';
import type Zlib from 'node:zlib';
import type { Compression } from './compression.ts';
import { compressLz4 } from './lz4-encode.ts';
import { compressSnappy } from './snappy-encode.ts';

type ZlibWithZstd = typeof Zlib & { readonly zstdCompressSync?: (bytes: Uint8Array) => Uint8Array };

/** What became of the records. */
export interface Compressed {
  readonly compression: Compression;
  readonly bytes: Uint8Array;
}

/**
 * `bytes` by `wanted`, or by gzip where this runtime has no zstd. `unknown` must not be asked for.
 *
 * @param level of gzip; null: its default. The others have one.
 */
export function compressStream(wanted: Compression, bytes: Uint8Array, level: number | null = null): Compressed {
  switch (wanted) {
    case 'none':
    case 'unknown':
      return { compression: 'none', bytes };
    case 'snappy':
      return { compression: 'snappy', bytes: compressSnappy(bytes) };
    case 'lz4':
      return { compression: 'lz4', bytes: compressLz4(bytes) };
    case 'gzip':
    case 'zstd': {
      const zlib = createRequire(import.meta.url)('node:zlib') as ZlibWithZstd;
      if (wanted === 'zstd' && zlib.zstdCompressSync !== undefined)
        return { compression: 'zstd', bytes: zlib.zstdCompressSync(bytes) };
      return { compression: 'gzip', bytes: zlib.gzipSync(bytes, { level: (wanted === 'gzip' ? level : null) ?? -1 }) };
    }
  }
}
