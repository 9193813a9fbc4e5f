/**
 * The metadata image: what the committed metadata log says, as one immutable value. The same on every node that
 * applied the same records; only `applyRecord` (apply.ts) makes a new one from an old one.
 *
 * Invariants of isr partitions: isr ∩ elr = ∅; |isr| ≥ min.insync.replicas ⇒ elr = ∅ and lossy = ∅; a fenced broker is
 * in no isr; `leader` ∈ isr; every change of a partition raises its `version`, every change of its leader (or of the
 * leader's incarnation, or to none) its `leaderTerm`. For quorum partitions `isr` is always all replicas, and leader
 * and term are what the leader itself reported.
 */
import { offset, term } from '../../raft/index.ts';
import type { DirectoryId, Incarnation, NodeId, Offset, Term } from '../../raft/index.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A registered broker. */
export interface Broker {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly directory: DirectoryId;
  readonly kafka: Endpoint;
  readonly peer: Endpoint;
  readonly admin: Endpoint;
  readonly rack: string | null;
  /** Registered but not to be used: leads nothing, is in no ISR, is not shown to clients. */
  readonly fenced: boolean;
  /** In controlled shutdown: gets no new leaderships. */
  readonly leaving: boolean;
  /** Offset of its registration record: the node acts in no isr group before it has applied metadata up to here. */
  readonly registeredAt: Offset;
}

/** Who decides about the partition's leader. `quorum`: its replicas, by votes; the controller only records what the leader reports. */
export type Replication = 'isr' | 'quorum';

/** What is left of the log of a replica that was in ISR or ELR and may have lost records since (design section 3). */
export interface LossyReplica {
  readonly node: NodeId;
  /** Term of the last batch of its log, 0 when empty. */
  readonly lastTerm: Term;
  readonly end: Offset;
  /** Its log cannot be used at all (damage, a fault of the disk): it never leads, whatever an operator allows. */
  readonly failed: boolean;
}

export interface Partition {
  readonly topicId: string;
  readonly index: number;
  /** In order of preference. */
  readonly replicas: readonly NodeId[];
  readonly isr: readonly NodeId[];
  readonly elr: readonly NodeId[];
  /** Former members of ISR or ELR that came back having possibly lost records, while |isr| < min.insync.replicas. */
  readonly lossy: readonly LossyReplica[];
  readonly leader: NodeId | null;
  /** The leader's incarnation when it was appointed. */
  readonly leaderIncarnation: Incarnation | null;
  readonly leaderTerm: Term;
  readonly version: number;
  /** The last election accepted possible loss. */
  readonly unclean: boolean;
  readonly replication: Replication;
}

export interface Topic {
  readonly id: string;
  readonly name: string;
  readonly partitions: readonly Partition[];
  /** Only what was set for this topic; defaults come from `topic-config.ts`. */
  readonly configs: ReadonlyMap<string, string>;
  readonly internal: boolean;
}

export interface MetadataImage {
  /** One past the last applied record, and its term. */
  readonly end: Offset;
  readonly term: Term;
  /** Null before the first committed record. */
  readonly clusterId: string | null;
  readonly brokers: ReadonlyMap<NodeId, Broker>;
  readonly topicsByName: ReadonlyMap<string, Topic>;
  readonly topicsById: ReadonlyMap<string, Topic>;
  /** Cluster-wide dynamic configs (resource "default broker") and per-broker ones, as set. */
  readonly clusterConfigs: ReadonlyMap<string, string>;
  readonly brokerConfigs: ReadonlyMap<NodeId, ReadonlyMap<string, string>>;
  /** Configs of groups by group id, as set; a group whose last one was removed is not here. */
  readonly groupConfigs: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** First producer id that no block was given out of. */
  readonly nextProducerId: number;
  /** Elections that accepted possible loss, over the cluster's life. */
  readonly uncleanElections: number;
}

/** The image before the first record. */
export function emptyImage(): MetadataImage {
  return {
    end: offset(0),
    term: term(0),
    clusterId: null,
    brokers: new Map(),
    topicsByName: new Map(),
    topicsById: new Map(),
    clusterConfigs: new Map(),
    brokerConfigs: new Map(),
    groupConfigs: new Map(),
    nextProducerId: 0,
    uncleanElections: 0,
  };
}
