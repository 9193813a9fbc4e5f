/**
 * Which batches a leader takes, and what it stamps into them: the gate between bytes from outside and the log.
 */
import {
  BATCH_HEADER_SIZE,
  checkProduce,
  readBatchHeader,
  stampTimestamp,
  writeBatchHeader,
} from '../../storage/batch/index.ts';
import { compressStream, decompressedBytesMax, decompressStream } from '../../storage/compression/index.ts';
import type { Compression } from '../../storage/compression/index.ts';
import type { PartitionRefusal } from './outcome.ts';
import { sequencedOf } from './producer-entry.ts';
import type { SequencedBatch } from './producer.ts';

/** What the topic's configuration says of batches. */
export interface AdmissionRules {
  /** Kafka: max.message.bytes. */
  readonly batchBytesMax: number;
  readonly segmentBytesMax: number;
  /** Kafka: message.timestamp.type; `append` = LogAppendTime. */
  readonly timestampType: 'create' | 'append';
  /** A record's timestamp may differ this much from our clock, either way, in milliseconds. */
  readonly timestampBeforeMax: number;
  readonly timestampAfterMax: number;
  /** Compacted topics need a key in every record. */
  readonly keyRequired: boolean;
  /** Kafka: compression.type; absent (`producer`): as it came, and nothing is looked into for it. */
  readonly compression?: Compression;
  /** Of gzip; absent: its default. */
  readonly gzipLevel?: number;
}

export type BatchOrigin =
  /** `version` of the Produce request. */
  | {
      readonly internal: false;
      readonly version: number;
      /** How the first batch of a transaction is verified; absent: it need not be. */
      readonly verify?: VerifyTransaction;
    }
  /** Built by this node itself (coordinators): well-formed by construction. */
  | { readonly internal: true };

/** Asks whether the producer's transaction under way covers this partition; null: yes. Never rejects. */
export type VerifyTransaction = (producer: SequencedBatch) => Promise<PartitionRefusal | null>;

export interface Admitted {
  readonly kind: 'admitted';
  /** Exactly one batch, its own view. */
  readonly batch: Buffer;
  readonly offsets: number;
  readonly producer: SequencedBatch | null;
  /** Stamped time, for topics with LogAppendTime. */
  readonly logAppendTime: number | null;
}

/** First Produce version that may carry zstd. */
const ZSTD_SINCE = 7;

/** Checks one batch for appending and stamps its time; base offset and term are the replica's to write. */
export function admitBatch(
  bytes: Buffer,
  rules: AdmissionRules,
  origin: BatchOrigin,
  wallNow: number,
): Admitted | PartitionRefusal {
  if (origin.internal) {
    const header = readBatchHeader(bytes);
    const producer = sequencedOf(header);
    return { kind: 'admitted', batch: bytes, offsets: header.lastOffsetDelta + 1, producer, logAppendTime: null };
  }
  const checked = checkProduce(bytes, {
    maxBytes: rules.batchBytesMax,
    timestamps: [
      Math.max(wallNow - rules.timestampBeforeMax, -Number.MAX_SAFE_INTEGER),
      Math.min(wallNow + rules.timestampAfterMax, Number.MAX_SAFE_INTEGER),
    ],
    timestampType: rules.timestampType,
    keyRequired: rules.keyRequired,
    zstdAllowed: origin.version >= ZSTD_SINCE,
    // Elsewhere the records of a compressed batch are the client's business; here one without a key would do harm later.
    decompress: rules.keyRequired || rules.compression !== undefined ? decompressStream : null,
  });
  if (checked.kind === 'refused') return { kind: checked.reason, reason: checked.detail, records: checked.records };
  const { header } = checked;
  if (checked.batch.length > rules.segmentBytesMax) {
    return {
      kind: 'larger-than-segment',
      reason: `${checked.batch.length} bytes where segment.bytes is ${rules.segmentBytesMax}`,
    };
  }
  const logAppendTime = rules.timestampType === 'append' ? wallNow : null;
  stampTimestamp(checked.batch, rules.timestampType, logAppendTime ?? checked.maxTimestamp);
  const taken = Buffer.from(checked.batch.buffer, checked.batch.byteOffset, checked.batch.byteLength);
  const batch = rules.compression === undefined ? taken : recompressed(taken, rules.compression, rules.gzipLevel);
  return { kind: 'admitted', batch, offsets: header.lastOffsetDelta + 1, producer: sequencedOf(header), logAppendTime };
}

/** The same records by another compression; a batch that was checked with its records opened. */
function recompressed(batch: Buffer, wanted: Compression, gzipLevel: number | undefined): Buffer {
  const header = readBatchHeader(batch);
  if (header.compression === wanted) return batch;
  const stored = batch.subarray(BATCH_HEADER_SIZE);
  const plain = decompressStream(header.compression, stored, decompressedBytesMax(stored.length));
  if (typeof plain === 'string') return batch;
  const { compression, bytes } = compressStream(wanted, plain, gzipLevel ?? null);
  const changed = Buffer.allocUnsafeSlow(BATCH_HEADER_SIZE + bytes.length);
  changed.set(bytes, BATCH_HEADER_SIZE);
  writeBatchHeader(changed, { ...header, compression });
  return changed;
}
