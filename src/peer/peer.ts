/**
 * One other node: our link to it, its connections to us, and what both together say about its life.
 *
 * ```
 *          dial ──▶ link ──connected──▶ link ──broken──▶ dial at once ──refused──┐
 *           ▲                                                                   ├─▶ suspect, if no connection of its
 *           └──── pause, doubling; cut short when it connects to us or ◀────────┘   incarnation to us stands
 *                 when one of its connections to us breaks
 * ```
 *
 * A killed process breaks both directions within a millisecond, in any order: whichever comes last leads to an attempt
 * whose refusal is then judged without the other. A pause or a partition breaks nothing and refuses nothing.
 */
import { millis } from '../../raft/index.ts';
import type { Incarnation, Millis, NodeId } from '../../raft/index.ts';
import type { Timer } from '../../storage/index.ts';
import type { Endpoint } from '../metadata/index.ts';
import { LANES } from './frame-item.ts';
import type { FrameItem, Hello, Lane } from './frame-item.ts';
import { mergeIdentity, otherCluster } from './handshake.ts';
import { HintBackoff } from './hint-backoff.ts';
import type { IncomingConnection } from './incoming-connection.ts';
import { OutgoingLink } from './outgoing-link.ts';
import type { LinkEnd } from './outgoing-link.ts';
import type { PeerContext } from './peer-context.ts';
import type { PeerIdentity, PeerStatus } from './peer-transport.ts';

export interface PeerOwner {
  connected(identity: PeerIdentity): void;
  disconnected(node: NodeId): void;
  suspect(node: NodeId, incarnation: Incarnation): void;
  room(node: NodeId): void;
}

export class Peer {
  readonly node: NodeId;
  /** Requests of this peer that are being answered. */
  requestsInHand = 0;
  readonly #context: PeerContext;
  readonly #owner: PeerOwner;
  readonly #hints: HintBackoff;
  readonly #incoming = new Map<Lane, IncomingConnection>();
  /** From the configuration or a registration, and as its last hello said. */
  #wanted: Endpoint | null = null;
  #shown: Endpoint | null = null;
  #identity: PeerIdentity | null = null;
  #link: OutgoingLink | null = null;
  #retry: Timer | null = null;
  #failures = 0;
  /** When our link came to stand; null while it does not. */
  #connectedAt: Millis | null = null;
  #lastFrameAt: Millis | null = null;
  /** Since when our link stands and the peer lacks one of its connections to us; null: it does not. */
  #deafSince: Millis | null = null;
  #suspected = false;
  #complaint = '';
  #stopped = false;

  constructor(context: PeerContext, node: NodeId, owner: PeerOwner) {
    this.#context = context;
    this.node = node;
    this.#owner = owner;
    this.#hints = new HintBackoff(context.timings.hintMin, context.timings.hintMax);
  }

  get identity(): PeerIdentity | null {
    return this.#identity;
  }

  /** Incarnation that our link leads to; null when it does not stand. */
  get connectedTo(): Incarnation | null {
    return this.#link !== null && this.#link.connected ? (this.#link.identity?.incarnation ?? null) : null;
  }

  /** Nobody asked for this peer and nothing of it stands. */
  get forgotten(): boolean {
    return this.#wanted === null && this.#incoming.size === 0;
  }

  status(): PeerStatus {
    const link = this.#link;
    return {
      node: this.node,
      connected: link !== null && link.connected,
      identity: this.#identity,
      suspected: this.#suspected,
      lastFrameAt: this.#lastFrameAt,
      queuedBytes: link === null ? 0 : link.lane('control').queuedBytes + link.lane('data').queuedBytes,
    };
  }

  get room(): number {
    return this.#link !== null && this.#link.connected ? this.#link.lane('data').room : 0;
  }

