/**
 * DeleteRecords: moves the log start up to an offset (-1: the high watermark). Answered when every ISR member, the leader
 * included, has it durably: no later leader can bring back what was deleted (design 2.1).
 */
import { millis, offset as toOffset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
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

/** Resolves to how the wait for everybody's log start ended. */
function waitForLogStart(
  broker: BrokerView,
  partition: Partition,
  to: Offset,
  timeoutMs: number,
): Promise<'reached' | 'lost' | 'time'> {
  if ((partition.lowWatermark() ?? -1) >= to) return Promise.resolve('reached');
  return new Promise((resolve) => {
    const timer = broker.clock.setTimer(millis(Math.max(0, timeoutMs)), () => {
      takeBack();
      resolve('time');
    });
    const takeBack = partition.whenLowWatermark(to, (result) => {
      timer.cancel();
      resolve(result);
    });
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
  const ended = await waitForLogStart(broker, partition, toOffset(to), timeoutMs);
  if (ended === 'lost') return failed(index, errorCode('NOT_LEADER_OR_FOLLOWER'));
  if (ended === 'time') return failed(index, errorCode('REQUEST_TIMED_OUT'));
  return { partitionIndex: index, lowWatermark: partition.lowWatermark() ?? to, errorCode: 0 };
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
