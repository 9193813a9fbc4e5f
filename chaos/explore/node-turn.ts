/**
 * A driver in miniature: one thing happens to one node, and everything follows that needs nobody else.
 *
 *   input ─▶ step ─▶ persist: memory now, disk at once unless it is stalled ─▶ persisted, thenSend
 *                 ─▶ send, send-batches ─▶ `sent`
 *                 ─▶ leads, commits, voted, proposes, broken ─▶ `happenings`
 *
 * A disk answers at once: what depends on its being slow is reached by stalling it (that bounds how often it is slow, not how
 * long). `kept`: dies after the writes and before anybody heard of them.
 */
import type { Effect, Input, Member, Message, NodeId, Offset } from '../../raft/index.ts';
import { AssertionError, byteCount, millis, step } from '../../raft/index.ts';
import type { CoreState } from '../../raft/index.ts';
import { copyCore } from './copy-core.ts';
import { type Assign, directoryOf, incarnationOf, type LocalState, startLife, type Unflushed } from './local-state.ts';
import { BATCH_BYTES, type NodeDisk, persisted } from './node-disk.ts';

export interface Envelope {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
  /** Of an append's batches, in order. */
  readonly values: readonly number[];
}

/** What the checkers want to know of a turn, in the order in which it happened. */
export type Happening =
  | { readonly kind: 'leads'; readonly term: number }
  | { readonly kind: 'commits'; readonly highWatermark: number }
  | { readonly kind: 'voted'; readonly term: number; readonly candidate: NodeId; readonly durable: boolean }
  | { readonly kind: 'proposes'; readonly term: number; readonly version: number; readonly isr: readonly Member[] }
  | { readonly kind: 'broken'; readonly reason: string };

export interface Turn {
  readonly next: LocalState;
  readonly sent: readonly Envelope[];
  readonly happenings: readonly Happening[];
}

export type LocalInput =
  | { readonly kind: 'receive'; readonly envelope: Envelope }
  /** An election timeout, a heartbeat or the patience with who lags has passed; the clock ticks. */
  | { readonly kind: 'tick'; readonly jump: number; readonly timeout: boolean }
  /** The same time passed at this node, which has not looked at its clock yet. */
  | { readonly kind: 'pass'; readonly jump: number }
  | { readonly kind: 'propose'; readonly value: number }
  | { readonly kind: 'reboot'; readonly kept: boolean; readonly applied: number }
  | { readonly kind: 'connect'; readonly peer: NodeId; readonly life: number }
  | { readonly kind: 'disconnect'; readonly peer: NodeId }
  | { readonly kind: 'stall' }
  | { readonly kind: 'release' }
  | { readonly kind: 'assign'; readonly input: Assign; readonly applied: number };

class TurnInProgress {
  readonly core: CoreState;
  readonly state: LocalState;
  memory: NodeDisk;
  disk: NodeDisk;
  unflushed: readonly Unflushed[];
  readonly sent: Envelope[] = [];
  readonly happenings: Happening[] = [];
  readonly #queue: Input[] = [];
  #arriving: Envelope | null = null;
  #proposed = 0;
  #stalled: boolean;

  constructor(state: LocalState) {
    this.state = state;
    this.core = copyCore(state.core);
    this.memory = state.memory;
    this.disk = state.disk;
    this.unflushed = state.unflushed;
    this.#stalled = state.stalled;
  }

  receive(envelope: Envelope): void {
    this.#arriving = envelope;
    this.input({ kind: 'receive', from: envelope.from, message: envelope.message });
  }

  propose(value: number): void {
    this.#proposed = value;
    this.input({ kind: 'propose', batches: [{ offsets: 1, bytes: BATCH_BYTES }] });
  }

  release(): void {
    this.#stalled = false;
    this.#settle();
  }

  input(input: Input): void {
    this.#queue.push(input);
    this.#settle();
  }

  end(changes: Partial<LocalState>): Turn {
    const { core, memory, disk, unflushed, sent, happenings } = this;
    return { next: { ...this.state, core, memory, disk, unflushed, ...changes }, sent, happenings };
  }

  #settle(): void {
    for (;;) {
      const next = this.#queue.shift();
      if (next !== undefined) this.#step(next);
      else if (this.#stalled || !this.#flushOne()) return;
    }
  }

