/**
 * One replica of a topic partition, as clients and coordinators use it: produce and read at the leader, state that
 * follows the log (idempotent producers), and those who wait for it to move.
 *
 * ```
 *  produce ─▶ check batch ─▶ check sequence ─▶ replica.propose ─▶ wait: durable (acks=1) | high watermark (acks=all)
 *  read    ─▶ check term, range ─▶ log.read below the high watermark
 *  notices of the replica ─▶ producer state, waits, watchers
 * ```
 *
 * Nothing above the high watermark is ever returned by `read`. Once it has `failed`, nothing is served or acknowledged.
 */
import { endOfTerm, offset as toOffset, present, termBefore } from '../../raft/index.ts';
import type { ByteCount, Offset, Term } from '../../raft/index.ts';
import type { BatchRun, CompactionLimits, CompactionNeed } from '../../storage/index.ts';
import type { LogSink } from '../ports/index.ts';
import type { Notice, Replica } from '../replica/index.ts';
import { overlapping } from './aborted-index.ts';
import type { BatchOrigin } from './admission.ts';
import type {
  Acknowledgement,
  DivergedRead,
  Isolation,
  PartitionRead,
  PartitionRefusal,
  ProduceOutcome,
} from './outcome.ts';
import type { PartitionSettings } from './partition-settings.ts';
import { PartitionWrites } from './partition-writes.ts';
import type { Leading } from './partition-writes.ts';
import { ProducerTracker } from './producer-tracker.ts';
import type { AbortedTransaction } from './aborted-transaction.ts';
import type { MarkerOutcome, TransactionMarker } from './transaction-marker.ts';

export interface PartitionId {
  readonly topicId: string;
  readonly topic: string;
  readonly index: number;
}

/** Called, possibly often, when something a reader may wait for has moved: high watermark, leadership, log start. */
export type Watcher = () => void;

export interface PartitionHooks {
  readonly wallNow: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly sink: LogSink;
  /** Leadership of this replica began (`termStart` set) or ended. For coordinators. */
  readonly onLeadership: (partition: Partition) => void;
  readonly onProposeIsr: (partition: Partition, proposal: Extract<Notice, { kind: 'propose-isr' }>) => void;
  readonly onViolation: (partition: Partition, reason: string) => void;
  /** quorum topics: this replica leads now, and reports itself. */
  readonly onQuorumLeader: (partition: Partition) => void;
}

/** How a reader sees the partition; null: it does not say. */
export interface ReaderView {
  /** Wire: current_leader_epoch. */
  readonly term: number | null;
  /** Wire: last_fetched_epoch. */
  readonly lastFetchedTerm: number | null;
  /** Default: `uncommitted`. */
  readonly isolation?: Isolation;
  /** A follower serves it as well, below its own high watermark (KIP-392). Default: only the leader. */
  readonly anyReplica?: boolean;
}

const NONE_ABORTED: readonly AbortedTransaction[] = [];

export class Partition {
  readonly id: PartitionId;
  readonly #hooks: PartitionHooks;
  readonly #producers: ProducerTracker;
  readonly #writes: PartitionWrites;
  readonly #watchers = new Set<Watcher>();
  #moves = 0;
  #replica: Replica | null = null;
  #settings: PartitionSettings;
  #leading: Leading | null = null;
  #highWatermark: Offset = toOffset(0);
  #failed: string | null = null;

