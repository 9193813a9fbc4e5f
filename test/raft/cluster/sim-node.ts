/**
 * A driver in miniature: executes a core's effects on a simulated disk and hands messages to whoever carries them.
 *
 *   input ─▶ step ─▶ persist: memory now, disk when `flush` says so ─▶ persisted, thenSend
 *                 ─▶ send, send-batches, send-snapshot ─▶ `outbox`
 *                 ─▶ commit, role, refused, … ─▶ noted for checkers and scripts
 *
 * Everything that the contract in raft/effect.ts demands of a driver is done here, and nothing more.
 */
import {
  byteCount,
  type CoreState,
  createCore,
  type DirectoryId,
  type Effect,
  type GroupConfig,
  type Incarnation,
  type Input,
  type Message,
  type Millis,
  type NodeId,
  type Offset,
  type Persist,
  present,
  type SnapshotMeta,
  step,
  type Voter,
} from '../../../raft/index.ts';
import {
  applyPersist,
  copyDisk,
  emptyDisk,
  logEnd,
  recover,
  resetDisk,
  type SimDisk,
  type SimSnapshot,
} from './sim-disk.ts';

export interface Envelope {
  readonly from: NodeId;
  readonly to: NodeId;
  /** Whom the sender believed to talk to; null when it never saw the peer. */
  readonly toIncarnation: Incarnation | null;
  readonly message: Message;
  /** Values of an append's batches, in order. */
  readonly values: readonly string[];
  readonly snapshot: SimSnapshot | null;
}

interface Unflushed {
  readonly persist: Persist;
  readonly values: readonly string[];
}

export const SNAPSHOT_BYTES = byteCount(10);

export class SimNode {
  readonly id: NodeId;
  directory: DirectoryId;
  config: GroupConfig;
  core: CoreState;
  initialVoters: readonly Voter[] | null;
  disk: SimDisk = emptyDisk();
  memory: SimDisk = emptyDisk();
  unflushed: Unflushed[] = [];
  alive = true;
  outbox: Envelope[] = [];
  /** Effects since they were last taken, for scripts. */
  trace: Effect[] = [];
  /** Every (input, effects) goes here when somebody listens. */
  listener: ((node: SimNode, input: Input, effects: readonly Effect[]) => void) | null = null;
  peers = new Map<NodeId, Incarnation>();
  readonly proposed: string[] = [];
  private queue: Input[] = [];
  private running = false;
  private arriving: Envelope | null = null;
  private incoming: SimSnapshot | null = null;

  constructor(config: GroupConfig, initialVoters: readonly Voter[] | null, now: Millis) {
    this.id = config.self.node;
    this.directory = config.self.directory;
    this.config = config;
    this.initialVoters = initialVoters;
    this.core = createCore(config, recover(this.disk, initialVoters), now);
  }

  /** Loses what was not flushed; the first `kept` unflushed persists reached the disk without anybody being told. */
  crash(kept: number): void {
    for (const { persist, values } of this.unflushed.slice(0, kept)) applyPersist(this.disk, persist, values);
    this.alive = false;
    this.unflushed = [];
    this.outbox = [];
    this.queue = [];
    this.incoming = null;
    this.peers.clear();
  }

  /** A new life on the same disk. */
  restart(config: GroupConfig, now: Millis): void {
    this.config = config;
    this.directory = config.self.directory;
    this.memory = copyDisk(this.disk);
    this.alive = true;
    this.core = createCore(config, recover(this.disk, this.initialVoters), now);
  }

  propose(offsets: number, value: string, now: Millis): void {
    this.proposed.push(value);
    this.input({ kind: 'propose', batches: [{ offsets, bytes: byteCount(100) }] }, now);
    this.proposed.length = 0;
  }

  deliver(envelope: Envelope, now: Millis): void {
    this.arriving = envelope;
    this.input({ kind: 'receive', from: envelope.from, message: envelope.message }, now);
    this.arriving = null;
  }

  /** The first `count` unflushed persists become durable. */
  flush(count: number, now: Millis): void {
    for (const { persist, values } of this.unflushed.splice(0, count)) {
      applyPersist(this.disk, persist, values);
      for (const { to, message } of persist.thenSend) this.post(to, message, []);
      this.input({ kind: 'persisted', sequence: persist.sequence }, now);
    }
  }

