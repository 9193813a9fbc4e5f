/**
 * OffsetCommit: from request to response, all versions; and the parts of it that TxnOffsetCommit shares.
 *
 * One request is one batch in the log: all of its partitions that are well-formed, or none.
 */
import type { KeyValueRecord } from '../coordinator-log/index.ts';
import { ERROR_CODES, isFar } from '../wire/index.ts';
import type { OffsetCommitRequest, OffsetCommitResponse } from '../wire/index.ts';
import { admitOffsets } from './commit-admission.ts';
import type { CommitAdmission } from './commit-admission.ts';
import type { CommittedOffset } from './coordinator-record.ts';
import { offsetRecord } from './coordinator-record.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import type { GroupCoordinator, GroupRequestContext } from './group-coordinator.ts';

/** Versions that name topics by id. */
const TOPIC_ID_VERSION = 10;

type CommitTopic = OffsetCommitRequest['topics'][number];
type CommitPartition = CommitTopic['partitions'][number];

/** May this request commit at all? Makes a group that only stores offsets. */
function commitAdmission(
  partition: CoordinatorPartition,
  request: OffsetCommitRequest,
  version: number,
): CommitAdmission {
  const { groupId, generationIdOrMemberEpoch: generation, memberId, groupInstanceId: instanceId } = request;
  return admitOffsets(partition, { groupId, generation, memberId, instanceId, version, transactional: false });
}

/** Error of one partition by itself, or 0. */
export function partitionError(
  coordinator: GroupCoordinator,
  topic: CommitTopic,
  asked: CommitPartition,
  byId: boolean,
): number {
  const resolved = coordinator.resolveTopic(topic.name, topic.topicId, byId);
  if (resolved === null) return (byId ? ERROR_CODES.UNKNOWN_TOPIC_ID : ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION).code;
  if (asked.partitionIndex < 0 || asked.partitionIndex >= resolved.partitions)
    return ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION.code;
  // It would not be stored as it was sent.
  if (isFar(asked.committedOffset)) return ERROR_CODES.INVALID_COMMIT_OFFSET_SIZE.code;
  const length = asked.committedMetadata?.length ?? 0;
  return length > coordinator.options.settings.offsetMetadataLengthMax ? ERROR_CODES.OFFSET_METADATA_TOO_LARGE.code : 0;
}

export function commitRecords(
  coordinator: GroupCoordinator,
  partition: CoordinatorPartition,
  request: OffsetCommitRequest,
  byId: boolean,
): readonly KeyValueRecord[] {
  const { codec } = partition.options;
  const committedAt = partition.options.clock.wallNow();
  const wanted = request.retentionTimeMs >= 0 ? committedAt + request.retentionTimeMs : null;
  const expiresAt = wanted === null ? null : Math.min(wanted, Number.MAX_SAFE_INTEGER);
  const records: KeyValueRecord[] = [];
  for (const topic of request.topics) {
    const resolved = coordinator.resolveTopic(topic.name, topic.topicId, byId);
    for (const asked of topic.partitions) {
      if (resolved === null || partitionError(coordinator, topic, asked, byId) !== 0) continue;
      const value: CommittedOffset = {
        offset: asked.committedOffset,
        leaderTerm: asked.committedLeaderEpoch < 0 ? null : asked.committedLeaderEpoch,
        metadata: asked.committedMetadata ?? '',
        committedAt,
        expiresAt,
        topicId: resolved.id,
      };
      records.push(offsetRecord(codec, request.groupId, resolved.name, asked.partitionIndex, value));
    }
  }
  return records;
}

/** Of those partitions that can be committed at all: may this member? 0, or the error for the whole request, as in Kafka. */
export function memberError(
  coordinator: GroupCoordinator,
  admission: CommitAdmission,
  request: OffsetCommitRequest,
  byId: boolean,
): number {
  if (admission.kind === 'refused') return admission.error;
  for (const topic of request.topics) {
    const resolved = coordinator.resolveTopic(topic.name, topic.topicId, byId);
    for (const asked of topic.partitions) {
      if (resolved === null || partitionError(coordinator, topic, asked, byId) !== 0) continue;
      const error = admission.partitionError(resolved.id, asked.partitionIndex);
      if (error !== 0) return error;
    }
  }
  return 0;
}

async function commitHere(
  coordinator: GroupCoordinator,
  partition: CoordinatorPartition,
  request: OffsetCommitRequest,
  version: number,
): Promise<number> {
  const byId = version >= TOPIC_ID_VERSION;
  const error = memberError(coordinator, commitAdmission(partition, request, version), request, byId);
  const group = partition.group(request.groupId);
  const records = error === 0 ? commitRecords(coordinator, partition, request, byId) : [];
  const settled = new Promise<number>((resolve) => {
    if (records.length === 0) resolve(error);
    else {
      const refused = partition.writer.append(records, resolve);
      if (refused !== 0) resolve(refused);
    }
  });
  // A group that was made for this commit does not outlive its refusal.
  if (group !== null) partition.forgetUnused(group);
  return settled;
}

/** The answer: a partition's own error goes before that of the group. */
export async function offsetCommit(
  coordinator: GroupCoordinator,
  request: OffsetCommitRequest,
  context: GroupRequestContext,
): Promise<OffsetCommitResponse> {
  const byId = context.version >= TOPIC_ID_VERSION;
  const found = coordinator.find(request.groupId, true);
  // What is wrong with a partition by itself is told by the metadata of the moment at which the request came.
  const errors = request.topics.map((topic) =>
    topic.partitions.map((asked) => partitionError(coordinator, topic, asked, byId)),
  );
  const groupError =
    found.kind === 'refused' ? found.error : await commitHere(coordinator, found.partition, request, context.version);
  return {
    topics: request.topics.map((topic, at) => ({
      name: topic.name,
      topicId: topic.topicId,
      partitions: topic.partitions.map(({ partitionIndex }, index) => {
        const own = errors[at]?.[index] ?? 0;
        return { partitionIndex, errorCode: own !== 0 ? own : groupError };
      }),
    })),
  };
}
