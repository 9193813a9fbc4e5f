/**
 * JoinGroup, SyncGroup, Heartbeat and LeaveGroup: from request to response, all versions.
 *
 * What comes from the client is checked here and copied out of the frame, since a group keeps it for long; the
 * protocol itself is in group.ts.
 */
import { ERROR_CODES } from '../wire/index.ts';
import type {
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  SyncGroupRequest,
  SyncGroupResponse,
} from '../wire/index.ts';
import {
  heartbeatConsumerGroup,
  joinConsumerGroup,
  leaveConsumerGroup,
  syncConsumerGroup,
} from './classic-member-requests.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import type { GroupCoordinator, GroupRequestContext } from './group-coordinator.ts';
import type { Protocol } from './group-state.ts';
import { refusedJoin, refusedSync } from './group-step.ts';
import type { HeartbeatInput, JoinAnswer, JoinInput, LeavingMember, SyncAnswer, SyncInput } from './group-step.ts';
import { classicGroupPlace } from './protocol-change.ts';
import type { CoordinatorSettings } from './settings.ts';

/** UTF-16 units of the client's name that go into a member id. */
const MEMBER_NAME_LENGTH_MAX = 249;

function joinResponse(answer: JoinAnswer, version: number): JoinGroupResponse {
  return {
    errorCode: answer.error,
    generationId: answer.generation,
    protocolType: answer.protocolType,
    // Null is a way to say it from version 7 on.
    protocolName: answer.protocol ?? (version >= 7 ? null : ''),
    leader: answer.leader,
    skipAssignment: answer.skipAssignment,
    memberId: answer.memberId,
    members: answer.members.map(({ memberId, instanceId, metadata }) => ({
      memberId,
      groupInstanceId: instanceId,
      metadata,
    })),
  };
}

/** Why the request cannot be taken, as an error code, or 0. */
function joinRequestError(request: JoinGroupRequest, settings: CoordinatorSettings): number {
  const { sessionTimeoutMs, groupInstanceId, protocols } = request;
  if (sessionTimeoutMs < settings.sessionTimeoutMsMin || sessionTimeoutMs > settings.sessionTimeoutMsMax) {
    return ERROR_CODES.INVALID_SESSION_TIMEOUT.code;
  }
  if (groupInstanceId !== null && (groupInstanceId === '' || groupInstanceId.length > settings.instanceIdLengthMax)) {
    return ERROR_CODES.INVALID_REQUEST.code;
  }
  if (protocols.length > settings.memberProtocolsMax) return ERROR_CODES.INVALID_REQUEST.code;
  let bytes = 0;
  for (const { name, metadata } of protocols) bytes += name.length + metadata.length;
  return bytes > settings.memberProtocolBytesMax ? ERROR_CODES.INVALID_REQUEST.code : 0;
}

/** Copies of the protocols; of two with one name the first counts. */
function protocolsOf(request: JoinGroupRequest): readonly Protocol[] {
  const byName = new Map<string, Protocol>();
  for (const { name, metadata } of request.protocols) {
    if (!byName.has(name)) byName.set(name, { name, metadata: new Uint8Array(metadata) });
  }
  return [...byName.values()];
}

function joinInput(
  partition: CoordinatorPartition,
  request: JoinGroupRequest,
  context: GroupRequestContext,
  number: number,
): JoinInput {
  const clientId = (context.clientId ?? '').slice(0, MEMBER_NAME_LENGTH_MAX);
  const { sessionTimeoutMs, rebalanceTimeoutMs } = request;
  return {
    kind: 'join',
    request: number,
    memberId: request.memberId,
    freshMemberId: request.memberId === '' ? partition.freshMemberId(request.groupInstanceId ?? clientId) : '',
    instanceId: request.groupInstanceId,
    clientId,
    clientHost: context.clientHost,
    sessionTimeoutMs,
    rebalanceTimeoutMs: rebalanceTimeoutMs > 0 ? rebalanceTimeoutMs : sessionTimeoutMs,
    protocolType: request.protocolType,
    protocols: protocolsOf(request),
    requireKnownId: context.version >= 4,
    canSkipAssignment: context.version >= 9,
  };
}

async function joinPartition(
  partition: CoordinatorPartition,
  request: JoinGroupRequest,
  context: GroupRequestContext,
): Promise<JoinAnswer> {
  const { settings } = partition.options;
  const error = joinRequestError(request, settings);
  if (error !== 0) return refusedJoin(error, request.memberId);
  const occupied = classicGroupPlace(partition, request.groupId);
  if (occupied !== 0) return refusedJoin(occupied, request.memberId);
  const consumers = partition.consumers.group(request.groupId);
  if (consumers !== null) return joinConsumerGroup(partition, consumers, joinInput(partition, request, context, 0));
  // Somebody who has an id had it from a group; this one is gone, or was never written.
  const group = request.memberId === '' ? partition.groupForced(request.groupId) : partition.group(request.groupId);
  if (group === null) {
    const { UNKNOWN_MEMBER_ID, COORDINATOR_NOT_AVAILABLE } = ERROR_CODES;
    return refusedJoin(
      (request.memberId === '' ? COORDINATOR_NOT_AVAILABLE : UNKNOWN_MEMBER_ID).code,
      request.memberId,
    );
  }
  const answer = await partition.ask(group, 'join', (number) => joinInput(partition, request, context, number));
  return typeof answer === 'number' ? refusedJoin(answer, request.memberId) : answer;
}