  input(input: Input, now: Millis): void {
    this.queue.push(input);
    if (this.running) return;
    this.running = true;
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      const effects = step(this.core, next, now);
      this.trace.push(...effects);
      for (const effect of effects) this.execute(effect);
      this.listener?.(this, next, effects);
    }
    this.running = false;
  }

  /** Newest snapshot of everything committed; the log may then begin there. */
  takeSnapshot(now: Millis): void {
    const end = this.core.highWatermark;
    if (end <= this.memory.logStart) return;
    const values = new Map(this.memory.snapshot?.values ?? []);
    let term = this.memory.logStartTerm;
    let voters = this.memory.baseVoters;
    for (const { position, value } of this.memory.batches) {
      if (position.end > end) break;
      values.set(position.base, value);
      term = position.term;
      if (position.control?.kind === 'voters') voters = position.control.voters;
    }
    this.memory.snapshot = { last: { end, term }, voters: voters ?? [], values };
    this.disk.snapshot = this.memory.snapshot;
    this.input({ kind: 'advance-log-start', to: end }, now);
  }

  private post(to: NodeId, message: Message, values: readonly string[], snapshot: SimSnapshot | null = null): void {
    this.outbox.push({ from: this.id, to, toIncarnation: this.peers.get(to) ?? null, message, values, snapshot });
  }

  private execute(effect: Effect): void {
    switch (effect.kind) {
      case 'persist':
        return this.persist(effect);
      case 'send':
        return this.post(effect.to, effect.message, []);
      case 'send-batches':
        return this.sendBatches(effect);
      case 'send-snapshot':
        return this.sendSnapshot(effect);
      case 'store-snapshot':
        return this.storeSnapshot(effect);
      case 'commit':
        this.memory.highWatermark = effect.highWatermark;
        return;
      case 'role':
      case 'propose-isr':
      case 'read-ready':
      case 'read-refused':
      case 'refused':
      case 'voters':
      case 'violation':
    }
  }

  private persist(persist: Persist): void {
    const values = persist.append.map((batch) => {
      if (batch.control !== null) return `${batch.control.kind}@${batch.base}/${batch.term}`;
      const { arriving } = this;
      if (arriving === null || arriving.message.kind !== 'append') return this.proposed.shift() ?? 'missing';
      const index = arriving.message.batches.findIndex((other) => other.base === batch.base);
      return present(arriving.values[index], `value of the batch at ${batch.base}`);
    });
    applyPersist(this.memory, persist, values);
    this.unflushed.push({ persist, values });
  }

  private sendBatches(effect: Effect & { readonly kind: 'send-batches' }): void {
    const { header, peer } = effect;
    const from = this.memory.batches.findIndex(({ position }) => position.end > header.prevOffset);
    const chosen = [];
    let bytes = 0;
    for (const batch of from < 0 ? [] : this.memory.batches.slice(from)) {
      if (chosen.length > 0 && bytes + batch.position.bytes > effect.bytesMax) break;
      chosen.push(batch);
      bytes += batch.position.bytes;
    }
    const batches = chosen.map(({ position }) => position);
    this.post(
      peer,
      { kind: 'append', ...header, batches },
      chosen.map(({ value }) => value),
    );
    const end: Offset = batches.at(-1)?.end ?? header.prevOffset;
    this.queue.push({ kind: 'sent', peer, progressId: header.progressId, end, bytes: byteCount(bytes) });
  }

  private sendSnapshot(effect: Effect & { readonly kind: 'send-snapshot' }): void {
    const snapshot = present(this.memory.snapshot, 'snapshot to send');
    const { peer, progressId, term, position } = effect;
    const meta: SnapshotMeta = { last: snapshot.last, voters: snapshot.voters, bytes: SNAPSHOT_BYTES };
    const bytes = byteCount(Math.min(effect.bytesMax, meta.bytes - position));
    this.post(peer, { kind: 'snapshot', term, progressId, meta, position, bytes }, [], snapshot);
    this.queue.push({ kind: 'snapshot-sent', peer, progressId, meta, position, bytes });
  }

  private storeSnapshot(effect: Effect & { readonly kind: 'store-snapshot' }): void {
    const { from, progressId, meta } = effect;
    if (this.arriving !== null) this.incoming = this.arriving.snapshot;
    const position = byteCount(effect.position + effect.bytes);
    if (position >= meta.bytes) {
      const snapshot = present(this.incoming, 'snapshot being stored');
      // Installing is durable at once: what was under way on the old log is void, but terms and votes hold.
      for (const { persist } of this.unflushed) if (persist.hardState !== null) this.disk.hardState = persist.hardState;
      for (const { persist } of this.unflushed)
        for (const { to, message } of persist.thenSend) this.post(to, message, []);
      const newest = this.unflushed.at(-1)?.persist.sequence;
      this.unflushed = [];
      for (const disk of [this.memory, this.disk]) {
        resetDisk(disk, meta.last, meta.voters);
        disk.snapshot = snapshot;
        disk.highWatermark = meta.last.end;
      }
      if (newest !== undefined) this.queue.push({ kind: 'persisted', sequence: newest });
    }
    this.queue.push({ kind: 'snapshot-stored', from, progressId, meta, position });
  }

  /** End of the log in memory: what the core believes, too. */
  get end(): Offset {
    return logEnd(this.memory);
  }
}
