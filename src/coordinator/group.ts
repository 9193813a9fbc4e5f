/**
 * The classic group protocol as a state machine: `stepGroup(group, input, context)` changes the group and returns what
 * to do, and nothing else happens. No clock, no I/O, no promises: the same inputs give the same effects.
 *
 * | input     | Empty | PreparingRebalance | CompletingRebalance            | Stable              |
 * | heartbeat | 25    | 27                 | 0                              | 0                   |
 * | sync      | 25    | 27                 | parked; the leader's persists  | current assignment  |
 * | commit    | 0¹    | 0                  | 27                             | 0                   |
 *
 * ¹ only without generation and member id. A wrong generation is 22, a stranger 25, a replaced static member 82.
 * Join is told in join.ts, what a rebalance does in rebalance.ts.
 */
import { ERROR_CODES } from '../wire/index.ts';
import type { Group, Member } from './group-state.ts';
import { refusedJoin, refusedSync } from './group-step.ts';
import type {
  GroupEffect,
  GroupInput,
  HeartbeatInput,
  LeaveAnswer,
  LeaveInput,
  LeavingMember,
  PersistReason,
  Step,
  StepContext,
  SyncAnswer,
  SyncInput,
} from './group-step.ts';
import { join } from './join.ts';
import { answer, extendSession, memberError, noteDeadline, park, refuseParked, removeMember } from './membership.ts';
import { joinPhaseDue, maybeCompleteJoinPhase, membersChanged, refuseSyncs } from './rebalance.ts';

/** Applies `input` at the instant of `context`. At most one effect is `persist`, and it is the last. */
export function stepGroup(group: Group, input: GroupInput, context: StepContext): readonly GroupEffect[] {
  const step: Step = { group, context, effects: [] };
  if (group.state.kind === 'dead') refuseDead(step, input);
  else dispatch(step, input);
  return step.effects;
}

function dispatch(step: Step, input: GroupInput): void {
  switch (input.kind) {
    case 'join':
      join(step, input);
      return;
    case 'sync':
      sync(step, input);
      return;
    case 'heartbeat':
      answer(step, input.request, { kind: 'heartbeat', error: beat(step, input) });
      return;
    case 'leave':
      leave(step, input);
      return;
    case 'persisted':
      persisted(step, input.reason, input.error);
      return;
    case 'rebalance':
      membersChanged(step);
      return;
    case 'dissolve':
      for (const member of step.group.members.values())
        refuseParked(step, member, ERROR_CODES.REBALANCE_IN_PROGRESS.code, member.id);
      return;
    case 'tick':
      tick(step);
      return;
  }
}

/** A deleted group answers 15: the client looks for the coordinator again and finds a new group of that name. */
function refuseDead(step: Step, input: GroupInput): void {
  const error = ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code;
  switch (input.kind) {
    case 'join':
      answer(step, input.request, refusedJoin(error, input.memberId));
      return;
    case 'sync':
      answer(step, input.request, refusedSync(error));
      return;
    case 'heartbeat':
      answer(step, input.request, { kind: 'heartbeat', error });
      return;
    case 'leave':
      answer(step, input.request, { kind: 'leave', error, members: [] });
      return;
    case 'persisted':
    case 'rebalance':
    case 'dissolve':
    case 'tick':
      return;
  }
}

function beat(step: Step, input: HeartbeatInput): number {
  const { group } = step;
  const error = memberError(group, input.memberId, input.instanceId);
  if (error !== 0) return error;
  if (input.generation !== group.generation) return ERROR_CODES.ILLEGAL_GENERATION.code;
  const member = group.members.get(input.memberId);
  // A parked request outlives every heartbeat: its session begins when it is answered.
  if (member !== undefined && member.deadline !== null && !member.fresh)
    extendSession(step, member, member.sessionTimeoutMs);
  return group.state.kind === 'preparing' ? ERROR_CODES.REBALANCE_IN_PROGRESS.code : 0;
}

function syncError(group: Group, input: SyncInput): number {
  const error = memberError(group, input.memberId, input.instanceId);
  if (error !== 0) return error;
  if (input.generation !== group.generation) return ERROR_CODES.ILLEGAL_GENERATION.code;
  if (input.protocolType !== null && input.protocolType !== group.protocolType)
    return ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL.code;
  if (input.protocol !== null && group.protocol !== null && input.protocol !== group.protocol)
    return ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL.code;
  return group.state.kind === 'preparing' ? ERROR_CODES.REBALANCE_IN_PROGRESS.code : 0;
}

function assigned(group: Group, member: Member): SyncAnswer {
  return {
    kind: 'sync',
    error: 0,
    protocolType: group.protocolType,
    protocol: group.protocol,
    assignment: member.assignment,
  };
}

function sync(step: Step, input: SyncInput): void {
  const { group } = step;
  const error = syncError(group, input);
  const member = group.members.get(input.memberId);
  if (error !== 0 || member === undefined) {
    answer(step, input.request, refusedSync(error));
    return;
  }
  if (group.state.kind === 'stable') {
    group.state.unsynced.delete(member.id);
    extendSession(step, member, member.sessionTimeoutMs);
    answer(step, input.request, assigned(group, member));
    return;
  }
  if (group.state.kind !== 'completing') return;
  group.state.unsynced.delete(member.id);
  park(step, member, 'syncing', input.request);
  if (group.leader !== member.id || group.state.assignments !== null) return;
  const assignments = new Map<string, Uint8Array>();
  for (const id of group.members.keys()) assignments.set(id, input.assignments.get(id) ?? new Uint8Array(0));
  group.state.assignments = assignments;
  step.effects.push({ kind: 'persist', assignments, reason: { kind: 'assignment', generation: group.generation } });
}

