/**
 * ListOffsets: where a partition begins and ends, and which offset belongs to a time.
 *
 * | timestamp | from version | answer                                                         |
 * |-----------|--------------|----------------------------------------------------------------|
 * | ≥ 0       | 1            | first record with timestamp ≥ t; none: offset -1               |
 * | -1        | 1            | latest: the high watermark; read_committed: last stable offset |
 * | -2        | 1            | earliest: log start                                            |
 * | -3        | 7            | first record with the largest timestamp                        |
 * | -4        | 8            | local log start: log start                                     |
 * | -5, -6    | 9, 11        | latest tiered, earliest pending upload: nothing is tiered, -1  |
 *
 * A time is looked up below what latest would answer.
 */
import type { Isolation, Partition, PartitionRefusal } from '../partition/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler, HandlerResult, RequestContext } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { ListOffsetsRequest, ListOffsetsResponse } from '../wire/index.ts';
import { findPartition, findTopic } from './broker-view.ts';
import type { BrokerView } from './broker-view.ts';
import { isolationOf } from './isolation.ts';
import { refusalCode } from './refusal-code.ts';

type Asked = ListOffsetsRequest['topics'][number]['partitions'][number];
type Answer = ListOffsetsResponse['topics'][number]['partitions'][number];
interface Found {
  readonly offset: number;
  readonly timestamp: number;
}

const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const EARLIEST_PENDING_UPLOAD = -6;
const NOTHING: Found = { offset: -1, timestamp: -1 };

/** First version that knows each special timestamp. */
function firstVersion(timestamp: number): number {
  if (timestamp >= EARLIEST) return 1;
  if (timestamp === MAX_TIMESTAMP) return 7;
  if (timestamp === EARLIEST_LOCAL) return 8;
  if (timestamp === LATEST_TIERED) return 9;
  return timestamp === EARLIEST_PENDING_UPLOAD ? 11 : Number.POSITIVE_INFINITY;
}

async function search(
  partition: Partition,
  timestamp: number,
  isolation: Isolation,
): Promise<Found | PartitionRefusal> {
  const latest = partition.latest(isolation);
  if (timestamp === EARLIEST || timestamp === EARLIEST_LOCAL) return { offset: partition.logStart, timestamp: -1 };
  if (timestamp === LATEST_TIERED || timestamp === EARLIEST_PENDING_UPLOAD) return NOTHING;
  if (typeof latest !== 'number') return latest;
  if (timestamp === LATEST) return { offset: latest, timestamp: -1 };
  const { log } = partition.replica;
  try {
    const found =
      timestamp === MAX_TIMESTAMP ? await log.findMaxTimestamp(latest) : await log.findTimestamp(timestamp, latest);
    return found ?? NOTHING;
  } catch (error) {
    // The log reports its own failure; the client is told that this replica's storage is gone.
    return { kind: 'storage', reason: String(error) };
  }
}

function failed(index: number, code: number): Answer {
  return { partitionIndex: index, errorCode: code };
}

async function listOne(
  broker: BrokerView,
  name: string,
  asked: Asked,
  version: number,
  isolation: Isolation,
): Promise<Answer> {
  const { partitionIndex: index, timestamp } = asked;
  if (version < firstVersion(timestamp)) return failed(index, errorCode('UNSUPPORTED_VERSION'));
  const found = findPartition(broker, findTopic(broker, name, '', false), index);
  if (found === null) return failed(index, errorCode('UNKNOWN_TOPIC_OR_PARTITION'));
  if (found.hosted === null) return failed(index, errorCode('NOT_LEADER_OR_FOLLOWER'));
  const refusal = found.hosted.refuseRead(asked.currentLeaderEpoch < 0 ? null : asked.currentLeaderEpoch);
  if (refusal !== null) return failed(index, refusalCode(refusal));
  const result = await search(found.hosted, timestamp, isolation);
  if ('kind' in result) {
    const unavailable = result.kind === 'offset-not-available' && version < 5;
    return failed(index, unavailable ? errorCode('LEADER_NOT_AVAILABLE') : refusalCode(result));
  }
  // Latest is where the own term goes on; any other offset is that of a record, and so is its term.
  const term = timestamp === LATEST ? (found.hosted.leading?.term ?? null) : found.hosted.termAt(result.offset);
  return {
    partitionIndex: index,
    errorCode: 0,
    offset: result.offset,
    timestamp: result.timestamp,
    leaderEpoch: term ?? -1,
  };
}

async function listAll(
  broker: BrokerView,
  request: ListOffsetsRequest,
  context: RequestContext,
): Promise<HandlerResult<ListOffsetsResponse>> {
  const topics = [];
  for (const { name, partitions } of request.topics) {
    const seen = new Map<number, number>();
    for (const { partitionIndex } of partitions) seen.set(partitionIndex, (seen.get(partitionIndex) ?? 0) + 1);
    const answers = [];
    for (const asked of partitions) {
      const twice = (seen.get(asked.partitionIndex) ?? 0) > 1;
      answers.push(
        twice
          ? failed(asked.partitionIndex, errorCode('INVALID_REQUEST'))
          : await listOne(broker, name, asked, context.version, isolationOf(request.isolationLevel)),
      );
    }
    topics.push({ name, partitions: answers });
  }
  return respond({ topics });
}

export function listOffsetsHandler(broker: BrokerView): ApiHandler {
  return apiHandler(API_TABLE.listOffsets, (request, context) => listAll(broker, request, context));
}
