/**
 * InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn and EndTxn: from request to response, all versions.
 *
 * Versions that are older than PRODUCER_FENCED are told INVALID_PRODUCER_EPOCH instead.
 */
import { ERROR_CODES, isFar } from '../wire/index.ts';
import type {
  AddOffsetsToTxnRequest,
  AddOffsetsToTxnResponse,
  AddPartitionsToTxnRequest,
  AddPartitionsToTxnResponse,
  EndTxnRequest,
  EndTxnResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
} from '../wire/index.ts';
import { decideEnd } from './decide-end.ts';
import { decideInit } from './decide-init.ts';
import { decideAdd, verifyPartition } from './decide-partitions.ts';
import type { ProducerIdentity } from './decision.ts';
import type { TransactionCoordinator } from './transaction-coordinator.ts';
import type { PartitionSet } from './transaction.ts';

/** First versions of InitProducerId, and of the three others, that know PRODUCER_FENCED. */
const FENCED_SINCE_INIT = 4;
const FENCED_SINCE = 2;
/** First version of EndTxn whose clients take the next epoch from the answer (TV2). */
const BUMP_SINCE = 5;

/** `error` as a client of `version` knows it. */
function spoken(error: number, version: number, since: number): number {
  return error === ERROR_CODES.PRODUCER_FENCED.code && version < since
    ? ERROR_CODES.INVALID_PRODUCER_EPOCH.code
    : error;
}

/** A request with a transactional id; ids of producers without one are given out elsewhere. */
export async function initTransactions(
  coordinator: TransactionCoordinator,
  transactionalId: string,
  request: InitProducerIdRequest,
  version: number,
): Promise<InitProducerIdResponse> {
  const { transactionTimeoutMs, producerId, producerEpoch } = request;
  const refused = (errorCode: number): InitProducerIdResponse => ({ errorCode, producerId: -1, producerEpoch: -1 });
  // One without the other says nothing, and an id beyond 2^53 is none that was given out.
  if (producerId < 0 !== producerEpoch < 0 || isFar(producerId)) return refused(ERROR_CODES.INVALID_REQUEST.code);
  const { timeoutMsMax } = coordinator.options.settings;
  if (transactionalId !== '' && (transactionTimeoutMs <= 0 || transactionTimeoutMs > timeoutMsMax))
    return refused(ERROR_CODES.INVALID_TRANSACTION_TIMEOUT.code);
  const expected = producerId < 0 ? null : { producerId, producerEpoch };
  const answered = await coordinator.carryOut(transactionalId, (known, freshId, wallNow) =>
    decideInit(known, { timeoutMs: transactionTimeoutMs, expected }, freshId, wallNow),
  );
  if (answered.error !== 0) return refused(spoken(answered.error, version, FENCED_SINCE_INIT));
  return { errorCode: 0, producerId: answered.producerId, producerEpoch: answered.producerEpoch };
}

type Topics = AddPartitionsToTxnRequest['v3AndBelowTopics'];
type TopicResults = NonNullable<AddPartitionsToTxnResponse['resultsByTopicV3AndBelow']>;

function resultsOf(topics: Topics, error: (topic: string, index: number) => number): TopicResults {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: error(name, partitionIndex),
    })),
  }));
}

function partitionSet(topics: Topics): PartitionSet {
  const set = new Map<string, Set<number>>();
  for (const { name, partitions } of topics) set.set(name, new Set([...(set.get(name) ?? []), ...partitions]));
  return set;
}

interface Adding extends ProducerIdentity {
  readonly transactionalId: string;
  readonly topics: Topics;
}

