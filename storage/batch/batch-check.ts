/**
 * The gate for batches: bytes from clients, peers and disks are checked here, once.
 *
 *   nextBatch          cuts a buffer into batches (what a fetch answer or a segment holds)
 *   intactHeader       is this one whole batch of format 2 with a right CRC? (peers, recovery)
 *   checkProduce       all that a produce request must satisfy (clients)
 *
 * On the produce path nothing is decompressed unless the rules ask for it. Uncompressed records are walked over; of
 * compressed ones the outer frame is looked at (`stream-shape.ts`) and the header must be consistent, but a
 * stream that lies about its records is found only by readers. The order of the checks is Kafka's, so the codes agree.
 */
import {
  BATCH_HEADER_SIZE,
  BATCH_LENGTH_END,
  BATCH_MAGIC,
  MAGIC_END,
  batchCrc,
  readBatchHeader,
} from './batch-header.ts';
import type { BatchHeader } from './batch-header.ts';
import { asBuffer } from '../int64.ts';
import { decompressedBytesMax } from '../compression/compression.ts';
import { invalidStream } from '../compression/stream-shape.ts';
import type { Decompress } from './records.ts';
import { walkRecords } from './record-walk.ts';

/** Least length field of any format: below it, it is no batch. */
const LEAST_LENGTH = 14;
const LENGTH_AT = 8;
const MAGIC_AT = 16;

/** Why a batch is refused; Kafka's error code beside it (this room does not know it, the wire room maps). */
export type BatchFault =
  /** 2: length, magic or CRC are wrong. */
  | 'corrupt'
  /** 87: well-formed, but not what a client may send. */
  | 'invalid-record'
  /** 32: a timestamp out of range. */
  | 'invalid-timestamp'
  /** 10: greater than the topic allows. */
  | 'too-large'
  /** 76: a compression that this version of the request does not know. */
  | 'unsupported-compression';

export type NextBatch =
  /** One whole batch takes `size` bytes from the position on; only length and magic were looked at. */
  | { readonly kind: 'batch'; readonly size: number; readonly magic: number }
  /** The rest is too short for a batch; no fault in itself. */
  | { readonly kind: 'partial' }
  | { readonly kind: 'corrupt'; readonly detail: string };

const PARTIAL: NextBatch = { kind: 'partial' };

/** Looks at the batch that begins at `at`. */
export function nextBatch(bytes: Uint8Array, at: number): NextBatch {
  const left = bytes.length - at;
  if (left < BATCH_LENGTH_END) return PARTIAL;
  const buffer = asBuffer(bytes);
  const length = buffer.readInt32BE(at + LENGTH_AT);
  if (length < LEAST_LENGTH) return { kind: 'corrupt', detail: `a batch length of ${length}` };
  if (left < MAGIC_END) return PARTIAL;
  const magic = buffer.readInt8(at + MAGIC_AT);
  if (magic < 0 || magic > BATCH_MAGIC) return { kind: 'corrupt', detail: `magic ${magic}` };
  const size = length + BATCH_LENGTH_END;
  return size > left ? PARTIAL : { kind: 'batch', size, magic };
}

function wrongCrc(batch: Uint8Array, { crc }: BatchHeader): string | null {
  const computed = batchCrc(batch);
  return crc === computed ? null : `CRC ${crc} in the header, ${computed} of the bytes`;
}

/**
 * The header of `batch`, or why it is not one whole, intact batch of format 2 that can stand in a log. For what comes
 * from peers and disks: looks at header and CRC, not at records, and allows batches that compaction emptied.
 */
