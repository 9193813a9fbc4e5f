/**
 * A `ReplicaLog` in memory: what the port promises, and nothing else. Durability and slow reads are under the test's hand.
 *
 * ```
 *  persist ─▶ live state (readable at once) ─▶ queue ─ flush() or, when `automatic`, the end of the turn ─▶ disk state, done
 *  crash() ─▶ a new log that knows the disk state only
 * ```
 */
import { byteCount, groupId, offset, term } from '../../raft/index.ts';
import { PLAIN_LIFE } from '../../storage/index.ts';
import type { BatchPosition, GroupId, HardState, Offset, RecoveredLog, Term, TermStart } from '../../raft/index.ts';
import { readRecords, refuseCompressed } from '../../storage/batch/index.ts';
import type {
  BatchRun,
  Clock,
  LogChange,
  LogFailure,
  LogSettings,
  ReadLimit,
  ReplicaLog,
  StoredBatch,
  TimestampedOffset,
} from '../../storage/index.ts';

export const LOG_SETTINGS: LogSettings = {
  flush: 'always',
  segmentBytesMax: 1 << 30,
  retentionMs: null,
  retentionBytes: null,
  indexIntervalBytes: 4096,
  compact: false,
  delete: true,
  deleteRetentionMs: 0,
  life: PLAIN_LIFE,
};

interface LogState {
  readonly hardState: HardState;
  readonly start: Offset;
  readonly startTerm: Term;
  /** End when there are no batches. */
  readonly emptyEnd: Offset;
  readonly batches: readonly StoredBatch[];
  readonly terms: readonly TermStart[];
}

const EMPTY: LogState = {
  hardState: { term: term(0), votedFor: null },
  start: offset(0),
  startTerm: term(0),
  emptyEnd: offset(0),
  batches: [],
  terms: [],
};

function endOf(state: LogState): Offset {
  return state.batches.at(-1)?.position.end ?? state.emptyEnd;
}

function withTerm(terms: readonly TermStart[], start: Offset, inTerm: Term): readonly TermStart[] {
  return terms.at(-1)?.term === inTerm ? terms : [...terms, { term: inTerm, start }];
}

function apply(before: LogState, change: LogChange): LogState {
  let state = change.hardState === null ? before : { ...before, hardState: change.hardState };
  const { truncateTo, reset, openTerm, logStart } = change;
  if (truncateTo !== null) {
    const batches = state.batches.filter(({ position }) => position.end <= truncateTo);
    state = { ...state, batches, emptyEnd: truncateTo, terms: state.terms.filter(({ start }) => start < truncateTo) };
  }
  if (reset !== null)
    state = { ...state, start: reset.end, startTerm: reset.term, emptyEnd: reset.end, batches: [], terms: [] };
  if (openTerm !== null) state = { ...state, terms: withTerm(state.terms, openTerm.start, openTerm.term) };
  for (const batch of change.append) {
    if (batch.position.base < endOf(state))
      throw new Error(`batch at ${batch.position.base} below the log end ${endOf(state)}`);
    state = {
      ...state,
      batches: [...state.batches, batch],
      terms: withTerm(state.terms, batch.position.base, batch.position.term),
    };
  }
  if (logStart === null || logStart <= state.start) return state;
  const startTerm = state.terms.findLast(({ start }) => start < logStart)?.term ?? state.startTerm;
  const terms = state.terms.filter(
    ({ start }, at) => start >= logStart || (state.terms[at + 1]?.start ?? Infinity) > logStart,
  );
  const kept = terms.map((entry) => (entry.start < logStart ? { ...entry, start: logStart } : entry));
  return {
    ...state,
    start: logStart,
    startTerm,
    terms: kept,
    emptyEnd: endOf(state),
    batches: state.batches.filter(({ position }) => position.end > logStart),
  };
}

export class MemoryReplicaLog implements ReplicaLog {
  readonly group: GroupId;
  readonly recovered: RecoveredLog;
  readonly lossy = false;
  readonly #clock: Clock;
  settings: LogSettings = LOG_SETTINGS;
  failure: LogFailure | null = null;
  /** Changes become durable at the end of the turn; else when `flush` is called. */
  automatic = true;
  /** Reads are promises that wait for `openReads`. */
  readsHeld = false;
  /** The next read rejects with this. */
  damage: Error | null = null;
  reads = 0;
  #live: LogState;
  #disk: LogState;
  readonly #queue: { readonly change: LogChange; readonly done: () => void }[] = [];
  #flushing = false;
  #heldReads: (() => void)[] = [];
  #saved: { readonly name: string; readonly end: Offset; readonly state: Uint8Array }[] = [];
  #highWatermark: Offset = offset(0);

  constructor(
    clock: Clock,
    group: GroupId = groupId('t:0'),
    state: LogState = EMPTY,
    highWatermark: Offset = offset(0),
  ) {
    this.#clock = clock;
    this.group = group;
    this.#live = state;
    this.#disk = state;
    this.#highWatermark = highWatermark;
    this.recovered = {
      hardState: state.hardState,
      logStart: state.start,
      logStartTerm: state.startTerm,
      logEnd: endOf(state),
      terms: state.terms,
      voters: [],
      initialVoters: null,
      highWatermark: offset(Math.min(highWatermark, endOf(state))),
    };
  }

