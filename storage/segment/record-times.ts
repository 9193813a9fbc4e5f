/**
 * Timestamps of the records inside one batch, without decoding the rest of them.
 *
 * ```
 *  record: length varint | attributes i8 | timestamp delta varlong | offset delta varint | …      (uncompressed batches)
 * ```
 */
import { offset } from '../../raft/index.ts';
import type { TimestampedOffset } from '../replica-log.ts';
import { BATCH_HEADER_BYTES } from './batch-header.ts';
import type { BatchHeader } from './batch-header.ts';

const COMPRESSION_MASK = 0x07;
const APPEND_TIME = 0x08;

/**
 * The first record at or above `start` with a timestamp ≥ `timestamp`; of a compressed batch its first record. Null
 * when there is none.
 */
export function firstRecordFrom(
  source: Buffer,
  at: number,
  header: BatchHeader,
  timestamp: number,
  start: number,
): TimestampedOffset | null {
  if (header.maxTimestamp < timestamp) return null;
  const first = Math.max(header.base, start);
  if ((header.attributes & APPEND_TIME) !== 0) return { offset: offset(first), timestamp: header.maxTimestamp };
  if ((header.attributes & COMPRESSION_MASK) !== 0)
    return { offset: offset(first), timestamp: Math.max(header.baseTimestamp, timestamp) };
  const to = at + header.bytes;
  let position = at + BATCH_HEADER_BYTES;
  for (let index = 0; index < header.count && position < to; index += 1) {
    const length = readVarint(source, position, to);
    if (length === null || length.value < 0) return null;
    const delta = readVarint(source, length.next + 1, to);
    const offsetDelta = delta === null ? null : readVarint(source, delta.next, to);
    if (delta === null || offsetDelta === null) return null;
    const found = header.baseTimestamp + delta.value;
    if (found >= timestamp && header.base + offsetDelta.value >= start)
      return { offset: offset(header.base + offsetDelta.value), timestamp: found };
    position = length.next + length.value;
  }
  return null;
}

/** A zigzag varint or varlong as a number; null when it does not end before `to`. */
function readVarint(source: Buffer, at: number, to: number): { readonly value: number; readonly next: number } | null {
  let raw = 0;
  let scale = 1;
  for (let next = at; next < to && next < at + 10; next += 1) {
    const byte = source[next] ?? 0;
    raw += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value: raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2, next: next + 1 };
    scale *= 128;
  }
  return null;
}
