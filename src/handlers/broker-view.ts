/**
 * What handlers see of their node: the metadata as applied here, the replicas hosted here, time.
 */
import type { NodeId } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import type { MetadataImage, Partition as PartitionRecord, Topic } from '../metadata/index.ts';
import type { Partition } from '../partition/index.ts';

export interface BrokerView {
  readonly self: NodeId;
  readonly clock: Clock;
  image(): MetadataImage;
  /** The replica hosted here, or null. */
  partition(topicId: string, index: number): Partition | null;
}

/** Topics that the cluster makes for itself when it needs them, with partitions and settings of its own. */
export const RESERVED_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
]);

/** A partition as a request names it, found in the metadata. */
export interface FoundPartition {
  readonly topic: Topic;
  readonly record: PartitionRecord;
  /** Null when this node hosts no replica of it. */
  readonly hosted: Partition | null;
}

export function findTopic(broker: BrokerView, name: string, topicId: string, byId: boolean): Topic | null {
  const image = broker.image();
  return (byId ? image.topicsById.get(topicId) : image.topicsByName.get(name)) ?? null;
}

export function findPartition(broker: BrokerView, topic: Topic | null, index: number): FoundPartition | null {
  const record = topic?.partitions[index];
  if (topic === null || record === undefined) return null;
  return { topic, record, hosted: broker.partition(topic.id, index) };
}
