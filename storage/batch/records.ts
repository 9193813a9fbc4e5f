/**
 * Records out of batches: for readers that look inside (coordinators, compaction, offsets by time, tools).
 *
 * Keys and values are views of the batch, or of what it decompressed to. The bytes have passed their CRC, but a client
 * may have written nonsense under it, so bad records are an answer, not an exception.
 */
import { Buffer } from 'node:buffer';
import { BATCH_HEADER_SIZE, readBatchHeader } from './batch-header.ts';
import type { BatchHeader } from './batch-header.ts';
import { VarintCursor } from './varint.ts';

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

export interface LogRecord {
  readonly offset: number;
  /** Milliseconds since 1970; -1: none. In a batch with timestamps of the append: that of the batch. */
  readonly timestamp: number;
  /** As it stands in the bytes: what the record would have without {@link LogRecord.timestamp}'s rule. */
  readonly storedTimestamp: number;
  /** -1: no idempotent producer. */
  readonly sequence: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

export type ReadRecords =
  | { readonly kind: 'records'; readonly header: BatchHeader; readonly records: readonly LogRecord[] }
  | { readonly kind: 'refused'; readonly detail: string };

/** Decompresses `bytes` to at most `maxBytes`; a string says why it cannot (`storage/compression`). */
export type Decompress = (
  compression: BatchHeader['compression'],
  bytes: Uint8Array,
  maxBytes: number,
) => Uint8Array | string;

function readBytes(cursor: VarintCursor): Uint8Array | null {
  const size = cursor.varint();
  if (size < 0) return null;
  const at = cursor.position;
  cursor.skip(size);
  return cursor.bytes.subarray(at, cursor.position);
}

function readHeaders(cursor: VarintCursor): readonly RecordHeader[] {
  const count = cursor.varint();
  if (count < 0 || count > cursor.end - cursor.position) cursor.failed = true;
  const headers: RecordHeader[] = [];
  while (!cursor.failed && headers.length < count) {
    const key = readBytes(cursor);
    if (key === null) cursor.failed = true;
    else
      headers.push({
        key: Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('utf8'),
        value: readBytes(cursor),
      });
  }
  return headers;
}

/** The sequence `delta` after `base`; after 2^31-1 comes 0. */
function sequenceAt(base: number, delta: number): number {
  if (base < 0) return -1;
  const sum = base + delta;
  return sum > 0x7fff_ffff ? sum - 0x8000_0000 : sum;
}

function readRecord(cursor: VarintCursor, header: BatchHeader): LogRecord | null {
  const size = cursor.varint();
  const recordEnd = cursor.position + size;
  if (cursor.failed || size < 0 || recordEnd > cursor.end) return null;
  cursor.skip(1);
  const storedTimestamp = header.baseTimestamp + cursor.varlong();
  const delta = cursor.varint();
  const key = readBytes(cursor);
  const value = readBytes(cursor);
  const headers = readHeaders(cursor);
  if (cursor.failed || cursor.position !== recordEnd) return null;
  const timestamp = header.timestampType === 'append' ? header.maxTimestamp : storedTimestamp;
  return {
    offset: header.baseOffset + delta,
    timestamp,
    storedTimestamp,
    sequence: sequenceAt(header.baseSequence, delta),
    key,
    value,
    headers,
  };
}

/**
 * All records of a batch that passed `intactHeader`.
 *
 * @param decompress how compressed batches are opened; a reader that meets only its own, plain ones passes
 *   {@link refuseCompressed}
 * @param maxBytes most that a batch may decompress to
 */
export function readRecords(batch: Uint8Array, decompress: Decompress, maxBytes: number): ReadRecords {
  const header = readBatchHeader(batch);
  const stored = batch.subarray(BATCH_HEADER_SIZE);
  const bytes =
    header.compression === 'none' || header.recordCount === 0
      ? stored
      : decompress(header.compression, stored, maxBytes);
  if (typeof bytes === 'string') return { kind: 'refused', detail: bytes };
  const cursor = new VarintCursor(bytes, 0, bytes.length);
  const records: LogRecord[] = [];
  while (records.length < header.recordCount) {
    const record = readRecord(cursor, header);
    if (record === null)
      return { kind: 'refused', detail: `record ${records.length} of ${header.recordCount} is damaged` };
    records.push(record);
  }
  if (cursor.position !== bytes.length)
    return { kind: 'refused', detail: `${bytes.length - cursor.position} bytes behind the last record` };
  return { kind: 'records', header, records };
}

/** For readers of batches that are never compressed. */
export const refuseCompressed: Decompress = (compression) => `compressed by ${compression}`;
