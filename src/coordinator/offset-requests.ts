/**
 * OffsetCommit, OffsetFetch and OffsetDelete: from request to response, all versions.
 *
 * One commit request is one batch in the log: all of its partitions that are well-formed, or none. A fetch answers
 * what the image says, once everything that the image says is committed: nobody is shown an offset that a change of
 * coordinator could take back. Transactions do not exist yet, so every offset is stable (`requireStable`).
 */
import type { KeyValueRecord } from '../coordinator-log/index.ts';
import { ERROR_CODES, isFar } from '../wire/index.ts';
import type {
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetDeleteRequest,
  OffsetDeleteResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
} from '../wire/index.ts';
import { admitFetch, admitOffsets } from './commit-admission.ts';
import type { CommitAdmission } from './commit-admission.ts';
import type { CommittedOffset } from './coordinator-record.ts';
import { offsetRecord } from './coordinator-record.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import type { RecordName } from './coordinator-image.ts';
import type { GroupCoordinator, GroupRequestContext } from './group-coordinator.ts';
import { consumerSubscription, groupSubscription } from './subscription.ts';

const UNKNOWN_OFFSET = -1;
/** Versions that name topics by id, and the first whose fetch holds several groups. */
const TOPIC_ID_VERSION = 10;
const GROUPS_VERSION = 8;

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
function partitionError(
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

function commitRecords(
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
function memberError(
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

interface WantedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitionIndexes: readonly number[];
}

interface FetchedPartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string;
  readonly errorCode: number;
}

interface FetchedGroup {
  readonly errorCode: number;
  readonly topics: readonly {
    readonly name: string;
    readonly topicId: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

function fetched(partitionIndex: number, stored: CommittedOffset | null, errorCode: number): FetchedPartition {
  return {
    partitionIndex,
    committedOffset: stored?.offset ?? UNKNOWN_OFFSET,
    committedLeaderEpoch: stored?.leaderTerm ?? -1,
    metadata: stored?.metadata ?? '',
    errorCode,
  };
}

/** What is stored under the topic's name, unless it was stored for an earlier topic of that name. */
function ofThisTopic(stored: CommittedOffset | null, topicId: string | null): CommittedOffset | null {
  return stored === null || stored.topicId === null || topicId === null || stored.topicId === topicId ? stored : null;
}

function readWanted(
  coordinator: GroupCoordinator,
  partition: CoordinatorPartition,
  groupId: string,
  wanted: readonly WantedTopic[],
  byId: boolean,
): FetchedGroup {
  const topics = wanted.map(({ name, topicId, partitionIndexes }) => {
    const resolved = coordinator.resolveTopic(name, topicId, byId);
    const errorCode = byId && resolved === null ? ERROR_CODES.UNKNOWN_TOPIC_ID.code : 0;
    const partitions = partitionIndexes.map((index) => {
      const stored = errorCode === 0 ? partition.image.offset(groupId, resolved?.name ?? name, index) : null;
      return fetched(index, ofThisTopic(stored, resolved?.id ?? null), errorCode);
    });
    return { name, topicId, partitions };
  });
  return { errorCode: 0, topics };
}

function readAll(
  coordinator: GroupCoordinator,
  partition: CoordinatorPartition,
  groupId: string,
  byId: boolean,
): FetchedGroup {
  const topics = new Map<string, { name: string; topicId: string; partitions: FetchedPartition[] }>();
  for (const stored of partition.image.offsets(groupId)) {
    const resolved = coordinator.resolveTopic(stored.topic, '', false);
    if (resolved === null ? byId : ofThisTopic(stored, resolved.id) === null) continue;
    const topic = topics.get(stored.topic) ?? { name: stored.topic, topicId: resolved?.id ?? '', partitions: [] };
    topic.partitions.push(fetched(stored.partition, stored, 0));
    topics.set(stored.topic, topic);
  }
  return { errorCode: 0, topics: [...topics.values()] };
}

/** Who asks: a member of a consumer group, or somebody (null, -1). */
interface Asking {
  readonly memberId: string | null;
  readonly memberEpoch: number;
}

async function fetchGroup(
  coordinator: GroupCoordinator,
  groupId: string,
  { memberId, memberEpoch }: Asking,
  wanted: readonly WantedTopic[] | null,
  version: number,
): Promise<FetchedGroup> {
  const found = coordinator.find(groupId, true);
  if (found.kind === 'refused') return { errorCode: found.error, topics: [] };
  const { partition } = found;
  const refused = admitFetch(partition, groupId, memberId, memberEpoch);
  if (refused !== 0) return { errorCode: refused, topics: [] };
  const byId = version >= TOPIC_ID_VERSION;
  const read =
    wanted === null
      ? readAll(coordinator, partition, groupId, byId)
      : readWanted(coordinator, partition, groupId, wanted, byId);
  const error = await new Promise<number>((resolve) => partition.writer.whenCommitted(resolve));
  return error === 0 ? read : { errorCode: error, topics: [] };
}

export async function offsetFetch(
  coordinator: GroupCoordinator,
  request: OffsetFetchRequest,
  context: GroupRequestContext,
): Promise<OffsetFetchResponse> {
  const { version } = context;
  if (version >= GROUPS_VERSION) {
    const groups = await Promise.all(
      request.groups.map(async ({ groupId, memberId, memberEpoch, topics }) => ({
        groupId,
        ...(await fetchGroup(coordinator, groupId, { memberId, memberEpoch }, topics, version)),
      })),
    );
    return { topics: [], groups };
  }
  const wanted = request.topics?.map((topic) => ({ ...topic, topicId: '' })) ?? null;
  const { errorCode, topics } = await fetchGroup(
    coordinator,
    request.groupId,
    { memberId: null, memberEpoch: -1 },
    wanted,
    version,
  );
  if (errorCode === 0 || version >= 2) return { errorCode, topics, groups: [] };
  // Version 1 has no place for an error but the partitions.
  const refused = (wanted ?? []).map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((index) => fetched(index, null, errorCode)),
  }));
  return { topics: refused, groups: [] };
}

