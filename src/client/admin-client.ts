/**
 * Administrative calls: topics, configs, offsets, groups. Any node takes them and asks the controller itself.
 *
 * Calls that only read are repeated while nobody can answer. Calls that change something are sent once more only when
 * the cluster said that it did not do them; after a timeout nobody knows, and the caller is told so.
 */
import { API_TABLE, errorName } from '../wire/index.ts';
import type { Decoded, ErrorName } from '../wire/index.ts';
import type { Address } from './address.ts';
import { ClientError, refusal, refuseUnlessOk } from './client-error.ts';
import type { KafkaClient } from './kafka-client.ts';

export interface NewTopic {
  readonly name: string;
  /** Null: the cluster's default. */
  readonly partitions: number | null;
  readonly replicationFactor: number | null;
  readonly configs: Readonly<Record<string, string>>;
  /** Replicas of each partition instead of numbers. */
  readonly assignments?: readonly (readonly number[])[];
}

export interface ClusterDescription {
  readonly clusterId: string;
  readonly controller: number | null;
  readonly brokers: readonly {
    readonly node: number;
    readonly kafka: Address;
    readonly rack: string | null;
    readonly fenced: boolean;
  }[];
}

export type ResourceName =
  | { readonly kind: 'topic'; readonly name: string }
  | { readonly kind: 'broker'; readonly node: number | null };

export interface ConfigEntry {
  readonly key: string;
  readonly value: string | null;
  readonly source: 'topic' | 'broker' | 'cluster' | 'static' | 'default' | 'unknown';
  readonly readOnly: boolean;
  readonly documentation: string | null;
}

/** Null `value`: back to the default. */
export interface ConfigChange {
  readonly key: string;
  readonly value: string | null;
}

export interface TopicPartitionDescription {
  readonly partition: number;
  readonly leader: number | null;
  readonly term: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly elr: readonly number[];
  readonly offline: readonly number[];
}

export interface TopicDescription {
  readonly topic: string;
  readonly topicId: string;
  readonly internal: boolean;
  readonly partitions: readonly TopicPartitionDescription[];
}

/** Which offset is asked for: a place, or the first record at or after a time in milliseconds. */
export type OffsetPlace = 'earliest' | 'latest' | { readonly time: number };

export interface FoundOffset {
  readonly partition: number;
  /** Null: none at that time. */
  readonly offset: number | null;
  readonly timestamp: number | null;
  /** Why it could not be told. */
  readonly error: ErrorName | null;
}

const RESOURCE = { topic: 2, broker: 4 } as const;
const SOURCES: Readonly<Record<number, ConfigEntry['source']>> = {
  1: 'topic',
  2: 'broker',
  3: 'cluster',
  4: 'static',
  5: 'default',
};
const SET = 0;
const DELETE = 1;
const PARTITIONS_MAX = 2000;

function resource(name: ResourceName): { readonly resourceType: number; readonly resourceName: string } {
  if (name.kind === 'topic') return { resourceType: RESOURCE.topic, resourceName: name.name };
  return { resourceType: RESOURCE.broker, resourceName: name.node === null ? '' : String(name.node) };
}

function placeTimestamp(place: OffsetPlace): number {
  if (place === 'latest') return -1;
  return place === 'earliest' ? -2 : place.time;
}

type DescribedTopic = Decoded<typeof API_TABLE.describeTopicPartitions.schema.response>['topics'][number];

function describedPartitions(topic: DescribedTopic): readonly TopicPartitionDescription[] {
  return topic.partitions.map((partition) => ({
    partition: partition.partitionIndex,
    leader: partition.leaderId < 0 ? null : partition.leaderId,
    term: partition.leaderEpoch,
    replicas: partition.replicaNodes,
    isr: partition.isrNodes,
    elr: partition.eligibleLeaderReplicas ?? [],
    offline: partition.offlineReplicas,
  }));
}

export class AdminClient {
  readonly #client: KafkaClient;

  constructor(client: KafkaClient) {
    this.#client = client;
  }

