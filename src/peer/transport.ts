/**
 * The peer transport: one listener, one {@link Peer} for each other node, one desk for requests.
 *
 * It decides nothing about groups: it carries their messages in order while connections stand, and says when they do,
 * when they break, and when a process is probably dead.
 */
import { assert, METADATA_GROUP } from '../../raft/index.ts';
import type { GroupId, Message, Millis, NodeId } from '../../raft/index.ts';
import type { Endpoint } from '../metadata/index.ts';
import type { Connection, ConnectionHandler, Listener, Ports } from '../ports/index.ts';
import type { Hello } from './frame-item.ts';
import type { ReceivedItem } from './frame.ts';
import { refusalOfHello } from './handshake.ts';
import type { Refused } from './handshake.ts';
import { IncomingConnection } from './incoming-connection.ts';
import { LaneTurn } from './lane-turn.ts';
import { attachmentBytes, headerBytesMax } from './message-encoder.ts';
import type { PeerContext } from './peer-context.ts';
import { checkPeerSettings, DEFAULT_PEER_LIMITS, DEFAULT_PEER_TIMINGS } from './peer-settings.ts';
import type { PeerLimits, PeerTimings } from './peer-settings.ts';
import type { PeerEvents, PeerIdentity, PeerStatus, PeerTransport, RequestResult } from './peer-transport.ts';
import { Peer } from './peer.ts';
import type { PeerOwner } from './peer.ts';
import { RequestDesk } from './request-desk.ts';

export interface PeerTransportOptions {
  readonly self: PeerIdentity;
  /** Where to listen; port 0 lets the system choose. */
  readonly listen: Endpoint;
  /** Where others reach the listener; `listen` when absent, and its port the bound one when 0. */
  readonly advertised?: Endpoint;
  readonly ports: Pick<Ports, 'clock' | 'network' | 'log' | 'random'>;
  readonly limits?: Partial<PeerLimits>;
  readonly timings?: Partial<PeerTimings>;
}

export function createPeerTransport(options: PeerTransportOptions, events: PeerEvents): PeerTransport {
  return new Transport(options, events);
}

class Transport implements PeerTransport {
  readonly #options: PeerTransportOptions;
  readonly #events: PeerEvents;
  readonly #context: PeerContext;
  readonly #desk: RequestDesk;
  readonly #peers = new Map<NodeId, Peer>();
  readonly #strangers = new Set<IncomingConnection>();
  readonly #roomListeners: ((node: NodeId) => void)[] = [];
  /** Last refusal of each node's hello that was logged. */
  readonly #refusals = new Map<NodeId, string>();
  #wanted: ReadonlyMap<NodeId, Endpoint> = new Map();
  #self: PeerIdentity;
  #listener: Listener | null = null;
  #state: 'new' | 'started' | 'stopped' = 'new';
  #tickedAt = 0;

  constructor(options: PeerTransportOptions, events: PeerEvents) {
    this.#options = options;
    this.#events = events;
    this.#self = options.self;
    const { clock, network, log, random } = options.ports;
    this.#context = {
      clock,
      network,
      log,
      random: random.fork('peer transport'),
      limits: { ...DEFAULT_PEER_LIMITS, ...options.limits },
      timings: { ...DEFAULT_PEER_TIMINGS, ...options.timings },
      turn: new LaneTurn(clock),
      self: () => this.#self,
      advertised: () => this.#advertised(),
    };
    checkPeerSettings(this.#context.limits, this.#context.timings);
    this.#desk = new RequestDesk(this.#context, events, (node) => this.#peers.get(node) ?? null);
  }

  get port(): number {
    return this.#listener === null ? this.#options.listen.port : this.#listener.port;
  }

