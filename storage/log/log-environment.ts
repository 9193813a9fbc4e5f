/**
 * What a log needs of its node: the shared ports, the journal, and somebody to call it at the end of the turn.
 */
import type { Clock } from '../clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { KeyValue } from '../key-value.ts';
import type { LogFailure } from '../replica-log.ts';
import type { IndexPorts } from '../segment/segment-index.ts';
import type { DiskLog } from './disk-log.ts';
import type { TailBudget } from './tail-budget.ts';

export interface LogEnvironment {
  readonly ports: IndexPorts;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly keyValue: () => KeyValue;
  readonly tails: TailBudget;
  /** Calls `log.flush()` at the end of this turn. */
  touch(log: DiskLog): void;
  /** Calls `log.settle()` when the journal is durable up to `sequence`. */
  awaitJournal(log: DiskLog, sequence: number): void;
  /** The log differs from its last checkpoint. */
  changed(log: DiskLog): void;
  failed(log: DiskLog, failure: LogFailure): void;
  /** The disk has refused a write for want of space: call `log.retry()` when there is some. */
  full(log: DiskLog): void;
  /** Not null while the disk has less room than it must; then all logs are full. */
  fullness(): LogFailure | null;
  /** Forces a checkpoint that captures every changed log anew. */
  checkpoint(): Promise<void>;
}
