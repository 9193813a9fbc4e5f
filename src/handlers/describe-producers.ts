/**
 * DescribeProducers: the producers that a leader remembers, with their open transactions: how admins find hanging ones (KIP-664).
 */
import type { Partition } from '../partition/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { DescribeProducersResponse } from '../wire/index.ts';
import { findPartition, findTopic } from './broker-view.ts';
import type { BrokerView } from './broker-view.ts';
import { refusalCode, refusalMessage } from './refusal-code.ts';

type Answer = DescribeProducersResponse['topics'][number]['partitions'][number];

function failed(partitionIndex: number, code: number, errorMessage: string | null = null): Answer {
  return { partitionIndex, errorCode: code, errorMessage, activeProducers: [] };
}

/** As the leader's log has them; waits while they are being read from it. */
async function describe(partition: Partition, index: number): Promise<Answer> {
  const { producers } = partition;
  await new Promise<void>((resolve) => producers.whenReady(resolve));
  const refusal = partition.refuseRead(null);
  if (refusal !== null) return failed(index, refusalCode(refusal), refusalMessage(refusal));
  if (producers.failed) return failed(index, errorCode('KAFKA_STORAGE_ERROR'));
  return {
    partitionIndex: index,
    errorCode: 0,
    activeProducers: producers.state.describe().map((producer) => ({
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      lastSequence: producer.lastSequence,
      lastTimestamp: producer.lastTimestamp,
      coordinatorEpoch: producer.coordinatorTerm ?? -1,
      currentTxnStartOffset: producer.openFrom ?? -1,
    })),
  };
}

async function describeOne(broker: BrokerView, topicName: string, index: number): Promise<Answer> {
  const found = findPartition(broker, findTopic(broker, topicName, '', false), index);
  if (found === null) return failed(index, errorCode('UNKNOWN_TOPIC_OR_PARTITION'));
  if (found.hosted === null) return failed(index, errorCode('NOT_LEADER_OR_FOLLOWER'));
  const refusal = found.hosted.refuseRead(null);
  if (refusal !== null) return failed(index, refusalCode(refusal), refusalMessage(refusal));
  return await describe(found.hosted, index);
}

export function describeProducersHandler(broker: BrokerView): ApiHandler {
  return apiHandler(API_TABLE.describeProducers, async (request) => {
    const topics = await Promise.all(
      request.topics.map(async ({ name, partitionIndexes }) => ({
        name,
        partitions: await Promise.all(partitionIndexes.map((index) => describeOne(broker, name, index))),
      })),
    );
    return respond({ topics });
  });
}
