/**
 * What a log needs of its node: the shared ports, the journal, and somebody to call it at the end of the turn.
 */
import type { Clock } from '../clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { KeyValue } from '../key-value.ts';
import type { GroupId, Offset } from '../../raft/index.ts';
import type { LogFailure, LogSettings } from '../replica-log.ts';
import type { IndexPorts } from '../segment/segment-index.ts';
import type { TailBudget } from './tail-budget.ts';

/** What the host must know of a log. */
export interface HostedLog {
  readonly group: GroupId;
  readonly settings: LogSettings;
  /** Failed for good. */
  readonly offline: boolean;
  readonly failure: LogFailure | null;
  readonly logEnd: Offset;
  readonly pipeline: {
    /** Does what waits, and tells who can be told. */
    flush(): void;
    /** The journal has become durable up to what the log waited for: does what may not lag, and tells who can be told. */
    onDurable(): void;
  };
  /** Its files; dirty: something of them was not synced. */
  readonly set: { readonly dirty: boolean };
  /** There may be space again. */
  retry(): void;
  /** Makes what was written durable; a failure takes the log offline. */
  sync(): Promise<void>;
  /** Ends everything; resolves when nothing touches the files any more. */
  stop(): Promise<void>;
}

export interface LogEnvironment {
  readonly ports: IndexPorts;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly keyValue: () => KeyValue;
  readonly tails: TailBudget;
  /** Calls `log.pipeline.flush()` at the end of this turn. */
  touch(log: HostedLog): void;
  /** Calls `log.pipeline.flush()` some time later: the journal has what waits, and one write of a batch is as dear as one of ten. */
  lag(log: HostedLog): void;
  /** Calls `log.pipeline.onDurable()` when the journal is durable up to `sequence`. */
  awaitJournal(log: HostedLog, sequence: number): void;
  /** The log differs from its last checkpoint. */
  changed(log: HostedLog): void;
  failed(log: HostedLog, failure: LogFailure): void;
  /** The disk has refused a write for want of space: call `log.retry()` when there is some. */
  full(log: HostedLog): void;
  /** Not null while the disk has less room than it must; then all logs are full. */
  fullness(): LogFailure | null;
  /** Forces a checkpoint that captures every changed log anew. */
  checkpoint(): Promise<void>;
}
