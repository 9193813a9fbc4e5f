/**
 * What a checkpoint records of a log, well or not.
 *
 * A log that went offline by a read is recorded with everything that it ever took on (`whole`): a later start can tell from
 * the files whether they are good again. One that is halted stays as its last checkpoint had it.
 */
import type { SegmentSummary } from '../segment/segment.ts';
import type { GroupRecord } from './group-record.ts';
import type { LogHealth } from './log-health.ts';
import type { StatesCapture } from './saved-states.ts';

export interface LogCapture {
  readonly record: GroupRecord;
  readonly states: StatesCapture;
}

const NO_STATES: StatesCapture = { changes: [], states: [], commit: () => undefined };

/**
 * `last` is the record of the last checkpoint, `record` what this one would say. `segments`: null when not everything could
 * be written. Null: nothing may be recorded.
 */
export function captureOf(
  last: GroupRecord,
  { record, states }: LogCapture,
  segments: readonly SegmentSummary[] | null,
  health: LogHealth,
): LogCapture | null {
  const failure = health.offline ? health.failure : null;
  if (health.halted)
    return { record: { ...last, failure, whole: last.failure !== null && last.whole }, states: NO_STATES };
  return segments === null ? null : { record: { ...record, segments, failure, whole: failure !== null }, states };
}
