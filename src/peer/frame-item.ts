/**
 * What a frame carries: items, in the order in which they were queued.
 *
 *   hello, hello-reply     first on a connection, each way
 *   message                of a group, with its batches or snapshot chunk attached
 *   request, response      calls between nodes; the response travels on the responder's own connection
 *   identity               the sender's cluster id or emptiness changed
 */
import { directoryId, groupId, incarnation, nodeId } from '../../raft/index.ts';
import type { GroupId, Message, NodeId } from '../../raft/index.ts';
import type { Endpoint } from '../metadata/index.ts';
import { FrameError, given, named, whole } from './frame-error.ts';
import type { flotilla } from './generated/peer.js';
import { decodeMessage } from './message-decoder.ts';
import { encodeMessage } from './message-encoder.ts';
import type { WireItem } from './message-encoder.ts';
import type { PeerIdentity } from './peer-transport.ts';

/** Raised when an old receiver must not talk to a new sender. */
export const PROTOCOL_VERSION = 1;

/** `control`: the metadata group, requests, keep-alives. `data`: all other groups. */
export type Lane = 'control' | 'data';
export const LANES: readonly Lane[] = ['control', 'data'];

/** Why a handshake was refused. */
export type HandshakeRefusal = 'version' | 'wrong-node' | 'other-cluster' | 'too-many';
const REFUSALS: readonly HandshakeRefusal[] = ['version', 'wrong-node', 'other-cluster', 'too-many'];

export interface Hello {
  readonly version: number;
  readonly sender: PeerIdentity;
  readonly addressed: NodeId;
  readonly lane: Lane;
  /** Where the sender listens, so that a node that was never told of it can answer. */
  readonly endpoint: Endpoint;
}

export interface HelloReply {
  readonly version: number;
  readonly sender: PeerIdentity;
  /** Null: accepted. */
  readonly refusal: HandshakeRefusal | null;
  readonly detail: string;
}

export type FrameItem =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'hello-reply'; readonly reply: HelloReply }
  | { readonly kind: 'message'; readonly group: GroupId; readonly message: Message }
  | { readonly kind: 'request'; readonly id: number; readonly method: string; readonly body: Uint8Array }
  | { readonly kind: 'answer'; readonly id: number; readonly body: Uint8Array }
  | { readonly kind: 'failure'; readonly id: number; readonly reason: string }
  /** `deaf`: the sender has not had all connections of the receiver for a while. */
  | { readonly kind: 'identity'; readonly clusterId: string | null; readonly empty: boolean; readonly deaf: boolean };

export function encodeItem(item: FrameItem): WireItem {
  switch (item.kind) {
    case 'message':
      return encodeMessage(item.group, item.message);
    case 'request':
      return { request: { id: item.id, method: item.method, body: item.body } };
    case 'answer':
      return { response: { id: item.id, body: item.body } };
    case 'failure':
      return { response: { id: item.id, failed: true, reason: item.reason } };
    case 'identity':
      return { identity: { clusterId: item.clusterId ?? '', empty: item.empty, deaf: item.deaf } };
    case 'hello': {
      const { version, sender, addressed, lane, endpoint } = item.hello;
      const laneNumber = LANES.indexOf(lane) + 1;
      return { hello: { version, sender: encodeIdentity(sender), addressed, lane: laneNumber, ...endpoint } };
    }
    case 'hello-reply': {
      const { version, sender, refusal, detail } = item.reply;
      return { helloReply: { version, sender: encodeIdentity(sender), refusal: refusal ?? '', detail } };
    }
  }
}

/** Throws {@link FrameError}. */
export function decodeItem(wire: WireItem): FrameItem {
  const message = decodeMessage(wire);
  if (message !== null) return { kind: 'message', group: groupId(named(wire.group, 'group')), message };
  if (whole(wire.attachment, 'attachment') > 0) throw new FrameError('only group messages have attachments');
  if (wire.request) {
    const { id, method, body } = wire.request;
    return { kind: 'request', id: whole(id, 'id'), method: named(method, 'method'), body: body ?? NO_BYTES };
  }
  if (wire.response) {
    const { failed, reason, body } = wire.response;
    const id = whole(wire.response.id, 'id');
    return failed === true
      ? { kind: 'failure', id, reason: reason ?? '' }
      : { kind: 'answer', id, body: body ?? NO_BYTES };
  }
  if (wire.identity) {
    const { clusterId, empty, deaf } = wire.identity;
    return { kind: 'identity', clusterId: clusterId || null, empty: empty === true, deaf: deaf === true };
  }
  if (wire.hello) return { kind: 'hello', hello: decodeHello(wire.hello) };
  if (wire.helloReply) return { kind: 'hello-reply', reply: decodeHelloReply(wire.helloReply) };
  throw new FrameError('an item of unknown kind');
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

function decodeHello(wire: flotilla.peer.Hello.$Properties): Hello {
  const lane = LANES[whole(wire.lane, 'lane') - 1];
  if (lane === undefined) throw new FrameError(`unknown lane ${wire.lane ?? 0}`);
  return {
    version: whole(wire.version, 'version'),
    sender: decodeIdentity(wire.sender),
    addressed: nodeId(whole(wire.addressed, 'addressed')),
    lane,
    endpoint: { host: named(wire.host, 'host'), port: whole(wire.port, 'port') },
  };
}

function decodeHelloReply(wire: flotilla.peer.HelloReply.$Properties): HelloReply {
  const text = wire.refusal ?? '';
  const refusal = text === '' ? null : (REFUSALS.find((each) => each === text) ?? 'version');
  return {
    version: whole(wire.version, 'version'),
    sender: decodeIdentity(wire.sender),
    refusal,
    detail: wire.detail ?? '',
  };
}

function encodeIdentity(identity: PeerIdentity): flotilla.peer.Identity.$Properties {
  const { node, incarnation: life, directory, clusterId, empty } = identity;
  return { node, incarnation: life, directory, clusterId: clusterId ?? '', empty };
}

function decodeIdentity(wire: flotilla.peer.Identity.$Properties | null | undefined): PeerIdentity {
  const sender = given(wire, 'sender');
  return {
    node: nodeId(whole(sender.node, 'node')),
    incarnation: incarnation(named(sender.incarnation, 'incarnation')),
    directory: directoryId(named(sender.directory, 'directory')),
    clusterId: sender.clusterId || null,
    empty: sender.empty === true,
  };
}
