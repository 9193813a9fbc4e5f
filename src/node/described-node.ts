/**
 * What a node says of itself through Kafka's own tools: its directory (DescribeLogDirs), and the metadata group (DescribeQuorum).
 */
import { millis } from '../../raft/index.ts';
import type { Millis, NodeId, PeerStatus } from '../../raft/index.ts';
import type { LogDirectory, QuorumReplica, QuorumSource } from '../handlers/index.ts';
import { API_TABLE } from '../wire/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import type { MetadataGroup } from '../metadata-log/index.ts';
import type { Hosting } from '../partition/index.ts';
import type { BrokerCalls } from '../server/index.ts';
import type { ClusterNodeOptions } from './node-options.ts';

/** What it takes of a node. */
export interface DescribedNode {
  readonly options: Pick<ClusterNodeOptions, 'config' | 'ports'>;
  readonly metadata: MetadataGroup | null;
  readonly metadataLeader: NodeId | null;
  readonly hosting: Pick<Hosting, 'all'>;
  readonly coordinators: { readonly calls: BrokerCalls };
  image(): MetadataImage;
}

/** For the leader's answer. */
const ASK_TIMEOUT = millis(5000);

export function logDirectory(node: DescribedNode): LogDirectory {
  const { config, ports } = node.options;
  return {
    path: config.dataDirectory,
    partitions: () => node.hosting.all(),
    totalBytes: () => ports.disk.totalBytes(config.dataDirectory),
    freeBytes: () => ports.disk.freeBytes(config.dataDirectory),
  };
}

export function quorumSource(node: DescribedNode): QuorumSource {
  const { config, ports } = node.options;
  const self = config.node;
  /** A monotonic instant as wall time. */
  const wall = (at: Millis): number => Math.round(ports.clock.wallNow() - (ports.clock.now() - at));
  const follower = (peer: PeerStatus, directory: string | null): QuorumReplica => ({
    node: peer.peer,
    directory,
    voter: peer.isVoter,
    logEnd: peer.verified ? peer.matchOffset : null,
    lastContact: wall(peer.lastContact),
    lastCaughtUp: wall(peer.lastCaughtUp),
  });
  return {
    image: () => node.image(),
    state: () => {
      const status = node.metadata?.replica.status();
      if (status === undefined || status.role !== 'leader') return null;
      const voters = status.voters ?? [];
      const directoryOf = (id: NodeId): string | null => voters.find((voter) => voter.node === id)?.directory ?? null;
      const own: QuorumReplica = {
        node: self,
        directory: directoryOf(self),
        voter: voters.some((voter) => voter.node === self),
        logEnd: status.logEnd,
        lastContact: null,
        lastCaughtUp: ports.clock.wallNow(),
      };
      const silent = voters
        .filter((voter) => voter.node !== self && status.peers.every(({ peer }) => peer !== voter.node))
        .map((voter) => ({ ...voter, voter: true, logEnd: null, lastContact: null, lastCaughtUp: null }));
      const others = status.peers.map((peer) => follower(peer, directoryOf(peer.peer)));
      return {
        leader: self,
        term: status.term,
        highWatermark: status.highWatermark,
        replicas: [own, ...others, ...silent],
      };
    },
    ask: async (version, request) => {
      const leader = node.metadataLeader;
      if (leader === null || leader === self) return null;
      const { schema } = API_TABLE.describeQuorum;
      return node.coordinators.calls.call(leader, schema, version, request, ASK_TIMEOUT);
    },
  };
}
