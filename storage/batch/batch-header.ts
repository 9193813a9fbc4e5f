/**
 * The header of a record batch (format 2): 61 bytes, big-endian, then the records.
 *
 *    0 base offset i64      8 length i32 (of what follows)   12 term i32      16 magic i8 = 2    17 crc u32
 *   21 attributes i16      23 last offset delta i32          27 base timestamp i64   35 max timestamp i64
 *   43 producer id i64     51 producer epoch i16             53 base sequence i32    57 record count i32   61 records
 *
 * The CRC-32C covers bytes 21 to the end: base offset, length and term may change without a new one. Attributes:
 * bits 0–2 compression, 3 timestamp of the append, 4 transactional, 5 control, 6 delete horizon.
 *
 * The functions take whole batches whose length is right (`nextBatch`, `intactHeader`) and do not check again.
 */
import { offset, term } from '../../raft/index.ts';
import type { Offset, Term } from '../../raft/index.ts';
import { compressionCode, compressionOf } from '../compression/compression.ts';
import type { Compression } from '../compression/compression.ts';
import { asBuffer, readInt64 } from '../int64.ts';
import { crc32c } from './crc32c.ts';

/** Bytes before the records. */
export const BATCH_HEADER_SIZE = 61;
/** Bytes of base offset and length: what the length field does not count. */
export const BATCH_LENGTH_END = 12;
export const MAGIC_END = 17;
export const BATCH_MAGIC = 2;

const LENGTH_AT = 8;
const TERM_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const BASE_SEQUENCE_AT = 53;
const RECORD_COUNT_AT = 57;

const APPEND_TIME_BIT = 0x08;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;
const DELETE_HORIZON_BIT = 0x40;
const TWO_32 = 0x1_0000_0000;

export type TimestampType = 'create' | 'append';

/** A header as it stands in the bytes: nothing is checked, and numbers beyond 2^53 are the nearest doubles. */
export interface BatchHeader {
  readonly baseOffset: number;
  /** Bytes of the whole batch, with base offset and length field. */
  readonly size: number;
  /** -1 in what clients send. */
  readonly term: number;
  readonly magic: number;
  readonly crc: number;
  readonly attributes: number;
  readonly compression: Compression;
  readonly timestampType: TimestampType;
  readonly transactional: boolean;
  readonly control: boolean;
  readonly hasDeleteHorizon: boolean;
  readonly lastOffsetDelta: number;
  /** Milliseconds since 1970; what the timestamp deltas of records count from. */
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  /** -1: no idempotent producer. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function writeInt64(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / TWO_32);
  view.setInt32(at, high);
  view.setUint32(at + 4, value - high * TWO_32);
}

/** Reads the header that begins at `at`; all 61 bytes must be there. */
export function readBatchHeader(bytes: Uint8Array, at = 0): BatchHeader {
  const buffer = asBuffer(bytes);
  const attributes = buffer.readInt16BE(at + ATTRIBUTES_AT);
  return {
    baseOffset: readInt64(buffer, at),
    size: buffer.readInt32BE(at + LENGTH_AT) + BATCH_LENGTH_END,
    term: buffer.readInt32BE(at + TERM_AT),
    magic: buffer.readInt8(at + MAGIC_AT),
    crc: buffer.readUInt32BE(at + CRC_AT),
    attributes,
    compression: compressionOf(attributes & 0x07),
    timestampType: (attributes & APPEND_TIME_BIT) === 0 ? 'create' : 'append',
    transactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    control: (attributes & CONTROL_BIT) !== 0,
    hasDeleteHorizon: (attributes & DELETE_HORIZON_BIT) !== 0,
    lastOffsetDelta: buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT),
    baseTimestamp: readInt64(buffer, at + BASE_TIMESTAMP_AT),
    maxTimestamp: readInt64(buffer, at + MAX_TIMESTAMP_AT),
    producerId: readInt64(buffer, at + PRODUCER_ID_AT),
    producerEpoch: buffer.readInt16BE(at + PRODUCER_EPOCH_AT),
    baseSequence: buffer.readInt32BE(at + BASE_SEQUENCE_AT),
    recordCount: buffer.readInt32BE(at + RECORD_COUNT_AT),
  };
}