  constructor(id: PartitionId, settings: PartitionSettings, hooks: PartitionHooks) {
    this.id = id;
    this.#settings = settings;
    this.#hooks = hooks;
    this.#producers = new ProducerTracker({
      log: () => this.replica.log,
      now: hooks.now,
      sink: hooks.sink,
      expirationMs: () => this.#settings.producerExpirationMs,
      highWatermark: () => this.#highWatermark,
      // Readers of committed transactions wait for it.
      onReady: () => this.#wake(),
    });
    this.#writes = new PartitionWrites(this, hooks.wallNow);
  }

  /** Called once, right after the replica was made with `notify: (n) => partition.notice(n)`. */
  attach(replica: Replica): void {
    this.#replica = replica;
    this.#highWatermark = replica.highWatermark;
    if (this.#failed === null) this.#producers.rebuild();
  }

  /**
   * The replica is offline, for good: its log has failed, or contradicts its leader's. All waits end, every later request
   * is refused with `reason`. Its replica must be closed.
   */
  fail(reason: string): void {
    if (this.#failed !== null) return;
    this.#failed = reason;
    this.#end();
  }

  /** Why nothing is served from here any more; null while all is well. */
  get failed(): string | null {
    return this.#failed;
  }

  get replica(): Replica {
    return present(this.#replica, 'replica');
  }
  get settings(): PartitionSettings {
    return this.#settings;
  }
  /** Own leadership, or null. */
  get leading(): Leading | null {
    return this.#leading;
  }
  get highWatermark(): Offset {
    return this.#highWatermark;
  }
  get logStart(): Offset {
    return this.replica.log.logStart;
  }
  get logEnd(): Offset {
    return this.replica.log.logEnd;
  }
  /** Where the logs of all replicas that count begin, durably; null while this leader does not know, or leads no more. */
  lowWatermark(): Offset | null {
    return this.replica.lowWatermark;
  }
  /** Calls back, later, when the low watermark is at or above `to` or leadership is lost; the result takes it back. */
  whenLowWatermark(to: Offset, done: (result: 'reached' | 'lost') => void): () => void {
    return this.replica.whenLowWatermark(to, done);
  }
  /** Whether records may be deleted by request (cleanup.policy contains `delete`). */
  get deletes(): boolean {
    return this.#settings.log.delete;
  }
  get producers(): ProducerTracker {
    return this.#producers;
  }

  /** Takes effect on what comes next; the log applies its own part as `ReplicaLog.configure` says. */
  configure(settings: PartitionSettings): void {
    this.#settings = settings;
  }

  /**
   * Rises with everything that watchers are told: while it and the log start stand, a read that found nothing would find
   * nothing again.
   */
  get moves(): number {
    return this.#moves;
  }

  watch(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }
  unwatch(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  /**
   * Appends one batch (its own buffer, kept and stamped in place). `done` is called once, maybe before this returns; never
   * with `acknowledged` before what `acks` asks for is true. Batches are appended in the order of the calls.
   */
  produce(bytes: Buffer, acks: Acknowledgement, origin: BatchOrigin, done: (outcome: ProduceOutcome) => void): void {
    this.#writes.produce(bytes, acks, origin, done);
  }

  /**
   * Ends a transaction: appends its control batch. `done` is called once, maybe before this returns; with `written` when the
   * marker is committed. A leader alone writes markers.
   */
  writeMarker(marker: TransactionMarker, done: (outcome: MarkerOutcome) => void): void {
    this.#writes.writeMarker(marker, done);
  }

  /**
   * Batches from `from`, below the high watermark (isolation `committed`: below the last stable offset), at most `bytesMax`
   * bytes (but the first batch whole when `atLeastOne`). `view` is the reader's.
   */
  read(
    from: number,
    bytesMax: ByteCount,
    atLeastOne: boolean,
    view: ReaderView,
  ): PartitionRead | Promise<PartitionRead | PartitionRefusal> | DivergedRead | PartitionRefusal {
    const refusal = this.refuseRead(view.term, view.anyReplica);
    if (refusal !== null) return refusal;
    const { log } = this.replica;
    const { logStart, logEnd } = log;
    const outOfRange = { kind: 'offset-out-of-range', logStart, logEnd } as const;
    if (from < logStart) return outOfRange;
    const highWatermark = this.#highWatermark;
    const lastStableOffset = this.lastStableOffset();
    if (view.lastFetchedTerm !== null) {
      const ours = this.endOfTerm(view.lastFetchedTerm);
      if (ours === null) return outOfRange;
      if (ours.end < from || ours.term < view.lastFetchedTerm) {
        return { kind: 'diverged', term: ours.term, end: ours.end, highWatermark, lastStableOffset, logStart };
      }
    }
    if (from > logEnd) return outOfRange;
    const committed = view.isolation === 'committed';
    // Producers being read from the log: nothing is known to be stable, and readers are woken when it is.
    const end = committed ? (lastStableOffset ?? logStart) : highWatermark;
    const none = committed ? NONE_ABORTED : null;
    const nothing: PartitionRead = {
      kind: 'read',
      highWatermark,
      lastStableOffset,
      logStart,
      end,
      run: null,
      aborted: none,
    };
    if (from >= end || (bytesMax <= 0 && !atLeastOne)) return nothing;
    // Taken before the read: it goes on seeing what was aborted below `end`, whatever happens to the log meanwhile.
    const { entries } = this.#producers.state.aborted;
    const filled = (run: BatchRun): PartitionRead => {
      const aborted = committed ? overlapping(entries, from, run.positions.at(-1)?.end ?? from) : null;
      return { ...nothing, run, aborted };
    };
    const read = log.read(toOffset(from), { end, bytesMax, atLeastOne });
    if (!(read instanceof Promise)) return filled(read);
    return read.then((run) => {
      const first = run.positions[0]?.base ?? Infinity;
      if (from >= log.logStart || first <= from) return filled(run);
      // What was asked for was removed before it was read: what follows it must not pass for it.
      run.release();
      return { kind: 'offset-out-of-range', logStart: log.logStart, logEnd: log.logEnd };
    });
  }

  /** Null when this node leads (or `anyReplica`) and `term` (null: not given) is its own. */
  refuseRead(term: number | null, anyReplica = false): PartitionRefusal | null {
    if (this.#failed !== null) return this.notServing();
    const known = this.replica.term;
    if (term !== null && term < known) return { kind: 'stale-term' };
    if (term !== null && term > known) return { kind: 'unknown-term' };
    return this.#leading === null && !anyReplica ? this.notServing() : null;
  }

  /** Largest known term ≤ `term`, with the end of its records; null when none is known (wire: OffsetForLeaderEpoch). */
  endOfTerm(term: number): { readonly term: Term; readonly end: Offset } | null {
    return endOfTerm(this.replica.core, term as Term);
  }

  /** Term of the record at `position`, or of the one that will be there; null when it is not known (any more). */
  termAt(position: number): Term | null {
    const { logStart, logEnd } = this;
    if (position < logStart || position > logEnd) return null;
    if (position === logEnd) return this.#leading?.term ?? null;
    return termBefore(this.replica.core, toOffset(position + 1));
  }

  /** The end as readers may know it, once a new leader's high watermark has reached the start of its term. */
  latest(isolation: Isolation = 'uncommitted'): Offset | PartitionRefusal {
    if (this.#leading === null) return this.notServing();
    if (this.#highWatermark < this.#leading.termStart) return { kind: 'offset-not-available' };
    return isolation === 'uncommitted'
      ? this.#highWatermark
      : (this.lastStableOffset() ?? { kind: 'offset-not-available' });
  }

  /**
   * All below is decided: the high watermark, or where the oldest transaction begins whose marker is not committed; at a
   * leader it never falls, but by a cut. Null while producers are being read from the log.
   */
  lastStableOffset(): Offset | null {
    if (!this.#producers.covers) return null;
    const undecided = this.#producers.state.transactions.oldestUndecided;
    if (undecided === null || undecided >= this.#highWatermark) return this.#highWatermark;
    return toOffset(Math.max(undecided, Math.min(this.logStart, this.#highWatermark)));
  }

  /**
   * Compacts what is decided, on leaders and followers alike; see `ReplicaLog.compact`. Nothing while producers are being read
   * from the log. Resolves to the bytes freed; rejects with the log's failure.
   */
  async compact(limits?: CompactionLimits): Promise<number> {
    const stableEnd = this.#failed === null ? this.lastStableOffset() : null;
    if (stableEnd === null) return 0;
    const { entries } = this.#producers.state.aborted;
    return await this.replica.log.compact(this.#hooks.wallNow(), stableEnd, entries, limits);
  }

  /** Null: there is nothing to compact. */
  compactionNeed(): CompactionNeed | null {
    if (this.#failed !== null || !this.#settings.log.compact) return null;
    const stableEnd = this.lastStableOffset();
    return stableEnd === null ? null : this.replica.log.compactionNeed(this.#hooks.wallNow(), stableEnd);
  }

  /** See `ReplicaLog.rollIfOld`. */
  rollIfOld(wallNow: number): Promise<void> {
    return this.#failed === null ? this.replica.log.rollIfOld(wallNow) : Promise.resolve();
  }

  /** Calls back, maybe at once, when the high watermark is at or above `end`, or this leadership is lost. */
  whenCommitted(end: Offset, done: (result: 'reached' | 'lost') => void): void {
    this.#writes.whenCommitted(end, done);
  }

  /** What the replica's core says; passed on by its owner. */
  notice(notice: Notice): void {
    if (this.#failed !== null) return;
    switch (notice.kind) {
      case 'commit':
        this.#highWatermark = notice.highWatermark;
        this.#producers.state.transactions.settle(notice.highWatermark);
        this.#writes.onCommitted(notice.highWatermark);
        return this.#wake();
      case 'durable':
        return this.#writes.onDurable(this.replica.durableEnd);
      case 'log-grew':
        return this.#producers.grew(notice.batches);
      case 'log-cut':
        this.#producers.rebuild();
        return this.#wake();
      case 'role':
        return this.#roleChanged(notice);
      case 'propose-isr':
        return this.#hooks.onProposeIsr(this, notice);
      case 'violation':
        return this.#hooks.onViolation(this, notice.reason);
      case 'read-ready':
      case 'read-refused':
      case 'voters':
        return;
    }
  }

  /** What was appended waits for space on the disk: who produced it is told so instead of waiting too. */
  refuseWaiting(reason: string): void {
    this.#writes.refuseWaiting(reason);
  }

  /** Fails all waits and ends the own leadership; nothing may be called afterwards. */
  close(): void {
    this.#end();
    this.#watchers.clear();
    this.#replica?.close();
  }

  /** Nobody waits here any more, and who led does not. */
  #end(): void {
    const led = this.#leading !== null;
    this.#leading = null;
    this.#producers.close();
    this.#writes.lose();
    this.#wake();
    if (led) this.#hooks.onLeadership(this);
  }

  #wake(): void {
    this.#moves += 1;
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Why nothing can be done here. */
  notServing(): PartitionRefusal {
    if (this.#failed !== null) return { kind: 'storage', reason: this.#failed };
    return { kind: 'not-leader', leader: this.#replica?.status().leader ?? null };
  }

  #roleChanged(notice: Extract<Notice, { kind: 'role' }>): void {
    const before = this.#leading;
    const leads = notice.role === 'leader' && notice.termStart !== null;
    if (leads && before?.term === notice.term) return;
    if (before !== null || leads) this.#writes.lose();
    this.#leading = leads ? { term: notice.term, termStart: present(notice.termStart, 'start of the own term') } : null;
    if (before !== null || leads) this.#hooks.onLeadership(this);
    if (leads && this.#settings.minInsyncReplicas === null) this.#hooks.onQuorumLeader(this);
    this.#wake();
  }
}
