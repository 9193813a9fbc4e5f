/**
 * What is to be done to the segment files of one log, one thing after the other.
 *
 * ```
 *  append append ─┐            truncate, reset, trim: only when the journal holds them durably
 *  truncate       ├─▶ pump ─▶ SegmentSet        (else a crash would find less than the checkpoint promises)
 *  barrier …     ─┘            a full disk: the same thing is tried again later
 * ```
 * Appends that wait are gathered into one write per segment. The caller pumps once per turn, or later while `mayLag`.
 */
import type { Offset } from '../../raft/index.ts';
import type { Pending } from '../disk.ts';
import type { StoredBatch } from '../replica-log.ts';
import type { SegmentSet } from '../segment/segment-set.ts';

export type Work =
  | { readonly kind: 'append'; readonly batch: StoredBatch }
  | { readonly kind: 'truncate'; readonly to: Offset; readonly after: number }
  | { readonly kind: 'reset'; readonly to: Offset; readonly after: number }
  | { readonly kind: 'trim'; readonly to: Offset; readonly after: number }
  /** os, interval: the cut before it is synced now, and then the journal is told. */
  | { readonly kind: 'cut-done'; readonly cut: number; sequence: number | null }
  /** Runs when all before it is done and nothing after it has begun; `abandon` when it never will. */
  | { readonly kind: 'barrier'; readonly run: () => Pending; readonly abandon: () => void };

export interface WorkHooks {
  /** The journal is durable up to this sequence. */
  readonly durable: () => number;
  /** Writes into the journal that the cut with sequence `cut` is done; answers the mark's own sequence. */
  readonly markCutDone: (cut: number) => number;
  /** These batches are in their segment. */
  readonly onWritten: (batches: readonly StoredBatch[]) => void;
  /** Something was done: `completed` has risen. */
  readonly onProgress: () => void;
  /** The disk refused or damage was found. The work stays first in the queue until `retry` or `stop`. */
  readonly onError: (error: unknown) => void;
}

/** Appends that are in the journal may wait for others until they are so many bytes. */
const LAG_BYTES_MAX = 64 * 1024;

/** One per log. */
export class LogWork {
  readonly #set: SegmentSet;
  readonly #hooks: WorkHooks;
  #queue: Work[] = [];
  #assigned = 0;
  #completed = 0;
  /** Of the appends in the queue. */
  #appendBytes = 0;
  /** Things in the queue that are no append. */
  #others = 0;
  #busy = false;
  #blocked = false;
  #stopped = false;
  readonly #onIdle: (() => void)[] = [];

  constructor(set: SegmentSet, hooks: WorkHooks) {
    this.#set = set;
    this.#hooks = hooks;
  }

  /** Ordinal of the last thing that was given. */
  get assigned(): number {
    return this.#assigned;
  }

  /** Ordinal of the last thing that is done. */
  get completed(): number {
    return this.#completed;
  }

  get idle(): boolean {
    return !this.#busy && this.#queue.length === 0;
  }

  /** Nothing but a few appends waits: when the journal has them, nobody waits for the files. */
  get mayLag(): boolean {
    return this.#others === 0 && this.#appendBytes < LAG_BYTES_MAX;
  }

  push(work: Work): void {
    if (this.#stopped) {
      if (work.kind === 'barrier') work.abandon();
      return;
    }
    this.#queue.push(work);
    this.#assigned += 1;
    if (work.kind === 'append') this.#appendBytes += work.batch.bytes.length;
    else this.#others += 1;
  }

  /** Does what can be done now. */
  pump(): void {
    while (!this.#busy && !this.#blocked && !this.#stopped) {
      const first = this.#queue[0];
      if (first === undefined) return;
      if (first.kind === 'append') this.#append();
      else if (!this.#maybeStart(first)) return;
    }
  }

  /** Tries again what the disk has refused. */
  retry(): void {
    this.#blocked = false;
    this.pump();
  }

  /** The log has failed or is closed: nothing more is done. Resolves when what is being done now has ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    const left = this.#queue;
    this.#queue = [];
    for (const work of left) if (work.kind === 'barrier') work.abandon();
    return this.#busy ? new Promise((resolve) => this.#onIdle.push(resolve)) : Promise.resolve();
  }

  #ended(): void {
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #append(): void {
    const batches: StoredBatch[] = [];
    for (const work of this.#queue) {
      if (work.kind !== 'append') break;
      batches.push(work.batch);
    }
    this.#carryOut(
      () => this.#set.append(batches),
      batches.length,
      () => this.#hooks.onWritten(batches),
    );
  }

  /** Answers false when it has to wait for the journal. */
  #maybeStart(work: Exclude<Work, { readonly kind: 'append' }>): boolean {
    const durable = this.#hooks.durable();
    switch (work.kind) {
      case 'truncate':
        if (durable < work.after) return false;
        this.#carryOut(() => this.#set.truncate(work.to), 1);
        return true;
      case 'reset':
        if (durable < work.after) return false;
        this.#carryOut(() => this.#set.reset(work.to), 1);
        return true;
      case 'trim':
        if (durable < work.after) return false;
        this.#carryOut(() => this.#set.trim(work.to), 1);
        return true;
      case 'cut-done':
        if (work.sequence !== null) {
          if (durable < work.sequence) return false;
          this.#carryOut(() => undefined, 1);
          return true;
        }
        this.#carryOut(
          () => this.#set.sync(),
          0,
          () => {
            work.sequence = this.#hooks.markCutDone(work.cut);
          },
        );
        return true;
      case 'barrier':
        this.#carryOut(work.run, 1);
        return true;
    }
  }

  #carryOut(action: () => Pending, count: number, then?: () => void): void {
    const finish = (): void => {
      this.#busy = false;
      if (this.#stopped) return this.#ended();
      then?.();
      for (const work of this.#queue.splice(0, count)) {
        if (work.kind === 'append') this.#appendBytes -= work.batch.bytes.length;
        else this.#others -= 1;
      }
      this.#completed += count;
      this.#hooks.onProgress();
    };
    const fail = (error: unknown): void => {
      this.#busy = false;
      this.#blocked = true;
      if (this.#stopped) this.#ended();
      else this.#hooks.onError(error);
    };
    this.#busy = true;
    let pending: Pending;
    try {
      pending = action();
    } catch (error) {
      fail(error);
      return;
    }
    if (pending === undefined) finish();
    else
      pending.then(() => {
        finish();
        this.pump();
      }, fail);
  }
}
