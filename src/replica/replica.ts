/**
 * The driver of one replication group on this node: it feeds the core what happened and does what the core says.
 *
 * ```
 *  propose ─┐                     ┌─▶ ReplicaLog.persist ──done──▶ thenSend, `persisted`
 *  receive ─┼─▶ step(core) ─ effects ─▶ PeerTransport.send
 *  tick ────┘                     └─▶ notices (commit, role, …) to the owner, after all effects are done
 * ```
 *
 * The core decides on positions; the bytes are here. A proposal's bytes are kept until the persist effect names their
 * offsets; a received append's bytes until the effect takes a suffix of them. Sending batches waits for the end of
 * the turn, so that several proposals leave as one message per peer.
 *
 * Notices are delivered after the effects of a step: an owner may propose again from inside a notice.
 */
import { assert, byteCount, createCore, lowWatermark, nextDue, present, statusOf, step } from '../../raft/index.ts';
import type {
  Append,
  BatchPosition,
  CoreState,
  Effect,
  GroupConfig,
  GroupId,
  Input,
  Message,
  Millis,
  NodeId,
  Offset,
  Persist,
  RecoveredLog,
  Refusal,
  Status,
  Term,
} from '../../raft/index.ts';
import { buildControl, keepable, stampBatch } from './batch-bytes.ts';
import type { BatchRun, Clock, ReplicaLog, StoredBatch } from '../../storage/index.ts';
import type { PeerTransport } from '../peer/index.ts';
import type { LogSink } from '../ports/index.ts';
import type { Notice } from './notice.ts';
import { LowWatermarkWaits } from './low-watermark-waits.ts';
import { bringsData, receiveAppend, suffixOf } from './received-append.ts';
import type { ReceivedAppend } from './received-append.ts';
import { SnapshotDriver } from './snapshot-driver.ts';
import type { SnapshotSender } from './snapshot-transfer.ts';
import type { TurnQueue } from './turn-queue.ts';

type SendBatches = Extract<Effect, { kind: 'send-batches' }>;

/** A batch to propose: as the client sent it; base offset and term are written into it in place. */
export interface ProposedBatch {
  readonly bytes: Buffer;
  /** Offsets that it takes, ≥ 1. */
  readonly offsets: number;
}

export type ProposeResult =
  /** Appended in memory and on its way to disk and peers; committed when the high watermark reaches `end` in the same `term`. */
  | { readonly kind: 'appended'; readonly base: Offset; readonly end: Offset; readonly term: Term }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The log has failed or is full; nothing was appended. */
  | { readonly kind: 'unwritable'; readonly reason: string };

export interface ReplicaOptions {
  readonly config: GroupConfig;
  readonly group: GroupId;
  readonly log: ReplicaLog;
  readonly recovered: RecoveredLog;
  readonly clock: Clock;
  readonly transport: PeerTransport;
  readonly turns: TurnQueue;
  readonly sink: LogSink;
  /** Null for groups without snapshots. */
  readonly snapshots: SnapshotSender | null;
  readonly notify: (notice: Notice) => void;
  /** The core of `replica` wants a tick no later than `due`. */
  readonly onDue: (due: Millis, replica: Replica) => void;
}

