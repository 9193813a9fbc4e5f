/**
 * The metadata group on this node: its replica, the state machine over it, its snapshots, and the controller's port to it.
 *
 * ```
 *  open: newest snapshot ─▶ image ─▶ voters entries of the log ─▶ replica (core) ─▶ machine applies what is committed
 *  run:  commit ─▶ machine ─▶ onImage (node, controller)      append ─▶ propose … settled when applied in the same term
 *  now and then: image ─▶ snapshot file ─▶ log start moves up
 * ```
 */
import { assert, byteCount, METADATA_GROUP, present } from '../../raft/index.ts';
import type {
  ByteCount,
  GroupConfig,
  Millis,
  NodeId,
  Offset,
  RecoveredLog,
  SnapshotMeta,
  Term,
  Voter,
} from '../../raft/index.ts';
import { buildBatch } from '../../storage/batch/index.ts';
import { describeFailure, lastingFailure } from '../../storage/index.ts';
import type { Clock, LogFailure, LogSettings, ReplicaLog, Store } from '../../storage/index.ts';
import { decodeImage, emptyImage, encodeImage, encodeRecord } from '../metadata/index.ts';
import type { MetadataImage, MetadataRecord } from '../metadata/index.ts';
import type { PeerTransport } from '../peer/index.ts';
import type { LogSink } from '../ports/index.ts';
import { positionOf, Replica } from '../replica/index.ts';
import type { Notice, SnapshotSender, TurnQueue } from '../replica/index.ts';
import { MetadataMachine } from './metadata-machine.ts';

export interface MetadataGroupEvents {
  /** After each applied run of batches, in order; also once at the start for what is known to be committed. */
  onImage(image: MetadataImage): void;
  /** This node's replica leads the group from `termStart` on. */
  onLeadership(term: Term, termStart: Offset): void;
  onLeadershipLost(): void;
  /** The leader as this node knows it changed. */
  onLeader(leader: NodeId | null, term: Term): void;
}

export interface MetadataGroupOptions {
  readonly config: GroupConfig;
  readonly store: Store;
  readonly settings: LogSettings;
  /** Voters when the log names none: a group of one. Null: bootstrap decides. */
  readonly initialVoters: readonly Voter[] | null;
  readonly clock: Clock;
  readonly transport: PeerTransport;
  readonly turns: TurnQueue;
  readonly sink: LogSink;
  /** Bytes of applied batches after which a snapshot is taken. */
  readonly snapshotEveryBytes: number;
  readonly onDue: (due: Millis, replica: Replica) => void;
  readonly events: MetadataGroupEvents;
  readonly fatal: (reason: string) => never;
}

/** An append of the controller that waits to be applied in its term. */
interface WaitingAppend {
  readonly end: Offset;
  readonly term: Term;
  readonly settle: (settlement: 'committed' | 'lost') => void;
}

interface WaitingRead {
  readonly end: Offset | null;
  readonly settle: (settlement: 'confirmed' | 'lost') => void;
}

const SCAN_BYTES = byteCount(1 << 20);

/** Voters entries that are in the log above its start, ascending. */
async function scanVoters(log: ReplicaLog): Promise<RecoveredLog['voters']> {
  const found: { base: Offset; voters: readonly Voter[] }[] = [];
  let at = log.logStart;
  while (at < log.logEnd) {
    const run = await log.read(at, { end: log.logEnd, bytesMax: SCAN_BYTES, atLeastOne: true });
    const bytes = Buffer.concat(run.buffers);
    let position = 0;
    for (const batch of run.positions) {
      const { base, control } = positionOf(bytes.subarray(position, position + batch.bytes));
      if (control?.kind === 'voters') found.push({ base, voters: control.voters });
      position += batch.bytes;
    }
    run.release();
    at = present(run.positions.at(-1), 'a batch below the log end').end;
  }
  return found;
}

/** Makes the log begin and end where the snapshot ends. */
function resetLog(log: ReplicaLog, { last }: SnapshotMeta, durable: () => void): void {
  log.persist({ hardState: null, truncateTo: null, reset: last, openTerm: null, append: [], logStart: null }, durable);
}

/** Term of the batch that ends at, or holds what precedes, `end`; null when the log does not reach there. */
function termBefore({ logStart, logStartTerm, logEnd, terms }: RecoveredLog, end: Offset): Term | null {
  if (end < logStart || end > logEnd) return null;
  return terms.findLast(({ start }) => start < end)?.term ?? logStartTerm;
}

/**
 * The log as it goes with the newest snapshot. A crash between the installation of a received snapshot and the reset of
 * the log leaves a log that does not reach the snapshot's end, or reaches it by another history: it begins anew there.
 */
async function recoverLog(log: ReplicaLog, meta: SnapshotMeta | null): Promise<RecoveredLog> {
  const { recovered } = log;
  if (meta === null) return recovered;
  const { end, term } = meta.last;
  if (end < recovered.logStart) return recovered;
  if (termBefore(recovered, end) === term) {
    return { ...recovered, highWatermark: end > recovered.highWatermark ? end : recovered.highWatermark };
  }
  await new Promise<void>((durable) => resetLog(log, meta, durable));
  return { ...recovered, logStart: end, logStartTerm: term, logEnd: end, terms: [], highWatermark: end };
}

