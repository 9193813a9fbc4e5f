/**
 * The life of a coordinator's state: it belongs to (partition, term).
 *
 * ```
 *  loading ──log start … termStart replayed──▶ active ──term over──▶ closed
 *    14          └── not readable ──▶ failed: 15                       16
 * ```
 *
 * The log is read once everything before the term is committed. What the log calls back after `close` has no effect.
 */
import type { Clock } from '../../storage/index.ts';
import type { LogSink } from '../ports/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import type { PartitionLog, RecordRun } from './partition-log.ts';

export interface PartitionTermOptions {
  readonly log: PartitionLog;
  readonly clock: Clock;
  readonly sink: LogSink;
  /** What is loaded, for log lines: `groups`. */
  readonly subject: string;
  /** The next batch of the log, in order. */
  readonly onRun: (run: RecordRun) => void;
  /** Everything was read: serve. Returns what to tell of it. */
  readonly onActive: () => Readonly<Record<string, number>>;
  /** The term is over; called once. */
  readonly onClosed: () => void;
}

export class PartitionTerm {
  readonly #options: PartitionTermOptions;
  #condition: 'loading' | 'active' | 'failed' | 'closed' = 'loading';

  constructor(options: PartitionTermOptions) {
    this.#options = options;
  }

  get condition(): 'loading' | 'active' | 'failed' | 'closed' {
    return this.#condition;
  }

  /** Begins to read the log. */
  start(): void {
    const { log } = this.#options;
    log.whenCommitted(log.termStart, (settlement) => {
      if (settlement === 'lost') return this.close();
      this.#load().then(
        () => undefined,
        (error: unknown) => this.#failed(error),
      );
    });
  }

  async #load(): Promise<void> {
    const { log, clock, sink, subject, onRun, onActive } = this.#options;
    const begun = clock.now();
    for await (const run of log.readCommitted(log.logStart(), log.termStart)) {
      if (this.#condition !== 'loading') return;
      onRun(run);
    }
    if (this.#condition !== 'loading') return;
    this.#condition = 'active';
    const told = onActive();
    const { partition, term } = log;
    sink.log('debug', `${subject} loaded`, { partition, term, ...told, milliseconds: clock.now() - begun });
  }

  /** The replica goes offline or changes its leader after this. */
  #failed(error: unknown): void {
    if (this.#condition !== 'loading') return;
    this.#condition = 'failed';
    const { log, sink, subject } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    sink.log('error', `${subject} cannot be loaded`, { partition: log.partition, reason });
  }

  /** 0 when requests can be served; else the error to answer with. */
  unavailable(): number {
    switch (this.#condition) {
      case 'loading':
        return ERROR_CODES.COORDINATOR_LOAD_IN_PROGRESS.code;
      case 'active':
        return 0;
      case 'failed':
        return ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code;
      case 'closed':
        return ERROR_CODES.NOT_COORDINATOR.code;
    }
  }

  close(): void {
    if (this.#condition === 'closed') return;
    this.#condition = 'closed';
    this.#options.onClosed();
  }
}
