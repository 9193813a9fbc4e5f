/**
 * Between nodes: what the rest of a node sees of its peers.
 *
 * ```
 *  send(to, group, message, batches) ─▶ queue of this turn ─▶ one frame, one write per lane and turn ─▶ TCP ─▶ onMessage
 *  request(to, method, body)          ─▶ same queue; the answer comes back on the peer's own connection to us
 * ```
 *
 * One TCP connection per ordered pair and lane. A node sends on connections that it opened and receives on those
 * that others opened. Lane `control`: the metadata group, requests and replies, keep-alives; lane `data`: all other
 * groups. Order holds within a lane. A message is dropped, silently, when its connection is down: every user of
 * this transport survives loss.
 */
import type { DirectoryId, GroupId, Incarnation, Message, Millis, NodeId } from '../../raft/index.ts';
import type { Endpoint } from '../metadata/index.ts';

/** What a handshake tells about the other side; fixed for the life of a connection. */
export interface PeerIdentity {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly directory: DirectoryId;
  /** Null before the node has learned it. Two different ones never talk. */
  readonly clusterId: string | null;
  /** Its data directory was empty when it started and nothing was written since (bootstrap, design 2.1). */
  readonly empty: boolean;
}

export type RequestResult =
  | { readonly kind: 'answer'; readonly body: Uint8Array }
  /** The handler refused or failed; `reason` is for people. */
  | { readonly kind: 'error'; readonly reason: string }
  /** Not connected, connection lost, or no answer in time: the request may or may not have been carried out. */
  | { readonly kind: 'unknown'; readonly reason: 'not-connected' | 'disconnected' | 'timeout' };

export interface PeerEvents {
  /** A group message. `attachment` holds the raw batches (or snapshot chunk) in order; it is the receiver's to keep. */
  onMessage(from: PeerIdentity, group: GroupId, message: Message, attachment: Uint8Array): void;
  /** Our connections of both lanes to this peer stand, and it accepted our handshake. */
  onConnected(peer: PeerIdentity): void;
  onDisconnected(node: NodeId): void;
  /**
   * The process behind `incarnation` is probably dead: its connections broke and reconnecting is refused, or a handshake
   * showed another incarnation. Never called while any connection still brings frames of that incarnation; hinting the
   * same incarnation again backs off up to the session timeout (design section 3).
   */
  onSuspect(node: NodeId, incarnation: Incarnation): void;
  /** Answers a request; the promise may reject (answered as `error`). */
  onRequest(from: PeerIdentity, method: string, body: Uint8Array): Promise<Uint8Array>;
}

export interface PeerStatus {
  readonly node: NodeId;
  readonly connected: boolean;
  readonly identity: PeerIdentity | null;
  /**
   * Reconnecting was refused, no connection of its last incarnation stands, and that incarnation was hinted: what a new
   * controller asks about brokers that died before it came to office.
   */
  readonly suspected: boolean;
  /** Monotonic instant of the last frame that came from it, any lane; null: none in this process's life. */
  readonly lastFrameAt: Millis | null;
  readonly queuedBytes: number;
}

export interface PeerTransport {
  /** Binds the peer listener, then begins to connect. Rejects with ListenError. */
  start(): Promise<void>;
  /** The port that the listener is bound to, the configured one before `start`. */
  readonly port: number;
  /**
   * The peers to connect to; self is ignored, and one that is not among them is connected to as long as it is connected
   * to us. Voters come from the configuration, others from registrations; called again when addresses change.
   */
  setPeers(peers: ReadonlyMap<NodeId, Endpoint>): void;
  /**
   * Queues for the end of this turn. False when the message is dropped: the peer is not connected, or its queue is full.
   * While our connection is being made, messages to a peer whose own connections to us stand are queued (it waits for
   * replies). The attachment's bytes must be those of the message's batches or chunk, and must not change afterwards.
   */
  send(to: NodeId, group: GroupId, message: Message, attachment?: readonly Uint8Array[]): boolean;
  /** What is sent inside of `send` is written when it returns, instead of at the end of the turn. */
  together(send: () => void): void;
  /** Carried out at most once. To the own node: handled here, in a fresh turn. */
  request(to: NodeId, method: string, body: Uint8Array, timeout: Millis): Promise<RequestResult>;
  status(node: NodeId): PeerStatus | null;
  /** Bytes that may still be queued to the peer's data lane before its bound; senders of batches stop at 0. */
  room(node: NodeId): number;
  /** Called when `room` of a connected peer was 0 and has become positive; not at a reconnect, which `onConnected` tells. */
  onRoom(listener: (node: NodeId) => void): void;
  /** Own identity as handshakes show it; `clusterId` and `empty` may change during life. */
  updateIdentity(change: { readonly clusterId?: string; readonly empty?: boolean }): void;
  /** Sends what is queued, then closes everything; no event comes after the call. */
  stop(): Promise<void>;
}