export function intactHeader(batch: Uint8Array): BatchHeader | string {
  const next = nextBatch(batch, 0);
  if (next.kind === 'corrupt') return next.detail;
  if (next.kind === 'partial' || next.size !== batch.length) return 'not exactly one batch';
  if (next.magic !== BATCH_MAGIC) return `magic ${next.magic}`;
  if (batch.length < BATCH_HEADER_SIZE) return `a batch of ${batch.length} bytes`;
  const header = readBatchHeader(batch);
  const wrong = wrongCrc(batch, header);
  if (wrong !== null) return wrong;
  if (header.lastOffsetDelta < 0) return `last offset delta ${header.lastOffsetDelta}`;
  if (header.recordCount < 0) return `record count ${header.recordCount}`;
  if (header.baseOffset < 0 || !Number.isSafeInteger(header.baseOffset + header.lastOffsetDelta + 1))
    return `base offset ${header.baseOffset}`;
  return header;
}

/** What the topic and the request allow. */
export interface ProduceRules {
  /** Greatest size of the batch (`max.message.bytes`). */
  readonly maxBytes: number;
  /**
   * Lowest and highest timestamp, both included and safe integers; ignored when the broker stamps its own.
   */
  readonly timestamps: readonly [least: number, greatest: number];
  /** What the topic stores. `append`: the broker's clock counts and clients' timestamps are not checked. */
  readonly timestampType: 'create' | 'append';
  /** Compacted topic: each record needs a key. Seen in compressed batches only with `decompress`. */
  readonly keyRequired: boolean;
  /**
   * Opens compressed batches, so that their records are checked like plain ones; null: they are not opened. Costs
   * what the codec costs: for compacted topics, where a record without key would do harm later.
   */
  readonly decompress: Decompress | null;
  /** False below Produce 7. */
  readonly zstdAllowed: boolean;
}

/** A batch that may be appended. */
export interface AcceptedBatch {
  readonly kind: 'accepted';
  /** View of exactly one batch; bytes of a cut second one are left out. */
  readonly batch: Uint8Array;
  readonly header: BatchHeader;
  /** Greatest timestamp: of the records where they were looked at, else that of the header. */
  readonly maxTimestamp: number;
}

export interface RefusedBatch {
  readonly kind: 'refused';
  readonly reason: BatchFault;
  readonly detail: string;
  /** Indexes of the records at fault, where it is theirs; for `record_errors` of the answer. */
  readonly records: readonly number[];
}

function refused(reason: BatchFault, detail: string, records: readonly number[] = []): RefusedBatch {
  return { kind: 'refused', reason, detail, records };
}

/** Cuts out the one batch that a produce request may hold. */
function onlyBatch(records: Uint8Array, rules: ProduceRules): Uint8Array | RefusedBatch {
  const first = nextBatch(records, 0);
  if (first.kind === 'corrupt') return refused('corrupt', first.detail);
  if (first.kind === 'partial') return refused('invalid-record', 'no whole batch');
  if (first.magic !== BATCH_MAGIC) return refused('invalid-record', `format ${first.magic} is not supported`);
  if (first.size < BATCH_HEADER_SIZE) return refused('corrupt', `a batch of ${first.size} bytes`);
  const batch = records.subarray(0, first.size);
  if (!rules.zstdAllowed && readBatchHeader(batch).compression === 'zstd') {
    return refused('unsupported-compression', 'zstd needs Produce 7');
  }
  const second = nextBatch(records, first.size);
  if (second.kind === 'corrupt') return refused('corrupt', second.detail);
  if (second.kind === 'batch') return refused('invalid-record', 'more than one batch');
  return batch;
}

function invalidHeader(header: BatchHeader): string | null {
  if (header.recordCount <= 0) return `record count ${header.recordCount}`;
  if (header.lastOffsetDelta !== header.recordCount - 1) {
    return `record count ${header.recordCount}, last offset delta ${header.lastOffsetDelta}`;
  }
  if (header.producerId > Number.MAX_SAFE_INTEGER) return 'a producer id that no node has given';
  if (header.producerId >= 0 && header.baseSequence < 0)
    return `producer ${header.producerId} with sequence ${header.baseSequence}`;
  if (header.control) return 'a control batch from a client';
  if (header.compression === 'unknown') return `compression code ${header.attributes & 0x07}`;
  return null;
}

