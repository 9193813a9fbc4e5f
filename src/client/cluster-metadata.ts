/** What a client knows of a cluster: brokers, topics, who leads what. A value; the client replaces it. */
import type { Decoded, metadata } from '../wire/index.ts';
import type { Address } from './address.ts';

export interface KnownPartition {
  readonly index: number;
  /** Null: nobody leads it. */
  readonly leader: number | null;
  /** Of the leadership; -1: unknown. */
  readonly term: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

export interface KnownTopic {
  readonly name: string;
  readonly id: string;
  readonly internal: boolean;
  /** Position = index. */
  readonly partitions: readonly KnownPartition[];
}

export interface ClusterMetadata {
  readonly clusterId: string | null;
  readonly controller: number | null;
  readonly brokers: ReadonlyMap<number, Address>;
  readonly topics: ReadonlyMap<string, KnownTopic>;
}

export const NO_METADATA: ClusterMetadata = {
  clusterId: null,
  controller: null,
  brokers: new Map(),
  topics: new Map(),
};

type Response = Decoded<typeof metadata.response>;

function knownTopic(topic: Response['topics'][number]): KnownTopic {
  const partitions = topic.partitions
    .map(({ partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes }) => ({
      index: partitionIndex,
      leader: leaderId < 0 ? null : leaderId,
      term: leaderEpoch,
      replicas: replicaNodes,
      isr: isrNodes,
    }))
    .sort((left, right) => left.index - right.index);
  return { name: topic.name ?? '', id: topic.topicId, internal: topic.isInternal, partitions };
}

/** What a node that lags behind says of a partition's leader does not replace what is known of a later term (KIP-320). */
function newerOf(known: KnownTopic | undefined, told: KnownTopic): KnownTopic {
  if (known === undefined || known.id !== told.id) return told;
  const partitions = told.partitions.map((partition) => {
    const before = known.partitions[partition.index];
    return before !== undefined && before.term > partition.term ? before : partition;
  });
  return { ...told, partitions };
}

/** The metadata after an answer: brokers as answered, topics of the answer over those known before. */
export function metadataAfter(before: ClusterMetadata, response: Response, whole: boolean): ClusterMetadata {
  const topics = new Map(whole ? [] : before.topics);
  for (const topic of response.topics) {
    if (topic.name === null) continue;
    if (topic.errorCode === 0) topics.set(topic.name, newerOf(topics.get(topic.name), knownTopic(topic)));
    else topics.delete(topic.name);
  }
  const brokers = new Map(response.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
  return {
    clusterId: response.clusterId,
    controller: response.controllerId < 0 ? null : response.controllerId,
    brokers,
    topics,
  };
}
