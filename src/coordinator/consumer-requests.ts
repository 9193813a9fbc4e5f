/**
 * ConsumerGroupHeartbeat and ConsumerGroupDescribe (KIP-848): from request to response, all versions.
 *
 * What comes from the client is checked here; the protocol itself is in consumer-beat.ts. From version 1 on members make their
 * own ids (KIP-1082), in version 0 an empty one is answered with a fresh one.
 */
import { Buffer } from 'node:buffer';
import { ERROR_CODES } from '../wire/index.ts';
import type {
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from '../wire/index.ts';
import { ALL_GROUP_OPERATIONS, NO_OPERATIONS } from './admin-requests.ts';
import { assignmentOf, listOf, NO_PARTITIONS, partitionsOf } from './assignment.ts';
import type { Assignment } from './assignment.ts';
import { ASSIGNORS, UNIFORM } from './assignors.ts';
import { consumerStateName, LEAVE_EPOCH, preferredAssignor, STATIC_LEAVE_EPOCH } from './consumer-group-state.ts';
import type { ConsumerGroup, ConsumerMember } from './consumer-group-state.ts';
import { refused } from './consumer-step.ts';
import type { BeatAnswer, BeatInput, Refused } from './consumer-step.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import type { GroupCoordinator, GroupRequestContext } from './group-coordinator.ts';
import { consumerGroupPlace } from './protocol-change.ts';
import type { CoordinatorSettings } from './settings.ts';

/** UTF-16 units of the client's name and of a rack that are kept. */
const NAME_LENGTH_MAX = 249;
const MEMBER_ID_LENGTH_MAX = 1_000;
/** Partitions that one member may say it has. */
const OWNED_MAX = 100_000;

function invalidText(request: ConsumerGroupHeartbeatRequest, settings: CoordinatorSettings): string | null {
  const { groupId, memberId, instanceId, rackId, subscribedTopicNames, topicPartitions } = request;
  if (groupId === '') return "GroupId can't be empty.";
  if (instanceId === '') return "InstanceId can't be empty.";
  if (rackId === '') return "RackId can't be empty.";
  if (memberId.length > MEMBER_ID_LENGTH_MAX) return 'MemberId is too long.';
  if ((instanceId?.length ?? 0) > settings.instanceIdLengthMax) return 'InstanceId is too long.';
  if ((rackId?.length ?? 0) > NAME_LENGTH_MAX) return 'RackId is too long.';
  let owned = 0;
  for (const { partitions } of topicPartitions ?? []) owned += 1 + partitions.length;
  if (owned > OWNED_MAX) return 'TopicPartitions are too many.';
  let bytes = 0;
  for (const name of subscribedTopicNames ?? []) bytes += 1 + name.length;
  return bytes > settings.memberProtocolBytesMax ? 'SubscribedTopicNames are too many.' : null;
}

/** Why the request cannot be taken, in words, or null. */
function invalidBeat(
  request: ConsumerGroupHeartbeatRequest,
  version: number,
  settings: CoordinatorSettings,
): string | null {
  const { memberId, memberEpoch, instanceId, topicPartitions } = request;
  if (memberId === '' && (version >= 1 || memberEpoch > 0 || memberEpoch === LEAVE_EPOCH))
    return "MemberId can't be empty.";
  const text = invalidText(request, settings);
  if (text !== null) return text;
  if (memberEpoch === 0) {
    if (request.rebalanceTimeoutMs === -1) return 'RebalanceTimeoutMs must be provided in first request.';
    if (topicPartitions === null || topicPartitions.length > 0)
      return 'TopicPartitions must be empty when (re-)joining.';
    if (request.subscribedTopicNames === null && request.subscribedTopicRegex === null)
      return 'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.';
  }
  if (memberEpoch === STATIC_LEAVE_EPOCH && instanceId === null) return "InstanceId can't be null.";
  return memberEpoch < STATIC_LEAVE_EPOCH ? 'MemberEpoch is invalid.' : null;
}

function unsupportedAssignor(name: string | null): Refused | null {
  if (name === null || ASSIGNORS.has(name)) return null;
  const known = [...ASSIGNORS.keys()].join(', ');
  return refused(
    ERROR_CODES.UNSUPPORTED_ASSIGNOR.code,
    `ServerAssignor ${name} is not supported. Supported assignors: ${known}.`,
  );
}

function inputOf(
  request: ConsumerGroupHeartbeatRequest,
  context: GroupRequestContext,
  partition: CoordinatorPartition,
): BeatInput {
  const fresh = (): string => Buffer.from(partition.options.random.bytes(16)).toString('base64url');
  return {
    memberId: request.memberId === '' ? fresh() : request.memberId,
    memberEpoch: request.memberEpoch,
    instanceId: request.instanceId,
    rackId: request.rackId,
    clientId: (context.clientId ?? '').slice(0, NAME_LENGTH_MAX),
    clientHost: context.clientHost,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs < 0 ? null : request.rebalanceTimeoutMs,
    topicNames: request.subscribedTopicNames,
    topicRegex: request.subscribedTopicRegex,
    assignor: request.serverAssignor,
    owned: request.topicPartitions,
  };
}

function heartbeatResponse(answer: BeatAnswer | Refused, heartbeatIntervalMs: number): ConsumerGroupHeartbeatResponse {
  if (answer.kind === 'refused') {
    const { error: errorCode, message: errorMessage } = answer;
    return { errorCode, errorMessage, memberEpoch: 0, heartbeatIntervalMs: 0 };
  }
  const { memberId, memberEpoch, assignment } = answer;
  return {
    errorCode: 0,
    memberId,
    memberEpoch,
    heartbeatIntervalMs: memberEpoch < 0 ? 0 : heartbeatIntervalMs,
    assignment: assignment === null ? null : { topicPartitions: assignment },
  };
}

async function beatHere(
  partition: CoordinatorPartition,
  request: ConsumerGroupHeartbeatRequest,
  context: GroupRequestContext,
): Promise<BeatAnswer | Refused> {
  const { consumers } = partition;
  const { groupId, subscribedTopicRegex: regex } = request;
  if (!consumers.isPrepared(groupId, regex)) {
    await consumers.prepare(groupId, regex);
    const gone = partition.unavailable();
    if (gone !== 0) return refused(gone, 'The coordinator has moved.');
  }
  const place = consumerGroupPlace(partition, groupId, request.memberEpoch === 0);
  if (place.kind === 'refused') return place;
  return consumers.heartbeat(groupId, inputOf(request, context, partition), place.beginning);
}

/** Answers when what the heartbeat changed is committed. */
export async function consumerGroupHeartbeat(
  coordinator: GroupCoordinator,
  request: ConsumerGroupHeartbeatRequest,
  context: GroupRequestContext,
): Promise<ConsumerGroupHeartbeatResponse> {
  const { settings } = coordinator.options;
  const interval = settings.ofGroup(request.groupId).heartbeatIntervalMs ?? settings.consumerHeartbeatIntervalMs;
  const invalid = invalidBeat(request, context.version, settings);
  if (invalid !== null) return heartbeatResponse(refused(ERROR_CODES.INVALID_REQUEST.code, invalid), interval);
  const unsupported = unsupportedAssignor(request.serverAssignor);
  if (unsupported !== null) return heartbeatResponse(unsupported, interval);
  const found = coordinator.find(request.groupId, false);
  if (found.kind === 'refused')
    return heartbeatResponse(refused(found.error, 'This is not the coordinator of the group now.'), interval);
  return heartbeatResponse(await beatHere(found.partition, request, context), interval);
}

type DescribedGroup = ConsumerGroupDescribeResponse['groups'][number];
type DescribedMember = DescribedGroup['members'][number];

function describedAssignment(coordinator: GroupCoordinator, assignment: Assignment): DescribedMember['assignment'] {
  const { topicsById } = coordinator.options.image();
  const topicPartitions = listOf(assignment).flatMap(({ topicId, partitions }) => {
    const topic = topicsById.get(topicId);
    return topic === undefined ? [] : [{ topicId, topicName: topic.name, partitions }];
  });
  return { topicPartitions };
}

function describedMember(coordinator: GroupCoordinator, group: ConsumerGroup, member: ConsumerMember): DescribedMember {
  const target = group.targets.get(member.id) ?? NO_PARTITIONS;
  const current = assignmentOf([...listOf(partitionsOf(member.assigned)), ...listOf(partitionsOf(member.revoking))]);
  return {
    memberId: member.id,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.epoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: member.topicNames,
    subscribedTopicRegex: member.topicRegex ?? '',
    assignment: describedAssignment(
      coordinator,
      member.state === 'unrevoked' ? partitionsOf(member.assigned) : current,
    ),
    targetAssignment: describedAssignment(coordinator, target),
    memberType: member.classic === null ? 1 : 0,
  };
}

function describeNone(groupId: string, errorCode: number, errorMessage: string | null): DescribedGroup {
  return {
    errorCode,
    errorMessage,
    groupId,
    groupState: '',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
  };
}

export function consumerGroupDescribe(
  coordinator: GroupCoordinator,
  request: ConsumerGroupDescribeRequest,
): ConsumerGroupDescribeResponse {
  const authorizedOperations = request.includeAuthorizedOperations ? ALL_GROUP_OPERATIONS : NO_OPERATIONS;
  const groups = request.groupIds.map((groupId): DescribedGroup => {
    const found = coordinator.find(groupId, false);
    if (found.kind === 'refused') return describeNone(groupId, found.error, null);
    const group = found.partition.consumers.group(groupId);
    if (group === null) {
      const classic = found.partition.group(groupId) !== null;
      const message = classic ? `Group ${groupId} is not a consumer group.` : `Group ${groupId} not found.`;
      return describeNone(groupId, ERROR_CODES.GROUP_ID_NOT_FOUND.code, message);
    }
    return {
      errorCode: 0,
      groupId,
      groupState: consumerStateName(group),
      groupEpoch: group.epoch,
      assignmentEpoch: group.targetEpoch,
      assignorName: preferredAssignor(group.members.values()) ?? UNIFORM,
      members: [...group.members.values()].map((member) => describedMember(coordinator, group, member)),
      authorizedOperations,
    };
  });
  return { groups };
}
