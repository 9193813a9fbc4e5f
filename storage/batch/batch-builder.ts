/**
 * Builds record batches (format 2, not compressed): the node's own records, tests, the CLI's producer.
 *
 *   records ──sizes──▶ one buffer ──records written──▶ header and CRC in front
 *
 * Offset deltas are 0, 1, 2 … unless a record says otherwise; timestamps count from the first record's.
 */
import { Buffer } from 'node:buffer';
import { assert } from '../../raft/index.ts';
import { BATCH_HEADER_SIZE, writeBatchHeader } from './batch-header.ts';
import type { TimestampType } from './batch-header.ts';
import { varintSize, writeVarint } from './varint.ts';

export interface NewRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Milliseconds since 1970; -1: none. */
  readonly timestamp: number;
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array | null }[];
  /** Distance to the base offset; default: one more than that of the record before. */
  readonly offsetDelta?: number;
}

export interface NewBatch {
  readonly records: readonly NewRecord[];
  /** Default 0: a leader stamps its own. */
  readonly baseOffset?: number;
  /** Default -1: a leader stamps its own. */
  readonly term?: number;
  readonly timestampType?: TimestampType;
  readonly producer?: { readonly id: number; readonly epoch: number; readonly baseSequence: number };
  readonly transactional?: boolean;
  readonly control?: boolean;
  /** Default: that of the first record. */
  readonly baseTimestamp?: number;
  /** Default: the greatest of the records. */
  readonly maxTimestamp?: number;
  /** Default: that of the last record. */
  readonly lastOffsetDelta?: number;
  /** Base timestamp is a delete horizon (set by compaction). */
  readonly hasDeleteHorizon?: boolean;
}

const NO_PRODUCER = { id: -1, epoch: -1, baseSequence: -1 } as const;

function sizeOfBytes(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}

function writeBytes(target: Uint8Array, at: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeVarint(target, at, -1);
  const position = writeVarint(target, at, bytes.length);
  target.set(bytes, position);
  return position + bytes.length;
}

/** A record with its place in the batch and its header keys as bytes. */
interface PlacedRecord {
  readonly record: NewRecord;
  readonly timestampDelta: number;
  readonly offsetDelta: number;
  readonly headers: readonly { readonly key: Uint8Array; readonly value: Uint8Array | null }[];
  /** Bytes behind the length varint. */
  readonly size: number;
}

function place(record: NewRecord, offsetDelta: number, baseTimestamp: number): PlacedRecord {
  const timestampDelta = record.timestamp - baseTimestamp;
  const headers = (record.headers ?? []).map(({ key, value }) => ({ key: Buffer.from(key, 'utf8'), value }));
  const headersSize = headers.reduce(
    (sum, header) => sum + sizeOfBytes(header.key) + sizeOfBytes(header.value),
    varintSize(headers.length),
  );
  const size =
    1 +
    varintSize(timestampDelta) +
    varintSize(offsetDelta) +
    sizeOfBytes(record.key) +
    sizeOfBytes(record.value) +
    headersSize;
  return { record, timestampDelta, offsetDelta, headers, size };
}

function writeRecord(target: Uint8Array, at: number, placed: PlacedRecord): number {
  let position = writeVarint(target, at, placed.size);
  target[position] = 0;
  position = writeVarint(target, position + 1, placed.timestampDelta);
  position = writeVarint(target, position, placed.offsetDelta);
  position = writeBytes(target, position, placed.record.key);
  position = writeBytes(target, position, placed.record.value);
  position = writeVarint(target, position, placed.headers.length);
  for (const header of placed.headers) {
    position = writeBytes(target, position, header.key);
    position = writeBytes(target, position, header.value);
  }
  return position;
}

function placeAll(records: readonly NewRecord[], baseTimestamp: number): readonly PlacedRecord[] {
  let next = 0;
  return records.map((record) => {
    const placed = place(record, record.offsetDelta ?? next, baseTimestamp);
    next = placed.offsetDelta + 1;
    return placed;
  });
}

/** Builds one batch; the buffer belongs to the caller. An empty one needs `lastOffsetDelta`. */
export function buildBatch(batch: NewBatch): Uint8Array {
  const { records } = batch;
  const baseTimestamp = batch.baseTimestamp ?? records[0]?.timestamp ?? -1;
  const placed = placeAll(records, baseTimestamp);
  const lastOffsetDelta = batch.lastOffsetDelta ?? placed.at(-1)?.offsetDelta;
  assert(lastOffsetDelta !== undefined, 'an empty batch needs a last offset delta');
  const size = placed.reduce((sum, record) => sum + varintSize(record.size) + record.size, BATCH_HEADER_SIZE);
  const bytes = Buffer.allocUnsafe(size);
  let at = BATCH_HEADER_SIZE;
  for (const record of placed) at = writeRecord(bytes, at, record);
  const producer = batch.producer ?? NO_PRODUCER;
  writeBatchHeader(bytes, {
    baseOffset: batch.baseOffset ?? 0,
    term: batch.term ?? -1,
    compression: 'none',
    timestampType: batch.timestampType ?? 'create',
    transactional: batch.transactional ?? false,
    control: batch.control ?? false,
    hasDeleteHorizon: batch.hasDeleteHorizon ?? false,
    lastOffsetDelta,
    baseTimestamp,
    maxTimestamp: batch.maxTimestamp ?? records.reduce((most, record) => Math.max(most, record.timestamp), -1),
    producerId: producer.id,
    producerEpoch: producer.epoch,
    baseSequence: producer.baseSequence,
    recordCount: records.length,
  });
  return bytes;
}
