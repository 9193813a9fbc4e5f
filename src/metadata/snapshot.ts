/**
 * A snapshot of the metadata: an image as bytes, and back.
 *
 * Invariant: decode(encode(image)) equals image, and equals the replay of all records below `image.end`
 * (reliability: R10). The order of maps is the order of insertion and is kept, so equal images give equal bytes only
 * when they were made by the same records; compare images, not bytes.
 */
import { AssertionError, nodeId, offset, present, term } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import type { Broker, MetadataImage, Partition, Topic } from './image.ts';
import {
  readLeadership,
  readLossy,
  readNodes,
  readRegistered,
  readReplication,
  wire,
  writeLeadership,
  writeRegistered,
  writeReplication,
} from './wire-parts.ts';
import type { ConfigMessage, PartitionMessage } from './wire-parts.ts';

/** Raised when older versions must refuse to read what this one writes. */
const FORMAT = 1;

export type DecodedImage =
  | { readonly kind: 'image'; readonly image: MetadataImage }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Fresh bytes, owned by the caller; about 40 bytes a partition. */
export function encodeImage(image: MetadataImage): Uint8Array {
  const message = {
    format: FORMAT,
    end: image.end,
    term: image.term,
    hasClusterId: image.clusterId !== null,
    clusterId: image.clusterId,
    brokers: [...image.brokers.values()].map((broker) => ({
      registered: writeRegistered(broker),
      fenced: broker.fenced,
      leaving: broker.leaving,
      registeredAt: broker.registeredAt,
    })),
    topics: [...image.topicsById.values()].map((topic) => ({
      topicId: topic.id,
      name: topic.name,
      internal: topic.internal,
      partitions: topic.partitions.map(writePartition),
      configs: writeConfigs(topic.configs),
    })),
    clusterConfigs: writeConfigs(image.clusterConfigs),
    brokerConfigs: [...image.brokerConfigs].map(([node, configs]) => ({ node, configs: writeConfigs(configs) })),
    groupConfigs: [...image.groupConfigs].map(([groupId, configs]) => ({ groupId, configs: writeConfigs(configs) })),
    nextProducerId: image.nextProducerId,
    uncleanElections: image.uncleanElections,
  };
  return wire.Image.encode(message).finish();
}

/** Reads what {@link encodeImage} wrote. Never throws: damage and newer formats are a reason. */
export function decodeImage(bytes: Uint8Array): DecodedImage {
  try {
    const message = wire.Image.decode(bytes);
    if (message.format !== FORMAT)
      return {
        kind: 'invalid',
        reason: `metadata snapshot has format ${message.format}, this version reads ${FORMAT}`,
      };
    return { kind: 'image', image: readImage(message) };
  } catch (error) {
    // The gate for bytes: protobuf's RangeError and the id constructors' complaints become a reason.
    if (error instanceof AssertionError || error instanceof Error)
      return { kind: 'invalid', reason: `malformed metadata snapshot: ${error.message}` };
    throw error;
  }
}

function readImage(message: InstanceType<typeof wire.Image>): MetadataImage {
  const brokers = new Map<NodeId, Broker>();
  for (const each of message.brokers ?? []) {
    const { kind: _kind, ...registered } = readRegistered(present(each.registered, 'a registration'));
    const { fenced, leaving, registeredAt } = each;
    const state = { fenced: fenced ?? false, leaving: leaving ?? false, registeredAt: offset(registeredAt ?? 0) };
    brokers.set(registered.node, { ...registered, ...state });
  }
  const topics = (message.topics ?? []).map((each): Topic => {
    const id = each.topicId ?? '';
    const partitions = (each.partitions ?? []).map((partition, index) => readPartition(id, index, partition));
    return {
      id,
      name: each.name ?? '',
      partitions,
      configs: readConfigs(each.configs),
      internal: each.internal ?? false,
    };
  });
  return {
    end: offset(message.end),
    term: term(message.term),
    clusterId: message.hasClusterId ? message.clusterId : null,
    brokers,
    topicsByName: new Map(topics.map((topic) => [topic.name, topic])),
    topicsById: new Map(topics.map((topic) => [topic.id, topic])),
    clusterConfigs: readConfigs(message.clusterConfigs),
    brokerConfigs: new Map(
      (message.brokerConfigs ?? []).map((each) => [nodeId(each.node ?? 0), readConfigs(each.configs)]),
    ),
    groupConfigs: new Map((message.groupConfigs ?? []).map((each) => [each.groupId ?? '', readConfigs(each.configs)])),
    nextProducerId: message.nextProducerId,
    uncleanElections: message.uncleanElections,
  };
}

function writePartition(partition: Partition): PartitionMessage {
  return {
    replicas: [...partition.replicas],
    isr: [...partition.isr],
    elr: [...partition.elr],
    lossy: [...partition.lossy],
    leadership: writeLeadership(partition),
    version: partition.version,
    replication: writeReplication(partition.replication),
  };
}

function readPartition(topicId: string, index: number, message: PartitionMessage): Partition {
  return {
    topicId,
    index,
    replicas: readNodes(message.replicas),
    isr: readNodes(message.isr),
    elr: readNodes(message.elr),
    lossy: readLossy(message.lossy),
    ...readLeadership(message.leadership),
    version: message.version ?? 0,
    replication: readReplication(message.replication),
  };
}

function writeConfigs(configs: ReadonlyMap<string, string>): ConfigMessage[] {
  return [...configs].map(([key, value]) => ({ key, value }));
}

function readConfigs(messages: readonly ConfigMessage[] | null | undefined): ReadonlyMap<string, string> {
  return new Map((messages ?? []).map((each) => [each.key ?? '', each.value ?? '']));
}
