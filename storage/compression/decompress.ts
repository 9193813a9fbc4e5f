/**
 * Decompresses the records of a batch: for readers (coordinators, compaction, tools), never for produce or fetch.
 *
 * `stream-shape.ts` is what produce looks at; this is loaded only by who reads.
 */
import { createRequire } from 'node:module';
import type Zlib from 'node:zlib';
import type { Compression } from './compression.ts';
import { decompressLz4 } from './lz4.ts';
import { XERIAL_MAGIC, xerialChunks } from './snappy-frame.ts';
import { decompressSnappy } from './snappy.ts';
import { decompressZstd } from './zstd.ts';

function decompressGzip(bytes: Uint8Array, maxBytes: number): Uint8Array | string {
  try {
    // Loaded by who needs it: 2 ms of a start.
    const { gunzipSync } = createRequire(import.meta.url)('node:zlib') as typeof Zlib;
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    // zlib meets bad or too long streams with errors of many classes; all of them mean the same.
    return `gzip: ${error instanceof Error ? error.message : 'bad stream'}`;
  }
}

function decompressAnySnappy(bytes: Uint8Array, maxBytes: number): Uint8Array | string {
  if (!XERIAL_MAGIC.every((byte, index) => bytes[index] === byte)) return decompressSnappy(bytes, maxBytes);
  const chunks = xerialChunks(bytes);
  if (chunks === null) return 'a snappy chunk that is cut';
  const parts: Uint8Array[] = [];
  let left = maxBytes;
  for (const chunk of chunks) {
    const part = decompressSnappy(chunk, left);
    if (typeof part === 'string') return part;
    parts.push(part);
    left -= part.length;
  }
  return Buffer.concat(parts);
}

/** Decompresses `bytes` to at most `maxBytes`; a string says why it cannot. `none` gives the bytes themselves. */
export function decompressStream(compression: Compression, bytes: Uint8Array, maxBytes: number): Uint8Array | string {
  switch (compression) {
    case 'none':
      return bytes;
    case 'gzip':
      return decompressGzip(bytes, maxBytes);
    case 'snappy':
      return decompressAnySnappy(bytes, maxBytes);
    case 'lz4':
      return decompressLz4(bytes, maxBytes);
    case 'zstd':
      return decompressZstd(bytes, maxBytes);
    case 'unknown':
      return 'an unknown compression';
  }
}