async function readLog(
  log: ReplicaLog,
  meta: SnapshotMeta | null,
): Promise<{ readonly recovered: RecoveredLog; readonly entries: RecoveredLog['voters'] }> {
  const recovered = await recoverLog(log, meta);
  return { recovered, entries: await scanVoters(log) };
}

/** Below `logs/`. */
const METADATA_DIRECTORY = '@metadata';

export class MetadataGroup implements SnapshotSender {
  readonly #options: MetadataGroupOptions;
  readonly #machine: MetadataMachine;
  readonly replica: Replica;
  readonly #appends: WaitingAppend[] = [];
  readonly #reads = new Map<number, WaitingRead>();
  #nextRead = 1;
  #leads = false;
  #snapshotting = false;

  /** Opens log and newest snapshot; or says what makes the log unusable. */
  static async open(options: MetadataGroupOptions): Promise<MetadataGroup | { readonly failed: LogFailure }> {
    const { store } = options;
    const log = await store.openLog(METADATA_GROUP, METADATA_DIRECTORY, options.settings);
    const failed = lastingFailure(log);
    if (failed !== null) return { failed };
    const meta = store.metadataSnapshots.newest();
    const image = meta === null ? emptyImage() : await readImage(store, meta);
    if ('failed' in image) return image;
    const whole = await readLog(log, meta).then(
      (read) => read,
      // Damage below what a start looks at is found by reading.
      (error: unknown) => lastingFailure(log) ?? Promise.reject(error as Error),
    );
    if ('path' in whole) return { failed: whole };
    const { recovered, entries } = whole;
    if (image.end < recovered.logStart)
      return damaged(`the log begins at ${recovered.logStart}, and the newest snapshot beside it ends at ${image.end}`);
    const start = meta === null ? [] : [{ base: recovered.logStart, voters: meta.voters }];
    const voters = [...start.filter(({ voters: named }) => named.length > 0), ...entries];
    return new MetadataGroup(
      options,
      log,
      { ...recovered, voters, initialVoters: options.initialVoters },
      image,
      meta?.voters ?? [],
    );
  }

