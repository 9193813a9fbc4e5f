/**
 * What compaction makes of batches: the newest record of each key stays. Pure.
 *
 * ```
 *  pass 1  key ─▶ newest offset                       over what was never cleaned
 *  pass 2  batch ─▶ kept as it is | written anew with what is left | gone      over all that may be
 * ```
 * - Offsets never change; a batch written anew keeps its base and last offset, its term, its producer and its compression.
 * - A tombstone (null value) that is the newest of its key stays until its delete horizon: the first pass that meets it sets
 *   the horizon (in the base timestamp field, as Kafka does), a later one drops it.
 * - Records of aborted transactions go. A marker stays while anything of its transaction is there, then until its own delete
 *   horizon; other control batches, records without a key and batches that cannot be read are left alone.
 * - The last batch of a segment keeps its place even when nothing is left in it, and so does the last one of a producer.
 */
import {
  BATCH_HEADER_SIZE,
  buildBatch,
  readBatchHeader,
  readRecords,
  refuseCompressed,
  walkRawRecords,
  writeBatchHeader,
} from '../batch/index.ts';
import type { BatchHeader, LogRecord } from '../batch/index.ts';
import { compressStream, decompressedBytesMax, decompressStream } from '../compression/index.ts';
import type { CleanedTransactions } from './cleaned-transactions.ts';
import type { KeyOffsets } from './key-offsets.ts';

/**
 * Puts the keys of `batch` into `keys`. False when they may not fit: this batch and what follows is for the next pass. A batch
 * that would never fit, and one that cannot be read, is passed over: it outdates nothing.
 */
export function seeKeys(batch: Buffer, header: BatchHeader, keys: KeyOffsets): boolean {
  if (header.control || header.recordCount === 0 || !keys.canHold(header.recordCount)) return true;
  if (!keys.hasRoom(header.recordCount)) return false;
  const bytes = recordBytes(batch, header);
  if (bytes === null || !walkRawRecords(bytes, header.recordCount, () => undefined)) return true;
  walkRawRecords(bytes, header.recordCount, ({ keyFrom, keyTo, offsetDelta }) => {
    if (keyFrom >= 0) keys.put(bytes, keyFrom, keyTo, header.baseOffset + offsetDelta);
  });
  return true;
}

export interface CleaningMoment {
  /** Milliseconds since 1970. */
  readonly wallNow: number;
  readonly deleteRetentionMs: number;
  /** The batch must keep its place even if it is empty. */
  readonly keepsPlace: boolean;
}

/** What is left of `batch`: itself when nothing changes, null when nothing is left. */
export function cleanBatch(
  batch: Buffer,
  keys: KeyOffsets,
  transactions: CleanedTransactions,
  moment: CleaningMoment,
): Buffer | null {
  const header = readBatchHeader(batch);
  if (header.control && !(header.transactional && transactions.isIdle(header))) return batch;
  if (header.recordCount === 0) return moment.keepsPlace ? batch : null;
  if (header.control) return cleanMarker(batch, header, moment);
  const horizon = header.hasDeleteHorizon ? header.baseTimestamp : null;
  if (transactions.isAborted(header)) return moment.keepsPlace ? emptied(header, horizon) : null;
  const bytes = recordBytes(batch, header);
  if (bytes === null) return batch;
  const kept = keptRecords(bytes, header, keys, horizon !== null && horizon < moment.wallNow);
  if (kept === null) return batch;
  const wantsHorizon = horizon === null && kept.hasTombstone;
  if (kept.count === header.recordCount && !wantsHorizon) return batch;
  if (kept.count === 0) return moment.keepsPlace ? emptied(header, horizon) : null;
  const largest = header.timestampType === 'append' ? header.maxTimestamp : header.baseTimestamp + kept.largestDelta;
  const left = kept.count === header.recordCount ? bytes : Buffer.concat(kept.pieces);
  if (!wantsHorizon) return rebuilt({ ...header, recordCount: kept.count, maxTimestamp: largest }, left);
  const plain = rebuilt({ ...header, compression: 'none', recordCount: kept.count }, left);
  const read = readRecords(plain, refuseCompressed, plain.length);
  return read.kind === 'refused' ? batch : withHorizon(header, read.records, moment);
}