  #step(input: Input): void {
    try {
      for (const effect of step(this.core, input, this.core.now)) this.#execute(effect);
    } catch (error) {
      // What the core says of itself, or its disk of what it is to do, is a finding like any other, told with the way there.
      if (!(error instanceof AssertionError)) throw error;
      this.happenings.push({ kind: 'broken', reason: `node ${this.state.node} asserts: ${error.message}` });
    }
  }

  #flushOne(): boolean {
    const [oldest, ...rest] = this.unflushed;
    if (oldest === undefined) return false;
    this.disk = persisted(this.disk, oldest.persist, oldest.values);
    this.unflushed = rest;
    for (const { to, message } of oldest.persist.thenSend) this.#post(to, message, []);
    this.#queue.push({ kind: 'persisted', sequence: oldest.persist.sequence });
    return true;
  }

  #post(to: NodeId, message: Message, values: readonly number[]): void {
    if (message.kind === 'vote-reply' && message.granted) this.#noteVote(to, message.term);
    this.sent.push({ from: this.state.node, to, message, values });
  }

  #noteVote(candidate: NodeId, term: number): void {
    const { hardState } = this.disk;
    const durable = hardState.term === term && hardState.votedFor?.node === candidate;
    this.happenings.push({ kind: 'voted', term, candidate, durable });
  }

  #execute(effect: Effect): void {
    switch (effect.kind) {
      case 'persist': {
        const values = effect.append.map((batch) => (batch.control === null ? this.#valueAt(batch.base) : 0));
        this.memory = persisted(this.memory, effect, values);
        this.unflushed = [...this.unflushed, { persist: effect, values }];
        return;
      }
      case 'send':
        return this.#post(effect.to, effect.message, []);
      case 'send-batches':
        return this.#sendBatches(effect);
      case 'commit':
        return void this.happenings.push({ kind: 'commits', highWatermark: effect.highWatermark });
      case 'role':
        if (effect.role === 'leader') this.happenings.push({ kind: 'leads', term: effect.term });
        return;
      case 'propose-isr': {
        const { term, version, isr } = effect;
        return void this.happenings.push({ kind: 'proposes', term, version, isr });
      }
      case 'violation':
        return void this.happenings.push({ kind: 'broken', reason: `node ${this.state.node}: ${effect.reason}` });
      case 'send-snapshot':
      case 'store-snapshot':
        return void this.happenings.push({ kind: 'broken', reason: `${effect.kind} where logs are never cut` });
      case 'read-ready':
      case 'read-refused':
      case 'refused':
      case 'voters':
    }
  }

  #valueAt(base: Offset): number {
    const arriving = this.#arriving;
    if (arriving === null || arriving.message.kind !== 'append') return this.#proposed;
    return arriving.values[arriving.message.batches.findIndex((batch) => batch.base === base)] ?? 0;
  }

  #sendBatches(effect: Effect & { readonly kind: 'send-batches' }): void {
    const { header, peer, bytesMax } = effect;
    const after = this.memory.batches.filter(({ position }) => position.end > header.prevOffset);
    const chosen = after.slice(0, Math.max(1, Math.floor(bytesMax / BATCH_BYTES)));
    const batches = chosen.map(({ position }) => position);
    const values = chosen.map(({ value }) => value);
    this.#post(peer, { kind: 'append', ...header, batches }, values);
    const end = batches.at(-1)?.end ?? header.prevOffset;
    const bytes = byteCount(batches.length * BATCH_BYTES);
    this.#queue.push({ kind: 'sent', peer, progressId: header.progressId, end, bytes });
  }
}

function reboot(state: LocalState, kept: boolean, applied: number): Turn {
  const { policy, node, life, timeouts } = state;
  let { disk } = state;
  if (kept) for (const { persist, values } of state.unflushed) disk = persisted(disk, persist, values);
  const next = startLife({ policy, node, life: life + 1, disk, timeouts, applied });
  const { hardState } = disk;
  const { term, votedFor } = next.core;
  const knows = term > hardState.term || (term === hardState.term && votedFor?.node === hardState.votedFor?.node);
  const reason = `durable vote: node ${node} starts in term ${term} with a vote for ${votedFor?.node ?? 'nobody'}, not as its disk says`;
  return { next, sent: [], happenings: knows ? [] : [{ kind: 'broken', reason }] };
}

/** What happens to `state`, which stays as it is. */
export function takeTurn(state: LocalState, input: LocalInput): Turn {
  if (input.kind === 'reboot') return reboot(state, input.kept, input.applied);
  const turn = new TurnInProgress(state);
  const { core } = turn;
  switch (input.kind) {
    case 'receive':
      turn.receive(input.envelope);
      return turn.end({});
    case 'tick':
      core.now = millis(Math.max(core.now + input.jump, core.due ?? 0));
      turn.input({ kind: 'tick' });
      return turn.end(input.timeout ? { timeouts: state.timeouts - 1 } : {});
    case 'pass':
      core.now = millis(core.now + input.jump);
      return turn.end({});
    case 'propose':
      turn.propose(input.value);
      return turn.end({});
    case 'connect': {
      const { peer, life } = input;
      turn.input({ kind: 'peer-connected', peer, directory: directoryOf(peer), incarnation: incarnationOf(life) });
      return turn.end({});
    }
    case 'disconnect':
      turn.input({ kind: 'peer-disconnected', peer: input.peer });
      return turn.end({});
    case 'stall':
      return turn.end({ stalled: true });
    case 'release':
      turn.release();
      return turn.end({ stalled: false });
    case 'assign':
      turn.input(input.input);
      return turn.end({ applied: input.applied });
  }
}
