/**
 * How much of a log is to go by age and size: pure, over the segments from the oldest on.
 *
 * Whole segments only, and only below the high watermark. The active segment goes too when all in it is too old, so that
 * a topic that nobody writes any more does not keep its last records for ever (as Kafka does).
 */
import { offset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import type { LogSettings } from '../replica-log.ts';
import type { SegmentSummary } from '../segment/segment.ts';

export interface RetentionMoment {
  /** Milliseconds since 1970. */
  readonly wallNow: number;
  readonly highWatermark: Offset;
  readonly logStart: Offset;
  readonly logEnd: Offset;
}

/** The new log start; null when nothing is to go. */
export function retentionTarget(
  segments: readonly SegmentSummary[],
  settings: LogSettings,
  moment: RetentionMoment,
): Offset | null {
  if (!settings.delete) return null;
  let excess =
    settings.retentionBytes === null
      ? 0
      : segments.reduce((sum, segment) => sum + segment.bytes, 0) - settings.retentionBytes;
  let target: number = moment.logStart;
  for (const [index, segment] of segments.entries()) {
    const isActive = index === segments.length - 1;
    // The active segment may have grown beyond what is known here: never more than what was seen goes.
    if (segment.end > moment.highWatermark || segment.end > moment.logEnd) break;
    const tooMuch = !isActive && excess >= segment.bytes && settings.retentionBytes !== null;
    if (!tooMuch && !tooOld(segment, settings, moment.wallNow)) break;
    excess -= segment.bytes;
    target = segment.end;
  }
  return target > moment.logStart ? offset(target) : null;
}

function tooOld(segment: SegmentSummary, settings: LogSettings, wallNow: number): boolean {
  if (settings.retentionMs === null || segment.largest === null || segment.largest.timestamp < 0) return false;
  return wallNow - segment.largest.timestamp > settings.retentionMs;
}
