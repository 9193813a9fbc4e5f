/**
 * From a change in memory to `done`: journal, segments, and the order in which the driver is told.
 *
 * ```
 *  submit ─┬─▶ journal   always: everything; os, interval: everything but the batches     durable ─┐
 *          └─▶ work ───▶ segments                                                       completed ─┴▶ settle ─▶ done, in order
 * ```
 * - always: done when the journal is durable. The segments follow, several batches in one write, through the page cache, and
 *   are synced by checkpoints; until then the tail has the bytes.
 * - os, interval: done when the segment write has returned, and the journal is durable with what it got of the change.
 * - A cut waits for its journal record before it touches the files; under os and interval it is synced, and the journal
 *   told so, before the next batch is written: else a power loss could bring the old batches back behind the new ones.
 */
import type { GroupId, Offset } from '../../raft/index.ts';
import type { JournalMark, JournalOperation } from '../journal/journal-record.ts';
import type { FlushPolicy, StoredBatch } from '../replica-log.ts';
import type { SegmentSet } from '../segment/segment-set.ts';
import type { SegmentSummary } from '../segment/segment.ts';
import type { HostedLog, LogEnvironment } from './log-environment.ts';
import { LogWork } from './log-work.ts';

/** One operation of a change, as it goes to journal and segments. */
export interface LogStep {
  readonly operation: JournalOperation;
  /** Log end before it. */
  readonly end: Offset;
  /** Of an append. */
  readonly batch: StoredBatch | null;
  /** Not null when nothing of what was in the files is left after it: the end of the log then. */
  readonly wipedTo: Offset | null;
}

interface Waiting {
  /** Journal sequence; 0: waits for none. */
  readonly sequence: number;
  /** Ordinal of the segment work; 0: waits for none. */
  readonly ordinal: number;
  readonly done: () => void;
}

export interface PipelineOptions {
  readonly environment: LogEnvironment;
  readonly owner: HostedLog;
  readonly group: GroupId;
  readonly log: number;
  readonly set: SegmentSet;
  readonly onWritten: (batches: readonly StoredBatch[]) => void;
  readonly onError: (error: unknown) => void;
}

/** One per log. */
export class LogPipeline {
  readonly #options: PipelineOptions;
  readonly #groupBytes: Buffer;
  readonly #work: LogWork;
  #waiting: Waiting[] = [];
  /** Appends since the last capture are marked in the journal (os, interval). */
  #marked = false;
  #stopped = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#groupBytes = Buffer.from(options.group, 'utf8');
    this.#work = new LogWork(options.set, {
      durable: () => options.environment.journal.durable,
      markCutDone: (cut) => this.#journal(this.#mark({ kind: 'cut-done', cut }, options.owner.logEnd)),
      onWritten: options.onWritten,
      onProgress: () => this.settle(),
      onError: options.onError,
    });
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Takes one change on; `done` is called when it is durable under `flush`, after those of all changes before it. */
  submit(steps: readonly LogStep[], flush: FlushPolicy, done: () => void): void {
    const before = this.#work.assigned;
    const isJournaled = flush === 'always';
    let sequence = 0;
    for (const step of steps) {
      if (step.batch === null) sequence = this.#journal(step);
      else if (isJournaled) sequence = this.#journal(step);
      else if (!this.#marked) {
        this.#marked = true;
        sequence = this.#journal(this.#mark({ kind: 'unsynced' }, step.end));
      }
      this.#pushWork(step, sequence, isJournaled);
    }
    const worked = this.#work.assigned > before;
    this.#waiting.push({ sequence, ordinal: worked && !isJournaled ? this.#work.assigned : 0, done });
    const { environment, owner } = this.#options;
    if (isJournaled && worked && this.#work.mayLag) environment.lag(owner);
    else environment.touch(owner);
  }

  /** End of the turn: writes what waits to the segments, and tells who can be told. */
  flush(): void {
    this.#work.pump();
    this.settle();
  }

  /** What waited for the journal (cuts) is done now; appends that may lag go on lagging. */
  onDurable(): void {
    if (!this.#work.mayLag) this.#work.pump();
    this.settle();
  }

  /** Tells in order all whose change is durable. */
  settle(): void {
    const { durable } = this.#options.environment.journal;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#stopped || first.sequence > durable || first.ordinal > this.#work.completed) return;
      this.#waiting.shift();
      first.done();
    }
  }

  retry(): void {
    this.#work.retry();
    this.settle();
  }

  /** Nothing more is done or told; resolves when what is being done now has ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting = [];
    return this.#work.stop();
  }

  /** The next batch without the journal is marked in it again: a checkpoint covers what was until now. */
  forgetMark(): void {
    this.#marked = false;
  }

  /** The segments as they are when everything submitted so far is in them and nothing later is. Null: stopped before that. */
  barrier(reached: () => void): Promise<readonly SegmentSummary[] | null> {
    return new Promise((resolve) => {
      const run = (): undefined => {
        reached();
        resolve(this.#options.set.summaries());
      };
      this.#work.push({ kind: 'barrier', run, abandon: () => resolve(null) });
      this.#work.pump();
    });
  }

  /**
   * Runs `action` when all work before it is done, and before any later one. Resolves to whether it ran; its errors
   * take the log offline.
   */
  exclusively(action: () => Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const run = (): Promise<void> => action().then(() => resolve(true));
      this.#work.push({ kind: 'barrier', run, abandon: () => resolve(false) });
      this.#work.pump();
    });
  }

  #pushWork(step: LogStep, sequence: number, isJournaled: boolean): void {
    const { operation, batch } = step;
    if (batch !== null) this.#work.push({ kind: 'append', batch });
    else if (step.wipedTo !== null) this.#work.push({ kind: 'reset', to: step.wipedTo, after: sequence });
    else if (operation.kind === 'truncate') this.#work.push({ kind: 'truncate', to: operation.to, after: sequence });
    else if (operation.kind === 'log-start') this.#work.push({ kind: 'trim', to: operation.to, after: sequence });
    if (isJournaled || (operation.kind !== 'truncate' && operation.kind !== 'reset')) return;
    this.#work.push({ kind: 'cut-done', cut: sequence, sequence: null });
  }

  #mark(operation: JournalMark, end: Offset): LogStep {
    return { operation, end, batch: null, wipedTo: null };
  }

  #journal(step: LogStep): number {
    const { environment, owner, group, log } = this.#options;
    const bytes = step.batch === null ? null : step.batch.bytes;
    const sequence = environment.journal.append(
      { group, log, operation: step.operation, end: step.end, bytes },
      this.#groupBytes,
    );
    environment.awaitJournal(owner, sequence);
    return sequence;
  }
}