/** Writes a whole header, CRC included: the records must stand behind it in `batch`, which ends with them. */
export function writeBatchHeader(
  batch: Uint8Array,
  header: Omit<BatchHeader, 'size' | 'magic' | 'crc' | 'attributes'>,
): void {
  const view = viewOf(batch);
  writeInt64(view, 0, header.baseOffset);
  view.setInt32(LENGTH_AT, batch.length - BATCH_LENGTH_END);
  view.setInt32(TERM_AT, header.term);
  view.setInt8(MAGIC_AT, BATCH_MAGIC);
  const bits =
    (header.timestampType === 'append' ? APPEND_TIME_BIT : 0) |
    (header.transactional ? TRANSACTIONAL_BIT : 0) |
    (header.control ? CONTROL_BIT : 0) |
    (header.hasDeleteHorizon ? DELETE_HORIZON_BIT : 0);
  view.setInt16(ATTRIBUTES_AT, bits | compressionCode(header.compression));
  view.setInt32(LAST_OFFSET_DELTA_AT, header.lastOffsetDelta);
  writeInt64(view, BASE_TIMESTAMP_AT, header.baseTimestamp);
  writeInt64(view, MAX_TIMESTAMP_AT, header.maxTimestamp);
  writeInt64(view, PRODUCER_ID_AT, header.producerId);
  view.setInt16(PRODUCER_EPOCH_AT, header.producerEpoch);
  view.setInt32(BASE_SEQUENCE_AT, header.baseSequence);
  view.setInt32(RECORD_COUNT_AT, header.recordCount);
  view.setUint32(CRC_AT, batchCrc(batch));
}

/** The CRC that the batch should carry. */
export function batchCrc(batch: Uint8Array): number {
  return crc32c(batch.subarray(ATTRIBUTES_AT));
}

/** Offset of the first record; of a checked batch. */
export function batchBaseOffset(batch: Uint8Array): Offset {
  return offset(readInt64(asBuffer(batch), 0));
}
/** One past the last offset that the batch takes; of a checked batch. */
export function batchEndOffset(batch: Uint8Array): Offset {
  const buffer = asBuffer(batch);
  return offset(readInt64(buffer, 0) + buffer.readInt32BE(LAST_OFFSET_DELTA_AT) + 1);
}
/** Term of a batch that a leader has stamped. */
export function batchTerm(batch: Uint8Array): Term {
  return term(asBuffer(batch).readInt32BE(TERM_AT));
}

/** Puts base offset and term into the header, in place; the CRC stays right. What a leader does to every batch. */
export function stampBatch(batch: Uint8Array, baseOffset: Offset, stampedTerm: Term): void {
  const view = viewOf(batch);
  writeInt64(view, 0, baseOffset);
  view.setInt32(TERM_AT, stampedTerm);
}

/**
 * Sets timestamp type and greatest timestamp, in place, and the CRC anew unless nothing changes. With `append`,
 * readers take `maxTimestamp` for every record; their deltas stay as they were sent, and a base timestamp beyond 2^53 goes.
 */
export function stampTimestamp(batch: Uint8Array, type: TimestampType, maxTimestamp: number): void {
  const attributes = asBuffer(batch).readInt16BE(ATTRIBUTES_AT);
  const wanted = type === 'append' ? attributes | APPEND_TIME_BIT : attributes & ~APPEND_TIME_BIT;
  const isBaseFar = !Number.isSafeInteger(readInt64(asBuffer(batch), BASE_TIMESTAMP_AT));
  if (attributes === wanted && readInt64(asBuffer(batch), MAX_TIMESTAMP_AT) === maxTimestamp && !isBaseFar) return;
  const view = viewOf(batch);
  view.setInt16(ATTRIBUTES_AT, wanted);
  writeInt64(view, MAX_TIMESTAMP_AT, maxTimestamp);
  if (isBaseFar) writeInt64(view, BASE_TIMESTAMP_AT, maxTimestamp);
  view.setUint32(CRC_AT, batchCrc(batch));
}
