/**
 * Everything that can be asked of the controller, and what it answers.
 *
 * ```
 *  broker ──BrokerCommand──▶ ┐
 *  client ──any node──AdminCommand──▶ controller: decide → log → apply ──▶ AnswerOf<command>
 *  timers ──InternalCommand─▶ ┘
 * ```
 *
 * Broker commands carry the sender's node and incarnation; an old life's commands are refused. Commands hold plain
 * JSON values only (no Map, no Uint8Array), and the answer's items stand in the order of the command's items.
 */
import type { DirectoryId, Incarnation, Member, NodeId, Offset, Term } from '../../raft/index.ts';
import type { Endpoint } from '../metadata/index.ts';
import type { Refusal } from './refusal.ts';

/** One life of a broker. */
export interface BrokerLife {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
}

/** What a broker found on its disk of one isr replica. */
export interface FoundReplica {
  readonly topicId: string;
  readonly partition: number;
  /** Term of the last batch, 0 when empty. */
  readonly lastTerm: Term;
  readonly end: Offset;
  /** Acknowledged records may have been lost since it was last open (design section 3). */
  readonly lossy: boolean;
  /** It cannot be used at all: damage, or a fault of the disk. Then it is lossy too. */
  readonly failed: boolean;
}

export interface RegisterBroker extends BrokerLife {
  readonly kind: 'register-broker';
  readonly directory: DirectoryId;
  readonly kafka: Endpoint;
  readonly peer: Endpoint;
  readonly admin: Endpoint;
  readonly rack: string | null;
  /**
   * Incarnations that the directory holds (registered and attempted before this one). The controller's last one must
   * be among them, else everything in the directory is lossy.
   */
  readonly knownIncarnations: readonly Incarnation[];
  /** Every isr replica on disk, lossy or not: what is needed if the whole directory turns out to be foreign. */
  readonly found: readonly FoundReplica[];
}

/** A heartbeat of the broker's life; at least one per a quarter of the session timeout. */
export interface BrokerHeartbeat extends BrokerLife {
  readonly kind: 'broker-heartbeat';
  /** One past the last metadata record that this broker has applied. */
  readonly appliedEnd: Offset;
  /** It wants to serve (unfenced as soon as it has applied its own registration). */
  readonly wantsUnfence: boolean;
  /** It wants to stop: leaderships are moved away first. */
  readonly wantsShutdown: boolean;
}

export interface IsrProposal {
  readonly topicId: string;
  readonly partition: number;
  readonly leaderTerm: Term;
  /** The partition version that the proposal changes; any other is refused. */
  readonly version: number;
  /** The new ISR with the incarnations that the leader saw. */
  readonly isr: readonly Member[];
  /** Members left out because their log was seen to end below the high watermark: these do not get into the ELR. */
  readonly expelled: readonly NodeId[];
}

export interface AlterPartition extends BrokerLife {
  readonly kind: 'alter-partition';
  readonly proposals: readonly IsrProposal[];
}

export interface ReportQuorumLeader extends BrokerLife {
  readonly kind: 'report-quorum-leader';
  readonly reports: readonly { readonly topicId: string; readonly partition: number; readonly term: Term }[];
}

/**
 * Replicas of the sender whose logs failed while it runs. Each is taken out of ISR and ELR and the partition gets a new
 * term, so that nothing that the failed log has acknowledged counts for anybody any more.
 */
export interface ReportFailedReplicas extends BrokerLife {
  readonly kind: 'report-failed-replicas';
  readonly replicas: readonly {
    readonly topicId: string;
    readonly partition: number;
    /** The partition version that the sender has applied; a report that was overtaken (a late copy, too) is refused. */
    readonly version: number;
  }[];
}

/**
 * An operator goes on with what is left of the sender's replica, whose log had failed: it may have lost records, and leads
 * all the same, unless another replica that may lead holds more.
 */
export interface AcceptLoss extends BrokerLife {
  readonly kind: 'accept-loss';
  readonly topicId: string;
  readonly partition: number;
  /** The partition version that the sender has applied. */
  readonly version: number;
  /** What is left. */
  readonly lastTerm: Term;
  readonly end: Offset;
}

export interface AllocateProducerIds extends BrokerLife {
  readonly kind: 'allocate-producer-ids';
}

export type BrokerCommand =
  | RegisterBroker
  | BrokerHeartbeat
  | AlterPartition
  | ReportQuorumLeader
  | ReportFailedReplicas
  | AcceptLoss
  | AllocateProducerIds;

export interface NewTopic {
  readonly name: string;
  /** Null: the default (-1 on the wire), or given by `assignments`. */
  readonly partitions: number | null;
  readonly replicationFactor: number | null;
  /** Replicas of partition 0, 1, …, in order of preference; null: placed by the controller. */
  readonly assignments: readonly (readonly NodeId[])[] | null;
  readonly configs: readonly { readonly key: string; readonly value: string }[];
  readonly internal: boolean;
}

export interface CreateTopics {
  readonly kind: 'create-topics';
  readonly topics: readonly NewTopic[];
  readonly validateOnly: boolean;
}

