/**
 * Everything that a node shows of itself and of the cluster, as plain JSON: the contract between nodes and tools.
 *
 * ```
 *  node ──AdminView──▶ admin server ──JSON──▶ CLI, scripts, dashboards
 * ```
 *
 * The contract is stable: members are added, never renamed or given another meaning. Ranges are half-open, "none" is
 * null, times are milliseconds, sizes are bytes, addresses are `host:port`. A view is a moment: the node builds it when
 * asked, from what it has in memory, and never waits for anybody. Lists that could be long are cut to {@link LIST_MAX}
 * and say how many there are.
 */

/** Items of a bounded list. */
export const LIST_MAX = 200;

/** The first {@link LIST_MAX} of `count` things. */
export interface BoundedList<Item> {
  readonly count: number;
  readonly first: readonly Item[];
}

/** Cuts a list. */
export function boundedList<Item>(items: readonly Item[]): BoundedList<Item> {
  return { count: items.length, first: items.slice(0, LIST_MAX) };
}

/**
 * `healthy`: everything has its replicas. `degraded`: all can be written and read, with fewer replicas or nodes than
 * wanted. `unavailable`: something can not.
 */
export type Verdict = 'healthy' | 'degraded' | 'unavailable';

export interface BrokerStatus {
  readonly node: number;
  /** `broker` when registered, `voter` or `observer` of the metadata group, `controller` when it leads that. */
  readonly roles: readonly ('broker' | 'voter' | 'observer' | 'controller')[];
  /** Registered but not used: silent or just started. */
  readonly fenced: boolean;
  /** In controlled shutdown. */
  readonly leaving: boolean;
  readonly kafka: string;
  readonly peer: string;
  /** `host:port` of the admin server. */
  readonly admin: string;
  readonly rack: string | null;
  /** Identity of the life of its process, as text. */
  readonly incarnation: string;
  /** Records of the metadata log that it has not acknowledged to the answering node; null unless that is the controller. */
  readonly metadataLag: number | null;
  /** Partitions that it leads, and replicas that it holds, by assignment. */
  readonly leaders: number;
  readonly replicas: number;
}

/** A partition by name. */
export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

export interface ClusterStatusView {
  /** The node that answers. */
  readonly node: number;
  /** Null before the cluster has one. */
  readonly clusterId: string | null;
  readonly controller: number | null;
  /** Term of the metadata group, as the answering node knows it. */
  readonly metadataTerm: number;
  /** One past the last metadata record that the answering node has applied. */
  readonly metadataEnd: number;
  readonly brokers: readonly BrokerStatus[];
  readonly topics: number;
  readonly partitions: number;
  readonly underReplicated: BoundedList<PartitionName>;
  readonly underMinIsr: BoundedList<PartitionName>;
  readonly leaderless: BoundedList<PartitionName>;
  /** Elections that accepted possible loss, over the life of the cluster. */
  readonly uncleanElections: number;
  readonly verdict: Verdict;
  /** Sentences; empty when healthy. */
  readonly reasons: readonly string[];
}

export interface QuorumMember {
  readonly node: number;
  readonly kind: 'voter' | 'observer';
  /** `follower`, `observer`, `prospective`, `candidate`, `leader`, `idle`; null when the answering node cannot know. */
  readonly role: string | null;
  /** Durable end that the leader knows; the own end of the answering node; null when unknown. */
  readonly endOffset: number | null;
  /** Leader's end minus `endOffset`; null when unknown. */
  readonly lag: number | null;
  /** Since the leader last heard of it; 0 for the leader itself; null when unknown. */
  readonly lastContactMs: number | null;
  readonly connected: boolean | null;
}

/** The metadata group as the answering node knows it; whole only from the leader. */
export interface QuorumView {
  readonly node: number;
  readonly role: string;
  readonly leader: number | null;
  readonly term: number;
  readonly highWatermark: number;
  readonly logStart: number;
  readonly endOffset: number;
  readonly members: readonly QuorumMember[];
}

