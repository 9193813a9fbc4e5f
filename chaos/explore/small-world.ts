/**
 * Three nodes, what is under way between them, and what has happened: as twelve numbers.
 *
 *   [ node 1..3 | six connections, each a queue | ghost | controller | what is left of the budget ]
 *
 * Each number names a value that is kept once (symbols.ts). A turn of one node on one input is computed once, however many
 * worlds it happens in: exploring is mostly looking up.
 *
 * - Connections are streams: messages arrive in order (or, when asked, in any), and are lost when the connection breaks. That one
 *   arrives late is that it is not delivered yet.
 * - A reply that changes nothing where it arrives is taken at once: terms and progress only move on, so it never will.
 */
import { assert, type NodeId } from '../../raft/index.ts';
import { adopt, appoint, type ControllerState, fence, firstController, hear, newest, register } from './controller.ts';
import { PERMUTATIONS, textOf, timeless } from './fingerprint.ts';
import { afterHappening, Broken, type Ghost, holdsCommitted, mismatch, NO_GHOST } from './ghost.ts';
import { firstLife, type LocalState, NODES } from './local-state.ts';
import { type Move, pairs } from './move.ts';
import type { Envelope, LocalInput } from './node-turn.ts';
import { Queues } from './queues.ts';
import { spread, Symbols } from './symbols.ts';
import { BEAT, ELECTION, LAG, TurnBook } from './turn-book.ts';

/** What may happen at most, over a schedule; timeouts: per node. */
export interface Budget {
  readonly timeouts: number;
  readonly proposals: number;
  readonly crashes: number;
  readonly cuts: number;
  readonly stalls: number;
  readonly appointments: number;
  readonly lags: number;
}

export type World = Int32Array;

const QUEUES = 3;
const GHOST = 9;
const CONTROLLER = 10;
const LEFT = 11;
/** Numbers in a world. */
export const WORLD_LENGTH = 12;

/** Each limit of a budget takes four bits. */
export const BUDGET_MAX = 15;

const PLACES = ['proposals', 'crashes', 'cuts', 'stalls', 'appointments', 'lags'] as const;
type Place = (typeof PLACES)[number];

/** Messages of one exchange: a pair that talks for ever would be a bug of its own. */
const EXCHANGE_MAX = 40;

const PAIRS = pairs();

export class SmallWorld {
  readonly #policy: LocalState['policy'];
  readonly #budget: Budget;
  readonly #inOrder: boolean;
  readonly #book = new TurnBook();
  readonly #queues: Queues;
  readonly #ghosts = new Symbols<Ghost>((ghost, names) => textOf(timeless(names), '', ghost));
  readonly #controllers = new Symbols<ControllerState>((state, names) => textOf(timeless(names), '', state));
  readonly #matching = new Map<number, boolean>();
  readonly #holding = new Map<number, boolean>();
  constructor(policy: LocalState['policy'], budget: Budget, inOrder: boolean) {
    this.#policy = policy;
    this.#budget = budget;
    this.#inOrder = inOrder;
    this.#queues = new Queues(this.#book.messages, inOrder);
  }

