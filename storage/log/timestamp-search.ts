/**
 * Searching a log by timestamp: segment by its largest timestamp, batch by the time index, record by looking inside.
 *
 * Timestamps need not rise along a log.
 */
import { offset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import type { TimestampedOffset } from '../replica-log.ts';
import { readBatchHeader } from '../segment/batch-header.ts';
import type { BatchHeader } from '../segment/batch-header.ts';
import { asBuffer } from '../int64.ts';
import { firstRecordFrom } from '../segment/record-times.ts';
import { loadIndex } from '../segment/segment-index.ts';
import { walkFromOffset } from '../segment/segment-seek.ts';
import type { SegmentSet } from '../segment/segment-set.ts';
import type { Segment } from '../segment/segment.ts';
import type { Tail } from './tail.ts';

interface Bounds {
  readonly start: Offset;
  readonly end: Offset;
}

/** The first record at or above `start` with a timestamp ≥ `timestamp`, in a batch that ends at or below `end`. */
export async function findTimestamp(
  set: SegmentSet,
  tail: Tail,
  timestamp: number,
  bounds: Bounds,
): Promise<TimestampedOffset | null> {
  for (const segment of [...set.segments]) {
    if (segment.base >= bounds.end || segment.base >= tail.begin) break;
    if (segment.end <= bounds.start || segment.largest === null || segment.largest.timestamp < timestamp) continue;
    const found = await findInSegment(set, segment, timestamp, bounds, tail.begin);
    if (found !== null) return found;
  }
  for (const batch of tail.from(offset(Math.max(tail.begin, bounds.start)))) {
    const bytes = asBuffer(batch.bytes);
    const found = findInBatch(bytes, 0, readBatchHeader(bytes, 0), timestamp, bounds);
    if (found !== null) return found;
  }
  return null;
}

/** The first record with the largest timestamp, of the batches that end at or below `end`. */
export async function findLargest(set: SegmentSet, tail: Tail, bounds: Bounds): Promise<TimestampedOffset | null> {
  let largest: number | null = null;
  const see = (header: BatchHeader): boolean => {
    if (header.end > bounds.end) return false;
    if (header.end > bounds.start && header.maxTimestamp >= 0 && (largest === null || header.maxTimestamp > largest))
      largest = header.maxTimestamp;
    return true;
  };
  for (const segment of [...set.segments]) {
    if (segment.base >= bounds.end || segment.base >= tail.begin) break;
    if (segment.end <= bounds.start) continue;
    const isWhole = segment.base >= bounds.start && segment.end <= bounds.end && segment.end <= tail.begin;
    if (isWhole && segment.largest !== null) largest = Math.max(largest ?? -1, segment.largest.timestamp);
    else
      await walkFromOffset(
        set.ports,
        segment,
        segment.base,
        segment.bytes,
        set.shape.indexIntervalBytes,
        ({ header }) => header.base < tail.begin && see(header),
      );
  }
  for (const batch of tail.from(offset(Math.max(tail.begin, bounds.start))))
    see(readBatchHeader(asBuffer(batch.bytes), 0));
  return largest === null || largest < 0 ? null : findTimestamp(set, tail, largest, bounds);
}

async function findInSegment(
  set: SegmentSet,
  segment: Segment,
  timestamp: number,
  bounds: Bounds,
  below: Offset,
): Promise<TimestampedOffset | null> {
  const { indexIntervalBytes } = set.shape;
  await loadIndex(set.ports, segment, indexIntervalBytes);
  const entry = segment.times.lookup(timestamp);
  const from = Math.max(entry === null ? segment.base : segment.base + entry.relative, bounds.start);
  let found: TimestampedOffset | null = null;
  await walkFromOffset(set.ports, segment, from, segment.bytes, indexIntervalBytes, ({ header }, source, at) => {
    if (header.end > bounds.end || header.base >= below) return false;
    found = findInBatch(source, at, header, timestamp, bounds);
    return found === null;
  });
  return found;
}

function findInBatch(
  source: Buffer,
  at: number,
  header: BatchHeader,
  timestamp: number,
  bounds: Bounds,
): TimestampedOffset | null {
  if (header.end > bounds.end || header.end <= bounds.start || header.maxTimestamp < timestamp) return null;
  return firstRecordFrom(source, at, header, timestamp, bounds.start);
}
