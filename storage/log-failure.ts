/**
 * What a log's failure means to those who use it: whether it can pass, and its text for the operator.
 */
import type { LogFailure, ReplicaLog } from './replica-log.ts';

/** The failure of a log that is offline until it is rebuilt; null for a sound one, and for one that waits for space. */
export function lastingFailure(log: Pick<ReplicaLog, 'failure'>): LogFailure | null {
  return log.failure === null || log.failure.kind === 'full' ? null : log.failure;
}

/** `file at byte 123: reason`. */
export function describeFailure(failure: LogFailure): string {
  const place = failure.position === null ? '' : ` at byte ${failure.position}`;
  return `${failure.path}${place}: ${failure.reason}`;
}