  /** For reports: how many different values there were. */
  get sizes(): { readonly locals: number; readonly messages: number; readonly turns: number } {
    return { locals: this.#book.locals.size, messages: this.#book.messages.size, turns: this.#book.size };
  }

  /** Three nodes that know each other and nothing else. */
  first(): World {
    const world = new Int32Array(WORLD_LENGTH);
    for (const [at, node] of NODES.entries())
      world[at] = this.#book.locals.numberOf(firstLife(this.#policy, node, this.#budget.timeouts));
    world[GHOST] = this.#ghosts.numberOf(NO_GHOST);
    world[CONTROLLER] = this.#controllers.numberOf(firstController());
    this.renew(world);
    for (const node of NODES) this.#connectAll(world, node);
    return world;
  }

  /** The budget is whole (again): what has happened so far was the beginning. */
  renew(world: World, budget = this.#budget): void {
    let left = 0;
    for (const [at, place] of PLACES.entries()) left |= budget[place] << (at * 4);
    world[LEFT] = left;
    const { timeouts } = budget;
    for (const node of NODES) world[node - 1] = this.#book.locals.numberOf({ ...this.node(world, node), timeouts });
  }

  /** Makes `move` happen in `world`; false when it cannot. Throws {@link Broken} when something does not hold then. */
  make(world: World, move: Move): boolean {
    const ghost = world[GHOST];
    const [one, two, three] = world;
    if (!(move.stalled ? this.#happenStalled(world, move) : this.#happen(world, move))) return false;
    if (one !== world[0] || two !== world[1] || three !== world[2] || ghost !== world[GHOST]) this.#check(world);
    return true;
  }

  node(world: World, node: NodeId): LocalState {
    return this.#book.locals.value(world[node - 1] ?? 0);
  }

  ghost(world: World): Ghost {
    return this.#ghosts.value(world[GHOST] ?? 0);
  }

  controller(world: World): ControllerState {
    return this.#controllers.value(world[CONTROLLER] ?? 0);
  }

  /** The oldest message from `from` to `to`, for reports. */
  nextMessage(world: World, from: NodeId, to: NodeId, at: number): Envelope | null {
    const message = this.#queue(world, from, to)[at];
    return message === undefined ? null : this.#book.messages.value(message);
  }

  /** Two hashes, the same for worlds that differ in the names of their nodes only. Into `target`. */
  hash(world: World, target: Uint32Array): void {
    let least = Infinity;
    let other = 0;
    for (let names = 0; names < PERMUTATIONS.length; names += 1) {
      const one = this.#hashUnder(world, names, 0);
      if (one > least) continue;
      const two = this.#hashUnder(world, names, 1);
      if (one === least && two >= other) continue;
      least = one;
      other = two;
    }
    target[0] = least;
    target[1] = other;
  }

  #hashUnder(world: World, names: number, half: 0 | 1): number {
    const permutation = PERMUTATIONS[names];
    assert(permutation !== undefined, 'a permutation');
    let hash = spread((world[LEFT] ?? 0) + half);
    for (let at = 0; at < 3; at += 1)
      hash = (hash + spread(this.#book.locals.hash(world[at] ?? 0, names, half) + (permutation[at] ?? 0))) | 0;
    for (const [at, [from, to]] of PAIRS.entries()) {
      const queue = world[QUEUES + at] ?? 0;
      if (queue === 0) continue;
      const place = (permutation[from - 1] ?? 0) * 8 + (permutation[to - 1] ?? 0);
      hash = (hash + spread(this.#queues.hash(queue, names, half) + place)) | 0;
    }
    hash = (hash + spread(this.#ghosts.hash(world[GHOST] ?? 0, names, half) + 77)) | 0;
    // Its first word names a leader: a quorum group has no use for it, and must look the same from all sides.
    if (this.#policy === 'quorum') return hash >>> 0;
    return (hash + spread(this.#controllers.hash(world[CONTROLLER] ?? 0, names, half) + 78)) >>> 0;
  }

  #left(world: World, place: Place): number {
    return ((world[LEFT] ?? 0) >> (PLACES.indexOf(place) * 4)) & 15;
  }

  /** Takes one of the budget; false when none is left. */
  #spend(world: World, place: Place): boolean {
    if (this.#left(world, place) === 0) return false;
    world[LEFT] = (world[LEFT] ?? 0) - (1 << (PLACES.indexOf(place) * 4));
    return true;
  }

  #happenStalled(world: World, move: Move): boolean {
    const node = move.kind === 'deliver' || move.kind === 'drain' ? move.to : move.node;
    if (this.node(world, node).stalled || !this.#spend(world, 'stalls')) return false;
    this.#turn(world, node, { kind: 'stall' });
    return this.#happen(world, move) && this.node(world, node).unflushed.length > 0;
  }

  #happen(world: World, move: Move): boolean {
    const { kind, node, to, at } = move;
    const state = this.node(world, node);
    const leads = state.core.role.kind === 'leader';
    switch (kind) {
      case 'deliver':
        return this.#deliver(world, node, to, at);
      case 'drain':
        return this.#drain(world, node, to);
      case 'campaign':
        return this.#campaign(world, node, to);
      case 'timeout':
        return this.#timeout(world, state);
      case 'propose':
        return this.#propose(world, state);
      case 'reboot':
        return this.#reboot(world, state, false);
      case 'reboot-kept':
        return state.unflushed.length > 0 && this.#reboot(world, state, true);
      case 'part':
        return this.#part(world, node);
      case 'release':
        return state.stalled && this.#turn(world, node, { kind: 'release' });
      case 'appoint':
        return this.#decide(world, (controller) => appoint(controller, node));
      case 'fence':
        return this.#decide(world, (controller) => fence(controller, node));
      case 'adopt':
        return this.#adopt(world);
      case 'apply':
        return this.#apply(world, state);
      case 'lag':
        return leads && this.#spend(world, 'lags') && this.#pass(world, node, LAG, false);
      case 'beat':
        return leads && state.timeouts > 0 && this.#pass(world, node, BEAT, true);
    }
  }

  #decide(world: World, decide: (state: ControllerState) => ControllerState | null): boolean {
    const next = this.#left(world, 'appointments') > 0 ? decide(this.controller(world)) : null;
    return next !== null && this.#spend(world, 'appointments') && this.#say(world, next);
  }

  #adopt(world: World): boolean {
    const next = adopt(this.controller(world));
    return next !== null && this.#say(world, next);
  }

  #apply(world: World, { node, applied }: LocalState): boolean {
    const assignment = this.controller(world).assignments[applied];
    if (assignment === undefined) return false;
    return this.#turn(world, node, { kind: 'assign', input: { kind: 'assign', assignment }, applied: applied + 1 });
  }

  #say(world: World, controller: ControllerState): true {
    world[CONTROLLER] = this.#controllers.numberOf(controller);
    return true;
  }

  /** Time passes everywhere; `node` looks at its clock. */
  #pass(world: World, node: NodeId, jump: number, timeout: boolean): true {
    for (const other of NODES) if (other !== node) this.#turn(world, other, { kind: 'pass', jump });
    return this.#turn(world, node, { kind: 'tick', jump, timeout });
  }

  #timeout(world: World, { core, node, timeouts }: LocalState): boolean {
    return timeouts > 0 && core.role.kind !== 'leader' && this.#pass(world, node, ELECTION, true);
  }

  #propose(world: World, { core, node }: LocalState): boolean {
    if (core.role.kind !== 'leader') return false;
    const value = BUDGET_MAX + 1 - this.#left(world, 'proposals');
    return this.#spend(world, 'proposals') && this.#turn(world, node, { kind: 'propose', value });
  }

  #reboot(world: World, { node, life }: LocalState, kept: boolean): boolean {
    if (!this.#spend(world, 'crashes')) return false;
    const controller = this.controller(world);
    this.#turn(world, node, { kind: 'reboot', kept, applied: controller.assignments.length });
    if (this.#policy === 'isr') this.#say(world, register(controller, node, life + 1));
    return this.#reconnect(world, node);
  }

  #part(world: World, node: NodeId): boolean {
    const lost = NODES.some(
      (peer) => peer !== node && this.#queue(world, node, peer).length + this.#queue(world, peer, node).length > 0,
    );
    return lost && this.#spend(world, 'cuts') && this.#reconnect(world, node);
  }

  /** All connections of `node` break, with what is under way, and are made anew. */
  #reconnect(world: World, node: NodeId): true {
    for (const peer of NODES) {
      if (peer === node) continue;
      this.#turn(world, node, { kind: 'disconnect', peer });
      this.#turn(world, peer, { kind: 'disconnect', peer: node });
      this.#setQueue(world, node, peer, []);
      this.#setQueue(world, peer, node, []);
    }
    this.#connectAll(world, node);
    const { life } = this.node(world, node);
    for (const peer of NODES) if (peer !== node) this.#turn(world, peer, { kind: 'connect', peer: node, life });
    return true;
  }

  /** `node` learns of all that it can reach, in the order of a ring, so that turning the ring changes nothing. */
  #connectAll(world: World, node: NodeId): void {
    for (let step = 0; step < 2; step += 1) {
      const peer = NODES[(node + step) % NODES.length];
      if (peer !== undefined) this.#turn(world, node, { kind: 'connect', peer, life: this.node(world, peer).life });
    }
  }