interface Kept {
  readonly count: number;
  readonly pieces: readonly Uint8Array[];
  readonly hasTombstone: boolean;
  readonly largestDelta: number;
}

/** The records that stay, as they are; null when they cannot be read. Neighbours are one piece. */
function keptRecords(bytes: Uint8Array, header: BatchHeader, keys: KeyOffsets, isPast: boolean): Kept | null {
  const pieces: Uint8Array[] = [];
  let from = 0;
  let to = 0;
  let count = 0;
  let hasTombstone = false;
  let largestDelta = Number.NEGATIVE_INFINITY;
  const whole = walkRawRecords(bytes, header.recordCount, (record) => {
    if (record.keyFrom >= 0) {
      if (isPast && record.isTombstone) return;
      const offset = header.baseOffset + record.offsetDelta;
      if (keys.newest(bytes, record.keyFrom, record.keyTo) > offset) return;
      hasTombstone ||= record.isTombstone;
    }
    if (record.from !== to) {
      if (to > from) pieces.push(bytes.subarray(from, to));
      from = record.from;
    }
    to = record.to;
    count += 1;
    if (record.timestampDelta > largestDelta) largestDelta = record.timestampDelta;
  });
  if (!whole) return null;
  if (to > from) pieces.push(bytes.subarray(from, to));
  return { count, pieces, hasTombstone, largestDelta };
}

/** Nothing is left of the marker's transaction: it gets a delete horizon, and goes when that has passed. */
function cleanMarker(batch: Buffer, header: BatchHeader, moment: CleaningMoment): Buffer | null {
  if (!header.hasDeleteHorizon) {
    const read = readRecords(batch, refuseCompressed, batch.length);
    return read.kind === 'refused' ? batch : withHorizon(header, read.records, moment);
  }
  if (header.baseTimestamp >= moment.wallNow) return batch;
  return moment.keepsPlace ? emptied(header, header.baseTimestamp) : null;
}

/** A batch at its place with nothing in it. */
function emptied(header: BatchHeader, horizon: number | null): Buffer {
  const baseTimestamp = horizon ?? header.baseTimestamp;
  const plain = { ...header, compression: 'none', recordCount: 0, baseTimestamp } as const;
  return rebuilt(plain, new Uint8Array(0));
}

/** The batch with these records, whose timestamps count from a new base: the delete horizon. */
function withHorizon(header: BatchHeader, records: readonly LogRecord[], moment: CleaningMoment): Buffer {
  const baseTimestamp = moment.wallNow + moment.deleteRetentionMs;
  const built = buildBatch({
    records: records.map((record) => ({
      key: record.key,
      value: record.value,
      timestamp: record.storedTimestamp,
      headers: record.headers,
      offsetDelta: record.offset - header.baseOffset,
    })),
    baseTimestamp,
    lastOffsetDelta: header.lastOffsetDelta,
  });
  const largest = records.reduce((most, record) => Math.max(most, record.storedTimestamp), -1);
  const maxTimestamp = header.timestampType === 'append' ? header.maxTimestamp : largest;
  const changed = { ...header, baseTimestamp, maxTimestamp, hasDeleteHorizon: true, recordCount: records.length };
  return rebuilt(changed, built.subarray(BATCH_HEADER_SIZE));
}

/** Header and plain records as one batch, compressed as the header says. */
function rebuilt(header: BatchHeader, plain: Uint8Array): Buffer {
  const { compression, bytes } = compressStream(header.compression, plain);
  const batch = Buffer.allocUnsafe(BATCH_HEADER_SIZE + bytes.length);
  batch.set(bytes, BATCH_HEADER_SIZE);
  writeBatchHeader(batch, { ...header, compression });
  return batch;
}

/** The plain bytes of the records; null when they cannot be had. */
function recordBytes(batch: Buffer, header: BatchHeader): Uint8Array | null {
  const stored = batch.subarray(BATCH_HEADER_SIZE);
  if (header.compression === 'none') return stored;
  const bytes = decompressStream(header.compression, stored, decompressedBytesMax(stored.length));
  return typeof bytes === 'string' ? null : bytes;
}
