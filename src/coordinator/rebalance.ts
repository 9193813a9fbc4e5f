/**
 * The rebalance of a group: from the first reason for one to the answers of all Joins.
 *
 * ```
 *  startRebalance ─▶ Preparing ─┬─ all known members joined, no id pending ─▶ completeJoinPhase ─▶ Completing | Empty
 *                               └─ joinDue: go on without the dynamic members that are missing
 * ```
 *
 * Every rebalance ends: Preparing at `joinDue`, which only a group without any joined member may push on (its
 * members then fall out by their sessions); Completing at `syncDue`, where members that never synced are removed.
 */
import { assert, millis } from '../../raft/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import { metadataOf, rebalanceTimeoutOf } from './group-state.ts';
import type { Group, Member } from './group-state.ts';
import type { JoinAnswer, JoinedMember, Step } from './group-step.ts';
import { refusedSync } from './group-step.ts';
import { answer, chooseProtocol, electLeader, extendSession, noteDeadline, removeMember } from './membership.ts';

const GENERATION_MAX = 0x7fff_ffff;

/** All members with their metadata under the chosen protocol: what a leader needs to assign. */
export function joinedMembers(group: Group): readonly JoinedMember[] {
  return [...group.members.values()].map((member) => ({
    memberId: member.id,
    instanceId: member.instanceId,
    metadata: metadataOf(member, group.protocol),
  }));
}

/** What `member` is told about the current generation. */
export function currentJoin(group: Group, member: Member, members: readonly JoinedMember[]): JoinAnswer {
  return {
    kind: 'join',
    error: 0,
    memberId: member.id,
    generation: group.generation,
    protocolType: group.protocolType,
    protocol: group.protocol,
    leader: group.leader ?? '',
    skipAssignment: false,
    members,
  };
}

/** Answers every parked Sync with `error`; the sessions of their members begin anew. */
export function refuseSyncs(step: Step, error: number): void {
  for (const member of step.group.members.values()) {
    if (member.syncing === null) continue;
    answer(step, member.syncing, refusedSync(error));
    member.syncing = null;
    extendSession(step, member, member.sessionTimeoutMs);
  }
}

/** Begins a rebalance from Empty, Completing or Stable. */
export function startRebalance(step: Step): void {
  const { group, context } = step;
  const { initialRebalanceDelayMs } = context.settings;
  assert(group.state.kind !== 'preparing', 'a rebalance of this group is under way already');
  if (group.state.kind === 'completing') refuseSyncs(step, ERROR_CODES.REBALANCE_IN_PROGRESS.code);
  const timeoutMs = rebalanceTimeoutOf(group);
  const delayed = group.state.kind === 'empty' && initialRebalanceDelayMs > 0;
  const joinDue = millis(context.now + (delayed ? initialRebalanceDelayMs : timeoutMs));
  const initial = delayed
    ? { remainingMs: Math.max(timeoutMs - initialRebalanceDelayMs, 0), memberAdded: false }
    : null;
  group.state = { kind: 'preparing', joinDue, initial };
  group.stateSince = context.wallNow;
  noteDeadline(group, joinDue);
  maybeCompleteJoinPhase(step);
}

/** A member came, went or changed: rebalance, or see whether the one under way has everybody now. */
export function membersChanged(step: Step): void {
  switch (step.group.state.kind) {
    case 'empty':
    case 'completing':
    case 'stable':
      startRebalance(step);
      return;
    case 'preparing':
      maybeCompleteJoinPhase(step);
      return;
    case 'dead':
      return;
  }
}

export function maybeCompleteJoinPhase(step: Step): void {
  const { group } = step;
  if (group.state.kind !== 'preparing' || group.state.initial !== null || group.pendingIds.size > 0) return;
  for (const member of group.members.values()) if (member.joining === null) return;
  completeJoinPhase(step);
}

/** The join phase has lasted as long as it may; a new group is given more time while new members arrive. */
export function joinPhaseDue(step: Step): void {
  const { group, context } = step;
  assert(group.state.kind === 'preparing', 'only a join phase can be due');
  const { initial } = group.state;
  if (initial !== null && initial.memberAdded && initial.remainingMs > 0) {
    const extensionMs = Math.min(context.settings.initialRebalanceDelayMs, initial.remainingMs);
    initial.memberAdded = false;
    initial.remainingMs -= extensionMs;
    group.state.joinDue = millis(context.now + extensionMs);
    noteDeadline(group, group.state.joinDue);
    return;
  }
  completeJoinPhase(step);
}

/** Ends the join phase with those who joined; static members stay even when they did not. */
function completeJoinPhase(step: Step): void {
  const { group, context } = step;
  assert(group.state.kind === 'preparing', 'only a join phase can be completed');
  for (const member of [...group.members.values()]) {
    if (member.joining === null && member.instanceId === null) removeMember(step, member);
  }
  if (group.members.size > 0 && !electLeader(group)) {
    // Only absent static members are left: wait for them, or for the ends of their sessions.
    group.state.initial = null;
    group.state.joinDue = millis(context.now + Math.max(1, rebalanceTimeoutOf(group)));
    noteDeadline(group, group.state.joinDue);
    return;
  }
  group.generation = group.generation >= GENERATION_MAX ? 1 : group.generation + 1;
  group.stateSince = context.wallNow;
  if (group.members.size === 0) becomeEmpty(step);
  else becomeCompleting(step);
}

function becomeEmpty(step: Step): void {
  const { group } = step;
  group.state = { kind: 'empty' };
  group.protocol = null;
  group.leader = null;
  step.effects.push({ kind: 'persist', assignments: new Map(), reason: { kind: 'emptied' } });
}

function becomeCompleting(step: Step): void {
  const { group, context } = step;
  group.protocol = chooseProtocol(group);
  assert(group.protocol !== null, 'members without a common protocol were let in');
  const syncDue = millis(context.now + rebalanceTimeoutOf(group));
  group.state = { kind: 'completing', unsynced: new Set(group.members.keys()), syncDue, assignments: null };
  noteDeadline(group, syncDue);
  const all = joinedMembers(group);
  for (const member of group.members.values()) {
    if (member.joining === null) continue;
    answer(step, member.joining, currentJoin(group, member, member.id === group.leader ? all : []));
    member.joining = null;
    member.fresh = false;
    extendSession(step, member, member.sessionTimeoutMs);
  }
}