  /** `fenced`: show also brokers that are registered but silent. */
  async describeCluster(options: { readonly fenced?: boolean } = {}): Promise<ClusterDescription> {
    const answer = await this.#client.any(API_TABLE.describeCluster.schema, {
      includeClusterAuthorizedOperations: false,
      includeFencedBrokers: options.fenced ?? false,
    });
    refuseUnlessOk(answer.errorCode, 'describe cluster', answer.errorMessage);
    const brokers = answer.brokers.map(({ brokerId, host, port, rack, isFenced }) => ({
      node: brokerId,
      kafka: { host, port },
      rack,
      fenced: isFenced,
    }));
    return { clusterId: answer.clusterId, controller: answer.controllerId < 0 ? null : answer.controllerId, brokers };
  }

  /** Resolves when the controller has committed the topic; to its id and shape. */
  async createTopic(
    topic: NewTopic,
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<{ readonly topicId: string; readonly partitions: number; readonly replicationFactor: number }> {
    const assignments = (topic.assignments ?? []).map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }));
    const given = assignments.length > 0;
    const answer = await this.#client.any(API_TABLE.createTopics.schema, {
      topics: [
        {
          name: topic.name,
          numPartitions: given ? -1 : (topic.partitions ?? -1),
          replicationFactor: given ? -1 : (topic.replicationFactor ?? -1),
          assignments,
          configs: Object.entries(topic.configs).map(([name, value]) => ({ name, value })),
        },
      ],
      timeoutMs: this.#client.requestTimeoutMs,
      validateOnly: options.validateOnly ?? false,
    });
    const [created] = answer.topics;
    if (created === undefined) throw new ClientError('protocol', 'an empty answer to CreateTopics');
    refuseUnlessOk(created.errorCode, `create topic ${topic.name}`, created.errorMessage);
    return {
      topicId: created.topicId,
      partitions: created.numPartitions,
      replicationFactor: created.replicationFactor,
    };
  }

  async deleteTopic(name: string): Promise<void> {
    const answer = await this.#client.any(API_TABLE.deleteTopics.schema, {
      topics: [{ name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
      topicNames: [name],
      timeoutMs: this.#client.requestTimeoutMs,
    });
    for (const { errorCode, errorMessage } of answer.responses)
      refuseUnlessOk(errorCode, `delete topic ${name}`, errorMessage);
  }

  /** `count`: of all partitions afterwards. */
  async createPartitions(name: string, count: number): Promise<void> {
    const answer = await this.#client.any(API_TABLE.createPartitions.schema, {
      topics: [{ name, count, assignments: null }],
      timeoutMs: this.#client.requestTimeoutMs,
      validateOnly: false,
    });
    for (const { errorCode, errorMessage } of answer.results)
      refuseUnlessOk(errorCode, `add partitions to ${name}`, errorMessage);
  }

  async describeConfigs(
    name: ResourceName,
    options: { readonly keys?: readonly string[]; readonly documentation?: boolean } = {},
  ): Promise<readonly ConfigEntry[]> {
    const resources = [{ ...resource(name), configurationKeys: options.keys ?? null }];
    const body = { resources, includeDocumentation: options.documentation ?? false };
    // A broker's own settings are known to itself only.
    const own =
      name.kind === 'broker' && name.node !== null && this.#client.metadata.brokers.has(name.node) ? name.node : null;
    const api = API_TABLE.describeConfigs.schema;
    const answer = await (own === null ? this.#client.any(api, body) : this.#client.on(own, api, body));
    const [result] = answer.results;
    if (result === undefined) throw new ClientError('protocol', 'an empty answer to DescribeConfigs');
    refuseUnlessOk(result.errorCode, `configs of ${name.kind} ${result.resourceName}`, result.errorMessage);
    return result.configs.map((config) => ({
      key: config.name,
      value: config.value,
      source: SOURCES[config.configSource] ?? 'unknown',
      readOnly: config.readOnly,
      documentation: config.documentation,
    }));
  }

  async alterConfigs(name: ResourceName, changes: readonly ConfigChange[]): Promise<void> {
    const configs = changes.map(({ key, value }) => ({
      name: key,
      configOperation: value === null ? DELETE : SET,
      value,
    }));
    const answer = await this.#client.any(API_TABLE.incrementalAlterConfigs.schema, {
      resources: [{ ...resource(name), configs }],
      validateOnly: false,
    });
    for (const { errorCode, errorMessage, resourceName } of answer.responses) {
      refuseUnlessOk(errorCode, `configs of ${name.kind} ${resourceName}`, errorMessage);
    }
  }

  /**
   * Has the preferred replica lead, or (`unclean`, only where nobody leads) any live one. Rejects with ELECTION_NOT_NEEDED,
   * PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE.
   */
  async electLeader(topic: string, partition: number, election: 'preferred' | 'unclean'): Promise<void> {
    const answer = await this.#client.any(API_TABLE.electLeaders.schema, {
      electionType: election === 'unclean' ? 1 : 0,
      topicPartitions: [{ topic, partitions: [partition] }],
      timeoutMs: this.#client.requestTimeoutMs,
    });
    const what = `elect a leader of ${topic}-${partition}`;
    refuseUnlessOk(answer.errorCode, what);
    for (const { errorCode, errorMessage } of answer.replicaElectionResults.flatMap((each) => each.partitionResult))
      refuseUnlessOk(errorCode, what, errorMessage);
  }

  /** All of a topic's partitions, page by page. Rejects with UNKNOWN_TOPIC_OR_PARTITION. */
  async describeTopic(name: string): Promise<TopicDescription> {
    const partitions: TopicPartitionDescription[] = [];
    let cursor: { readonly topicName: string; readonly partitionIndex: number } | null = null;
    for (;;) {
      const answer: Decoded<typeof API_TABLE.describeTopicPartitions.schema.response> = await this.#client.any(
        API_TABLE.describeTopicPartitions.schema,
        {
          topics: [{ name }],
          responsePartitionLimit: PARTITIONS_MAX,
          cursor,
        },
      );
      const [topic] = answer.topics;
      if (topic === undefined) throw refusal(3, `topic ${name}`);
      refuseUnlessOk(topic.errorCode, `topic ${name}`);
      partitions.push(...describedPartitions(topic));
      cursor = answer.nextCursor;
      if (cursor === null) return { topic: name, topicId: topic.topicId, internal: topic.isInternal, partitions };
    }
  }

  /** Offsets of partitions, each from its leader; partitions without a leader come with an error. */
  async listOffsets(topic: string, partitions: readonly number[], place: OffsetPlace): Promise<readonly FoundOffset[]> {
    await this.#client.topic(topic);
    const byLeader = new Map<number, number[]>();
    const found: FoundOffset[] = [];
    for (const partition of partitions) {
      const known = this.#client.leaderOf(topic, partition);
      if (known === null) found.push({ partition, offset: null, timestamp: null, error: 'LEADER_NOT_AVAILABLE' });
      else byLeader.set(known.leader, [...(byLeader.get(known.leader) ?? []), partition]);
    }
    const answers = [...byLeader].map(async ([node, its]) => {
      const asked = its.map((partitionIndex) => ({ partitionIndex, timestamp: placeTimestamp(place) }));
      const answer = await this.#client.on(node, API_TABLE.listOffsets.schema, {
        replicaId: -1,
        isolationLevel: 0,
        topics: [{ name: topic, partitions: asked }],
        timeoutMs: this.#client.requestTimeoutMs,
      });
      for (const { partitionIndex, errorCode, offset, timestamp } of answer.topics[0]?.partitions ?? []) {
        const error = errorCode === 0 ? null : (errorName(errorCode) ?? 'UNKNOWN_SERVER_ERROR');
        found.push({
          partition: partitionIndex,
          offset: offset < 0 ? null : offset,
          timestamp: timestamp < 0 ? null : timestamp,
          error,
        });
      }
    });
    await Promise.all(answers);
    return found.sort((left, right) => left.partition - right.partition);
  }
}
