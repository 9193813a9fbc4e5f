/**
 * The log of one group on disk: see `storage/replica-log.ts` for what it promises.
 *
 * ```
 *  persist ─▶ facts, tail (at once) ─▶ LogPipeline ─▶ journal, segments ─▶ done
 *  read    ─▶ LogReader: tail | segments
 * ```
 */
import { assert, byteCount, offset } from '../../raft/index.ts';
import type { ByteCount, GroupId, Offset, RecoveredLog } from '../../raft/index.ts';
import type {
  AbortedRange,
  BatchRun,
  CompactionLimits,
  CompactionNeed,
  LogChange,
  LogFailure,
  LogSettings,
  ReadLimit,
  ReplicaLog,
  StoredBatch,
  TimestampedOffset,
} from '../replica-log.ts';
import type { SegmentSet } from '../segment/segment-set.ts';
import { encodeGroupRecord, groupKey } from './group-record.ts';
import type { GroupRecord } from './group-record.ts';
import { FileMoves } from './file-moves.ts';
import type { FileMove } from './file-moves.ts';
import { effectiveSettings, recoveredOf } from './log-beginning.ts';
import type { HostedLog, LogEnvironment } from './log-environment.ts';
import { captureOf } from './log-capture.ts';
import type { LogCapture } from './log-capture.ts';
import { LogHealth } from './log-health.ts';
import { failureOf, LogFailed, syncFault } from './log-failed.ts';
import { LogPipeline } from './log-pipeline.ts';
import type { LogStep } from './log-pipeline.ts';
import { LogCleaner } from './log-cleaner.ts';
import { LogReader } from './log-reader.ts';
import { applyOperation, invalidOperation, reaches, termBefore, wipedTo } from './log-state.ts';
import type { LogFacts, LogOperation } from './log-state.ts';
import { PolicyChange } from './policy-change.ts';
import { retentionTarget } from './retention.ts';
import { SavedStates } from './saved-states.ts';
import { Tail } from './tail.ts';

/** One per group; made by `DiskStore` and by recovery. */
export class DiskLog implements ReplicaLog, HostedLog {
  readonly group: GroupId;
  readonly recovered: RecoveredLog;
  readonly set: SegmentSet;
  readonly pipeline: LogPipeline;
  readonly #environment: LogEnvironment;
  readonly #tail: Tail;
  readonly #reader: LogReader;
  readonly #states: SavedStates;
  #record: GroupRecord;
  #facts: LogFacts;
  /** In force. */
  #settings: LogSettings;
  /** As asked for: the same, unless the flush policy is being changed. */
  #wanted: LogSettings;
  #highWatermark: Offset;
  #lossy: boolean;
  readonly health: LogHealth;
  #closed = false;
  #cuts = 0;
  readonly #moves = new FileMoves(() => (this.#cuts += 1));
  readonly #cleaner: LogCleaner;
  readonly #policy = new PolicyChange();