  get logStart(): Offset {
    return this.#live.start;
  }
  get logEnd(): Offset {
    return endOf(this.#live);
  }
  get sizeBytes(): ReturnType<typeof byteCount> {
    return byteCount(this.#live.batches.reduce((sum, { bytes }) => sum + bytes.length, 0));
  }
  /** What is stored, in order. */
  get batches(): readonly StoredBatch[] {
    return this.#live.batches;
  }
  get terms(): readonly TermStart[] {
    return this.#live.terms;
  }
  get unflushed(): number {
    return this.#queue.length;
  }
  get saved(): readonly { readonly name: string; readonly end: Offset }[] {
    return this.#saved;
  }

  persist(change: LogChange, done: () => void): void {
    this.#live = apply(this.#live, change);
    const { truncateTo, reset } = change;
    if (reset !== null) this.#saved = [];
    if (truncateTo !== null) this.#saved = this.#saved.filter(({ end }) => end <= truncateTo);
    this.#queue.push({ change, done });
    if (this.automatic) this.#flushLater();
  }

  /** Makes everything (or the oldest `count` changes) durable at the end of the turn. */
  flush(count = Infinity): void {
    this.#clock.defer(() => {
      for (let next = 0; next < count && this.#queue.length > 0; next += 1) this.#flushOne();
    });
  }

  /** The power fails: what a new process finds. */
  crash(): MemoryReplicaLog {
    return new MemoryReplicaLog(this.#clock, this.group, this.#disk, this.#highWatermark);
  }

  openReads(): void {
    this.readsHeld = false;
    for (const go of this.#heldReads.splice(0)) go();
  }

  read(from: Offset, limit: ReadLimit): BatchRun | Promise<BatchRun> {
    this.reads += 1;
    const { damage } = this;
    if (damage !== null) return Promise.reject(damage);
    // What is read is decided when the read begins, as with a file that has its old bytes until the truncation.
    const run = this.#run(from, limit);
    return this.readsHeld ? new Promise((resolve) => this.#heldReads.push(() => resolve(run))) : run;
  }

  async findTimestamp(timestamp: number, end: Offset): Promise<TimestampedOffset | null> {
    await Promise.resolve();
    return this.#times(end).find((record) => record.timestamp >= timestamp) ?? null;
  }

  async findMaxTimestamp(end: Offset): Promise<TimestampedOffset | null> {
    await Promise.resolve();
    let best: TimestampedOffset | null = null;
    for (const record of this.#times(end)) if (best === null || record.timestamp > best.timestamp) best = record;
    return best;
  }

  retentionTarget(): Offset | null {
    return null;
  }
  noteHighWatermark(highWatermark: Offset): void {
    this.#highWatermark = highWatermark;
  }
  noteCaughtUp(): void {
    // Nothing was lost here.
  }
  compact(): Promise<number> {
    return Promise.resolve(0);
  }
  compactionNeed(): null {
    return null;
  }
  rollIfOld(): Promise<void> {
    return Promise.resolve();
  }
  saveState(name: string, end: Offset, state: Uint8Array): void {
    this.#saved.push({ name, end, state });
  }
  loadState(name: string, atMost: Offset): Promise<{ readonly end: Offset; readonly state: Uint8Array } | null> {
    return Promise.resolve(this.#saved.findLast((saved) => saved.name === name && saved.end <= atMost) ?? null);
  }
  configure(settings: LogSettings): Promise<void> {
    this.settings = settings;
    return Promise.resolve();
  }

  #flushLater(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#clock.defer(() => {
      this.#flushing = false;
      if (this.automatic) while (this.#queue.length > 0) this.#flushOne();
    });
  }

  #flushOne(): void {
    const next = this.#queue.shift();
    if (next === undefined || this.failure !== null) return;
    this.#disk = apply(this.#disk, next.change);
    next.done();
  }

  #run(from: Offset, limit: ReadLimit): BatchRun {
    const found: StoredBatch[] = [];
    let bytes = 0;
    for (const batch of this.#live.batches) {
      if (batch.position.end <= from) continue;
      if (batch.position.end > limit.end) break;
      const first = found.length === 0 && limit.atLeastOne;
      if (!first && bytes + batch.bytes.length > limit.bytesMax) break;
      found.push(batch);
      bytes += batch.bytes.length;
    }
    const positions: readonly BatchPosition[] = found.map(({ position }) => position);
    return { positions, buffers: found.map((batch) => batch.bytes), bytes: byteCount(bytes), release: () => undefined };
  }

  #times(end: Offset): readonly TimestampedOffset[] {
    return this.#live.batches.flatMap((batch) => {
      if (batch.position.end > end) return [];
      const read = readRecords(batch.bytes, refuseCompressed, batch.bytes.length);
      if (read.kind === 'refused') return [];
      return read.records.map((record) => ({ offset: offset(record.offset), timestamp: record.timestamp }));
    });
  }
}
