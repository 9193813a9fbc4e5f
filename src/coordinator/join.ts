/**
 * JoinGroup: a member enters, comes back, or takes the place of its former self.
 *
 * ```
 *  no id ─┬─ instance id known ─▶ replaces the old holder (old id: 82 from now on); Stable and same protocol: no rebalance
 *         ├─ instance id new ───▶ member
 *         ├─ v4+ ───────────────▶ 79 with an id to come back with
 *         └─ v0-3 ──────────────▶ member
 *  id ────┬─ pending ───────────▶ member
 *         ├─ unknown ───────────▶ 25 (82 when its instance id is held by another)
 *         └─ member: Preparing parks; Completing and unchanged repeats the answer; Stable, unchanged and no leader
 *                    gets the current generation; all else rebalances
 * ```
 */
import { assert, millis } from '../../raft/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import type { Group, Member } from './group-state.ts';
import { refusedJoin } from './group-step.ts';
import type { JoinInput, Step } from './group-step.ts';
import {
  answer,
  chooseProtocol,
  extendSession,
  insertMember,
  memberError,
  noteDeadline,
  offersSame,
  park,
  refuseParked,
  removeMember,
  supportsProtocols,
} from './membership.ts';
import { currentJoin, joinedMembers, membersChanged, startRebalance } from './rebalance.ts';

export function join(step: Step, input: JoinInput): void {
  const { group } = step;
  if (!hasRoom(step, input)) {
    group.pendingIds.delete(input.memberId);
    const member = group.members.get(input.memberId);
    if (member !== undefined) removeMember(step, member);
    answer(step, input.request, refusedJoin(ERROR_CODES.GROUP_MAX_SIZE_REACHED.code, ''));
    if (member !== undefined) membersChanged(step);
    return;
  }
  if (!supportsProtocols(group, input.protocolType, input.protocols)) {
    answer(step, input.request, refusedJoin(ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL.code, input.memberId));
    return;
  }
  if (input.memberId === '') joinUnknown(step, input);
  else joinKnown(step, input);
}

/** The member that this Join is about: by its id, or a restarted static one by its instance id. */
function memberOf(group: Group, input: JoinInput): Member | undefined {
  const holder = input.instanceId === null ? undefined : group.staticMembers.get(input.instanceId);
  return group.members.get(input.memberId) ?? (holder === undefined ? undefined : group.members.get(holder));
}

/**
 * Whether the group may have this member in it, or give out one more id. While Preparing those count who have joined
 * or keep their place without: when the limit was lowered, the last to rejoin stay out.
 */
function hasRoom(step: Step, input: JoinInput): boolean {
  const { group, context } = step;
  const { groupMembersMax } = context.settings;
  const known = memberOf(group, input);
  let taken = 0;
  for (const member of group.members.values()) {
    if (member === known) continue;
    if (group.state.kind !== 'preparing' || member.joining !== null || member.instanceId !== null) taken += 1;
  }
  if (known !== undefined) return group.state.kind !== 'preparing' || taken < groupMembersMax;
  return taken < groupMembersMax && (group.pendingIds.has(input.memberId) || group.pendingIds.size < groupMembersMax);
}

function joinUnknown(step: Step, input: JoinInput): void {
  const { group, context } = step;
  if (input.instanceId !== null) {
    const oldId = group.staticMembers.get(input.instanceId);
    const old = oldId === undefined ? undefined : group.members.get(oldId);
    if (old === undefined) addMember(step, input, input.freshMemberId);
    else replaceStatic(step, input, old);
    return;
  }
  if (!input.requireKnownId) {
    addMember(step, input, input.freshMemberId);
    return;
  }
  const validUntil = millis(context.now + input.sessionTimeoutMs);
  group.pendingIds.set(input.freshMemberId, validUntil);
  noteDeadline(group, validUntil);
  answer(step, input.request, refusedJoin(ERROR_CODES.MEMBER_ID_REQUIRED.code, input.freshMemberId));
}