  private constructor(
    options: MetadataGroupOptions,
    log: ReplicaLog,
    recovered: RecoveredLog,
    image: MetadataImage,
    voters: readonly Voter[],
  ) {
    this.#options = options;
    this.#machine = new MetadataMachine({
      log,
      image,
      voters,
      onImage: (next) => this.#onImage(next),
      fatal: options.fatal,
    });
    this.replica = new Replica({
      config: options.config,
      group: METADATA_GROUP,
      log,
      recovered,
      clock: options.clock,
      transport: options.transport,
      turns: options.turns,
      sink: options.sink,
      snapshots: this,
      notify: (notice) => this.#notice(notice),
      onDue: options.onDue,
    });
  }

  /** Applies what is known to be committed; called once the node can take images. */
  start(): void {
    this.#options.events.onImage(this.#machine.image);
    this.#machine.advance(this.replica.highWatermark);
  }

  get image(): MetadataImage {
    return this.#machine.image;
  }

  /** See `MetadataLog.append` (controller). */
  append(
    term: Term,
    records: readonly MetadataRecord[],
  ): { readonly base: Offset; readonly settled: Promise<'committed' | 'lost'> } | null {
    if (!this.#leads || this.replica.term !== term) return null;
    const timestamp = this.#options.clock.wallNow();
    const batch = buildBatch({
      records: records.map((record) => ({ key: null, value: encodeRecord(record), timestamp })),
    });
    const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
    const proposed = this.replica.propose([{ bytes, offsets: records.length }]);
    if (proposed.kind === 'unwritable') return this.#standDown(proposed.reason);
    if (proposed.kind === 'refused') return null;
    const { base, end } = proposed;
    const settled = new Promise<'committed' | 'lost'>((settle) => this.#appends.push({ end, term, settle }));
    this.#settleAppends();
    return { base, settled };
  }

  /** A controller whose disk is full can decide nothing: another voter may have room. A log that failed ends the process elsewhere. */
  #standDown(reason: string): null {
    const { sink, clock } = this.#options;
    sink.log('error', 'the controller stands down: the metadata log cannot be written', { reason });
    clock.defer(() => this.replica.input({ kind: 'resign' }));
    return null;
  }

  /** See `MetadataLog.confirm` (controller). */
  confirm(term: Term): Promise<'confirmed' | 'lost'> {
    if (!this.#leads || this.replica.term !== term) return Promise.resolve('lost');
    const id = this.#nextRead;
    this.#nextRead += 1;
    return new Promise((settle) => {
      this.#reads.set(id, { end: null, settle });
      this.replica.input({ kind: 'read', id });
    });
  }

  async read(
    meta: SnapshotMeta | null,
    position: ByteCount,
    bytesMax: ByteCount,
  ): Promise<{ readonly meta: SnapshotMeta; readonly bytes: Uint8Array } | null> {
    const { metadataSnapshots } = this.#options.store;
    const newest = metadataSnapshots.newest();
    if (newest === null) return null;
    // A newer snapshot took the place of the one being sent: begin anew with it.
    const same = meta === null || meta.last.end === newest.last.end;
    const from = same ? position : byteCount(0);
    return { meta: newest, bytes: await metadataSnapshots.read(newest, from, bytesMax) };
  }

  async receive(meta: SnapshotMeta, position: ByteCount, chunk: Uint8Array): Promise<ByteCount> {
    const wanted = byteCount(await this.#options.store.metadataSnapshots.receive(meta, position, chunk));
    if (wanted < meta.bytes || meta.last.end <= this.replica.highWatermark) return wanted;
    const image = await readImage(this.#options.store, meta);
    if ('failed' in image) return this.#options.fatal(describeFailure(image.failed));
    if (meta.last.end <= this.replica.highWatermark) return wanted;
    // What the log held may be another history than the snapshot's, and must never be sent to anybody. The core hears of
    // it in this turn; the snapshot is durable, and a crash before the reset is finds it when it starts.
    resetLog(this.replica.log, meta, () => undefined);
    this.#machine.replace(image, meta.voters);
    return wanted;
  }

  #notice(notice: Notice): void {
    switch (notice.kind) {
      case 'commit':
        return this.#machine.advance(notice.highWatermark);
      case 'role':
        return this.#roleChanged(notice);
      case 'read-ready': {
        const read = this.#reads.get(notice.id);
        if (read === undefined) return;
        this.#reads.set(notice.id, { ...read, end: notice.highWatermark });
        return this.#settleReads();
      }
      case 'read-refused':
        this.#reads.get(notice.id)?.settle('lost');
        this.#reads.delete(notice.id);
        return;
      case 'violation':
        return this.#options.fatal(`metadata group: ${notice.reason}`);
      case 'durable':
      case 'log-cut':
      case 'log-grew':
      case 'propose-isr':
      case 'voters':
        return;
    }
  }

  #roleChanged(notice: Extract<Notice, { kind: 'role' }>): void {
    const { events } = this.#options;
    const leads = notice.role === 'leader';
    const led = this.#leads;
    this.#leads = leads;
    if (led) {
      for (const { settle } of this.#appends.splice(0)) settle('lost');
      for (const { settle } of this.#reads.values()) settle('lost');
      this.#reads.clear();
      events.onLeadershipLost();
    }
    events.onLeader(notice.leader, notice.term);
    if (leads) events.onLeadership(notice.term, present(notice.termStart, 'start of the own term'));
  }

  #onImage(image: MetadataImage): void {
    this.#options.events.onImage(image);
    this.#settleAppends();
    this.#settleReads();
    if (this.#machine.appliedBytes >= this.#options.snapshotEveryBytes && !this.#snapshotting)
      void this.#takeSnapshot();
  }

  #settleAppends(): void {
    const { term } = this.replica;
    for (
      let first = this.#appends[0];
      first !== undefined && first.end <= this.#machine.image.end;
      first = this.#appends[0]
    ) {
      this.#appends.shift();
      first.settle(this.#leads && first.term === term ? 'committed' : 'lost');
    }
  }

  #settleReads(): void {
    for (const [id, { end, settle }] of [...this.#reads]) {
      if (end === null || end > this.#machine.image.end) continue;
      this.#reads.delete(id);
      settle('confirmed');
    }
  }

  async #takeSnapshot(): Promise<void> {
    this.#snapshotting = true;
    this.#machine.resetAppliedBytes();
    const { image, voters } = this.#machine;
    assert(image.end > 0, 'a snapshot of nothing');
    const { sink, store } = this.#options;
    const { end, term } = image;
    await store.metadataSnapshots.write({ end, term }, voters, encodeImage(image)).then(
      () => {
        this.replica.input({ kind: 'advance-log-start', to: end });
        sink.log('info', 'metadata snapshot taken', { end, term });
      },
      // A full disk, mostly. The log stays as it is, and the next snapshot is due after as many bytes again.
      (error: unknown) => sink.log('error', 'a metadata snapshot could not be written', { end, reason: String(error) }),
    );
    this.#snapshotting = false;
  }
}

async function readImage(store: Store, meta: SnapshotMeta): Promise<MetadataImage | { readonly failed: LogFailure }> {
  const decoded = decodeImage(await store.metadataSnapshots.read(meta, 0, meta.bytes));
  return decoded.kind === 'image' ? decoded.image : damaged(`the snapshot at ${meta.last.end}: ${decoded.reason}`);
}

/** What is missing cannot be made here: an operator brings it back, or an empty directory is filled by the other voters. */
function damaged(reason: string): { readonly failed: LogFailure } {
  return { failed: { kind: 'damaged', path: `logs/${METADATA_DIRECTORY}`, position: null, reason } };
}