  /** Begins to keep a link to `endpoint`; null: only as long as the peer is connected to us. */
  want(endpoint: Endpoint | null): void {
    const before = this.#target();
    this.#wanted = endpoint;
    const target = this.#target();
    const same = before !== null && target !== null && before.host === target.host && before.port === target.port;
    if (same && (this.#link !== null || this.#retry !== null)) return;
    this.#dropLink();
    this.#failures = 0;
    this.#dialNow();
  }

  push(lane: Lane, item: FrameItem, attachment: readonly Uint8Array[], bytes: number): boolean {
    const link = this.#link;
    if (link === null) return false;
    // While our link is being made, what answers a peer that stands connected to us waits for it.
    if (!link.connected && this.#incoming.size === 0) return false;
    return link.lane(lane).push(item, attachment, bytes);
  }

  announce(self: PeerIdentity): void {
    if (this.#link !== null && this.#link.connected) this.#link.announce(self);
    if (this.#identity !== null && otherCluster(this.#identity, self)) this.cut('it belongs to another cluster');
  }

  /** An accepted connection of this peer. It takes the place of an older one of its lane, and of all of another incarnation. */
  welcome(connection: IncomingConnection, hello: Hello): void {
    const older = this.#incoming.get(hello.lane);
    this.#incoming.set(hello.lane, connection);
    older?.close('a newer connection of the same peer takes its place');
    this.#shown = hello.endpoint;
    this.heard();
    this.#meet(hello.sender);
    if (this.#link === null) this.#dialNow();
  }

  /** A frame came in. */
  heard(): void {
    this.#lastFrameAt = this.#context.clock.now();
  }

  /** The peer's cluster id or emptiness changed, or it lacks connections of ours. */
  learn(change: { readonly clusterId: string | null; readonly empty: boolean; readonly deaf: boolean }): void {
    if (this.#identity === null) return;
    if (change.deaf) this.#judgeLink();
    this.#identity = mergeIdentity(this.#identity, { ...this.#identity, ...change });
    if (otherCluster(this.#identity, this.#context.self())) this.cut('it belongs to another cluster');
  }

  /** A connection of this peer to us is gone. */
  lost(connection: IncomingConnection): void {
    if (this.#incoming.get(connection.lane) !== connection) return;
    this.#incoming.delete(connection.lane);
    // Only an attempt of now tells whether the process still lives.
    if (this.#link === null && !this.#stopped) this.#dialNow();
  }

  /** Called once in each keep-alive span. `excused`: this node itself was held up, so that silence proves nothing. */
  tick(now: Millis, excused: boolean): void {
    if (excused) this.#excuse(now);
    if (this.#link !== null && this.#link.connected) for (const lane of LANES) this.#link.lane(lane).keepAlive(now);
    this.#complainOfDeafness(now, excused);
    this.#judgeSilence(now);
  }

  /**
   * Each lane by itself: a firewall may forget one connection and keep the other. A peer that can not connect to us is silent for
   * another reason, and our link to it may be sound.
   */
  #judgeSilence(now: Millis): void {
    const { silence, dataSilence } = this.#context.timings;
    for (const { lane, heardAt } of this.#incoming.values()) {
      const silent = now - heardAt;
      if (silent > (lane === 'data' ? dataSilence : silence))
        return this.cut(`nothing on its ${lane} lane for ${Math.round(silent)} ms`);
    }
  }

  #excuse(now: Millis): void {
    for (const connection of this.#incoming.values()) connection.heardAt = now;
  }

  /**
   * Our link stands, and the peer's to us does not: it may not know (half-open: its bytes end nowhere, and nobody tells it), so
   * it is told, once in each silence.
   */
  #complainOfDeafness(now: Millis, excused: boolean): void {
    const link = this.#link;
    const isDeaf = link !== null && link.connected && LANES.some((lane) => !this.#incoming.has(lane));
    if (!isDeaf || excused) this.#deafSince = null;
    else this.#deafSince ??= now;
    if (this.#deafSince === null || now - this.#deafSince <= this.#context.timings.silence) return;
    this.#deafSince = now;
    link?.announce(this.#context.self(), true);
  }

  /** The peer says that it lacks connections of ours: one that has stood for long does not lead to it. */
  #judgeLink(): void {
    const { clock, log, timings } = this.#context;
    if (this.#connectedAt === null || clock.now() - this.#connectedAt <= timings.silence) return;
    log.log('warn', 'a link does not lead to the peer any more', { peer: this.node });
    this.#dropLink();
    this.#failures = 0;
    this.#dialNow();
  }

  /** Closes everything between this node and the peer; connecting begins anew. */
  cut(reason: string): void {
    this.#context.log.log('warn', 'peer cut off', { peer: this.node, reason });
    this.#closeIncoming(null);
    const stood = this.#dropLink();
    if (this.#stopped) return;
    this.#failures = stood ? 1 : this.#failures + 1;
    if (this.#link === null) this.#dialLater();
  }

  stop(): void {
    this.#stopped = true;
    this.#retry?.cancel();
    this.#link?.close(true);
    this.#link = null;
    this.#closeIncoming(null);
  }

  #target(): Endpoint | null {
    return this.#wanted ?? (this.#incoming.size > 0 ? this.#shown : null);
  }

  #dialNow(): void {
    this.#retry?.cancel();
    this.#retry = null;
    const target = this.#target();
    if (target === null || this.#stopped || this.#link !== null) return;
    const link = new OutgoingLink(this.#context, this.node, target, {
      greeted: (identity) => this.#meet(identity),
      connected: (identity) => this.#connected(identity),
      closed: (end) => this.#linkClosed(end),
      room: () => this.#owner.room(this.node),
    });
    this.#link = link;
    link.dial();
  }

  #dialLater(): void {
    const { clock, random, timings } = this.#context;
    if (this.#failures === 0) return this.#dialNow();
    const pause = Math.min(timings.retryMax, timings.retryMin * 2 ** Math.min(20, this.#failures - 1));
    this.#retry?.cancel();
    this.#retry = clock.setTimer(millis(pause * (1 - random.fraction() / 2)), () => this.#dialNow());
  }

  #connected(identity: PeerIdentity): void {
    this.#connectedAt = this.#context.clock.now();
    this.#suspected = false;
    this.#complaint = '';
    this.#context.log.log('info', 'peer connected', { peer: this.node, incarnation: identity.incarnation });
    this.#owner.connected(this.#identity ?? identity);
  }

  #linkClosed(end: LinkEnd): void {
    const { clock, timings } = this.#context;
    const connectedAt = this.#connectedAt;
    this.#link = null;
    this.#connectedAt = null;
    this.#failures = connectedAt !== null && clock.now() - connectedAt >= timings.steady ? 0 : this.#failures + 1;
    if (end.kind === 'rejected') this.#complain(end.reason);
    if (connectedAt !== null) {
      this.#context.log.log('info', 'peer disconnected', {
        peer: this.node,
        reason: end.kind === 'refused' ? end.kind : end.reason,
      });
      this.#owner.disconnected(this.node);
    }
    if (end.kind === 'refused') this.#judgeRefusal();
    if (this.#link === null && !this.#stopped) this.#dialLater();
  }

  #complain(reason: string): void {
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    this.#context.log.log('warn', 'handshake with a peer failed', { peer: this.node, reason });
  }

  /** Nobody listens where the peer did. */
  #judgeRefusal(): void {
    if (this.#identity === null || this.#incoming.size > 0) return;
    const { incarnation } = this.#identity;
    if (!this.#hints.refused(incarnation, this.#context.clock.now())) return;
    this.#suspected = true;
    this.#owner.suspect(this.node, incarnation);
  }

  /** A handshake, in either direction, showed who the peer is now. Another incarnation than before: that one is dead. */
  #meet(identity: PeerIdentity): void {
    const former = this.#identity;
    this.#suspected = false;
    if (former === null || former.incarnation === identity.incarnation) {
      this.#identity = former === null ? identity : mergeIdentity(former, identity);
      return;
    }
    this.#identity = identity;
    this.#context.log.log('warn', 'peer is another process than before', {
      peer: this.node,
      incarnation: identity.incarnation,
      former: former.incarnation,
    });
    this.#closeIncoming(identity.incarnation);
    const link = this.#link;
    if (link !== null && link.identity !== null && link.identity.incarnation !== identity.incarnation) this.#dropLink();
    if (this.#hints.replaced(former.incarnation, this.#context.clock.now()))
      this.#owner.suspect(this.node, former.incarnation);
  }

  /** Closes the peer's connections to us, but not those of incarnation `kept`. */
  #closeIncoming(kept: Incarnation | null): void {
    const closing = [...this.#incoming.values()].filter((each) => each.incarnation !== kept);
    for (const each of closing) {
      this.#incoming.delete(each.lane);
      each.close(null);
    }
  }

  /** Gives up the link, if there is one; true when it stood. Another attempt is the caller's business. */
  #dropLink(): boolean {
    const link = this.#link;
    if (link === null) return false;
    const stood = link.connected;
    this.#link = null;
    link.close();
    this.#connectedAt = null;
    if (stood) this.#owner.disconnected(this.node);
    return stood;
  }
}
