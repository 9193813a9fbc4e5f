/**
 * One attempt to reach a peer, and what it became: a connection for each lane, both dialled at once.
 *
 * ```
 *  dialling ──both lanes accepted──▶ connected
 *      └──────────── any lane fails, breaks or misbehaves ───────▶ closed (both lanes, once)
 * ```
 *
 * Only the answer to the hello ever comes in on these connections. A link is never reused: the next attempt is a new one.
 */
import { assert } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import type { Timer } from '../../storage/index.ts';
import type { Endpoint } from '../metadata/index.ts';
import type { Connection, ConnectionHandler } from '../ports/index.ts';
import { FrameError } from './frame-error.ts';
import { LANES, PROTOCOL_VERSION } from './frame-item.ts';
import type { HelloReply, Lane } from './frame-item.ts';
import { FrameReader } from './frame-reader.ts';
import { decodeFrame, frameOf } from './frame.ts';
import { refusalOfReply } from './handshake.ts';
import { OutgoingLane } from './outgoing-lane.ts';
import type { PeerContext } from './peer-context.ts';
import type { PeerIdentity } from './peer-transport.ts';

/** How a link ended. */
export type LinkEnd =
  /** Nobody listens there: the process is probably dead. */
  | { readonly kind: 'refused' }
  /** It answers, but the handshake failed by rule. */
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string };

export interface LinkEvents {
  /** One lane's handshake was accepted by this peer, seen before `connected`. */
  greeted(identity: PeerIdentity): void;
  connected(identity: PeerIdentity): void;
  /** Once, unless `close` was called first. */
  closed(end: LinkEnd): void;
  room(): void;
}

interface LaneState {
  readonly queue: OutgoingLane;
  readonly reader: FrameReader;
  connection: Connection | null;
  cancelDial: (() => void) | null;
  identity: PeerIdentity | null;
}

export class OutgoingLink {
  readonly node: NodeId;
  readonly endpoint: Endpoint;
  readonly #context: PeerContext;
  readonly #events: LinkEvents;
  readonly #lanes: Readonly<Record<Lane, LaneState>>;
  readonly #greeting: PeerIdentity;
  #deadline: Timer | null = null;
  #state: 'dialling' | 'connected' | 'closed' = 'dialling';

  constructor(context: PeerContext, node: NodeId, endpoint: Endpoint, events: LinkEvents) {
    this.#context = context;
    this.node = node;
    this.endpoint = endpoint;
    this.#events = events;
    this.#greeting = context.self();
    this.#lanes = { control: this.#laneState('control'), data: this.#laneState('data') };
  }

  get connected(): boolean {
    return this.#state === 'connected';
  }

  get dialling(): boolean {
    return this.#state === 'dialling';
  }

  /** The peer's identity in its handshake; null until the first lane is accepted. */
  get identity(): PeerIdentity | null {
    return this.#lanes.control.identity ?? this.#lanes.data.identity;
  }

  lane(lane: Lane): OutgoingLane {
    return this.#lanes[lane].queue;
  }