function joinKnown(step: Step, input: JoinInput): void {
  const { group } = step;
  if (group.pendingIds.has(input.memberId) && input.instanceId === null) {
    addMember(step, input, input.memberId);
    return;
  }
  const error = memberError(group, input.memberId, input.instanceId);
  const member = group.members.get(input.memberId);
  if (error !== 0 || member === undefined) {
    answer(step, input.request, refusedJoin(error, input.memberId));
    return;
  }
  const { kind } = group.state;
  const isLeader = group.leader === member.id;
  const unchanged = offersSame(member, input.protocols);
  if (kind === 'completing' && unchanged) {
    // It probably missed the answer to its first Join.
    answer(step, input.request, currentJoin(group, member, isLeader ? joinedMembers(group) : []));
    return;
  }
  if (kind === 'stable' && unchanged && !isLeader) {
    answer(step, input.request, currentJoin(group, member, []));
    return;
  }
  update(member, input);
  park(step, member, 'joining', input.request);
  membersChanged(step);
}

function update(member: Member, input: JoinInput): void {
  member.clientId = input.clientId;
  member.clientHost = input.clientHost;
  member.sessionTimeoutMs = input.sessionTimeoutMs;
  member.rebalanceTimeoutMs = input.rebalanceTimeoutMs;
  member.protocols = input.protocols;
}

function newMember(id: string, input: JoinInput, fresh: boolean): Member {
  return {
    id,
    instanceId: input.instanceId,
    clientId: input.clientId,
    clientHost: input.clientHost,
    sessionTimeoutMs: input.sessionTimeoutMs,
    rebalanceTimeoutMs: input.rebalanceTimeoutMs,
    protocols: input.protocols,
    assignment: new Uint8Array(0),
    fresh,
    joining: null,
    syncing: null,
    deadline: null,
  };
}

function addMember(step: Step, input: JoinInput, id: string): void {
  const { group, context } = step;
  assert(!group.members.has(id), () => `member ${id} is in the group already`);
  const member = newMember(id, input, true);
  if (group.state.kind === 'preparing' && group.state.initial !== null) group.state.initial.memberAdded = true;
  insertMember(group, member, input.protocolType);
  park(step, member, 'joining', input.request);
  extendSession(step, member, context.settings.newMemberJoinTimeoutMs);
  membersChanged(step);
}

/** A static member has restarted: the new id inherits everything of `old`, whose requests and heartbeats are fenced. */
function replaceStatic(step: Step, input: JoinInput, old: Member): void {
  const { group } = step;
  const formerLeader = group.leader;
  refuseParked(step, old, ERROR_CODES.FENCED_INSTANCE_ID.code, old.id);
  const member = newMember(input.freshMemberId, input, false);
  member.assignment = old.assignment;
  swapMember(group, old, member);
  extendSession(step, member, member.sessionTimeoutMs);
  if (group.state.kind !== 'stable' || chooseProtocol(group) !== group.protocol) {
    park(step, member, 'joining', input.request);
    // Not while Completing: the leader may have been given the old id to assign to.
    if (group.state.kind === 'preparing') membersChanged(step);
    else startRebalance(step);
    return;
  }
  const isLeader = group.leader === member.id;
  const skipAssignment = isLeader && input.canSkipAssignment;
  const current = currentJoin(group, member, skipAssignment ? joinedMembers(group) : []);
  // Below v9 a leader cannot be told to keep the assignment: it is shown its old id as the leader, so that it does not assign.
  const leader = input.canSkipAssignment ? current.leader : (formerLeader ?? '');
  const assignments = new Map([...group.members.values()].map(({ id, assignment }) => [id, assignment]));
  step.effects.push({
    kind: 'persist',
    assignments,
    reason: { kind: 'static-join', request: input.request, answer: { ...current, leader, skipAssignment } },
  });
}

/** Puts `member` into the place of `old`, keeping the order of the others. */
function swapMember(group: Group, old: Member, member: Member): void {
  const all = [...group.members.values()];
  group.members.clear();
  for (const other of all) {
    const kept = other === old ? member : other;
    group.members.set(kept.id, kept);
  }
  if (member.instanceId !== null) group.staticMembers.set(member.instanceId, member.id);
  if (group.leader === old.id) group.leader = member.id;
  const { state } = group;
  if ((state.kind === 'completing' || state.kind === 'stable') && state.unsynced.delete(old.id))
    state.unsynced.add(member.id);
}