  async start(): Promise<void> {
    assert(this.#state === 'new', 'a transport is started once');
    const { host, port } = this.#options.listen;
    const listener = await this.#context.network.listen(host, port, (connection) => this.#accept(connection));
    if (this.#stopped()) return listener.close();
    this.#listener = listener;
    this.#state = 'started';
    this.#tickedAt = this.#context.clock.now();
    this.#tickLater();
    this.#dialWanted();
  }

  setPeers(peers: ReadonlyMap<NodeId, Endpoint>): void {
    this.#wanted = new Map(peers);
    if (this.#state === 'started') this.#dialWanted();
  }

  send(to: NodeId, group: GroupId, message: Message, attachment: readonly Uint8Array[] = []): boolean {
    const expected = attachmentBytes(message);
    let attached = 0;
    for (const each of attachment) attached += each.length;
    assert(attached === expected, () => `${message.kind} speaks of ${expected} attached bytes and brings ${attached}`);
    const peer = this.#peers.get(to);
    if (peer === undefined) return false;
    const bytes = headerBytesMax(group, message) + attached;
    if (bytes > this.#context.limits.frameBytesMax) {
      this.#context.log.log('error', 'message too long for a frame dropped', {
        peer: to,
        group,
        kind: message.kind,
        bytes,
      });
      return false;
    }
    return peer.push(
      group === METADATA_GROUP ? 'control' : 'data',
      { kind: 'message', group, message },
      attachment,
      bytes,
    );
  }

  together(send: () => void): void {
    this.#context.turn.together(send);
  }

  request(to: NodeId, method: string, body: Uint8Array, timeout: Millis): Promise<RequestResult> {
    if (this.#stopped()) return Promise.resolve({ kind: 'unknown', reason: 'not-connected' });
    return this.#desk.ask(to, method, body, timeout);
  }

  status(node: NodeId): PeerStatus | null {
    return this.#peers.get(node)?.status() ?? null;
  }

  room(node: NodeId): number {
    return this.#peers.get(node)?.room ?? 0;
  }

  onRoom(listener: (node: NodeId) => void): void {
    this.#roomListeners.push(listener);
  }

  updateIdentity(change: { readonly clusterId?: string; readonly empty?: boolean }): void {
    const before = this.#self;
    this.#self = { ...before, ...change };
    if (this.#self.clusterId === before.clusterId && this.#self.empty === before.empty) return;
    for (const peer of [...this.#peers.values()]) peer.announce(this.#self);
  }

  async stop(): Promise<void> {
    if (this.#stopped()) return;
    this.#state = 'stopped';
    const closed = this.#listener?.close();
    for (const peer of [...this.#peers.values()]) peer.stop();
    for (const stranger of [...this.#strangers]) stranger.close(null);
    this.#desk.disconnectAll();
    await closed;
  }

  #stopped(): boolean {
    return this.#state === 'stopped';
  }

  #advertised(): Endpoint {
    const { listen, advertised = listen } = this.#options;
    return advertised.port === 0 ? { host: advertised.host, port: this.port } : advertised;
  }

  #dialWanted(): void {
    for (const [node, endpoint] of this.#wanted) {
      if (node !== this.#self.node) this.#peerOf(node).want(endpoint);
    }
    for (const peer of [...this.#peers.values()]) {
      if (this.#wanted.has(peer.node)) continue;
      peer.want(null);
      if (peer.forgotten) this.#peers.delete(peer.node);
    }
  }

  #peerOf(node: NodeId): Peer {
    const known = this.#peers.get(node);
    if (known !== undefined) return known;
    const peer = new Peer(this.#context, node, this.#owner);
    this.#peers.set(node, peer);
    return peer;
  }

  readonly #owner: PeerOwner = {
    connected: (identity) => {
      if (!this.#stopped()) this.#events.onConnected(identity);
    },
    disconnected: (node) => {
      this.#desk.disconnect(node);
      if (!this.#stopped()) this.#events.onDisconnected(node);
    },
    suspect: (node, incarnation) => {
      if (!this.#stopped()) this.#events.onSuspect(node, incarnation);
    },
    room: (node) => {
      if (this.#stopped()) return;
      for (const listener of this.#roomListeners) listener(node);
    },
  };

  #tickLater(): void {
    this.#context.clock.setTimer(this.#context.timings.keepAlive, () => this.#tick());
  }

  #tick(): void {
    if (this.#stopped()) return;
    const { clock, timings } = this.#context;
    const now = clock.now();
    // A stall of our own makes all others look silent: their frames wait unread.
    const excused = now - this.#tickedAt > timings.keepAlive * 2;
    this.#tickedAt = now;
    this.together(() => {
      for (const peer of [...this.#peers.values()]) peer.tick(now, excused);
    });
    this.#tickLater();
  }

  #accept(connection: Connection): ConnectionHandler {
    const incoming = new IncomingConnection(this.#context, connection, {
      judge: (hello, remote) => this.#judge(hello, remote),
      accepted: (accepted, hello) => this.#accepted(accepted, hello),
      frame: (from) => this.#peers.get(from.node)?.heard(),
      item: (from, received) => this.#receive(from, received),
      closed: (closed) => this.#closed(closed),
    });
    if (this.#stopped() || this.#strangers.size >= this.#context.limits.strangersMax) {
      incoming.close(this.#stopped() ? null : 'too many connections that did not say hello');
    } else {
      this.#strangers.add(incoming);
    }
    return incoming;
  }

  #judge(hello: Hello, remote: string): Refused | null {
    const { node } = hello.sender;
    const full = !this.#peers.has(node) && this.#peers.size >= this.#context.limits.peersMax;
    const refused: Refused | null =
      refusalOfHello(hello, this.#self) ?? (full ? { refusal: 'too-many', detail: 'too many peers' } : null);
    if (refused === null) {
      this.#refusals.delete(node);
    } else if (this.#refusals.get(node) !== refused.detail) {
      if (this.#refusals.size > this.#context.limits.peersMax) this.#refusals.clear();
      this.#refusals.set(node, refused.detail);
      this.#context.log.log('warn', 'handshake of a peer refused', {
        peer: node,
        remote,
        reason: refused.refusal,
        detail: refused.detail,
      });
    }
    return refused;
  }

  #accepted(connection: IncomingConnection, hello: Hello): void {
    this.#strangers.delete(connection);
    this.#peerOf(hello.sender.node).welcome(connection, hello);
  }

  #closed(connection: IncomingConnection): void {
    this.#strangers.delete(connection);
    if (!connection.known) return;
    const peer = this.#peers.get(connection.node);
    if (peer === undefined) return;
    peer.lost(connection);
    if (peer.forgotten) {
      peer.want(null);
      this.#peers.delete(peer.node);
    }
  }

  #receive(connection: IncomingConnection, { item, attachment }: ReceivedItem): void {
    const peer = this.#peers.get(connection.node);
    if (peer === undefined || peer.identity === null) return;
    const from = peer.identity;
    switch (item.kind) {
      case 'message':
        return this.#events.onMessage(from, item.group, item.message, attachment);
      case 'request':
        return this.#desk.answer(peer, from, item.id, item.method, item.body);
      case 'answer':
        return this.#desk.settle(from.node, item.id, { kind: 'answer', body: item.body });
      case 'failure':
        return this.#desk.settle(from.node, item.id, { kind: 'error', reason: item.reason });
      case 'identity':
        return peer.learn(item);
      case 'hello':
      case 'hello-reply':
        assert(false, 'handshake items end at the connection');
    }
  }
}