/** All of the partitions or none: one that does not exist fails the others with 55. */
async function add(
  coordinator: TransactionCoordinator,
  request: Adding,
  version: number,
  clientVersion: number,
): Promise<TopicResults> {
  const { transactionalId, producerId, producerEpoch, topics } = request;
  const image = coordinator.options.image();
  const exists = (topic: string, index: number): boolean =>
    image.topicsByName.get(topic)?.partitions[index] !== undefined;
  if (topics.some(({ name, partitions }) => partitions.some((index) => !exists(name, index)))) {
    const unknown = ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION.code;
    return resultsOf(topics, (topic, index) =>
      exists(topic, index) ? ERROR_CODES.OPERATION_NOT_ATTEMPTED.code : unknown,
    );
  }
  const partitions = partitionSet(topics);
  const answered = await coordinator.carryOut(transactionalId, (known, _freshId, wallNow) =>
    decideAdd(known, { producerId, producerEpoch, partitions, clientVersion }, wallNow),
  );
  const error = spoken(answered.error, version, FENCED_SINCE);
  return resultsOf(topics, () => error);
}

/** Versions 0 to 3: a client begins, or enlarges, its transaction. */
export async function addPartitionsToTxn(
  coordinator: TransactionCoordinator,
  request: AddPartitionsToTxnRequest,
  version: number,
): Promise<AddPartitionsToTxnResponse> {
  const adding: Adding = {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    topics: request.v3AndBelowTopics,
  };
  const resultsByTopicV3AndBelow = await add(coordinator, adding, version, 0);
  return { errorCode: 0, resultsByTransaction: [], resultsByTopicV3AndBelow };
}

function verify(coordinator: TransactionCoordinator, request: Adding): TopicResults {
  const { transactionalId, topics } = request;
  const found = coordinator.find(transactionalId);
  if (found.kind === 'refused') return resultsOf(topics, () => found.error);
  const known = found.partition.image.known(transactionalId);
  return resultsOf(topics, (topic, index) => verifyPartition(known, request, topic, index));
}

/** Versions 4 and 5: leaders ask for the transactions that they have batches of, and add to them for clients that speak TV2. */
export async function addPartitionsForLeaders(
  coordinator: TransactionCoordinator,
  request: AddPartitionsToTxnRequest,
  version: number,
): Promise<AddPartitionsToTxnResponse> {
  const resultsByTransaction = await Promise.all(
    request.transactions.map(async (asked) => ({
      transactionalId: asked.transactionalId,
      topicResults: asked.verifyOnly ? verify(coordinator, asked) : await add(coordinator, asked, version, 2),
    })),
  );
  return { errorCode: 0, resultsByTransaction, resultsByTopicV3AndBelow: [] };
}

/** @param offsetsPartition the partition of a group's offsets, which joins the transaction; null when there is none yet */
export async function addOffsetsToTxn(
  coordinator: TransactionCoordinator,
  request: AddOffsetsToTxnRequest,
  version: number,
  offsetsPartition: (groupId: string) => { readonly topic: string; readonly index: number } | null,
): Promise<AddOffsetsToTxnResponse> {
  const { transactionalId, producerId, producerEpoch, groupId } = request;
  const place = offsetsPartition(groupId);
  if (place === null) return { errorCode: ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code };
  const partitions = new Map([[place.topic, new Set([place.index])]]);
  const answered = await coordinator.carryOut(transactionalId, (known, _freshId, wallNow) =>
    decideAdd(known, { producerId, producerEpoch, partitions, clientVersion: 0 }, wallNow),
  );
  return { errorCode: spoken(answered.error, version, FENCED_SINCE) };
}

export async function endTxn(
  coordinator: TransactionCoordinator,
  request: EndTxnRequest,
  version: number,
): Promise<EndTxnResponse> {
  const { transactionalId, producerId, producerEpoch, committed } = request;
  const clientVersion = version >= BUMP_SINCE ? 2 : 0;
  const answered = await coordinator.carryOut(transactionalId, (known, freshId, wallNow) =>
    decideEnd(known, { producerId, producerEpoch, committed, clientVersion }, freshId, wallNow),
  );
  return {
    errorCode: spoken(answered.error, version, FENCED_SINCE),
    producerId: answered.producerId,
    producerEpoch: answered.producerEpoch,
  };
}
