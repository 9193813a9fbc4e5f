/**
 * The replication core's view of batch bytes: checking what a peer sent against its header, and the core's own control
 * batches (no-op of a new leader, voters), whose size must be known before their offsets are.
 */
import { byteCount, directoryId, nodeId } from '../../raft/index.ts';
import type { BatchPosition, ByteCount, Control, Voter } from '../../raft/index.ts';
import {
  batchEndOffset,
  batchTerm,
  buildControlBatch,
  intactHeader,
  isControlBatch,
  readBatchHeader,
  readControlBatch,
  stampBatch as stamp,
} from '../../storage/batch/index.ts';

/** Chunks up to this size are not worth a copy (it is also the size of Node's own pool of small buffers). */
const CHUNK_FREE = 16 * 1024;
/** A batch may pin this many times its own size. */
const PINNED_MOST = 4;

/**
 * The batch, or a copy of it when it is a small part of the chunk of memory that it came in: the log keeps the newest
 * batches of each partition and counts their bytes, and ten thousand idle partitions must not each hold on to the
 * 64 KiB or more that their last batch happened to come with.
 */
export function keepable(batch: Buffer): Buffer {
  const chunk = batch.buffer.byteLength;
  return chunk > CHUNK_FREE && batch.length * PINNED_MOST < chunk ? Buffer.from(batch) : batch;
}

/** Puts base offset and term into a batch, in place; its CRC stays right. */
export const stampBatch = stamp;

/**
 * Why `bytes` are not exactly the batches that `positions` describe, or null. The CRC of each batch is checked here, once
 * on this node; base offset, length and term, which it leaves uncovered, are compared with the frame's header, which
 * has a CRC of its own.
 */
export function invalidBatches(positions: readonly BatchPosition[], bytes: Buffer): string | null {
  let at = 0;
  for (const position of positions) {
    if (position.bytes > bytes.length - at)
      return `batch at ${position.base} is cut after ${bytes.length - at} of ${position.bytes} bytes`;
    const batch = bytes.subarray(at, at + position.bytes);
    const header = intactHeader(batch);
    if (typeof header === 'string') return `batch at ${position.base}: ${header}`;
    const { baseOffset, lastOffsetDelta, term } = header;
    if (baseOffset !== position.base || baseOffset + lastOffsetDelta + 1 !== position.end || term !== position.term) {
      return `batch at ${position.base} (term ${position.term}) has another offset or term in its bytes`;
    }
    at += position.bytes;
  }
  return at === bytes.length ? null : `${bytes.length - at} bytes behind the batches`;
}

function encodeVoters(voters: readonly Voter[]): Uint8Array {
  return Buffer.from(JSON.stringify(voters.map(({ node, directory }) => ({ node, directory }))));
}

function decodeVoters(body: Uint8Array): readonly Voter[] {
  const voters = JSON.parse(Buffer.from(body).toString()) as readonly {
    readonly node: number;
    readonly directory: string;
  }[];
  return voters.map(({ node, directory }) => ({ node: nodeId(node), directory: directoryId(directory) }));
}

/** What a batch says to the core: null unless it is one of the core's own. `batch` has been checked. */
export function controlOf(batch: Uint8Array): Control | null {
  if (!isControlBatch(batch)) return null;
  const record = readControlBatch(batch)?.[0];
  if (record?.type === 'leader-change') return { kind: 'no-op' };
  if (record?.type === 'voters') return { kind: 'voters', voters: decodeVoters(record.body) };
  return null;
}

const NO_OP_BODY = new Uint8Array(2);

/** The control batch for `position`, stamped. `wallNow` in milliseconds since 1970. */
export function buildControl(position: BatchPosition, wallNow: number): Buffer {
  const { control } = position;
  const body = control?.kind === 'voters' ? encodeVoters(control.voters) : NO_OP_BODY;
  const batch = buildControlBatch({
    type: control?.kind === 'voters' ? 'voters' : 'leader-change',
    body,
    timestamp: wallNow,
  });
  stampBatch(batch, position.base, position.term);
  return Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
}

/** The position of a stored batch. */
export function positionOf(batch: Uint8Array): BatchPosition {
  const { baseOffset } = readBatchHeader(batch);
  const bytes: ByteCount = byteCount(batch.length);
  return {
    base: baseOffset as BatchPosition['base'],
    end: batchEndOffset(batch),
    term: batchTerm(batch),
    bytes,
    control: controlOf(batch),
  };
}
