/**
 * All replicas of this node: routes messages and connection changes to them, and ticks those that are due with one
 * timer, so that thousands of idle groups cost nothing.
 */
import { millis } from '../../raft/index.ts';
import type { GroupId, Message, Millis, NodeId } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';
import type { PeerIdentity } from '../peer/index.ts';
import type { Replica } from './replica.ts';
import type { TurnQueue } from './turn-queue.ts';

/** Groups are ticked at least this often while any is due later than now, in milliseconds. */
const TICK_LEAST = 5;

export class Replicas {
  readonly #clock: Clock;
  readonly #turns: TurnQueue;
  readonly #byGroup = new Map<GroupId, Replica>();
  readonly #connected = new Map<NodeId, PeerIdentity>();
  #timer: Timer | null = null;
  #timerDue = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, turns: TurnQueue) {
    this.#clock = clock;
    this.#turns = turns;
  }

  get size(): number {
    return this.#byGroup.size;
  }

  get(group: GroupId): Replica | null {
    return this.#byGroup.get(group) ?? null;
  }

  /** Adds a replica and tells it which peers are connected. */
  add(replica: Replica): void {
    this.#byGroup.set(replica.group, replica);
    for (const peer of this.#connected.values()) replica.input(connectedInput(peer));
    this.noteDue(replica.nextDue() ?? millis(this.#clock.now() + TICK_LEAST));
  }

  remove(group: GroupId): void {
    this.#byGroup.get(group)?.close();
    this.#byGroup.delete(group);
  }

  /** Messages for groups that this node does not (yet) host are dropped; their senders try again. */
  onMessage(from: NodeId, group: GroupId, message: Message, attachment: Uint8Array): void {
    this.#byGroup.get(group)?.receive(from, message, attachment);
  }

  onConnected(peer: PeerIdentity): void {
    this.#connected.set(peer.node, peer);
    for (const replica of [...this.#byGroup.values()]) replica.input(connectedInput(peer));
  }

  onDisconnected(node: NodeId): void {
    this.#connected.delete(node);
    for (const replica of [...this.#byGroup.values()]) replica.input({ kind: 'peer-disconnected', peer: node });
  }

  onSuspect(node: NodeId): void {
    for (const replica of [...this.#byGroup.values()]) replica.input({ kind: 'suspect', peer: node });
  }

  onRoom(): void {
    this.#turns.onRoom();
  }

  /** A replica wants a tick no later than `due`. */
  noteDue(due: Millis): void {
    if (due >= this.#timerDue) return;
    this.#timer?.cancel();
    this.#timerDue = due;
    const delay = Math.max(0, due - this.#clock.now());
    this.#timer = this.#clock.setTimer(millis(delay), () => this.#tick());
  }

  close(): void {
    this.#timer?.cancel();
    for (const replica of this.#byGroup.values()) replica.close();
    this.#byGroup.clear();
  }

  #tick(): void {
    this.#timer = null;
    this.#timerDue = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    for (const replica of [...this.#byGroup.values()]) {
      const due = replica.nextDue();
      if (due !== null && due <= now) replica.input({ kind: 'tick' });
    }
    let next = Number.POSITIVE_INFINITY;
    for (const replica of this.#byGroup.values()) next = Math.min(next, replica.nextDue() ?? next);
    if (next !== Number.POSITIVE_INFINITY) this.noteDue(millis(Math.max(next, now + TICK_LEAST)));
  }
}

function connectedInput(peer: PeerIdentity): Parameters<Replica['input']>[0] {
  return { kind: 'peer-connected', peer: peer.node, directory: peer.directory, incarnation: peer.incarnation };
}