function leave(step: Step, input: LeaveInput): void {
  const { group } = step;
  let removed = false;
  let unpended = false;
  const members: LeaveAnswer['members'][number][] = [];
  for (const leaving of input.members) {
    const { memberId, instanceId } = leaving;
    if (group.pendingIds.delete(memberId)) {
      unpended = true;
      members.push({ memberId, instanceId, error: 0 });
      continue;
    }
    const id = leavingId(group, leaving);
    const error = memberError(group, id, instanceId);
    const member = group.members.get(id);
    if (error === 0 && member !== undefined) {
      removeMember(step, member);
      removed = true;
    }
    members.push({ memberId, instanceId, error });
  }
  answer(step, input.request, { kind: 'leave', error: 0, members });
  if (removed) membersChanged(step);
  else if (unpended) maybeCompleteJoinPhase(step);
}

/** An administrator names a static member by its instance id alone. */
function leavingId(group: Group, leaving: LeavingMember): string {
  if (leaving.memberId !== '' || leaving.instanceId === null) return leaving.memberId;
  return group.staticMembers.get(leaving.instanceId) ?? '';
}

function persisted(step: Step, reason: PersistReason, error: number): void {
  const { group } = step;
  switch (reason.kind) {
    case 'emptied':
      return;
    case 'static-join':
      answer(step, reason.request, error === 0 ? reason.answer : refusedJoin(error, ''));
      return;
    case 'assignment': {
      // The group may have gone on to another rebalance while the record was on its way: then nobody waits for it.
      if (
        group.state.kind !== 'completing' ||
        group.generation !== reason.generation ||
        group.state.assignments === null
      )
        return;
      if (error === 0) becomeStable(step, group.state.assignments, group.state);
      else {
        refuseSyncs(step, error);
        membersChanged(step);
      }
    }
  }
}

function becomeStable(
  step: Step,
  assignments: ReadonlyMap<string, Uint8Array>,
  from: Extract<Group['state'], { kind: 'completing' }>,
): void {
  const { group, context } = step;
  group.state = { kind: 'stable', unsynced: from.unsynced, syncDue: from.syncDue };
  group.stateSince = context.wallNow;
  for (const member of group.members.values()) {
    member.assignment = assignments.get(member.id) ?? new Uint8Array(0);
    if (member.syncing === null) continue;
    answer(step, member.syncing, assigned(group, member));
    member.syncing = null;
    extendSession(step, member, member.sessionTimeoutMs);
  }
}

function tick(step: Step): void {
  const { group, context } = step;
  let unpended = false;
  for (const [id, validUntil] of [...group.pendingIds]) {
    if (validUntil <= context.now) unpended = group.pendingIds.delete(id);
  }
  const expired = [...group.members.values()].filter(
    (member) => member.deadline !== null && member.deadline <= context.now,
  );
  for (const member of expired) removeMember(step, member);
  if (expired.length > 0) membersChanged(step);
  else if (unpended) maybeCompleteJoinPhase(step);
  if (group.state.kind === 'preparing' && group.state.joinDue <= context.now) joinPhaseDue(step);
  if (isSyncDue(step)) removeUnsynced(step);
  resetAlarm(group);
}

function isSyncDue({ group, context }: Step): boolean {
  const { state } = group;
  return (
    (state.kind === 'completing' || state.kind === 'stable') && state.unsynced.size > 0 && state.syncDue <= context.now
  );
}

/** Members that never asked for their assignment are taken for dead. */
function removeUnsynced(step: Step): void {
  const { group } = step;
  if (group.state.kind !== 'completing' && group.state.kind !== 'stable') return;
  for (const id of [...group.state.unsynced]) {
    const member = group.members.get(id);
    if (member !== undefined) removeMember(step, member);
  }
  membersChanged(step);
}

/** Sets the alarm to the earliest deadline there is. */
export function resetAlarm(group: Group): void {
  group.due = null;
  for (const validUntil of group.pendingIds.values()) noteDeadline(group, validUntil);
  for (const { deadline } of group.members.values()) if (deadline !== null) noteDeadline(group, deadline);
  const { state } = group;
  if (state.kind === 'preparing') noteDeadline(group, state.joinDue);
  if ((state.kind === 'completing' || state.kind === 'stable') && state.unsynced.size > 0)
    noteDeadline(group, state.syncDue);
}

/**
 * Whether these credentials may commit offsets now: 0 or an error code; a member's session begins anew.
 *
 * Without generation, member and instance id only while nobody is in the group: an administrator or a consumer that
 * assigns itself.
 */
export function admitCommit(
  group: Group,
  generation: number,
  memberId: string,
  instanceId: string | null,
  context: StepContext,
): number {
  const { kind } = group.state;
  if (kind === 'dead') return ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code;
  if (kind === 'empty' && generation < 0) return 0;
  if (generation < 0 && memberId === '' && instanceId === null) return ERROR_CODES.UNKNOWN_MEMBER_ID.code;
  const error = memberError(group, memberId, instanceId);
  if (error !== 0) return error;
  if (generation !== group.generation) return ERROR_CODES.ILLEGAL_GENERATION.code;
  if (kind === 'completing') return ERROR_CODES.REBALANCE_IN_PROGRESS.code;
  const member = group.members.get(memberId);
  if (member !== undefined && member.deadline !== null && !member.fresh) {
    extendSession({ group, context, effects: [] }, member, member.sessionTimeoutMs);
  }
  return 0;
}
