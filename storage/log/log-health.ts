/**
 * How a log is: well, waiting for space, offline, or offline and halted.
 *
 * ```
 *  well ◀──space── full        offline   a read found damage or a fault; what was accepted before still reaches the segments
 *  any ───────────────▶ halted           a write, a cut or a sync failed, or it was so when it was opened: the segments may lack some of it
 * ```
 */
import type { LogFailure } from '../replica-log.ts';
import { LogFailed } from './log-failed.ts';

/** One per log. */
export class LogHealth {
  #failure: LogFailure | null;
  #halted: boolean;

  /** `failure`: of an earlier life. */
  constructor(failure: LogFailure | null) {
    this.#failure = failure;
    this.#halted = failure !== null;
  }

  get failure(): LogFailure | null {
    return this.#failure;
  }

  /** Failed for good. */
  get offline(): boolean {
    return this.#failure !== null && this.#failure.kind !== 'full';
  }

  /** With which reads of an offline log reject; null: it is not offline. */
  offlineError(): LogFailed | null {
    return this.offline && this.#failure !== null ? new LogFailed(this.#failure) : null;
  }

  get halted(): boolean {
    return this.#halted;
  }

  /** Answers whether this is news: the first failure of an offline log stays. */
  fail(failure: LogFailure): boolean {
    if (this.offline) return false;
    this.#failure = failure;
    return true;
  }

  halt(): void {
    this.#halted = true;
  }

  /** There may be space again. */
  retry(): void {
    if (this.#failure?.kind === 'full') this.#failure = null;
  }
}
