/**
 * Reading a segment batch by batch, in pieces of a pooled buffer, every CRC checked.
 *
 * ```
 *  file  ….|batch|batch|bat…          buffer: read at `position`, batches walked, the broken last one read again
 * ```
 */
import { assert } from '../../raft/index.ts';
import { BATCH_HEADER_BYTES, batchBytesAt, invalidBatchHeader, readBatchHeader } from './batch-header.ts';
import { scanBatch } from './batch-scan.ts';
import type { FoundBatch } from './batch-scan.ts';
import type { Pending } from '../disk.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { FileCache } from './file-cache.ts';

/** Why a walk ended: at `to`, because the visitor said so, or at bytes that are no batch. */
export type WalkEnd =
  | { readonly kind: 'end' }
  | { readonly kind: 'stopped' }
  /** `torn`: the bytes end within a batch. */
  | { readonly kind: 'bad'; readonly position: number; readonly reason: string; readonly torn: boolean };

export interface WalkPorts {
  readonly files: FileCache;
  readonly buffers: BufferPool;
}

/** Sees one batch: where it lies in the file, and in `source` at `at`. Answers whether to go on. */
export type BatchVisitor = (batch: FoundBatch, source: Buffer, at: number) => boolean;

/** Called after each piece that was read and visited; the next one is not read before what it answers. */
export type Pace = (bytes: number) => Pending;

/**
 * Walks over the batches of `path` from byte `from` (the beginning of a batch) to byte `to`.
 * `source` is only valid within a visit. Rejects with the disk's error.
 */
export async function walkBatches(
  ports: WalkPorts,
  path: string,
  from: number,
  to: number,
  visit: BatchVisitor,
  pace: Pace | null = null,
): Promise<WalkEnd> {
  assert(from <= to, () => `a walk must not begin at ${from}, behind its end ${to}`);
  const open = await ports.files.use(path, 'write');
  let buffer = ports.buffers.take(BATCH_HEADER_BYTES);
  let position = from;
  try {
    while (position < to) {
      const wanted = Math.min(buffer.length, to - position);
      const got = await open.file.read(buffer.subarray(0, wanted), position);
      let at = 0;
      let needed = 0;
      while (at < got) {
        const step = scanBatch(buffer, at, got);
        if (step.kind === 'bad') return { kind: 'bad', position: position + at, reason: step.reason, torn: false };
        if (step.kind === 'short') {
          needed = step.bytes;
          break;
        }
        if (!visit({ header: step.header, position: position + at }, buffer, at)) return { kind: 'stopped' };
        at += step.header.bytes;
      }
      position += at;
      if (pace !== null) await pace(at);
      if (position >= to) break;
      if (got < wanted || position + needed > to)
        return { kind: 'bad', position, reason: 'the last batch is not whole', torn: true };
      if (needed > buffer.length) {
        ports.buffers.give(buffer);
        buffer = ports.buffers.take(needed);
      }
    }
    return { kind: 'end' };
  } finally {
    ports.buffers.give(buffer);
    open.release();
  }
}

const SEARCH_BYTES = 256 * 1024;

/**
 * Whether a whole batch with a good CRC, of offsets from `base` on, begins at any byte of [`from`, `to`): what was written
 * first is then there, and what lies before it is no torn end. Slow. Rejects with the disk's error.
 */
export async function hasBatch(
  ports: WalkPorts,
  path: string,
  from: number,
  to: number,
  base: number,
): Promise<boolean> {
  const open = await ports.files.use(path, 'write');
  const buffer = ports.buffers.take(SEARCH_BYTES);
  try {
    for (let position = from; to - position >= BATCH_HEADER_BYTES;) {
      const got = await open.file.read(buffer.subarray(0, Math.min(buffer.length, to - position)), position);
      for (let at = 0; got - at >= BATCH_HEADER_BYTES; at += 1) {
        if (!mayBegin(buffer, at, base)) continue;
        const begin = position + at;
        const end = begin + batchBytesAt(buffer, at);
        if (end <= to && (await walkBatches(ports, path, begin, end, () => true)).kind === 'end') return true;
      }
      if (got < BATCH_HEADER_BYTES) return false;
      position += got - BATCH_HEADER_BYTES + 1;
    }
    return false;
  } finally {
    ports.buffers.give(buffer);
    open.release();
  }
}

/** Most bytes are refused by their magic, most others by their base offset: it lies less than a segment behind. */
function mayBegin(source: Buffer, at: number, base: number): boolean {
  if (source[at + 16] !== 2 || invalidBatchHeader(source, at) !== null) return false;
  const found = readBatchHeader(source, at).base;
  return found >= base && found - base <= 0x7fff_ffff;
}
