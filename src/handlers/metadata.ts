/**
 * Metadata: brokers, controller, topics and their partitions, as applied on this node. Any node answers.
 *
 * Topics that are asked for by name and do not exist are created where both client and cluster allow it; the answer is
 * 3 meanwhile and clients ask again, as with Kafka.
 */
import type { NodeId } from '../../raft/index.ts';
import { invalidTopicName } from '../metadata/index.ts';
import type { MetadataImage, Partition, Topic } from '../metadata/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode, ZERO_UUID } from '../wire/index.ts';
import type { MetadataRequest, MetadataResponse } from '../wire/index.ts';
import { RESERVED_TOPICS } from './broker-view.ts';
import type { BrokerView } from './broker-view.ts';

/** Topics that one request may bring into being; the rest is created when the client asks again. */
const CREATED_AT_ONCE = 1000;

type TopicResponse = MetadataResponse['topics'][number];
type PartitionResponse = TopicResponse['partitions'][number];

export interface MetadataOptions {
  /** Kafka: auto.create.topics.enable. */
  readonly autoCreateTopics: () => boolean;
  /** Begins to create topics; their names are valid. Errors show when the client asks again. */
  readonly createTopics: (names: readonly string[]) => void;
  readonly controller: () => NodeId | null;
}

/** Brokers that clients may use. */
function usable(image: MetadataImage): readonly number[] {
  return [...image.brokers.values()].filter(({ fenced }) => !fenced).map(({ node }) => node);
}

function partitionResponse(record: Partition, live: readonly number[], version: number): PartitionResponse {
  const offline = record.replicas.filter((node) => !live.includes(node));
  const { leader } = record;
  const available = leader !== null && live.includes(leader);
  // Version 0 also complains of offline replicas; newer clients read the list instead.
  const replicaMissing = version === 0 && offline.length > 0;
  const failing = replicaMissing ? errorCode('REPLICA_NOT_AVAILABLE') : 0;
  return {
    errorCode: available ? failing : errorCode('LEADER_NOT_AVAILABLE'),
    partitionIndex: record.index,
    leaderId: available ? leader : -1,
    leaderEpoch: record.leaderTerm,
    replicaNodes: record.replicas,
    isrNodes: record.isr,
    offlineReplicas: offline,
  };
}

function topicResponse(topic: Topic, live: readonly number[], version: number): TopicResponse {
  const partitions = topic.partitions.map((record) => partitionResponse(record, live, version));
  return { errorCode: 0, name: topic.name, topicId: topic.id, isInternal: topic.internal, partitions };
}

/** `name` null: asked by id; the answer could not say so before version 12. */
function missing(name: string | null, topicId: string, code: number, version: number): TopicResponse {
  return { errorCode: code, name: name ?? (version < 12 ? '' : null), topicId, isInternal: false, partitions: [] };
}

export function metadataHandler(broker: BrokerView, options: MetadataOptions): ApiHandler {
  const topicsOf = (request: MetadataRequest, version: number): readonly TopicResponse[] => {
    const image = broker.image();
    const live = usable(image);
    const all = request.topics === null || (version === 0 && request.topics.length === 0);
    if (all) return [...image.topicsByName.values()].map((topic) => topicResponse(topic, live, version));
    const wanted = new Set<string>();
    const responses = (request.topics ?? []).map(({ name, topicId }) => {
      const byId = name === null || (topicId !== ZERO_UUID && name === '');
      const topic = byId ? image.topicsById.get(topicId) : image.topicsByName.get(name);
      if (topic !== undefined) return topicResponse(topic, live, version);
      if (byId) return missing(null, topicId, errorCode('UNKNOWN_TOPIC_ID'), version);
      if (invalidTopicName(name) !== null)
        return missing(name, ZERO_UUID, errorCode('INVALID_TOPIC_EXCEPTION'), version);
      if (!RESERVED_TOPICS.has(name)) wanted.add(name);
      return missing(name, ZERO_UUID, errorCode('UNKNOWN_TOPIC_OR_PARTITION'), version);
    });
    const create = wanted.size > 0 && options.autoCreateTopics() && request.allowAutoTopicCreation;
    if (create) options.createTopics([...wanted].slice(0, CREATED_AT_ONCE));
    return responses;
  };
  return apiHandler(API_TABLE.metadata, (request, context) => {
    const image = broker.image();
    const brokers = [...image.brokers.values()]
      .filter(({ fenced }) => !fenced)
      .map(({ node, kafka, rack }) => ({ nodeId: node, host: kafka.host, port: kafka.port, rack }));
    return respond({
      brokers,
      clusterId: image.clusterId,
      controllerId: options.controller() ?? -1,
      topics: topicsOf(request, context.version),
      errorCode: 0,
    });
  });
}
