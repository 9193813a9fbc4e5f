/**
 * The header of a Kafka RecordBatch v2, as far as the log needs it.
 *
 * ```
 *  0 baseOffset i64 | 8 batchLength i32 | 12 partitionLeaderEpoch i32 (our term) | 16 magic i8 = 2 | 17 crc u32
 * 21 attributes i16 | 23 lastOffsetDelta i32 | 27 baseTimestamp i64 | 35 maxTimestamp i64 | 43 producerId i64
 * 51 producerEpoch i16 | 53 baseSequence i32 | 57 count i32 | 61 records
 * ```
 * The CRC (Castagnoli) covers bytes 21 to the end; base offset, length and term lie outside of it, which is why
 * journal records and peer frames have a CRC of their own over the first 21 bytes.
 */
import { crc32c } from '../batch/index.ts';
import { readInt64 } from '../int64.ts';

export const BATCH_HEADER_BYTES = 61;
/** The part of the header that the batch's own CRC does not cover, that CRC included. */
export const UNCOVERED_BYTES = 21;
/** No batch is larger; a length above it is damage, and is refused before anything is allocated. */
export const BATCH_BYTES_MAX = 256 * 1024 * 1024;

export interface BatchHeader {
  readonly base: number;
  /** One past the last record. */
  readonly end: number;
  readonly term: number;
  /** Of the whole batch, header included. */
  readonly bytes: number;
  readonly attributes: number;
  readonly baseTimestamp: number;
  /** -1 in the bytes (no timestamp) stays -1. */
  readonly maxTimestamp: number;
  readonly count: number;
}

/** Bytes of the whole batch whose length field is at `at + 8`; at least 12 bytes must be there. */
export function batchBytesAt(source: Buffer, at: number): number {
  return source.readInt32BE(at + 8) + 12;
}

/** Why the {@link BATCH_HEADER_BYTES} at `at` cannot begin a batch; null when they can. */
export function invalidBatchHeader(source: Buffer, at: number): string | null {
  const bytes = batchBytesAt(source, at);
  if (source[at + 16] !== 2) return `magic is ${source[at + 16]}, not 2`;
  if (bytes < BATCH_HEADER_BYTES) return `batch length ${bytes} is below the header's`;
  if (bytes > BATCH_BYTES_MAX) return `batch length ${bytes} is beyond ${BATCH_BYTES_MAX}`;
  const base = readInt64(source, at);
  if (base < 0 || !Number.isSafeInteger(base)) return `base offset ${base} is out of range`;
  if (source.readInt32BE(at + 23) < 0) return `last offset delta ${source.readInt32BE(at + 23)} is negative`;
  if (source.readInt32BE(at + 12) < 0) return `term ${source.readInt32BE(at + 12)} is negative`;
  return null;
}

/** Reads a header that {@link invalidBatchHeader} has passed. */
export function readBatchHeader(source: Buffer, at: number): BatchHeader {
  const base = readInt64(source, at);
  return {
    base,
    end: base + source.readInt32BE(at + 23) + 1,
    term: source.readInt32BE(at + 12),
    bytes: batchBytesAt(source, at),
    attributes: source.readInt16BE(at + 21),
    baseTimestamp: readInt64(source, at + 27),
    maxTimestamp: readInt64(source, at + 35),
    count: source.readInt32BE(at + 57),
  };
}

/** Whether the whole batch `source[at, at + bytes)` has the CRC that it names. */
export function batchChecks(source: Buffer, at: number, bytes: number): boolean {
  return crc32c(source.subarray(at + UNCOVERED_BYTES, at + bytes)) === source.readUInt32BE(at + 17);
}

/** CRC-32C of `bytes`, continuing from `previous`. */
export function checksum(bytes: Uint8Array, previous = 0): number {
  return crc32c(bytes, previous);
}
