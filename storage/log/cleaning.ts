/**
 * What compaction makes of batches: the newest record of each key stays. Pure.
 *
 * ```
 *  pass 1  key ─▶ newest offset                       over all that may be cleaned
 *  pass 2  batch ─▶ kept as it is | written anew with what is left | gone
 * ```
 * - Offsets never change; a batch written anew keeps its base and last offset, its term and its producer.
 * - A tombstone (null value) that is the newest of its key stays until its delete horizon: the first pass that meets it sets
 *   the horizon (in the base timestamp field, as Kafka does), a later one drops it.
 * - Records of aborted transactions go. A marker stays while anything of its transaction is there, then until its own delete
 *   horizon; other control batches, records without a key and batches that cannot be read are left alone.
 * - The last batch of a segment keeps its place even when nothing is left in it, and so does the last one of a producer.
 */
import { buildBatch, readBatchHeader, readRecords, refuseCompressed } from '../batch/index.ts';
import type { BatchHeader, LogRecord } from '../batch/index.ts';
import { decompressStream } from '../compression/index.ts';
import type { CleanedTransactions } from './cleaned-transactions.ts';

const DECOMPRESSED_BYTES_MAX = 128 * 1024 * 1024;

/** Newest offset of each key, up to a bounded number of keys. */
export class KeyOffsets {
  readonly #offsets = new Map<string, number>();
  readonly #keysMax: number;

  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  /** Takes note of all keys in `batch`. False when there is no room for more: what follows is for the next time. */
  see(batch: Buffer, header: BatchHeader): boolean {
    if (this.#offsets.size >= this.#keysMax) return false;
    if (header.control) return true;
    for (const record of recordsOf(batch) ?? []) {
      if (record.key !== null) this.#offsets.set(keyOf(record.key), record.offset);
    }
    return true;
  }

  /** Whether a newer record of the same key exists. */
  isOutdated(record: LogRecord): boolean {
    return record.key !== null && (this.#offsets.get(keyOf(record.key)) ?? -1) > record.offset;
  }
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
  const isAborted = transactions.isAborted(header);
  const records = isAborted ? [] : recordsOf(batch);
  if (records === null) return batch;
  const horizon = header.hasDeleteHorizon ? header.baseTimestamp : null;
  const isPast = horizon !== null && horizon < moment.wallNow;
  const kept = records.filter(
    (record) => !keys.isOutdated(record) && !(isPast && record.key !== null && record.value === null),
  );
  const wantsHorizon = horizon === null && kept.some((record) => record.key !== null && record.value === null);
  if (!isAborted && kept.length === records.length && !wantsHorizon) return batch;
  if (kept.length === 0 && !moment.keepsPlace) return null;
  return rebuilt(header, kept, wantsHorizon ? moment.wallNow + moment.deleteRetentionMs : horizon);
}

/** Nothing is left of the marker's transaction: it gets a delete horizon, and goes when that has passed. */
function cleanMarker(batch: Buffer, header: BatchHeader, moment: CleaningMoment): Buffer | null {
  if (!header.hasDeleteHorizon) {
    const read = readRecords(batch, refuseCompressed, batch.length);
    if (read.kind === 'refused') return batch;
    return rebuilt(header, read.records, moment.wallNow + moment.deleteRetentionMs);
  }
  if (header.baseTimestamp >= moment.wallNow) return batch;
  return moment.keepsPlace ? rebuilt(header, [], header.baseTimestamp) : null;
}

/** The batch with what is left in it, at its place. */
function rebuilt(header: BatchHeader, kept: readonly LogRecord[], horizon: number | null): Buffer {
  const bytes = buildBatch({
    records: kept.map((record) => ({
      key: record.key,
      value: record.value,
      timestamp: record.storedTimestamp,
      headers: record.headers,
      offsetDelta: record.offset - header.baseOffset,
    })),
    baseOffset: header.baseOffset,
    term: header.term,
    timestampType: header.timestampType,
    producer: { id: header.producerId, epoch: header.producerEpoch, baseSequence: header.baseSequence },
    transactional: header.transactional,
    control: header.control,
    baseTimestamp: horizon ?? header.baseTimestamp,
    maxTimestamp: kept.length === 0 ? header.maxTimestamp : largestOf(kept, header),
    lastOffsetDelta: header.lastOffsetDelta,
    hasDeleteHorizon: horizon !== null,
  });
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function largestOf(records: readonly LogRecord[], header: BatchHeader): number {
  if (header.timestampType === 'append') return header.maxTimestamp;
  return records.reduce((largest, record) => Math.max(largest, record.storedTimestamp), -1);
}

/** Null when the batch cannot be looked into. */
function recordsOf(batch: Buffer): readonly LogRecord[] | null {
  const read = readRecords(batch, decompressStream, DECOMPRESSED_BYTES_MAX);
  return read.kind === 'refused' ? null : read.records;
}

function keyOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
