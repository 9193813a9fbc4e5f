/**
 * What this node shows of itself and of the cluster: the admin contract, filled from memory when asked.
 */
import { describeFailure } from '../../storage/index.ts';
import { minInsyncReplicas } from '../metadata/index.ts';
import type { Broker, Endpoint, MetadataImage, Partition as PartitionRecord, Topic } from '../metadata/index.ts';
import { boundedList } from '../admin/index.ts';
import type {
  AdminView,
  BrokerStatus,
  ClusterStatusView,
  HostedReplica,
  LocalReplica,
  MetricSample,
  PartitionName,
  PartitionView,
  QuorumMember,
  QuorumView,
  ReplicaStatus,
  SettingView,
  TopicView,
} from '../admin/index.ts';
import { LIST_MAX } from '../admin/index.ts';
import type { Partition } from '../partition/index.ts';
import type { PeerStatus, Status } from '../../raft/index.ts';
import type { Replica } from '../replica/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import { nodeMetrics } from './node-metrics.ts';

function address(endpoint: Endpoint): string {
  return `${endpoint.host}:${endpoint.port}`;
}

function named(topic: Topic, record: PartitionRecord): PartitionName {
  return { topic: topic.name, partition: record.index };
}

/** All partitions with their topics. */
function* partitionsOf(image: MetadataImage): Generator<readonly [Topic, PartitionRecord]> {
  for (const topic of image.topicsByName.values()) for (const record of topic.partitions) yield [topic, record];
}

/** A log that is cut off by the highest offset of the group: how far `end` is behind, null when unknown. */
function lagOf(status: Status, peer: PeerStatus | undefined): number | null {
  return peer === undefined || !peer.verified ? null : Math.max(0, status.logEnd - peer.matchOffset);
}

export class NodeView implements AdminView {
  readonly #node: ClusterNode;
  readonly #settings: () => readonly SettingView[];
  readonly #isReady: () => boolean;

  constructor(node: ClusterNode, isReady: () => boolean, settings: () => readonly SettingView[]) {
    this.#node = node;
    this.#isReady = isReady;
    this.#settings = settings;
  }

  ready(): boolean {
    return this.#isReady();
  }

  unhealthy(): string | null {
    const failure = this.#node.metadata?.replica.log.failure ?? null;
    return failure === null ? null : `the metadata log has failed: ${failure.reason}`;
  }

  config(): readonly SettingView[] {
    return this.#settings();
  }

