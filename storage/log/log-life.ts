/**
 * When the active segment of a log is closed for its age, and when a log is worth compacting. Pure, over segments.
 *
 * ```
 *  segment   first ─────────── largest timestamp        now
 *     closed: largest − first > segment.ms, or nobody wrote for so long
 *  log       [cleaned before │ dirty: closed, old enough, stable │ rest]      ratio = dirty / (cleaned + dirty)
 * ```
 * Like Kafka, but that an idle log's segment is closed as well: else its last records would never be compacted.
 */
import type { CompactionNeed, LogLife, LogSettings } from '../replica-log.ts';
import type { Segment } from '../segment/segment.ts';

/** Age at which a log's active segment is closed, less the part of the jitter that `draw` (0 … 1) gives; null: at none. */
export function segmentAgeMax({ life, compact }: LogSettings, draw: number): number | null {
  const { segmentMs, segmentJitterMs, maxLagMs } = life;
  // What lies in the active segment is not compacted, so it must be closed in time.
  const wanted = compact && maxLagMs !== null ? Math.min(segmentMs ?? maxLagMs, maxLagMs) : segmentMs;
  return wanted === null ? null : Math.max(1, wanted - Math.floor(draw * Math.min(segmentJitterMs, wanted)));
}

/**
 * Whether `segment`, the active one, is to be closed. Looks from time to time: `seenAt` of the segment is when it was first
 * looked at with something in it.
 */
export function isOldSegment(segment: Segment, ageMax: number, wallNow: number): boolean {
  if (segment.bytes === 0) return false;
  segment.seenAt ??= wallNow;
  const largest = segment.largest?.timestamp ?? -1;
  const { firstTimestamp } = segment;
  if (firstTimestamp !== null && firstTimestamp >= 0 && largest - firstTimestamp > ageMax) return true;
  if (wallNow - segment.seenAt > ageMax) return true;
  // Of an earlier life: how long it has been there is told by its records only.
  return segment.isFound && largest >= 0 && wallNow - largest > ageMax;
}

/** @param segments those that may be compacted; `cleaned`: below it everything was, once */
export function compactionNeed(
  segments: readonly Segment[],
  cleaned: number,
  life: LogLife,
  wallNow: number,
): CompactionNeed | null {
  let all = 0;
  let dirtyBytes = 0;
  let oldest = Number.POSITIVE_INFINITY;
  for (const segment of segments) {
    all += segment.bytes;
    if (segment.end <= cleaned) continue;
    // Of one that is partly clean all counts: where the rest begins is known to its index only.
    dirtyBytes += segment.bytes;
    oldest = Math.min(oldest, segment.firstTimestamp ?? segment.largest?.timestamp ?? wallNow);
  }
  if (dirtyBytes === 0) return null;
  const ratio = dirtyBytes / all;
  const isTooOld = life.maxLagMs !== null && wallNow - oldest > life.maxLagMs;
  return { dirtyBytes, ratio, isDue: ratio > life.minDirtyRatio || isTooOld };
}

/** 0 … 1, the same for one segment of a group at every look, and another for the next. */
export function drawOf(group: string, segments: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${group}/${segments}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) / 0x1_0000_0000;
}
