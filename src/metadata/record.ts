/**
 * The records of the metadata log: every fact that the cluster agrees on, each a change of the image.
 *
 * ```
 *  decide (controller) ─▶ records ─▶ one batch of the metadata group ─▶ committed ─▶ applyRecords ─▶ image
 * ```
 *
 * One command's records are one batch and become true together. A record is self-contained and carries the result of
 * a decision, never its inputs: applying needs no clock, no randomness and no defaults, or replicas would differ.
 * On disk: one protobuf `MetadataRecord` (proto/metadata.proto) as the value of one Kafka record; see record-codec.ts.
 */
import type { DirectoryId, Incarnation, NodeId, Term } from '../../raft/index.ts';
import type { Endpoint, LossyReplica, Replication } from './image.ts';

/** Who leads from now on; the four always change together. */
export interface Leadership {
  /** Null: nobody can lead. */
  readonly leader: NodeId | null;
  readonly leaderIncarnation: Incarnation | null;
  readonly leaderTerm: Term;
  /** The election accepted possible loss; counted in the image. */
  readonly unclean: boolean;
}

/** What a config belongs to. Topics by id, so that a topic of the same name created later inherits nothing. */
export type ConfigScope =
  | { readonly kind: 'cluster' }
  | { readonly kind: 'broker'; readonly node: NodeId }
  | { readonly kind: 'topic'; readonly topicId: string }
  /** A consumer group, whether it exists or not (as in Kafka). */
  | { readonly kind: 'group'; readonly groupId: string };

export type MetadataRecord =
  /** The first record of a cluster's life. */
  | { readonly kind: 'cluster-created'; readonly clusterId: string }
  /** A broker's new life; it begins fenced and not leaving. Replaces an older registration of that node. */
  | {
      readonly kind: 'broker-registered';
      readonly node: NodeId;
      readonly incarnation: Incarnation;
      readonly directory: DirectoryId;
      readonly kafka: Endpoint;
      readonly peer: Endpoint;
      readonly admin: Endpoint;
      readonly rack: string | null;
    }
  | { readonly kind: 'broker-fenced'; readonly node: NodeId; readonly incarnation: Incarnation }
  | { readonly kind: 'broker-unfenced'; readonly node: NodeId; readonly incarnation: Incarnation }
  | { readonly kind: 'broker-leaving'; readonly node: NodeId; readonly incarnation: Incarnation }
  | { readonly kind: 'broker-unregistered'; readonly node: NodeId; readonly incarnation: Incarnation }
  /** A topic without partitions; these follow in the same batch. */
  | { readonly kind: 'topic-created'; readonly topicId: string; readonly name: string; readonly internal: boolean }
  /** With its partitions and configs. */
  | { readonly kind: 'topic-removed'; readonly topicId: string }
  /** `partition` is the topic's partition count before this record. The partition's version is 0. */
  | {
      readonly kind: 'partition-created';
      readonly topicId: string;
      readonly partition: number;
      readonly replicas: readonly NodeId[];
      readonly isr: readonly NodeId[];
      readonly leadership: Leadership;
      readonly replication: Replication;
    }
  /** Null fields stay as they are. `version` is the partition's version from now on: one more than before. */
  | {
      readonly kind: 'partition-changed';
      readonly topicId: string;
      readonly partition: number;
      readonly version: number;
      readonly replicas: readonly NodeId[] | null;
      readonly isr: readonly NodeId[] | null;
      readonly elr: readonly NodeId[] | null;
      readonly lossy: readonly LossyReplica[] | null;
      readonly leadership: Leadership | null;
    }
  /** quorum partitions: what the leader reported (null: its broker was fenced since). Raises the version, never the term. */
  | {
      readonly kind: 'quorum-leader-reported';
      readonly topicId: string;
      readonly partition: number;
      readonly leader: NodeId | null;
      readonly leaderIncarnation: Incarnation | null;
      readonly leaderTerm: Term;
    }
  | { readonly kind: 'config-set'; readonly scope: ConfigScope; readonly key: string; readonly value: string }
  | { readonly kind: 'config-removed'; readonly scope: ConfigScope; readonly key: string }
  /** A block of producer ids, up to but not including `next`, belongs to this life of a broker. */
  | {
      readonly kind: 'producer-ids-allocated';
      readonly node: NodeId;
      readonly incarnation: Incarnation;
      readonly next: number;
    }
  /** Takes an offset, changes nothing else. */
  | { readonly kind: 'no-op' };

export type PartitionChanged = Extract<MetadataRecord, { readonly kind: 'partition-changed' }>;
