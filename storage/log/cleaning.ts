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
 * - Control batches, records without a key and batches that cannot be read are left alone.
 * - The last batch of a segment keeps its place even when nothing is left in it, and so does the last one of a producer.
 */
import { buildBatch, readBatchHeader, readRecords } from '../batch/index.ts';
import type { LogRecord } from '../batch/index.ts';
import { decompressStream } from '../compression/index.ts';

const DECOMPRESSED_BYTES_MAX = 128 * 1024 * 1024;

/** Newest offset of each key, up to a bounded number of keys. */
export class KeyOffsets {
  readonly #offsets = new Map<string, number>();
  readonly #keysMax: number;

  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  /** Takes note of all keys in `batch`. False when there is no room for more: what follows is for the next time. */
  see(batch: Buffer): boolean {
    if (this.#offsets.size >= this.#keysMax) return false;
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
export function cleanBatch(batch: Buffer, keys: KeyOffsets, moment: CleaningMoment): Buffer | null {
  const records = recordsOf(batch);
  if (records === null) return batch;
  const header = readBatchHeader(batch);
  const horizon = header.hasDeleteHorizon ? header.baseTimestamp : null;
  const isPast = horizon !== null && horizon < moment.wallNow;
  const kept = records.filter(
    (record) => !keys.isOutdated(record) && !(isPast && record.key !== null && record.value === null),
  );
  const wantsHorizon = horizon === null && kept.some((record) => record.key !== null && record.value === null);
  if (kept.length === records.length && !wantsHorizon) return batch;
  if (kept.length === 0 && !moment.keepsPlace) return null;
  const newHorizon = wantsHorizon ? moment.wallNow + moment.deleteRetentionMs : horizon;
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
    baseTimestamp: newHorizon ?? header.baseTimestamp,
    maxTimestamp: kept.length === 0 ? header.maxTimestamp : largestOf(kept, header),
    lastOffsetDelta: header.lastOffsetDelta,
    hasDeleteHorizon: newHorizon !== null,
  });
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function largestOf(
  records: readonly LogRecord[],
  header: { readonly timestampType: string; readonly maxTimestamp: number },
): number {
  if (header.timestampType === 'append') return header.maxTimestamp;
  return records.reduce((largest, record) => Math.max(largest, record.storedTimestamp), -1);
}

/** Null when the batch is not to be looked into. */
function recordsOf(batch: Buffer): readonly LogRecord[] | null {
  const header = readBatchHeader(batch);
  if (header.control) return null;
  const read = readRecords(batch, decompressStream, DECOMPRESSED_BYTES_MAX);
  return read.kind === 'refused' ? null : read.records;
}

function keyOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