export type TopicRef = { readonly kind: 'name'; readonly name: string } | { readonly kind: 'id'; readonly id: string };

export interface DeleteTopics {
  readonly kind: 'delete-topics';
  readonly topics: readonly TopicRef[];
}

export interface CreatePartitions {
  readonly kind: 'create-partitions';
  readonly topics: readonly {
    readonly name: string;
    /** The new total. */
    readonly count: number;
    /** Replicas of each added partition; null: placed by the controller. */
    readonly assignments: readonly (readonly NodeId[])[] | null;
  }[];
  readonly validateOnly: boolean;
}

/** A config resource as Kafka names it. A broker resource with node null is the cluster-wide default. */
export type ConfigResource =
  | { readonly kind: 'topic'; readonly name: string }
  | { readonly kind: 'broker'; readonly node: NodeId | null }
  | { readonly kind: 'group'; readonly groupId: string };

export interface ConfigChange {
  readonly key: string;
  readonly operation: 'set' | 'delete' | 'append' | 'subtract';
  /** Null only with `delete`. */
  readonly value: string | null;
}

export interface AlterConfigs {
  readonly kind: 'alter-configs';
  readonly resources: readonly {
    readonly resource: ConfigResource;
    /** True: what is not named is removed (Kafka's AlterConfigs); only `set` then. */
    readonly replaceAll: boolean;
    readonly changes: readonly ConfigChange[];
  }[];
  readonly validateOnly: boolean;
}

export interface ElectLeaders {
  readonly kind: 'elect-leaders';
  readonly election: 'preferred' | 'unclean';
  /** Null: all partitions; those that need none are then left out of the answer. */
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[] | null;
}

export interface UnregisterBroker {
  readonly kind: 'unregister-broker';
  readonly node: NodeId;
}

export type AdminCommand =
  | CreateTopics
  | DeleteTopics
  | CreatePartitions
  | AlterConfigs
  | ElectLeaders
  | UnregisterBroker;

/** The controller's own: never comes from outside. */
export type InternalCommand =
  | { readonly kind: 'create-cluster' }
  | ({ readonly kind: 'fence-broker' } & BrokerLife)
  /** Moves leaderships to preferred replicas that are in the ISR. */
  | { readonly kind: 'balance-leaders' }
  /** Elects among lossy replicas where waiting for the others has lasted long enough. */
  | {
      readonly kind: 'elect-lossy';
      readonly partitions: readonly { readonly topicId: string; readonly partition: number }[];
    };

export type Command = BrokerCommand | AdminCommand | InternalCommand;

/** Result of one item of a command. */
export type ItemResult<Value = null> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface CreatedTopic {
  readonly topicId: string;
  readonly partitions: number;
  readonly replicationFactor: number;
}

/** What was decided; each command kind's answer. */
export interface Answers {
  /** Committed. The broker acts in no isr group before its own image shows its incarnation. */
  readonly 'register-broker': ItemResult;
  /** Refused with `stale-incarnation` (another life is registered: stop) or `unknown-broker` (register again). */
  readonly 'broker-heartbeat': ItemResult<{ readonly fenced: boolean; readonly mayStop: boolean }>;
  /** Per proposal: the partition's new version. */
  readonly 'alter-partition': readonly ItemResult<{ readonly version: number }>[];
  readonly 'report-quorum-leader': readonly ItemResult[];
  /** Per replica. Refused with `stale-version`: look at newer metadata, and report again if it is still needed. */
  readonly 'report-failed-replicas': readonly ItemResult[];
  /** Done: somebody leads, and the loss is counted. */
  readonly 'accept-loss': ItemResult;
  readonly 'allocate-producer-ids': ItemResult<{ readonly first: number; readonly count: number }>;
  readonly 'create-topics': readonly ItemResult<CreatedTopic>[];
  /** Per topic: its id and name. */
  readonly 'delete-topics': readonly ItemResult<{ readonly topicId: string; readonly name: string }>[];
  readonly 'create-partitions': readonly ItemResult[];
  readonly 'alter-configs': readonly ItemResult[];
  readonly 'elect-leaders': readonly {
    readonly topic: string;
    readonly partition: number;
    readonly result: ItemResult;
  }[];
  readonly 'unregister-broker': ItemResult;
  readonly 'create-cluster': null;
  readonly 'fence-broker': null;
  readonly 'balance-leaders': null;
  readonly 'elect-lossy': null;
}

export type AnswerOf<C extends Command> = Answers[C['kind']];

/** What comes back for a command: its answer, or why there is none. */
export type Outcome<C extends Command> =
  | { readonly kind: 'answer'; readonly answer: AnswerOf<C> }
  /** This node is not the controller, or not yet; `controller` as it knows it. Nothing was changed. */
  | { readonly kind: 'not-controller'; readonly controller: NodeId | null }
  /** Leadership was lost before the commit, or the connection broke: it may or may not have been carried out. */
  | { readonly kind: 'unknown'; readonly reason: string };

export function done<Value>(value: Value): ItemResult<Value> {
  return { kind: 'done', value };
}
