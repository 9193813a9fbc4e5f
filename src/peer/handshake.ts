/**
 * Who may talk to whom. The side that opens a connection says hello, the other answers and decides; the opener checks the
 * answer by the same rules, since a refusal must not depend on who dialled first.
 */
import type { NodeId } from '../../raft/index.ts';
import { PROTOCOL_VERSION } from './frame-item.ts';
import type { HandshakeRefusal, Hello, HelloReply } from './frame-item.ts';
import type { PeerIdentity } from './peer-transport.ts';

export interface Refused {
  readonly refusal: HandshakeRefusal;
  /** For people: what was found and what was expected. */
  readonly detail: string;
}

/** Two ids that are known and differ; a node that knows none yet talks to any. */
export function otherCluster(left: PeerIdentity, right: PeerIdentity): boolean {
  return left.clusterId !== null && right.clusterId !== null && left.clusterId !== right.clusterId;
}

/** Why `self` does not accept `hello`; null: it does. */
export function refusalOfHello(hello: Hello, self: PeerIdentity): Refused | null {
  if (hello.version !== PROTOCOL_VERSION) return otherVersion(hello.version);
  if (hello.addressed !== self.node)
    return wrongNode(`node ${hello.addressed} is addressed, this is node ${self.node}`);
  if (hello.sender.node === self.node) return wrongNode(`both sides say that they are node ${self.node}`);
  return refusalOfCluster(hello.sender, self);
}

/** Why `self` does not accept what answered when it dialled `addressed`; null: it does. */
export function refusalOfReply(reply: HelloReply, addressed: NodeId, self: PeerIdentity): Refused | null {
  if (reply.refusal !== null) return { refusal: reply.refusal, detail: `it says: ${reply.detail}` };
  if (reply.version !== PROTOCOL_VERSION) return otherVersion(reply.version);
  if (reply.sender.node !== addressed)
    return wrongNode(`node ${addressed} is addressed, node ${reply.sender.node} answers`);
  return refusalOfCluster(reply.sender, self);
}

function otherVersion(version: number): Refused {
  return { refusal: 'version', detail: `protocol version ${version} meets ${PROTOCOL_VERSION}` };
}

function wrongNode(detail: string): Refused {
  return { refusal: 'wrong-node', detail };
}

function refusalOfCluster(sender: PeerIdentity, self: PeerIdentity): Refused | null {
  if (!otherCluster(sender, self)) return null;
  return {
    refusal: 'other-cluster',
    detail: `cluster ${sender.clusterId ?? ''} meets cluster ${self.clusterId ?? ''}`,
  };
}

/**
 * What is known of one incarnation after another message about it: a cluster id is never unlearned, a directory never
 * becomes empty again.
 */
export function mergeIdentity(known: PeerIdentity, news: PeerIdentity): PeerIdentity {
  return { ...news, clusterId: news.clusterId ?? known.clusterId, empty: news.empty && known.empty };
}
