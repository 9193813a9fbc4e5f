/**
 * TxnOffsetCommit: offsets of a group that count when the transaction of their producer commits.
 *
 * ```
 *  request ─▶ is __consumer_offsets-N in the transaction? (TV2: add it) ─▶ member, generation ─▶ batch of the producer ─▶ pending
 *                        └── a marker came meanwhile: ask again
 * ```
 *
 * Nothing may be written into a transaction that is over: nobody would ever end it. So the coordinator of the transaction is asked before
 * the first batch, and its answer counts only while nothing of the producer has been appended here since.
 */
import { ERROR_CODES, ZERO_UUID } from '../wire/index.ts';
import type { OffsetCommitRequest, TxnOffsetCommitRequest, TxnOffsetCommitResponse } from '../wire/index.ts';
import { admitOffsets } from './commit-admission.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import type { GroupCoordinator, GroupRequestContext } from './group-coordinator.ts';
import { OFFSETS_TOPIC } from './group-coordinator.ts';
import { commitRecords, memberError, partitionError } from './offset-commit.ts';

/** First version that knows TRANSACTION_ABORTABLE, and first whose clients leave adding the partition to us (TV2). */
const ABORTABLE_SINCE = 4;
const ADDS_SINCE = 5;
/** Questions about one request, before the client is sent to ask again. */
const ASKED_MAX = 5;

/** What the coordinator of the transaction says, as a client of `version` knows it. */
function spoken(error: number, version: number): number {
  switch (error) {
    case ERROR_CODES.TRANSACTION_ABORTABLE.code:
      return version >= ABORTABLE_SINCE ? error : ERROR_CODES.INVALID_TXN_STATE.code;
    case ERROR_CODES.CONCURRENT_TRANSACTIONS.code:
      return version >= ADDS_SINCE ? error : ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code;
    case ERROR_CODES.NOT_COORDINATOR.code:
    case ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION.code:
      // Of the transaction's coordinator, of which the client of this one knows nothing.
      return ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code;
  }
  return error;
}

/** 0 once the transaction is known to cover this partition; nothing happens between that and the return. */
async function verified(
  coordinator: GroupCoordinator,
  partition: CoordinatorPartition,
  request: TxnOffsetCommitRequest,
  version: number,
): Promise<number> {
  const { transactionalId, producerId, producerEpoch } = request;
  const { log } = partition.options;
  if (log.isOpen({ producerId, producerEpoch })) return 0;
  for (let asked = 0; asked < ASKED_MAX; asked += 1) {
    const before = log.producerMark(producerId);
    const partitions = [{ topic: OFFSETS_TOPIC, index: partition.partition }];
    const adds = version >= ADDS_SINCE;
    const errors = await coordinator.options.verify({ transactionalId, producerId, producerEpoch, adds, partitions });
    // Time has passed: the term may be over.
    if (partition.unavailable() !== 0) return partition.unavailable();
    const error = errors[0] ?? ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code;
    if (error !== 0) return spoken(error, version);
    if (log.producerMark(producerId) === before) return 0;
  }
  return spoken(ERROR_CODES.CONCURRENT_TRANSACTIONS.code, version);
}

/** The request as one outside of transactions, which it is but for its producer. */
function plain(request: TxnOffsetCommitRequest): OffsetCommitRequest {
  return {
    groupId: request.groupId,
    generationIdOrMemberEpoch: request.generationId,
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId,
    retentionTimeMs: -1,
    topics: request.topics.map((topic) => ({ ...topic, topicId: ZERO_UUID })),
  };
}

async function commitHere(
  coordinator: GroupCoordinator,
  partition: CoordinatorPartition,
  request: TxnOffsetCommitRequest,
  version: number,
): Promise<number> {
  const unverified = await verified(coordinator, partition, request, version);
  if (unverified !== 0) return unverified;
  const { groupId, generationId: generation, memberId, groupInstanceId: instanceId } = request;
  const credentials = { groupId, generation, memberId, instanceId, version, transactional: true };
  const asPlain = plain(request);
  const error = memberError(coordinator, admitOffsets(partition, credentials), asPlain, false);
  const group = partition.group(groupId);
  const records = error === 0 ? commitRecords(coordinator, partition, asPlain, false) : [];
  const { producerId, producerEpoch } = request;
  const settled = new Promise<number>((resolve) => {
    if (records.length === 0) return resolve(error);
    const refused = partition.writer.append(records, resolve, { producerId, producerEpoch });
    if (refused !== 0) resolve(refused);
  });
  // A group that was made for this commit does not outlive its refusal.
  if (group !== null) partition.forgetUnused(group);
  return settled;
}

export async function txnOffsetCommit(
  coordinator: GroupCoordinator,
  request: TxnOffsetCommitRequest,
  context: GroupRequestContext,
): Promise<TxnOffsetCommitResponse> {
  const found = coordinator.find(request.groupId, false);
  // What is wrong with a partition by itself is told by the metadata of the moment at which the request came.
  const errors = plain(request).topics.map((topic) =>
    topic.partitions.map((asked) => partitionError(coordinator, topic, asked, false)),
  );
  const whole =
    found.kind === 'refused' ? found.error : await commitHere(coordinator, found.partition, request, context.version);
  return {
    topics: request.topics.map(({ name, partitions }, at) => ({
      name,
      partitions: partitions.map(({ partitionIndex }, index) => {
        const own = errors[at]?.[index] ?? 0;
        return { partitionIndex, errorCode: own !== 0 ? own : whole };
      }),
    })),
  };
}