export class Replica {
  readonly group: GroupId;
  readonly log: ReplicaLog;
  readonly #options: ReplicaOptions;
  readonly #core: CoreState;
  readonly #notices: Notice[] = [];
  /** Send effects that wait for the end of the turn or for room in the peer's queue; one per peer. */
  readonly #sends = new Map<NodeId, SendBatches>();
  #proposed: readonly ProposedBatch[] = [];
  #received: ReceivedAppend | null = null;
  #chunk: Uint8Array | null = null;
  #lastRefusal: Refusal | null = null;
  readonly #lowWaits = new LowWatermarkWaits();
  readonly #snapshots: SnapshotDriver;
  #closed = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.group = options.group;
    this.log = options.log;
    this.#snapshots = new SnapshotDriver(options, {
      leadsIn: (inTerm) => !this.#closed && this.leads && this.term === inTerm,
      input: (input) => this.input(input),
    });
    this.#core = createCore(options.config, options.recovered, options.clock.now());
    this.#announceDue();
  }

  /** Everything, for status pages; makes objects, so not for the hot path. */
  status(): Status {
    return statusOf(this.#core);
  }

  /** To be read only; for the core's own views (`endOfTerm`). */
  get core(): CoreState {
    return this.#core;
  }
  get term(): Term {
    return this.#core.term;
  }
  get highWatermark(): Offset {
    return this.#core.highWatermark;
  }
  /** All below is durable here by the group's flush policy. */
  get durableEnd(): Offset {
    return this.#core.durableEnd;
  }
  get leads(): boolean {
    return this.#core.role.kind === 'leader';
  }
  /** isr: size of the ISR as applied metadata says; 0 before any did. */
  get isrSize(): number {
    return this.#core.assignment?.isr.length ?? 0;
  }

  /** Instant of the next tick that matters, or null. */
  nextDue(): Millis | null {
    return this.#closed ? null : nextDue(this.#core);
  }

  /** Tells the core that something happened and carries out what it answers. Does nothing once closed. */
  input(input: Input): void {
    if (this.#closed) return;
    this.#step(input);
    this.#settle();
  }

  /** A message of a peer's core, with its raw attachment (batches or a snapshot chunk), which is kept. */
  receive(from: NodeId, message: Message, attachment: Uint8Array): void {
    if (this.#closed) return;
    if (this.log.failure !== null && bringsData(message)) return;
    if (message.kind === 'append' && message.batches.length > 0) return this.#receiveBatches(from, message, attachment);
    if (message.kind === 'snapshot') this.#chunk = attachment;
    this.#step({ kind: 'receive', from, message });
    this.#chunk = null;
    this.#settle();
  }

  /** Appends batches as leader, all or none, as one change. `batches` is not empty. */
  propose(batches: readonly ProposedBatch[]): ProposeResult {
    assert(!this.#closed, 'propose on a closed replica');
    const failure = this.log.failure;
    if (failure !== null) return { kind: 'unwritable', reason: failure.reason };
    const base = this.log.logEnd;
    this.#proposed = batches;
    this.#lastRefusal = null;
    this.#step({
      kind: 'propose',
      batches: batches.map(({ offsets, bytes }) => ({ offsets, bytes: byteCount(bytes.length) })),
    });
    this.#proposed = [];
    const refusal = this.#takeRefusal();
    // Taken before the owner hears of anything: it may propose more from inside a notice.
    const end = this.log.logEnd;
    const { term } = this;
    this.#settle();
    return refusal === null ? { kind: 'appended', base, end, term } : { kind: 'refused', refusal };
  }

  /** Leader: where the logs of all who count begin, durably; null while that is not known, or this node does not lead. */
  get lowWatermark(): Offset | null {
    return lowWatermark(this.#core);
  }

  /** Calls back, later, when the low watermark is at or above `to` or the leadership is lost; the result takes it back. */
  whenLowWatermark(to: Offset, done: (result: 'reached' | 'lost') => void): () => void {
    return this.#lowWaits.add({ to, done });
  }

  /** Stops all: later calls do nothing. The log is the owner's to close. */
  close(): void {
    this.#closed = true;
    this.#sends.clear();
    this.#notices.length = 0;
    this.#lowWaits.settle(null, false);
  }

  /** Sends what waits for `peer`; called at the end of a turn, or when its queue has room again. */
  flushSends(): void {
    if (this.#closed) return;
    for (const [peer, effect] of [...this.#sends]) {
      if (this.#options.transport.room(peer) <= 0) continue;
      this.#sends.delete(peer);
      this.#sendBatches(effect);
    }
  }

  get hasSends(): boolean {
    return this.#sends.size > 0;
  }

  /** One step of the core; its effects are carried out, what they have to tell waits for {@link #settle}. */
  #step(input: Input): void {
    for (const effect of step(this.#core, input, this.#options.clock.now())) this.#execute(effect);
  }

  /** After a step, when nothing of it is half done any more: owner and ticks are told. */
  #settle(): void {
    this.#deliverNotices();
    if (this.#lowWaits.size > 0) this.#lowWaits.settle(lowWatermark(this.#core), this.leads && !this.#closed);
    this.#announceDue();
  }

  #receiveBatches(from: NodeId, message: Append, attachment: Uint8Array): void {
    const received = receiveAppend(message, attachment);
    if (received.kind === 'invalid') {
      const { reason } = received;
      const line = 'append refused: its bytes are not what its header says';
      this.#options.sink.log('error', line, { group: this.group, from, reason });
      return;
    }
    this.#received = received;
    this.#step({ kind: 'receive', from, message: received.message });
    this.#received = null;
    this.#settle();
  }

  #takeRefusal(): Refusal | null {
    const refusal = this.#lastRefusal;
    this.#lastRefusal = null;
    return refusal;
  }

  #announceDue(): void {
    const due = this.nextDue();
    if (due !== null) this.#options.onDue(due, this);
  }

  #deliverNotices(): void {
    for (let notice = this.#notices.shift(); notice !== undefined; notice = this.#notices.shift()) {
      if (this.#closed) return;
      this.#options.notify(notice);
    }
  }

  #execute(effect: Effect): void {
    switch (effect.kind) {
      case 'persist':
        return this.#persist(effect);
      case 'send':
        this.#options.transport.send(effect.to, this.group, effect.message);
        return;
      case 'send-batches':
        this.#sends.set(effect.peer, effect);
        this.#options.turns.add(this);
        return;
      case 'send-snapshot':
        return this.#snapshots.send(effect);
      case 'store-snapshot':
        return this.#snapshots.store(effect, present(this.#chunk, 'the chunk being stepped'));
      case 'refused':
        this.#lastRefusal = effect.refusal;
        return;
      case 'commit':
        this.log.noteHighWatermark(effect.highWatermark);
        this.#notices.push(effect);
        return;
      case 'role':
      case 'propose-isr':
      case 'read-ready':
      case 'read-refused':
      case 'voters':
      case 'violation':
        this.#notices.push(effect);
        return;
    }
  }

  #persist(effect: Persist): void {
    const append = this.#bytesOf(effect.append);
    this.log.persist(
      {
        hardState: effect.hardState,
        truncateTo: effect.truncateTo,
        reset: effect.reset,
        openTerm: effect.openTerm,
        append,
        logStart: effect.logStart,
      },
      () => {
        if (this.#closed) return;
        for (const { to, message } of effect.thenSend) this.#options.transport.send(to, this.group, message);
        this.#notices.push({ kind: 'durable' });
        this.input({ kind: 'persisted', sequence: effect.sequence });
      },
    );
    if (effect.truncateTo !== null || effect.reset !== null) {
      this.#notices.push({ kind: 'log-cut', end: effect.reset?.end ?? present(effect.truncateTo, 'truncation') });
    }
    if (append.length > 0) this.#notices.push({ kind: 'log-grew', batches: append });
  }

  /** Finds the bytes of batches that the core wants appended: proposed here, received from the leader, or the core's own. */
  #bytesOf(positions: readonly BatchPosition[]): readonly StoredBatch[] {
    if (positions.length === 0) return [];
    if (this.#received !== null) return suffixOf(this.#received, positions);
    let next = 0;
    return positions.map((position) => {
      if (position.control !== null) {
        const bytes = buildControl(position, this.#options.clock.wallNow());
        return { position: { ...position, bytes: byteCount(bytes.length) }, bytes };
      }
      const proposal = present(this.#proposed[next], 'bytes of a proposed batch');
      next += 1;
      assert(proposal.bytes.length === position.bytes, 'a proposal has other bytes than its position');
      stampBatch(proposal.bytes, position.base, position.term);
      return { position, bytes: keepable(proposal.bytes) };
    });
  }

  #sendBatches(effect: SendBatches): void {
    const from = effect.header.prevOffset;
    const run = this.log.read(from, { end: this.log.logEnd, bytesMax: effect.bytesMax, atLeastOne: true });
    if (!(run instanceof Promise)) return this.#sendRun(effect, run);
    run.then(
      (batches) => this.#sendRun(effect, batches),
      (error: unknown) => {
        if (this.#closed) return;
        this.#options.sink.log('error', 'cannot read batches for a follower', {
          group: this.group,
          reason: String(error),
        });
        this.#nothingSent(effect);
      },
    );
  }

  #sendRun(effect: SendBatches, run: BatchRun): void {
    if (this.#closed) return;
    const { header, peer } = effect;
    if (!this.leads || this.term !== header.term) return;
    const { term, progressId, prevOffset, prevTerm, termStart, logStart, round } = header;
    const { highWatermark } = this;
    const batches = run.positions;
    // Named one by one: a spread is many times slower, and this runs for every batch and follower.
    const message: Append = {
      kind: 'append',
      term,
      progressId,
      prevOffset,
      prevTerm,
      termStart,
      highWatermark,
      logStart,
      round,
      batches,
    };
    if (!this.#options.transport.send(peer, this.group, message, run.buffers)) return this.#nothingSent(effect);
    const last = run.positions.at(-1);
    this.input({
      kind: 'sent',
      peer,
      progressId: header.progressId,
      end: last?.end ?? header.prevOffset,
      bytes: run.bytes,
    });
  }

  /**
   * Every `send-batches` is answered, or the core would wait for this one for as long as the connection stands: with
   * nothing sent it tries again on a tick.
   */
  #nothingSent({ peer, header }: SendBatches): void {
    this.input({ kind: 'sent', peer, progressId: header.progressId, end: header.prevOffset, bytes: byteCount(0) });
  }
}