  constructor(
    environment: LogEnvironment,
    record: GroupRecord,
    facts: LogFacts,
    set: SegmentSet,
    settings: LogSettings,
  ) {
    this.#environment = environment;
    this.group = record.group;
    this.set = set;
    this.#record = record;
    // The voters of a batch that did not make it to the disk.
    this.#facts = { ...facts, voters: facts.voters.filter((entry) => entry.base < facts.logEnd) };
    this.#settings = { ...settings, flush: record.flush };
    this.#wanted = this.#settings;
    this.health = new LogHealth(record.failure);
    this.#lossy = record.lossy;
    this.#highWatermark = offset(Math.min(Math.max(record.highWatermark, facts.logStart), facts.logEnd));
    this.#tail = new Tail(facts.logEnd);
    this.#states = new SavedStates(record.log, record.states, facts.logEnd);
    this.recovered = recoveredOf(this.#facts, this.#highWatermark);
    this.#reader = new LogReader(set, this.#tail, this, (error) => this.#onFault(error));
    const onWritten = (batches: readonly StoredBatch[]): void => {
      this.#tail.markWritten(batches);
      environment.tails.trim(this.#tail);
    };
    const onError = (error: unknown): void => this.onDiskError(error);
    this.pipeline = new LogPipeline({
      environment,
      owner: this,
      group: record.group,
      log: record.log,
      set,
      onWritten,
      onError,
    });
    this.#cleaner = new LogCleaner(this, this.#moves, environment, {
      closed: () => this.#closed,
      store: (changed, move) => this.#store(changed, move),
      // Else readers near the end would go on seeing what is no longer there.
      onCleaned: () => environment.tails.outdate(this.#tail, this.#record.cleaned),
      onFault: (error) => this.#onFault(error),
    });
  }

  get facts(): LogFacts {
    return this.#facts;
  }

  get logStart(): Offset {
    return this.#facts.logStart;
  }

  get logEnd(): Offset {
    return this.#facts.logEnd;
  }

  get cuts(): number {
    return this.#cuts;
  }

  get moving(): Promise<void> | null {
    return this.#moves.moving;
  }

  get sizeBytes(): ByteCount {
    return byteCount(this.set.bytes + this.#tail.unwrittenBytes);
  }

  get settings(): LogSettings {
    return this.#wanted;
  }

  get lossy(): boolean {
    return this.#lossy;
  }

  get failure(): LogFailure | null {
    return this.health.failure ?? this.#environment.fullness();
  }

  /** As the last checkpoint has it. */
  get record(): GroupRecord {
    return this.#record;
  }

  get offline(): boolean {
    return this.health.offline;
  }

  persist(change: LogChange, done: () => void): void {
    if (this.offline || this.#closed) return;
    const steps: LogStep[] = [];
    if (change.hardState !== null) this.#step(steps, { kind: 'hard-state', hardState: change.hardState });
    if (change.truncateTo !== null && reaches(this.#facts, change.truncateTo)) this.#truncate(steps, change.truncateTo);
    if (change.reset !== null) {
      this.#step(steps, { kind: 'reset', to: change.reset });
      this.#environment.tails.shrank(this.#tail.reset(change.reset.end));
      this.#record = { ...this.#record, cleaned: offset(0) };
      this.#states.truncate(offset(0));
      this.#highWatermark = change.reset.end;
      this.#cuts += 1;
    }
    if (change.openTerm !== null) this.#step(steps, { kind: 'open-term', start: change.openTerm });
    for (const batch of change.append) this.#append(steps, batch);
    if (change.logStart !== null && change.logStart > this.logStart) {
      this.#step(steps, { kind: 'log-start', to: change.logStart, before: termBefore(this.#facts, change.logStart) });
      this.#cuts += 1;
    }
    this.#environment.changed(this);
    this.#policy.pass(() => this.pipeline.submit(steps, this.#settings.flush, done));
  }

  read(from: Offset, limit: ReadLimit): BatchRun | Promise<BatchRun> {
    const failed = this.health.offlineError();
    return failed === null ? this.#reader.read(from, limit) : Promise.reject(failed);
  }

  findTimestamp(timestamp: number, end: Offset): Promise<TimestampedOffset | null> {
    const failed = this.health.offlineError();
    return failed === null ? this.#reader.findTimestamp(timestamp, end) : Promise.reject(failed);
  }

  findMaxTimestamp(end: Offset): Promise<TimestampedOffset | null> {
    const failed = this.health.offlineError();
    return failed === null ? this.#reader.findLargest(end) : Promise.reject(failed);
  }

  retentionTarget(wallNow: number, highWatermark: Offset): Offset | null {
    const { logStart, logEnd } = this.#facts;
    return retentionTarget(this.set.summaries(), this.#settings, { wallNow, highWatermark, logStart, logEnd });
  }

  compactionNeed(wallNow: number, stableEnd: Offset): CompactionNeed | null {
    return this.#cleaner.need(wallNow, stableEnd);
  }

  rollIfOld(wallNow: number): Promise<void> {
    return this.#cleaner.rollIfOld(wallNow);
  }

  compact(
    wallNow: number,
    stableEnd: Offset,
    aborted: readonly AbortedRange[],
    limits?: CompactionLimits,
  ): Promise<number> {
    return this.#cleaner.compact(wallNow, stableEnd, aborted, limits);
  }

  noteHighWatermark(highWatermark: Offset): void {
    if (highWatermark === this.#highWatermark) return;
    this.#highWatermark = highWatermark;
    this.#environment.changed(this);
  }

  noteCaughtUp(): void {
    if (!this.#lossy) return;
    this.#lossy = false;
    this.#environment.changed(this);
  }

  saveState(name: string, end: Offset, state: Uint8Array): void {
    assert(end <= this.logEnd, () => `state ${name} at ${end} is beyond the log end ${this.logEnd}`);
    this.#states.save(name, end, state);
    this.#environment.changed(this);
  }

  loadState(name: string, atMost: Offset): Promise<{ readonly end: Offset; readonly state: Uint8Array } | null> {
    return this.#states.load(this.#environment.keyValue(), name, atMost);
  }

  configure(settings: LogSettings): Promise<void> {
    this.#wanted = effectiveSettings(this.group, settings);
    return this.#policy.alone(async () => {
      while (this.#settings !== this.#wanted) {
        const changesJournal = (this.#wanted.flush === 'always') !== (this.#settings.flush === 'always');
        this.set.shape = this.#wanted;
        this.#settings = this.#wanted;
        this.#environment.changed(this);
        if (!changesJournal || this.offline) continue;
        await this.#policy.during(this.#facts, () => this.#environment.checkpoint());
      }
    });
  }

  /** A power loss may have taken acknowledged records. */
  markLossy(): void {
    this.#lossy = true;
    this.#environment.changed(this);
  }

  /** There may be space again. */
  retry(): void {
    this.health.retry();
    this.pipeline.retry();
  }

  /** A full disk waits for space, any other fault takes the log offline; a stopped one tells nobody: its group may have another by now. */
  onDiskError(error: unknown): void {
    const failure = failureOf(error);
    if (failure === null) throw error;
    if (this.pipeline.stopped) return;
    const isFull = failure.kind === 'full' && !this.offline;
    this.#fail(failure);
    if (isFull) return this.#environment.full(this);
    this.health.halt();
    void this.pipeline.stop();
  }

  /** Makes what was written durable; a failure takes the log offline. */
  async sync(): Promise<void> {
    try {
      await this.set.sync();
    } catch (error) {
      this.onSyncError(error);
    }
  }

  /** A failed sync: the file is not trusted again, whatever the reason was, a full disk included (reliability D8). */
  onSyncError(error: unknown): void {
    this.onDiskError(syncFault(error));
  }

  /** Before closing: the next life need not walk over segments. */
  async saveIndexes(): Promise<void> {
    try {
      await this.set.saveIndexes(true);
    } catch (error) {
      this.onDiskError(error);
    }
  }

  /** The log as it is now, resolved when its segments are written up to here; they are to be synced before it is recorded. */
  async capture(): Promise<LogCapture | null> {
    const facts = this.#policy.facts ?? this.#facts;
    const highWatermark = offset(Math.min(this.#highWatermark, facts.logEnd));
    const states = this.#states.capture(facts.logEnd);
    const record = {
      ...this.#record,
      flush: this.#settings.flush,
      facts,
      highWatermark,
      lossy: this.#lossy,
      states: states.states,
    };
    this.pipeline.forgetMark();
    // What is moved from the barrier on is not in its list of segments.
    const segments = this.health.halted ? null : await this.pipeline.barrier(() => this.#moves.forget());
    return captureOf(this.#record, { record: { ...record, gaps: this.set.hasGaps }, states }, segments, this.health);
  }

  /** The capture goes to the store now; answers the record to put there. Files may have been moved since it was made. */
  issued(capture: LogCapture): GroupRecord {
    const segments = this.#moves.patched(capture.record.segments);
    this.#record = { ...capture.record, segments, moving: this.#record.moving };
    return this.#record;
  }

  /** Nothing is accepted from now on; what was accepted is still carried out. */
  refuse(): void {
    this.#closed = true;
  }

  /** Ends everything; resolves when nothing touches the files any more. */
  stop(): Promise<void> {
    this.#closed = true;
    this.#environment.tails.forget(this.#tail);
    return this.pipeline.stop();
  }

  #step(steps: LogStep[], operation: LogOperation, batch: StoredBatch | null = null): void {
    const reason = invalidOperation(this.#facts, operation);
    assert(reason === null, () => `${this.group}: ${reason}`);
    steps.push({ operation, end: this.#facts.logEnd, batch, wipedTo: wipedTo(this.#facts, operation) });
    this.#facts = applyOperation(this.#facts, operation);
  }

  #truncate(steps: LogStep[], to: Offset): void {
    this.#step(steps, { kind: 'truncate', to });
    this.#environment.tails.shrank(this.#tail.truncate(to));
    this.#states.truncate(to);
    this.#highWatermark = offset(Math.min(this.#highWatermark, to));
    if (this.#record.cleaned > to) this.#record = { ...this.#record, cleaned: to };
    this.#cuts += 1;
  }

  #append(steps: LogStep[], batch: StoredBatch): void {
    const { position } = batch;
    assert(
      batch.bytes.length === position.bytes,
      () => `batch ${position.base} has ${batch.bytes.length} bytes, not ${position.bytes}`,
    );
    // The voters before their batch: a torn round may then leave voters without a batch, which recovery drops, never the reverse.
    if (position.control?.kind === 'voters')
      this.#step(steps, { kind: 'voters', entry: { base: position.base, voters: position.control.voters } });
    this.#step(steps, { kind: 'append', position }, batch);
    this.#tail.push(batch);
    this.#environment.tails.grew(this.#tail, batch.bytes.length);
  }

  /** Puts a record with other segments than the checkpoint's. */
  #store(record: GroupRecord, move?: FileMove): Promise<void> {
    if (move !== undefined) this.#moves.note(move);
    this.#record = record;
    const put = { kind: 'put', key: groupKey(record.group), value: encodeGroupRecord(record) } as const;
    return this.#environment.keyValue().apply([put], { sync: true });
  }

  /**
   * A read found it: the log goes offline; answers what the read rejects with. What was accepted before still goes to the
   * segments, so that the next checkpoint names it all.
   */
  #onFault(error: unknown): unknown {
    const failure = failureOf(error);
    if (failure === null) return error;
    this.#fail(failure);
    return new LogFailed(failure, { cause: error });
  }

  #fail(failure: LogFailure): void {
    if (!this.health.fail(failure)) return;
    this.#environment.changed(this);
    this.#environment.failed(this, failure);
  }
}
