/**
 * WriteTxnMarkers: the transaction coordinator (or an admin who ends a hanging transaction) has markers written into the
 * partitions that this node leads. Answered when they are committed.
 *
 * ```
 *  marker × partition ─▶ Partition.writeMarker ─committed─▶ __consumer_offsets: the group coordinator decides ─▶ code
 * ```
 * A repeat is harmless. What cannot be committed in time is answered 7 and asked for again; the marker stays in the log.
 */
import { millis } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import type { MarkerOutcome, Partition, TransactionMarker } from '../partition/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { WriteTxnMarkersRequest, WriteTxnMarkersResponse } from '../wire/index.ts';
import { findPartition, findTopic } from './broker-view.ts';
import type { BrokerView } from './broker-view.ts';
import { refusalCode } from './refusal-code.ts';

/** The topic whose partitions hold pending offsets of transactions. */
const OFFSETS_TOPIC = '__consumer_offsets';
const TIMEOUT = millis(30_000);

export interface MarkerHooks {
  /**
   * A marker in a partition of `__consumer_offsets` is committed: offsets pending in that transaction count now, or are dropped.
   * Called in the order of the markers in the log, before they are answered; the answer waits for it. Never rejects. `end` is one
   * past the marker. Leaders that come later read the marker from the log.
   */
  readonly onOffsetsMarker: (partition: Partition, marker: TransactionMarker, end: Offset) => Promise<void> | void;
}

type Asked = WriteTxnMarkersRequest['markers'][number];
type Answered = WriteTxnMarkersResponse['markers'][number];

/** Nobody has such a producer; what lies beyond 2^53 comes as the greatest safe integer. */
function isSenseless({ producerId, producerEpoch }: Asked): boolean {
  return producerId < 0 || producerId >= Number.MAX_SAFE_INTEGER || producerEpoch < 0;
}

function markerOf(asked: Asked): TransactionMarker {
  return {
    producerId: asked.producerId,
    producerEpoch: asked.producerEpoch,
    committed: asked.transactionResult,
    coordinatorTerm: asked.coordinatorEpoch,
    transactionVersion: asked.transactionVersion >= 2 ? 2 : 1,
  };
}

function codeOf(outcome: MarkerOutcome): number {
  if (outcome.kind === 'written') return 0;
  if (outcome.kind === 'coordinator-fenced') return errorCode('TRANSACTION_COORDINATOR_FENCED');
  return refusalCode(outcome);
}

function write(
  broker: BrokerView,
  hooks: MarkerHooks | null,
  partition: Partition,
  marker: TransactionMarker,
): Promise<number> {
  return new Promise((resolve) => {
    const timer = broker.clock.setTimer(TIMEOUT, () => resolve(errorCode('REQUEST_TIMED_OUT')));
    const answer = (code: number): void => {
      timer.cancel();
      resolve(code);
    };
    partition.writeMarker(marker, (outcome) => {
      const decided = outcome.kind === 'written' ? hooks?.onOffsetsMarker(partition, marker, outcome.end) : undefined;
      if (decided === undefined) answer(codeOf(outcome));
      else void decided.then(() => answer(0));
    });
  });
}

async function writeOne(
  broker: BrokerView,
  hooks: MarkerHooks,
  topicName: string,
  index: number,
  asked: Asked,
): Promise<{ readonly partitionIndex: number; readonly errorCode: number }> {
  const answer = (code: number): { partitionIndex: number; errorCode: number } => ({
    partitionIndex: index,
    errorCode: code,
  });
  const found = findPartition(broker, findTopic(broker, topicName, '', false), index);
  if (found === null) return answer(errorCode('UNKNOWN_TOPIC_OR_PARTITION'));
  if (found.hosted === null) return answer(errorCode('NOT_LEADER_OR_FOLLOWER'));
  if (isSenseless(asked)) return answer(errorCode('INVALID_REQUEST'));
  return answer(await write(broker, topicName === OFFSETS_TOPIC ? hooks : null, found.hosted, markerOf(asked)));
}

export function writeTxnMarkersHandler(broker: BrokerView, hooks: MarkerHooks): ApiHandler {
  const handle = async (asked: Asked): Promise<Answered> => ({
    producerId: asked.producerId,
    topics: await Promise.all(
      asked.topics.map(async ({ name, partitionIndexes }) => ({
        name,
        partitions: await Promise.all(partitionIndexes.map((index) => writeOne(broker, hooks, name, index, asked))),
      })),
    ),
  });
  return apiHandler(
    API_TABLE.writeTxnMarkers,
    async (request) => respond({ markers: await Promise.all(request.markers.map(handle)) }),
    { pipelined: true },
  );
}
