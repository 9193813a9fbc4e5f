/**
 * The error with which reads of a failed log reject; `failure` is what the log says of itself.
 */
import { DiskError } from '../disk.ts';
import type { LogFailure } from '../replica-log.ts';
import { DamageError } from '../segment/damage.ts';

/** A read of a log that is offline. */
export class LogFailed extends Error {
  override readonly name = 'LogFailed';
  readonly failure: LogFailure;
  constructor(failure: LogFailure, options?: ErrorOptions) {
    super(`${failure.path}: ${failure.reason}`, options);
    this.failure = failure;
  }
}

/** What a disk fault or damage means for the log; null for anything else: a bug, which must not be taken for bad luck. */
export function failureOf(error: unknown): LogFailure | null {
  if (error instanceof LogFailed) return error.failure;
  if (error instanceof DamageError)
    return { kind: 'damaged', path: error.path, position: error.position, reason: error.reason };
  if (!(error instanceof DiskError)) return null;
  return { kind: error.kind === 'full' ? 'full' : 'disk', path: error.path, position: null, reason: error.message };
}

/** The fault of a failed sync: never `full`, which could be waited out; the file is not trusted again (reliability D8). */
export function syncFault(error: unknown): unknown {
  const isFull = error instanceof DiskError && error.kind === 'full';
  return isFull ? new DiskError('io', error.path, error.message, { cause: error }) : error;
}