  #deliver(world: World, from: NodeId, to: NodeId, at: number): boolean {
    const queue = this.#queue(world, from, to);
    const message = queue[at];
    if (message === undefined) return false;
    this.#setQueue(world, from, to, [...queue.slice(0, at), ...queue.slice(at + 1)]);
    return this.#turn(world, to, { kind: 'receive', envelope: this.#book.messages.value(message) }, message);
  }

  /** All that is under way now, not what it causes. */
  #drain(world: World, from: NodeId, to: NodeId): boolean {
    const count = this.#queue(world, from, to).length;
    for (let done = 0; done < count && this.#queue(world, from, to).length > 0; done += 1)
      this.#deliver(world, from, to, 0);
    return count > 0;
  }

  #campaign(world: World, node: NodeId, voter: NodeId): boolean {
    const state = this.node(world, node);
    if (!this.#timeout(world, state)) return false;
    for (let done = 0; done < EXCHANGE_MAX; done += 1) {
      if (this.node(world, node).core.role.kind === 'leader') break;
      if (!this.#deliver(world, node, voter, 0) && !this.#deliver(world, voter, node, 0)) break;
    }
    return true;
  }

  #queue(world: World, from: NodeId, to: NodeId): readonly number[] {
    return this.#queues.messages(world[QUEUES + placeOf(from, to)] ?? 0);
  }

  #setQueue(world: World, from: NodeId, to: NodeId, messages: readonly number[]): void {
    world[QUEUES + placeOf(from, to)] = this.#queues.numberOf(messages);
  }

  /** `message`: the number of the one that is received, so that its input need not be written as text. */
  #turn(world: World, node: NodeId, input: LocalInput, message: number | null = null): true {
    const before = world[node - 1] ?? 0;
    const { next, turn } = this.#book.turn(before, input, message);
    world[node - 1] = next;
    for (const happening of turn.happenings) {
      if (happening.kind === 'proposes')
        this.#say(world, hear(this.controller(world), { from: node, ...withoutKind(happening) }));
      const nodes = NODES.map((other) => this.node(world, other));
      const ghost = afterHappening(this.ghost(world), this.node(world, node), happening, nodes);
      world[GHOST] = this.#ghosts.numberOf(ghost);
    }
    for (const envelope of turn.sent) {
      const queue = this.#queue(world, node, envelope.to);
      this.#setQueue(world, node, envelope.to, [...queue, this.#book.messages.numberOf(envelope)]);
      if (this.#inOrder && queue.length === 0) this.#skip(world, node, envelope.to);
    }
    if (this.#inOrder && next !== before) for (const from of NODES) if (from !== node) this.#skip(world, from, node);
    return true;
  }

  /** Takes replies that change nothing. */
  #skip(world: World, from: NodeId, to: NodeId): void {
    for (;;) {
      const queue = this.#queue(world, from, to);
      const [message] = queue;
      if (message === undefined) return;
      const envelope = this.#book.messages.value(message);
      const { kind } = envelope.message;
      if (kind !== 'vote-reply' && kind !== 'append-reply') return;
      const before = world[to - 1] ?? 0;
      const { next, turn } = this.#book.turn(before, { kind: 'receive', envelope }, message);
      if (next !== before || turn.sent.length > 0 || turn.happenings.length > 0) return;
      this.#setQueue(world, from, to, queue.slice(1));
    }
  }

  /** What must hold in every state. */
  #check(world: World): void {
    let holders = 0;
    const isr = this.#policy === 'isr' ? newest(this.controller(world)).isr : null;
    for (const [at, node] of NODES.entries()) {
      const holds = this.#holds(world[at] ?? 0, world[GHOST] ?? 0);
      if (holds) holders += 1;
      else if (isr?.includes(node) === true)
        throw new Broken(`committed is durable: node ${node} is in the ISR and lacks what is committed`);
      for (let before = 0; before < at; before += 1) this.#match(world[before] ?? 0, world[at] ?? 0);
    }
    if (isr === null && holders < 2) throw new Broken(`committed is durable: on ${holders} disks of 3`);
  }

  #holds(local: number, ghost: number): boolean {
    const key = local * 2 ** 22 + ghost;
    let holds = this.#holding.get(key);
    if (holds === undefined) {
      holds = holdsCommitted(this.#book.locals.value(local).disk, this.#ghosts.value(ghost));
      this.#holding.set(key, holds);
    }
    return holds;
  }

  #match(left: number, right: number): void {
    const key = left * 2 ** 22 + right;
    if (this.#matching.has(key)) return;
    const reason = mismatch(this.#book.locals.value(left).memory, this.#book.locals.value(right).memory);
    if (reason !== null) throw new Broken(`log matching: ${reason}`);
    this.#matching.set(key, true);
  }
}

function placeOf(from: NodeId, to: NodeId): number {
  return (from - 1) * 2 + (to > from ? to - 2 : to - 1);
}

function withoutKind<T extends { readonly kind: string }>({ kind: _, ...rest }: T): Omit<T, 'kind'> {
  return rest;
}