  metrics(): readonly MetricSample[] {
    return nodeMetrics(this.#node, this.status());
  }

  status(): ClusterStatusView {
    const image = this.#node.image();
    const metadata = this.#node.metadata?.replica.status() ?? null;
    const under: PartitionName[] = [];
    const underMin: PartitionName[] = [];
    const leaderless: PartitionName[] = [];
    let partitions = 0;
    for (const [topic, record] of partitionsOf(image)) {
      partitions += 1;
      const isr = record.replication === 'isr';
      const live = record.leader !== null && image.brokers.get(record.leader)?.fenced === false;
      if (!live) leaderless.push(named(topic, record));
      if (isr && record.isr.length < record.replicas.length) under.push(named(topic, record));
      if (isr && record.isr.length < minInsyncReplicas(image, topic, record)) underMin.push(named(topic, record));
    }
    const brokers = [...image.brokers.values()].map((broker) => this.#broker(image, broker, metadata));
    const reasons = reasonsOf(
      image,
      this.#node.metadataLeader,
      under.length,
      underMin.length,
      leaderless.length,
      brokers,
    );
    const unavailable = this.#node.metadataLeader === null || underMin.length > 0 || leaderless.length > 0;
    return {
      node: this.#node.options.config.node,
      clusterId: image.clusterId,
      controller: this.#node.metadataLeader,
      metadataTerm: metadata?.term ?? 0,
      metadataEnd: image.end,
      brokers,
      topics: image.topicsByName.size,
      partitions,
      underReplicated: boundedList(under),
      underMinIsr: boundedList(underMin),
      leaderless: boundedList(leaderless),
      uncleanElections: image.uncleanElections,
      verdict: unavailable ? 'unavailable' : reasons.length > 0 ? 'degraded' : 'healthy',
      reasons,
    };
  }

  quorum(): QuorumView {
    const now = this.#node.options.ports.clock.now();
    const self = this.#node.options.config.node;
    const status = this.#node.metadata?.replica.status();
    if (status === undefined) {
      return {
        node: self,
        role: 'idle',
        leader: null,
        term: 0,
        highWatermark: 0,
        logStart: 0,
        endOffset: 0,
        members: [],
      };
    }
    const voters = status.voters ?? [];
    const others = [...this.#node.image().brokers.keys()].filter(
      (node) => !voters.some((voter) => voter.node === node),
    );
    const member = (node: number, kind: QuorumMember['kind']): QuorumMember => {
      const own = node === self;
      const peer = status.peers.find((each) => each.peer === node);
      const leads = status.leader === node;
      const endOffset = own ? status.logEnd : (peer?.matchOffset ?? null);
      return {
        node,
        kind,
        role: own
          ? status.role
          : leads
            ? 'leader'
            : peer === undefined
              ? null
              : kind === 'voter'
                ? 'follower'
                : 'observer',
        endOffset: peer !== undefined && !peer.verified ? null : endOffset,
        lag: own ? (leads ? 0 : null) : lagOf(status, peer),
        lastContactMs: own && leads ? 0 : peer === undefined ? null : Math.max(0, Math.round(now - peer.lastContact)),
        connected: own ? true : (this.#node.transport.status(node as typeof self)?.connected ?? null),
      };
    };
    return {
      node: self,
      role: status.role,
      leader: status.leader,
      term: status.term,
      highWatermark: status.highWatermark,
      logStart: status.logStart,
      endOffset: status.logEnd,
      members: [...voters.map(({ node }) => member(node, 'voter')), ...others.map((node) => member(node, 'observer'))],
    };
  }

  topics(): readonly TopicView[] {
    return [...this.#node.image().topicsByName.values()].map((topic) => ({
      topic: topic.name,
      topicId: topic.id,
      internal: topic.internal,
      partitions: topic.partitions.length,
      replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
      replication: topic.partitions[0]?.replication ?? 'isr',
      configs: Object.fromEntries(topic.configs),
    }));
  }

  partition(topicName: string, index: number): PartitionView | null {
    const image = this.#node.image();
    const topic = image.topicsByName.get(topicName);
    const record = topic?.partitions[index];
    if (topic === undefined || record === undefined) return null;
    const hosted = this.#node.hosting.partition(topic.id, index);
    // Offline it has no role, and makes no progress.
    const status = hosted === null || hosted.failed !== null ? null : hosted.replica.status();
    return {
      topic: topic.name,
      topicId: topic.id,
      partition: index,
      replication: record.replication,
      node: this.#node.options.config.node,
      role: status?.role ?? null,
      leader: record.leader,
      term: record.leaderTerm,
      version: record.version,
      replicas: record.replicas,
      isr: record.isr,
      elr: record.elr,
      minInsyncReplicas: minInsyncReplicas(image, topic, record),
      unclean: record.unclean,
      local: hosted === null ? null : localOf(hosted, hosted.replica),
      progress: status === null ? [] : this.#progress(status, record),
    };
  }

  hosted(topic: string | null): readonly HostedReplica[] {
    return this.#node.hosting
      .all()
      .filter((partition) => topic === null || partition.id.topic === topic)
      .map((partition) => {
        const { replica } = partition;
        return {
          topic: partition.id.topic,
          partition: partition.id.index,
          role: partition.failed === null ? replica.core.role.kind : 'offline',
          term: replica.term,
          highWatermark: partition.highWatermark,
          logStart: partition.logStart,
          logEnd: partition.logEnd,
          bytes: replica.log.sizeBytes,
        };
      });
  }

  #progress(status: Status, record: PartitionRecord): readonly ReplicaStatus[] {
    if (status.role !== 'leader') return [];
    const now = this.#node.options.ports.clock.now();
    const isr = record.replication === 'isr';
    const self: ReplicaStatus = {
      node: this.#node.options.config.node,
      kind: 'leader',
      connected: true,
      matchOffset: status.durableEnd,
      nextOffset: status.logEnd,
      lag: status.logEnd - status.durableEnd,
      inflight: 0,
      lastContactMs: 0,
      lastCaughtUpMs: 0,
      inIsr: isr ? true : null,
      whyNot: null,
      voter: isr ? null : true,
    };
    const peers = status.peers
      .filter(({ peer }) => record.replicas.includes(peer))
      .map((peer) => ({
        node: peer.peer,
        kind: peer.kind,
        connected: peer.connected,
        matchOffset: peer.verified ? peer.matchOffset : null,
        nextOffset: peer.nextOffset,
        lag: lagOf(status, peer),
        inflight: peer.inflight,
        lastContactMs: Math.max(0, Math.round(now - peer.lastContact)),
        lastCaughtUpMs: Math.max(0, Math.round(now - peer.lastCaughtUp)),
        inIsr: isr ? peer.inIsr : null,
        whyNot: isr ? peer.why : null,
        voter: isr ? null : peer.isVoter,
      }));
    return [self, ...peers];
  }