type DeleteTopics = OffsetDeleteRequest['topics'];

function offsetDeleteResponse(
  topics: DeleteTopics,
  error: (topic: string, partition: number) => number,
): OffsetDeleteResponse {
  return {
    errorCode: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: error(name, partitionIndex) })),
    })),
  };
}

/** Offsets of topics that nobody in the group reads. */
export async function offsetDelete(
  coordinator: GroupCoordinator,
  request: OffsetDeleteRequest,
): Promise<OffsetDeleteResponse> {
  const found = coordinator.find(request.groupId, true);
  if (found.kind === 'refused') return { errorCode: found.error, topics: [] };
  const { partition } = found;
  const { groupId } = request;
  const group = partition.group(groupId);
  const consumers = partition.consumers.group(groupId);
  const subscription =
    consumers !== null
      ? consumerSubscription(consumers)
      : group === null
        ? null
        : groupSubscription(group, partition.options.codec);
  if (subscription === null) return { errorCode: ERROR_CODES.GROUP_ID_NOT_FOUND.code, topics: [] };
  if (subscription.kind === 'opaque') return { errorCode: ERROR_CODES.NON_EMPTY_GROUP.code, topics: [] };
  const refusal = (topic: string, index: number): number => {
    if (subscription.topics.has(topic)) return ERROR_CODES.GROUP_SUBSCRIBED_TO_TOPIC.code;
    const resolved = coordinator.resolveTopic(topic, '', false);
    const stored = partition.image.offset(groupId, topic, index);
    return stored === null && (resolved === null || index < 0 || index >= resolved.partitions)
      ? ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION.code
      : 0;
  };
  const names: RecordName[] = [];
  const checked = offsetDeleteResponse(request.topics, (topic, index) => {
    const error = refusal(topic, index);
    if (error === 0 && partition.image.offset(groupId, topic, index) !== null)
      names.push({ kind: 'offset', group: groupId, topic, partition: index });
    return error;
  });
  const error = await new Promise<number>((resolve) => {
    const refused = partition.tombstone(names, resolve);
    if (refused !== 0) resolve(refused);
  });
  return error === 0 ? checked : { errorCode: error, topics: [] };
}