/** What the leader of a partition knows of one replica. */
export interface ReplicaStatus {
  readonly node: number;
  readonly kind: 'leader' | 'probe' | 'replicate' | 'snapshot';
  readonly connected: boolean;
  /** It holds the leader's log below this, durably; null while not verified. */
  readonly matchOffset: number | null;
  readonly nextOffset: number;
  /** Leader's end minus `matchOffset`; null while not verified. */
  readonly lag: number | null;
  /** Appends on the way. */
  readonly inflight: number;
  readonly lastContactMs: number | null;
  readonly lastCaughtUpMs: number | null;
  /** isr: in the ISR; quorum: null. */
  readonly inIsr: boolean | null;
  /**
   * Why it is not in the ISR, or about to leave it, as one word: `lagging`, `disconnected`, `below-high-watermark` …;
   * null: nothing is wrong.
   */
  readonly whyNot: string | null;
  /** quorum: it counts in majorities; isr: null. */
  readonly voter: boolean | null;
}

/** One partition as the answering node's replica knows it, with what metadata says. */
export interface PartitionView {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly replication: 'isr' | 'quorum';
  /** The node that answers; `role` null: it has no replica. */
  readonly node: number;
  readonly role: string | null;
  readonly leader: number | null;
  readonly term: number;
  /** Of the metadata record; rises with every change of the partition. */
  readonly version: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly elr: readonly number[];
  readonly minInsyncReplicas: number;
  /** The last election accepted possible loss. */
  readonly unclean: boolean;
  /** Of the answering node's replica; null without one. */
  readonly local: LocalReplica | null;
  /** The leader's view of each replica; empty from others. */
  readonly progress: readonly ReplicaStatus[];
}

/** The log of a replica on the answering node. */
export interface LocalReplica {
  readonly highWatermark: number;
  readonly logStart: number;
  readonly logEnd: number;
  readonly durableEnd: number;
  readonly bytes: number;
  readonly flush: string;
  /** Where each term begins in the log, oldest first; the newest {@link LIST_MAX}. */
  readonly termStarts: readonly { readonly term: number; readonly start: number }[];
  /** quorum: for whom this replica voted in this term. */
  readonly votedFor: number | null;
  /** Why it is offline; null: it works. */
  readonly failure: string | null;
}

export interface TopicView {
  readonly topic: string;
  readonly topicId: string;
  readonly internal: boolean;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly replication: 'isr' | 'quorum';
  readonly configs: Readonly<Record<string, string>>;
}

/** One replica that the answering node holds, short. */
export interface HostedReplica extends PartitionName {
  readonly role: string;
  readonly term: number;
  readonly highWatermark: number;
  readonly logStart: number;
  readonly logEnd: number;
  readonly bytes: number;
}

export interface SettingView {
  readonly key: string;
  readonly value: string | null;
  /** Where it was written: a file, a variable, `--config`; `default`. */
  readonly place: string;
}

/** One line of /metrics. `help` and `type` of a name are those of its first sample. */
export interface MetricSample {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What an operator who accepted loss is told. */
export interface LossAccepted extends PartitionName {
  /** The node that answers: its log was cut. */
  readonly node: number;
  readonly leader: number | null;
  readonly logEnd: number;
  /** Offsets that are lost; null: they were cut off by an earlier command. */
  readonly lost: { readonly from: number; readonly to: number } | null;
  /** File and byte; null: what is lost never reached the files. */
  readonly damage: string | null;
  /** Paths on that node of the files that were put aside. */
  readonly aside: readonly string[];
}

/** What operators can have done through the admin server. */
export interface AdminActions {
  /** Goes on with what is left of the answering node's failed replica. */
  acceptLoss(
    topic: string,
    index: number,
  ): Promise<
    | { readonly kind: 'accepted'; readonly accepted: LossAccepted }
    | { readonly kind: 'refused'; readonly status: 404 | 409 | 500 | 503; readonly error: string }
  >;
}

/** What the node implements and the admin server shows. Synchronous, from memory. */
export interface AdminView {
  /** The broker is registered and unfenced, as this node sees it. */
  ready(): boolean;
  /** Null: alive; else why the node can no longer work. */
  unhealthy(): string | null;
  status(): ClusterStatusView;
  quorum(): QuorumView;
  topics(): readonly TopicView[];
  /** Null: metadata knows no such partition. */
  partition(topic: string, index: number): PartitionView | null;
  /** Replicas held here, of one topic or (null) of all. */
  hosted(topic: string | null): readonly HostedReplica[];
  config(): readonly SettingView[];
  metrics(): readonly MetricSample[];
}