  dial(): void {
    const { clock, network, timings } = this.#context;
    this.#deadline = clock.setTimer(timings.handshake, () =>
      this.#end({ kind: 'broken', reason: 'handshake timeout' }),
    );
    for (const lane of LANES) {
      const state = this.#lanes[lane];
      const dialled = network.connect(
        this.endpoint.host,
        this.endpoint.port,
        (connection) => this.#opened(lane, connection),
        (reason) => this.#end(reason === 'refused' ? { kind: 'refused' } : { kind: 'broken', reason }),
      );
      state.cancelDial = () => dialled.cancel();
    }
  }

  /** Ends both connections without an event. `gently` lets what is queued leave first. */
  close(gently = false): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#deadline?.cancel();
    for (const lane of LANES) {
      const { queue, connection, cancelDial } = this.#lanes[lane];
      if (gently) queue.flush();
      queue.close();
      if (connection === null) cancelDial?.();
      else if (gently) connection.end();
      else connection.destroy();
    }
  }

  #laneState(lane: Lane): LaneState {
    const { clock, limits, timings, turn } = this.#context;
    const data = lane === 'data';
    const queue = new OutgoingLane({
      clock,
      turn,
      keepAlive: data ? timings.dataKeepAlive : timings.keepAlive,
      frameBytesTarget: limits.frameBytesTarget,
      queueBytesMax: data ? limits.dataQueueBytesMax : limits.controlQueueBytesMax,
      slackBytes: data ? limits.frameBytesMax : 0,
      onRoom: () => {
        if (data) this.#events.room();
      },
    });
    return {
      queue,
      reader: new FrameReader(limits.handshakeBytesMax),
      connection: null,
      cancelDial: null,
      identity: null,
    };
  }

  #end(end: LinkEnd): void {
    if (this.#state === 'closed') return;
    this.close();
    this.#events.closed(end);
  }

  #opened(lane: Lane, connection: Connection): ConnectionHandler {
    const state = this.#lanes[lane];
    state.connection = connection;
    if (this.#state === 'closed') connection.destroy();
    else {
      const hello = {
        version: PROTOCOL_VERSION,
        sender: this.#greeting,
        addressed: this.node,
        lane,
        endpoint: this.#context.advertised(),
      };
      connection.write(frameOf({ kind: 'hello', hello }));
    }
    return {
      onData: (chunk) => this.#received(lane, chunk),
      onDrain: () => undefined,
      onClose: (reason) => this.#end({ kind: 'broken', reason }),
    };
  }

  #received(lane: Lane, chunk: Buffer): void {
    if (this.#state === 'closed') return;
    const reply = this.#replyIn(lane, chunk);
    if (reply === null) return;
    if (reply instanceof FrameError) return this.#end({ kind: 'rejected', reason: reply.message });
    const refused = refusalOfReply(reply, this.node, this.#context.self());
    if (refused !== null) return this.#end({ kind: 'rejected', reason: `${refused.refusal}: ${refused.detail}` });
    const other = this.identity;
    this.#lanes[lane].identity = reply.sender;
    if (other !== null && other.incarnation !== reply.sender.incarnation) {
      return this.#end({ kind: 'broken', reason: 'the process changed between the lanes' });
    }
    this.#events.greeted(reply.sender);
    if (LANES.every((each) => this.#lanes[each].identity !== null)) this.#connect(reply.sender);
  }

  #replyIn(lane: Lane, chunk: Buffer): HelloReply | FrameError | null {
    const state = this.#lanes[lane];
    let reply: HelloReply | null = null;
    try {
      state.reader.push(chunk);
      for (let frame = state.reader.next(); frame !== null; frame = state.reader.next()) {
        const [first, second] = decodeFrame(frame);
        const awaited = state.identity === null && reply === null && second === undefined;
        if (!awaited || first?.item.kind !== 'hello-reply')
          return new FrameError('it sent something else than the answer to the hello');
        reply = first.item.reply;
      }
      return reply;
    } catch (error) {
      if (error instanceof FrameError) return error;
      throw error;
    }
  }

  #connect(identity: PeerIdentity): void {
    // `greeted` may have closed this link.
    if (this.#state !== 'dialling') return;
    this.#state = 'connected';
    this.#deadline?.cancel();
    for (const lane of LANES) {
      const { queue, connection } = this.#lanes[lane];
      assert(connection !== null, 'an accepted lane has a connection');
      queue.open(connection);
    }
    const self = this.#context.self();
    if (self.clusterId !== this.#greeting.clusterId || self.empty !== this.#greeting.empty) this.announce(self);
    this.#events.connected(identity);
  }

  /** Tells the peer that this node's cluster id or emptiness changed, or (`deaf`) that it lacks the peer's connections. */
  announce(self: PeerIdentity, deaf = false): void {
    this.lane('control').push({ kind: 'identity', clusterId: self.clusterId, empty: self.empty, deaf }, [], 128);
  }
}