/** Checks `records` of one partition of a produce request; `records` must stay unchanged while the view is in use. */
export function checkProduce(records: Uint8Array, rules: ProduceRules): AcceptedBatch | RefusedBatch {
  const batch = onlyBatch(records, rules);
  if (!(batch instanceof Uint8Array)) return batch;
  const header = readBatchHeader(batch);
  if (header.baseOffset !== 0) return refused('invalid-record', `base offset ${header.baseOffset}`);
  if (batch.length > rules.maxBytes)
    return refused('too-large', `${batch.length} bytes, at most ${rules.maxBytes} are allowed`);
  const wrong = wrongCrc(batch, header);
  if (wrong !== null) return refused('corrupt', wrong);
  const invalid = invalidHeader(header);
  if (invalid !== null) return refused('invalid-record', invalid);
  // Sums with it would not be exact. Where the broker's clock counts it means nothing.
  if (rules.timestampType === 'create' && !Number.isSafeInteger(header.baseTimestamp))
    return refused('invalid-timestamp', 'a base timestamp beyond 2^53');
  if (header.compression === 'none') return checkWalked(batch, header, batch.subarray(BATCH_HEADER_SIZE), rules);
  return checkCompressed(batch, header, rules);
}

const ANY_TIMESTAMP: readonly [number, number] = [-Infinity, Infinity];

/** Checks the records one by one; `plain` are their bytes, decompressed. */
function checkWalked(
  batch: Uint8Array,
  header: BatchHeader,
  plain: Uint8Array,
  rules: ProduceRules,
): AcceptedBatch | RefusedBatch {
  // With the bit for append time set by the client, all records have the timestamp of the header.
  const stamped = header.timestampType === 'append';
  const timestamps = stamped || rules.timestampType === 'append' ? ANY_TIMESTAMP : rules.timestamps;
  const walk = walkRecords(plain, header.recordCount, header.baseTimestamp, {
    timestamps,
    keyRequired: rules.keyRequired,
  });
  if (walk.fault !== null) return refused('invalid-record', walk.fault);
  if (walk.badTimestamps.length > 0)
    return refused('invalid-timestamp', 'a timestamp out of range', walk.badTimestamps);
  if (walk.missingKeys.length > 0) return refused('invalid-record', 'a compacted topic needs keys', walk.missingKeys);
  return stamped
    ? checkHeaderTimestamp(batch, header, rules)
    : { kind: 'accepted', batch, header, maxTimestamp: walk.maxTimestamp };
}

/** Where the records' own timestamps do not count or were not read, the greatest in the header is checked. */
function checkHeaderTimestamp(
  batch: Uint8Array,
  header: BatchHeader,
  rules: ProduceRules,
): AcceptedBatch | RefusedBatch {
  const [least, greatest] = rules.timestamps;
  const { maxTimestamp } = header;
  if (rules.timestampType === 'create' && maxTimestamp !== -1 && (maxTimestamp < least || maxTimestamp > greatest)) {
    return refused('invalid-timestamp', `greatest timestamp ${maxTimestamp}`);
  }
  return { kind: 'accepted', batch, header, maxTimestamp };
}

function checkCompressed(batch: Uint8Array, header: BatchHeader, rules: ProduceRules): AcceptedBatch | RefusedBatch {
  const stream = batch.subarray(BATCH_HEADER_SIZE);
  const invalid = invalidStream(header.compression, stream);
  if (invalid !== null) return refused('invalid-record', invalid);
  if (rules.decompress !== null) {
    const plain = rules.decompress(header.compression, stream, decompressedBytesMax(stream.length));
    return typeof plain === 'string' ? refused('invalid-record', plain) : checkWalked(batch, header, plain, rules);
  }
  return checkHeaderTimestamp(batch, header, rules);
}
