/**
 * DescribeTopicPartitions: topics with their partitions and ELR, page by page (KIP-966). Topics come sorted by name; the
 * cursor names the first partition of the next page.
 */
import type { Topic } from '../metadata/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode, ZERO_UUID } from '../wire/index.ts';
import type { BrokerView } from './broker-view.ts';

/** Kafka: max.request.partition.size.limit. */
const PARTITIONS_MAX = 2000;

interface Cursor {
  readonly topicName: string;
  readonly partitionIndex: number;
}

export function describeTopicPartitionsHandler(broker: BrokerView): ApiHandler {
  return apiHandler(API_TABLE.describeTopicPartitions, (request) => {
    const image = broker.image();
    const live = [...image.brokers.values()].filter(({ fenced }) => !fenced).map(({ node }) => node);
    const asked = request.topics.length === 0 ? [...image.topicsByName.keys()] : request.topics.map(({ name }) => name);
    const { cursor }: { readonly cursor: Cursor | null } = request;
    const names = [...new Set(asked)].sort().filter((name) => name >= (cursor?.topicName ?? ''));
    let left = Math.min(Math.max(1, request.responsePartitionLimit), PARTITIONS_MAX);
    let nextCursor: Cursor | null = null;
    const topics = [];
    for (const name of names) {
      if (left <= 0) {
        nextCursor = { topicName: name, partitionIndex: 0 };
        break;
      }
      const topic = image.topicsByName.get(name);
      if (topic === undefined) {
        topics.push({
          errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
          name,
          topicId: ZERO_UUID,
          isInternal: false,
          partitions: [],
        });
        continue;
      }
      const from = cursor !== null && cursor.topicName === name ? Math.max(0, cursor.partitionIndex) : 0;
      const page = topic.partitions.slice(from, from + left);
      left -= page.length;
      topics.push(describe(topic, page, live));
      if (from + page.length < topic.partitions.length) {
        nextCursor = { topicName: name, partitionIndex: from + page.length };
        break;
      }
    }
    return respond({ topics, nextCursor });
  });
}

function describe(
  topic: Topic,
  page: Topic['partitions'],
  live: readonly number[],
): {
  readonly errorCode: number;
  readonly name: string;
  readonly topicId: string;
  readonly isInternal: boolean;
  readonly partitions: readonly PartitionDescription[];
} {
  const partitions = page.map((record) => {
    const available = record.leader !== null && live.includes(record.leader);
    return {
      errorCode: available ? 0 : errorCode('LEADER_NOT_AVAILABLE'),
      partitionIndex: record.index,
      leaderId: available ? (record.leader ?? -1) : -1,
      leaderEpoch: record.leaderTerm,
      replicaNodes: record.replicas,
      isrNodes: record.isr,
      eligibleLeaderReplicas: record.elr,
      lastKnownElr: [],
      offlineReplicas: record.replicas.filter((node) => !live.includes(node)),
    };
  });
  return { errorCode: 0, name: topic.name, topicId: topic.id, isInternal: topic.internal, partitions };
}

interface PartitionDescription {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  readonly eligibleLeaderReplicas: readonly number[];
  readonly lastKnownElr: readonly number[];
  readonly offlineReplicas: readonly number[];
}
