/**
 * OffsetForLeaderEpoch: where the records of a term end in the leader's log (KIP-101, KIP-320). Consumers ask it to
 * find out whether what they have read was cut off.
 */
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import { findPartition, findTopic } from './broker-view.ts';
import type { BrokerView } from './broker-view.ts';
import { refusalCode } from './refusal-code.ts';

interface Asked {
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly leaderEpoch: number;
}
interface Answer {
  readonly errorCode: number;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

function endOf(broker: BrokerView, topic: string, asked: Asked): Answer {
  const none = { partition: asked.partition, leaderEpoch: -1, endOffset: -1 };
  const found = findPartition(broker, findTopic(broker, topic, '', false), asked.partition);
  if (found === null) return { ...none, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION') };
  if (found.hosted === null) return { ...none, errorCode: errorCode('NOT_LEADER_OR_FOLLOWER') };
  const refusal = found.hosted.refuseRead(asked.currentLeaderEpoch < 0 ? null : asked.currentLeaderEpoch);
  if (refusal !== null) return { ...none, errorCode: refusalCode(refusal) };
  const end = asked.leaderEpoch < 0 ? null : found.hosted.endOfTerm(asked.leaderEpoch);
  if (end === null) return { ...none, errorCode: 0 };
  return { partition: asked.partition, errorCode: 0, leaderEpoch: end.term, endOffset: end.end };
}

export function offsetForLeaderEpochHandler(broker: BrokerView): ApiHandler {
  return apiHandler(API_TABLE.offsetForLeaderEpoch, (request) =>
    respond({
      topics: request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map((asked) => endOf(broker, topic, asked)),
      })),
    }),
  );
}
