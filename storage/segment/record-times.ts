/**
 * The first record of a batch that is young enough: the last step of a search by time.
 *
 * Only here does the log look inside a batch that it serves, and only at one batch per search.
 */
import { offset } from '../../raft/index.ts';
import { readRecords } from '../batch/index.ts';
import { decompressedBytesMax, decompressStream } from '../compression/index.ts';
import type { TimestampedOffset } from '../replica-log.ts';
import type { BatchHeader } from './batch-header.ts';

/**
 * The first record at or above `start` with a timestamp ≥ `timestamp`, of the batch at `at`; null when there is none. A batch
 * whose records cannot be read (a client's nonsense under a good CRC) answers with its beginning: a reader misses nothing.
 */
export function firstRecordFrom(
  source: Buffer,
  at: number,
  header: BatchHeader,
  timestamp: number,
  start: number,
): TimestampedOffset | null {
  if (header.maxTimestamp < timestamp) return null;
  const read = readRecords(
    source.subarray(at, at + header.bytes),
    decompressStream,
    decompressedBytesMax(header.bytes),
  );
  if (read.kind === 'refused') return { offset: offset(Math.max(header.base, start)), timestamp: header.maxTimestamp };
  const found = read.records.find((record) => record.timestamp >= timestamp && record.offset >= start);
  return found === undefined ? null : { offset: offset(found.offset), timestamp: found.timestamp };
}
