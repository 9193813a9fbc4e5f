/**
 * A network of `PeerTransport`s in memory: messages are copied, queued per ordered pair, and delivered when the test (or
 * the clock) says so. Links are cut and mended, queues fill up, sends are refused.
 */
import { directoryId, incarnation, nodeId } from '../../raft/index.ts';
import type { GroupId, Message, NodeId } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import type { PeerIdentity, PeerTransport } from '../../src/peer/index.ts';
import type { LogSink } from '../../src/ports/index.ts';

export interface Sent {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly group: GroupId;
  readonly message: Message;
  readonly attachment: Buffer;
}

export interface FakeEvents {
  onMessage(from: PeerIdentity, group: GroupId, message: Message, attachment: Uint8Array): void;
  onConnected(peer: PeerIdentity): void;
  onDisconnected(node: NodeId): void;
}

export function identityOf(node: number, life = 1): PeerIdentity {
  return {
    node: nodeId(node),
    incarnation: incarnation(`life-${node}-${life}`),
    directory: directoryId(`directory-${node}`),
    clusterId: 'cluster',
    empty: false,
  };
}

export class FakeNetwork {
  readonly #clock: Clock;
  readonly #nodes = new Map<
    NodeId,
    { identity: PeerIdentity; events: FakeEvents; roomListeners: ((node: NodeId) => void)[] }
  >();
  readonly #queue: Sent[] = [];
  readonly #cut = new Set<string>();
  /** All that was sent, delivered or not. */
  readonly sent: Sent[] = [];
  /** Room of every data lane; sends of batches stop at 0. */
  room = 1 << 24;
  /** Refuses what it answers true to, as a full queue does. */
  refuse: (sent: Sent) => boolean = () => false;
  /** Deliveries happen at the end of each turn; else when `deliver` is called. */
  automatic = true;
  #scheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  join(identity: PeerIdentity, events: FakeEvents): PeerTransport {
    const { node } = identity;
    const roomListeners: ((node: NodeId) => void)[] = [];
    this.#nodes.set(node, { identity, events, roomListeners });
    return {
      start: () => Promise.resolve(),
      port: 0,
      setPeers: () => undefined,
      together: (send) => send(),
      send: (to, group, message, attachment = []) =>
        this.#send({ from: node, to, group, message, attachment: Buffer.concat(attachment) }),
      request: () => Promise.resolve({ kind: 'unknown', reason: 'not-connected' }),
      status: () => null,
      room: (to) => (this.#connected(node, to) ? this.room : 0),
      onRoom: (listener) => void roomListeners.push(listener),
      updateIdentity: () => undefined,
      stop: () => Promise.resolve(),
    };
  }

  /** Everybody hears of everybody. */
  connectAll(): void {
    for (const left of this.#nodes.values()) {
      for (const right of this.#nodes.values()) {
        if (left !== right && !this.#cut.has(`${left.identity.node}>${right.identity.node}`))
          left.events.onConnected(right.identity);
      }
    }
  }

  /** Breaks both directions; what is under way is lost. */
  cut(left: number, right: number): void {
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      if (this.#cut.has(`${from}>${to}`)) continue;
      this.#cut.add(`${from}>${to}`);
      this.#queue.splice(0, this.#queue.length, ...this.#queue.filter((sent) => sent.from !== from || sent.to !== to));
      this.#nodes.get(nodeId(from))?.events.onDisconnected(nodeId(to));
    }
  }

  mend(left: number, right: number): void {
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      this.#cut.delete(`${from}>${to}`);
      const other = this.#nodes.get(nodeId(to));
      if (other !== undefined) this.#nodes.get(nodeId(from))?.events.onConnected(other.identity);
    }
  }

  giveRoom(room: number): void {
    this.room = room;
    for (const { identity, roomListeners } of this.#nodes.values())
      for (const listener of roomListeners) listener(identity.node);
  }

  /** Delivers what is queued now, in order; what that brings about is queued behind. */
  deliver(): void {
    for (const sent of this.#queue.splice(0)) {
      const sender = this.#nodes.get(sent.from);
      if (sender !== undefined)
        this.#nodes.get(sent.to)?.events.onMessage(sender.identity, sent.group, sent.message, sent.attachment);
    }
  }

  #connected(from: NodeId, to: NodeId): boolean {
    return this.#nodes.has(to) && !this.#cut.has(`${from}>${to}`);
  }

  #send(sent: Sent): boolean {
    if (!this.#connected(sent.from, sent.to) || this.refuse(sent)) return false;
    this.sent.push(sent);
    this.#queue.push(sent);
    if (this.automatic && !this.#scheduled) {
      this.#scheduled = true;
      this.#clock.defer(() => {
        this.#scheduled = false;
        this.deliver();
      });
    }
    return true;
  }
}

/** A sink that keeps its lines. */
export function keepingSink(): { readonly lines: string[]; readonly sink: LogSink } {
  const lines: string[] = [];
  const sink: LogSink = {
    log: (level, message, fields) => void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
    child: () => sink,
  };
  return { lines, sink };
}
