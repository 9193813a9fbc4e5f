/**
 * All replicas of this node: routes messages and connection changes to them, and ticks those that are due with one
 * timer, so that thousands of idle groups cost nothing.
 *
 * Only replicas that announced a due instant are looked at by a tick; those that want none any more are forgotten
 * until they announce one again. Ticks are at least `TICK_LEAST` apart, whatever the replicas say.
 */
import { millis } from '../../raft/index.ts';
import type { GroupId, Message, Millis, NodeId } from '../../raft/index.ts';
import type { Clock, Timer } from '../../storage/index.ts';
import type { PeerIdentity } from '../peer/index.ts';
import type { Replica } from './replica.ts';
import type { TurnQueue } from './turn-queue.ts';

/** Least time between two ticks, in milliseconds. */
const TICK_LEAST = 5;

export class Replicas {
  readonly #clock: Clock;
  readonly #turns: TurnQueue;
  #messages = 0;
  readonly #byGroup = new Map<GroupId, Replica>();
  readonly #connected = new Map<NodeId, PeerIdentity>();
  /** Those that want ticks. */
  readonly #timed = new Set<Replica>();
  #timer: Timer | null = null;
  #timerDue = Number.POSITIVE_INFINITY;
  #tickedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

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
    const due = replica.nextDue();
    if (due !== null) this.noteDue(due, replica);
  }

  remove(group: GroupId): void {
    const replica = this.#byGroup.get(group);
    if (replica === undefined) return;
    replica.close();
    this.#timed.delete(replica);
    this.#byGroup.delete(group);
  }

  /** From other nodes, so far. */
  get messages(): number {
    return this.#messages;
  }

  /** Messages for groups that this node does not (yet) host are dropped; their senders try again. */
  onMessage(from: NodeId, group: GroupId, message: Message, attachment: Uint8Array): void {
    this.#messages += 1;
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

  /** `replica` wants a tick no later than `due`. Before it was added it gets none: its owner may not be ready. */
  noteDue(due: Millis, replica: Replica): void {
    if (this.#byGroup.get(replica.group) !== replica) return;
    this.#timed.add(replica);
    const at = Math.max(due, this.#tickedAt + TICK_LEAST);
    if (this.#closed || at >= this.#timerDue) return;
    this.#timer?.cancel();
    this.#timerDue = at;
    this.#timer = this.#clock.setTimer(millis(Math.max(0, at - this.#clock.now())), () => this.#tick());
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    for (const replica of this.#byGroup.values()) replica.close();
    this.#byGroup.clear();
    this.#timed.clear();
  }

  #tick(): void {
    const now = this.#clock.now();
    this.#tickedAt = now;
    // Replicas announce what they want next while they are ticked; one timer is set when all have been.
    this.#timerDue = Number.NEGATIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    // Heartbeats of all groups leave as one frame for each peer.
    this.#turns.together(() => {
      for (const replica of [...this.#timed]) {
        const due = replica.nextDue();
        if (due !== null && due <= now) replica.input({ kind: 'tick' });
      }
    });
    for (const replica of this.#timed) {
      const due = replica.nextDue();
      if (due === null) this.#timed.delete(replica);
      else next = Math.min(next, due);
    }
    this.#timer = null;
    this.#timerDue = Number.POSITIVE_INFINITY;
    if (next === Number.POSITIVE_INFINITY || this.#closed) return;
    this.#timerDue = Math.max(next, now + TICK_LEAST);
    this.#timer = this.#clock.setTimer(millis(this.#timerDue - now), () => this.#tick());
  }
}

function connectedInput(peer: PeerIdentity): Parameters<Replica['input']>[0] {
  return { kind: 'peer-connected', peer: peer.node, directory: peer.directory, incarnation: peer.incarnation };
}
