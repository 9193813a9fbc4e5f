/**
 * DeleteRecords: moves the log start up to an offset (-1: the high watermark). Answered when this leader has it durably
 * and every ISR member was told; the followers take it with the next append.
 */
import { millis, offset as toOffset } from '../../raft/index.ts';
import type { Partition } from '../partition/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import { findPartition, findTopic } from './broker-view.ts';
import type { BrokerView } from './broker-view.ts';
import { refusalCode } from './refusal-code.ts';

const HIGH_WATERMARK = -1;

interface Answer {
  readonly partitionIndex: number;
  readonly lowWatermark: number;
  readonly errorCode: number;
}

function failed(partitionIndex: number, code: number): Answer {
  return { partitionIndex, lowWatermark: -1, errorCode: code };
}

/** Resolves when every ISR member's log begins at or above `to`, or the time is over. */
function waitForLogStart(broker: BrokerView, partition: Partition, to: number, timeoutMs: number): Promise<boolean> {
  if (partition.lowWatermark() >= to) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (reached: boolean): void => {
      timer.cancel();
      partition.unwatch(look);
      resolve(reached);
    };
    const look = (): void => {
      if (partition.leading === null) finish(false);
      else if (partition.lowWatermark() >= to) finish(true);
    };
    const timer = broker.clock.setTimer(millis(Math.max(0, timeoutMs)), () => finish(false));
    partition.watch(look);
  });
}

async function deleteOne(
  broker: BrokerView,
  topicName: string,
  index: number,
  asked: number,
  timeoutMs: number,
): Promise<Answer> {
  const topic = findTopic(broker, topicName, '', false);
  const found = findPartition(broker, topic, index);
  if (found === null) return failed(index, errorCode('UNKNOWN_TOPIC_OR_PARTITION'));
  if (found.topic.internal) return failed(index, errorCode('INVALID_TOPIC_EXCEPTION'));
  const partition = found.hosted;
  if (partition === null) return failed(index, errorCode('NOT_LEADER_OR_FOLLOWER'));
  const refusal = partition.refuseRead(null);
  if (refusal !== null) return failed(index, refusalCode(refusal));
  if (!partition.deletes) return failed(index, errorCode('POLICY_VIOLATION'));
  const { highWatermark } = partition;
  const to = asked === HIGH_WATERMARK ? highWatermark : asked;
  if (to < 0 || to > highWatermark) return failed(index, errorCode('OFFSET_OUT_OF_RANGE'));
  if (to > partition.logStart) partition.replica.input({ kind: 'advance-log-start', to: toOffset(to) });
  const reached = await waitForLogStart(broker, partition, to, timeoutMs);
  if (!reached)
    return failed(index, errorCode(partition.leading === null ? 'NOT_LEADER_OR_FOLLOWER' : 'REQUEST_TIMED_OUT'));
  return { partitionIndex: index, lowWatermark: partition.lowWatermark(), errorCode: 0 };
}

export function deleteRecordsHandler(broker: BrokerView): ApiHandler {
  return apiHandler(API_TABLE.deleteRecords, async (request) => {
    const topics = await Promise.all(
      request.topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          partitions.map(({ partitionIndex, offset }) =>
            deleteOne(broker, name, partitionIndex, offset, request.timeoutMs),
          ),
        ),
      })),
    );
    return respond({ topics });
  });
}
