/**
 * OffsetFetch and OffsetDelete: from request to response, all versions.
 *
 * A fetch answers what the image says, once everything that the image says is committed: nobody is shown an offset that a
 * change of coordinator could take back. Who asks for stable offsets is told 88 of those that an open transaction may replace.
 */
import { ERROR_CODES } from '../wire/index.ts';
import type {
  OffsetDeleteRequest,
  OffsetDeleteResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
} from '../wire/index.ts';
import { admitFetch } from './commit-admission.ts';
import type { CommittedOffset } from './coordinator-record.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import type { RecordName } from './coordinator-image.ts';
import type { GroupCoordinator, GroupRequestContext } from './group-coordinator.ts';
import { consumerSubscription, groupSubscription } from './subscription.ts';

const UNKNOWN_OFFSET = -1;
/** Versions that name topics by id, and the first whose fetch holds several groups. */
const TOPIC_ID_VERSION = 10;
const GROUPS_VERSION = 8;

const UNSTABLE = ERROR_CODES.UNSTABLE_OFFSET_COMMIT.code;

/** Whether who asks must not be told of this offset now. */
type IsUnstable = (topic: string, partition: number) => boolean;

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
  unstable: IsUnstable,
): FetchedGroup {
  const topics = wanted.map(({ name, topicId, partitionIndexes }) => {
    const resolved = coordinator.resolveTopic(name, topicId, byId);
    const errorCode = byId && resolved === null ? ERROR_CODES.UNKNOWN_TOPIC_ID.code : 0;
    const partitions = partitionIndexes.map((index) => {
      if (errorCode === 0 && unstable(resolved?.name ?? name, index)) return fetched(index, null, UNSTABLE);
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
  unstable: IsUnstable,
): FetchedGroup {
  const topics = new Map<string, { name: string; topicId: string; partitions: FetchedPartition[] }>();
  for (const stored of partition.image.offsets(groupId)) {
    const resolved = coordinator.resolveTopic(stored.topic, '', false);
    if (resolved === null ? byId : ofThisTopic(stored, resolved.id) === null) continue;
    const topic = topics.get(stored.topic) ?? { name: stored.topic, topicId: resolved?.id ?? '', partitions: [] };
    const isUnstable = unstable(stored.topic, stored.partition);
    topic.partitions.push(fetched(stored.partition, isUnstable ? null : stored, isUnstable ? UNSTABLE : 0));
    topics.set(stored.topic, topic);
  }
  return { errorCode: 0, topics: [...topics.values()] };
}

/** Who asks: a member of a consumer group, or somebody (null, -1). */
interface Asking {
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly requireStable: boolean;
}

async function fetchGroup(
  coordinator: GroupCoordinator,
  groupId: string,
  { memberId, memberEpoch, requireStable }: Asking,
  wanted: readonly WantedTopic[] | null,
  version: number,
): Promise<FetchedGroup> {
  const found = coordinator.find(groupId, true);
  if (found.kind === 'refused') return { errorCode: found.error, topics: [] };
  const { partition } = found;
  const refused = admitFetch(partition, groupId, memberId, memberEpoch);
  if (refused !== 0) return { errorCode: refused, topics: [] };
  const byId = version >= TOPIC_ID_VERSION;
  const { pending } = partition.image;
  const unstable: IsUnstable = (topic, index) => requireStable && pending.has(groupId, topic, index);
  const read =
    wanted === null
      ? readAll(coordinator, partition, groupId, byId, unstable)
      : readWanted(coordinator, partition, groupId, wanted, byId, unstable);
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
        ...(await fetchGroup(
          coordinator,
          groupId,
          { memberId, memberEpoch, requireStable: request.requireStable },
          topics,
          version,
        )),
      })),
    );
    return { topics: [], groups };
  }
  const wanted = request.topics?.map((topic) => ({ ...topic, topicId: '' })) ?? null;
  const { errorCode, topics } = await fetchGroup(
    coordinator,
    request.groupId,
    { memberId: null, memberEpoch: -1, requireStable: request.requireStable },
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