  #broker(image: MetadataImage, broker: Broker, metadata: Status | null): BrokerStatus {
    const voter = metadata?.voters?.some(({ node }) => node === broker.node) === true;
    const roles: BrokerStatus['roles'][number][] = ['broker', voter ? 'voter' : 'observer'];
    if (this.#node.metadataLeader === broker.node) roles.push('controller');
    let leaders = 0;
    let replicas = 0;
    for (const [, record] of partitionsOf(image)) {
      if (record.leader === broker.node) leaders += 1;
      if (record.replicas.includes(broker.node)) replicas += 1;
    }
    const own = broker.node === this.#node.options.config.node;
    const peer = metadata?.peers.find((each) => each.peer === broker.node);
    const leads = metadata?.role === 'leader';
    return {
      node: broker.node,
      roles,
      fenced: broker.fenced,
      leaving: broker.leaving,
      kafka: address(broker.kafka),
      peer: address(broker.peer),
      admin: address(broker.admin),
      rack: broker.rack,
      incarnation: broker.incarnation,
      metadataLag: metadata === null || !leads ? null : own ? 0 : lagOf(metadata, peer),
      leaders,
      replicas,
    };
  }
}

function localOf(partition: Partition, replica: Replica): LocalReplica {
  const { log, core } = replica;
  const status = replica.status();
  return {
    highWatermark: partition.highWatermark,
    logStart: log.logStart,
    logEnd: log.logEnd,
    durableEnd: replica.durableEnd,
    bytes: log.sizeBytes,
    flush: log.settings.flush,
    termStarts: core.log.terms.slice(-LIST_MAX).map(({ term, start }) => ({ term, start })),
    votedFor: status.votedFor?.node ?? null,
    failure: partition.failed ?? (log.failure === null ? null : describeFailure(log.failure)),
  };
}

function reasonsOf(
  image: MetadataImage,
  controller: number | null,
  under: number,
  underMin: number,
  leaderless: number,
  brokers: readonly BrokerStatus[],
): readonly string[] {
  const reasons: string[] = [];
  if (controller === null) reasons.push('no controller is known: a majority of the voters is needed to elect one');
  if (leaderless > 0) reasons.push(`${leaderless} partitions have no leader`);
  if (underMin > 0)
    reasons.push(`${underMin} partitions have fewer in-sync replicas than min.insync.replicas: acks=all is refused`);
  if (under > 0) reasons.push(`${under} partitions have replicas that are not in sync`);
  const fenced = brokers.filter(({ fenced: isFenced }) => isFenced).map(({ node }) => node);
  if (fenced.length > 0) reasons.push(`nodes that are fenced (down, or just starting): ${fenced.join(', ')}`);
  if (image.uncleanElections > 0)
    reasons.push(`${image.uncleanElections} unclean elections so far: acknowledged records may have been lost`);
  return reasons;
}