/** Answers when the member's generation is complete: up to its rebalance timeout later. */
export async function joinGroup(
  coordinator: GroupCoordinator,
  request: JoinGroupRequest,
  context: GroupRequestContext,
): Promise<JoinGroupResponse> {
  const found = coordinator.find(request.groupId, false);
  if (found.kind === 'refused') return joinResponse(refusedJoin(found.error, request.memberId), context.version);
  return joinResponse(await joinPartition(found.partition, request, context), context.version);
}

function syncResponse(answer: SyncAnswer): SyncGroupResponse {
  return {
    errorCode: answer.error,
    protocolType: answer.protocolType,
    protocolName: answer.protocol,
    assignment: answer.assignment,
  };
}

/** Answers when the leader's assignment is committed. */
export async function syncGroup(
  coordinator: GroupCoordinator,
  request: SyncGroupRequest,
  context: GroupRequestContext,
): Promise<SyncGroupResponse> {
  const found = coordinator.find(request.groupId, false);
  if (found.kind === 'refused') return syncResponse(refusedSync(found.error));
  // From version 5 on both names must be there.
  if (context.version >= 5 && (request.protocolType === null || request.protocolName === null)) {
    return syncResponse(refusedSync(ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL.code));
  }
  const inputOf = (number: number): SyncInput => ({
    kind: 'sync',
    request: number,
    memberId: request.memberId,
    instanceId: request.groupInstanceId,
    generation: request.generationId,
    protocolType: request.protocolType,
    protocol: request.protocolName,
    assignments: new Map(request.assignments.map(({ memberId, assignment }) => [memberId, new Uint8Array(assignment)])),
  });
  const consumers = found.partition.consumers.group(request.groupId);
  if (consumers !== null) return syncResponse(await syncConsumerGroup(found.partition, consumers, inputOf(0)));
  const group = found.partition.group(request.groupId);
  if (group === null) return syncResponse(refusedSync(ERROR_CODES.UNKNOWN_MEMBER_ID.code));
  const answer = await found.partition.ask(group, 'sync', inputOf);
  return syncResponse(typeof answer === 'number' ? refusedSync(answer) : answer);
}

export async function heartbeat(coordinator: GroupCoordinator, request: HeartbeatRequest): Promise<HeartbeatResponse> {
  const found = coordinator.find(request.groupId, false);
  if (found.kind === 'refused') return { errorCode: found.error };
  const inputOf = (number: number): HeartbeatInput => ({
    kind: 'heartbeat',
    request: number,
    memberId: request.memberId,
    instanceId: request.groupInstanceId,
    generation: request.generationId,
  });
  const consumers = found.partition.consumers.group(request.groupId);
  if (consumers !== null) return { errorCode: await heartbeatConsumerGroup(found.partition, consumers, inputOf(0)) };
  const group = found.partition.group(request.groupId);
  if (group === null) return { errorCode: ERROR_CODES.UNKNOWN_MEMBER_ID.code };
  const answer = await found.partition.ask(group, 'heartbeat', inputOf);
  return { errorCode: typeof answer === 'number' ? answer : answer.error };
}

export async function leaveGroup(
  coordinator: GroupCoordinator,
  request: LeaveGroupRequest,
  context: GroupRequestContext,
): Promise<LeaveGroupResponse> {
  const single = context.version < 3;
  const leaving: readonly LeavingMember[] = single
    ? [{ memberId: request.memberId, instanceId: null }]
    : request.members.map(({ memberId, groupInstanceId }) => ({ memberId, instanceId: groupInstanceId }));
  const found = coordinator.find(request.groupId, false);
  if (found.kind === 'refused') return { errorCode: found.error, members: [] };
  const group = found.partition.group(request.groupId);
  const unknown = leaving.map((member) => ({ ...member, error: ERROR_CODES.UNKNOWN_MEMBER_ID.code }));
  const consumers = found.partition.consumers.group(request.groupId);
  const answer =
    consumers !== null
      ? await leaveConsumerGroup(found.partition, consumers, leaving)
      : group === null
        ? { error: 0, members: unknown }
        : await found.partition.ask(group, 'leave', (number) => ({ kind: 'leave', request: number, members: leaving }));
  if (typeof answer === 'number') return { errorCode: answer, members: [] };
  if (single) return { errorCode: answer.error !== 0 ? answer.error : (answer.members[0]?.error ?? 0), members: [] };
  const members = answer.members.map(({ memberId, instanceId, error }) => ({
    memberId,
    groupInstanceId: instanceId,
    errorCode: error,
  }));
  return { errorCode: answer.error, members };
}
