/**
 * JoinGroup, SyncGroup, Heartbeat and LeaveGroup of members that speak the classic protocol in a consumer group: the steps of
 * consumer-classic.ts, written and committed before they are answered.
 */
import { ERROR_CODES } from '../wire/index.ts';
import { classicHeartbeat, classicJoin, classicLeave, classicSync } from './consumer-classic.ts';
import type { ConsumerGroup } from './consumer-group-state.ts';
import { consumerStep, takeBack } from './consumer-step.ts';
import type { ConsumerStep } from './consumer-step.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import { refusedJoin, refusedSync } from './group-step.ts';
import type { HeartbeatInput, JoinAnswer, JoinInput, LeaveAnswer, LeavingMember } from './group-step.ts';
import type { SyncAnswer, SyncInput } from './group-step.ts';
import { CONSUMER_PROTOCOL_TYPE, readSubscription, writeAssignment } from './subscription.ts';

/** A step on the group, once everything that it needs is there; null: the coordinator has moved, or the group has gone meanwhile. */
async function stepOn(partition: CoordinatorPartition, group: ConsumerGroup): Promise<ConsumerStep | null> {
  const { consumers } = partition;
  if (!consumers.isPrepared(group.id, null)) await consumers.prepare(group.id, null);
  if (partition.unavailable() !== 0 || consumers.group(group.id) !== group) return null;
  return consumerStep(group, consumers.context());
}

export async function joinConsumerGroup(
  partition: CoordinatorPartition,
  group: ConsumerGroup,
  input: JoinInput,
): Promise<JoinAnswer> {
  const read = readSubscription(input.protocols[0]?.metadata ?? new Uint8Array(0), partition.options.codec);
  if (read === null) {
    const { instanceId, memberId, requireKnownId, protocolType, freshMemberId } = input;
    // A member without an id is given one before anybody looks at what it says.
    const isFirst = instanceId === null && memberId === '' && requireKnownId && protocolType === CONSUMER_PROTOCOL_TYPE;
    if (isFirst && input.protocols.length > 0) return refusedJoin(ERROR_CODES.MEMBER_ID_REQUIRED.code, freshMemberId);
    return refusedJoin(ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL.code, memberId);
  }
  const step = await stepOn(partition, group);
  if (step === null) return refusedJoin(ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code, input.memberId);
  const answer = classicJoin(step, input, read);
  if (answer.error !== 0) {
    takeBack(step);
    return answer;
  }
  const error = await partition.consumers.commit(step, null);
  return error === 0 ? answer : refusedJoin(error, input.memberId);
}

export async function syncConsumerGroup(
  partition: CoordinatorPartition,
  group: ConsumerGroup,
  input: SyncInput,
): Promise<SyncAnswer> {
  const step = await stepOn(partition, group);
  if (step === null) return refusedSync(ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code);
  const answer = classicSync(step, input);
  const error = await partition.consumers.commit(step, null);
  if (answer.error !== 0 || error !== 0) return refusedSync(answer.error !== 0 ? answer.error : error);
  const { codec } = partition.options;
  const [protocol] = group.members.get(input.memberId)?.classic?.protocols ?? [];
  const version = readSubscription(protocol?.metadata ?? new Uint8Array(0), codec)?.version ?? 0;
  const assignment = writeAssignment(answer.assignment, version, step.context.topics, codec);
  return { kind: 'sync', error: 0, protocolType: CONSUMER_PROTOCOL_TYPE, protocol: answer.protocol, assignment };
}

export async function heartbeatConsumerGroup(
  partition: CoordinatorPartition,
  group: ConsumerGroup,
  input: HeartbeatInput,
): Promise<number> {
  const step = await stepOn(partition, group);
  if (step === null) return ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code;
  const answer = classicHeartbeat(step, input);
  const error = await partition.consumers.commit(step, null);
  return error === 0 ? answer : error;
}

/** The errors of the members, or the one of all. */
export async function leaveConsumerGroup(
  partition: CoordinatorPartition,
  group: ConsumerGroup,
  leaving: readonly LeavingMember[],
): Promise<LeaveAnswer | number> {
  const step = await stepOn(partition, group);
  if (step === null) return ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code;
  const errors = classicLeave(step, leaving);
  const error = await partition.consumers.commit(step, null);
  if (error !== 0) return error;
  return { kind: 'leave', error: 0, members: leaving.map((one, at) => ({ ...one, error: errors[at] ?? 0 })) };
}
