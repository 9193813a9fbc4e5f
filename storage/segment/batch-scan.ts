/**
 * Walking over batches that lie one after the other in memory: the one place that decides whether bytes are a batch.
 *
 * Pure. Used for reads, for recovery, for rebuilding indexes and by tools that print segments.
 */
import { BATCH_HEADER_BYTES, batchBytesAt, batchChecks, invalidBatchHeader, readBatchHeader } from './batch-header.ts';
import type { BatchHeader } from './batch-header.ts';

export type ScanStep =
  | { readonly kind: 'batch'; readonly header: BatchHeader }
  /** The batch is not whole: `bytes` are needed from its beginning (header bytes when not even the header is there). */
  | { readonly kind: 'short'; readonly bytes: number }
  | { readonly kind: 'bad'; readonly reason: string };

/** The batch at `at` of `source`, which holds the file's bytes up to `to`. Checks the CRC. */
export function scanBatch(source: Buffer, at: number, to: number): ScanStep {
  if (to - at < BATCH_HEADER_BYTES) return { kind: 'short', bytes: BATCH_HEADER_BYTES };
  const reason = invalidBatchHeader(source, at);
  if (reason !== null) return { kind: 'bad', reason };
  const bytes = batchBytesAt(source, at);
  if (to - at < bytes) return { kind: 'short', bytes };
  if (!batchChecks(source, at, bytes)) return { kind: 'bad', reason: 'the CRC does not match' };
  return { kind: 'batch', header: readBatchHeader(source, at) };
}

/** A batch found in a file. */
export interface FoundBatch {
  readonly header: BatchHeader;
  /** Byte in the file where it begins. */
  readonly position: number;
}

/** All good batches of a whole segment in memory, and what stopped the walk before its end (null: nothing). */
export function scanSegmentBytes(source: Buffer): {
  readonly batches: readonly FoundBatch[];
  readonly validBytes: number;
  readonly stoppedBy: string | null;
} {
  const batches: FoundBatch[] = [];
  let at = 0;
  while (at < source.length) {
    const step = scanBatch(source, at, source.length);
    if (step.kind === 'bad') return { batches, validBytes: at, stoppedBy: step.reason };
    if (step.kind === 'short') return { batches, validBytes: at, stoppedBy: 'the last batch is not whole' };
    batches.push({ header: step.header, position: at });
    at += step.header.bytes;
  }
  return { batches, validBytes: at, stoppedBy: null };
}
