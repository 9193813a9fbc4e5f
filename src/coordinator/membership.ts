/**
 * Members of a group: who is one, who leads, which protocol all of them speak, how long their sessions last.
 *
 * These are the leaves under join, sync, leave and tick: they change members, never the state of the group.
 */
import { millis } from '../../raft/index.ts';
import type { Millis } from '../../raft/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import type { Group, Member, Protocol, RequestNumber } from './group-state.ts';
import { refusedJoin, refusedSync } from './group-step.ts';
import type { GroupAnswer, Step } from './group-step.ts';

/** Moves the group's alarm forward to `at`, never back: it may ring early, and then finds nothing to do. */
export function noteDeadline(group: Group, at: Millis): void {
  if (group.due === null || at < group.due) group.due = at;
}

/** The session of `member` ends `durationMs` from now. */
export function extendSession(step: Step, member: Member, durationMs: number): void {
  member.deadline = millis(step.context.now + durationMs);
  noteDeadline(step.group, member.deadline);
}

export function answer(step: Step, request: RequestNumber, given: GroupAnswer): void {
  step.effects.push({ kind: 'answer', request, answer: given });
}

/** Parks a Join or a Sync. An older one of the same member is told to rejoin: its connection is probably gone. */
export function park(step: Step, member: Member, which: 'joining' | 'syncing', request: RequestNumber): void {
  const older = member[which];
  const { code } = ERROR_CODES.REBALANCE_IN_PROGRESS;
  if (older !== null) answer(step, older, which === 'joining' ? refusedJoin(code, member.id) : refusedSync(code));
  member[which] = request;
  if (!member.fresh) member.deadline = null;
}

/** Answers what is parked for `member` with `error`. */
export function refuseParked(step: Step, member: Member, error: number, memberIdInJoin: string): void {
  if (member.joining !== null) answer(step, member.joining, refusedJoin(error, memberIdInJoin));
  if (member.syncing !== null) answer(step, member.syncing, refusedSync(error));
  member.joining = null;
  member.syncing = null;
}

/** 0 when (memberId, instanceId) names a member; else 25, or 82 when the instance id belongs to another member id by now. */
export function memberError(group: Group, memberId: string, instanceId: string | null): number {
  if (instanceId !== null) {
    const holder = group.staticMembers.get(instanceId);
    if (holder === undefined) return ERROR_CODES.UNKNOWN_MEMBER_ID.code;
    if (holder !== memberId) return ERROR_CODES.FENCED_INSTANCE_ID.code;
  }
  return group.members.has(memberId) ? 0 : ERROR_CODES.UNKNOWN_MEMBER_ID.code;
}

export function insertMember(group: Group, member: Member, protocolType: string): void {
  if (group.members.size === 0) group.protocolType = protocolType;
  group.members.set(member.id, member);
  if (member.instanceId !== null) group.staticMembers.set(member.instanceId, member.id);
  group.pendingIds.delete(member.id);
  group.leader ??= member.id;
}

/** Takes a member out; what it has parked is answered with UNKNOWN_MEMBER_ID, so that it comes back as a new one. */
export function removeMember(step: Step, member: Member): void {
  const { group } = step;
  refuseParked(step, member, ERROR_CODES.UNKNOWN_MEMBER_ID.code, '');
  group.members.delete(member.id);
  if (member.instanceId !== null) group.staticMembers.delete(member.instanceId);
  if (group.state.kind === 'completing' || group.state.kind === 'stable') group.state.unsynced.delete(member.id);
  if (group.leader === member.id) {
    const [first] = group.members.keys();
    group.leader = first ?? null;
  }
}

/** Names that every member offers. */
function commonProtocols(group: Group): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const member of group.members.values()) {
    for (const name of new Set(member.protocols.map((protocol) => protocol.name)))
      counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count === group.members.size).map(([name]) => name));
}

/** Whether a member that offers these can be in the group. */
export function supportsProtocols(group: Group, protocolType: string, protocols: readonly Protocol[]): boolean {
  if (protocolType === '' || protocols.length === 0) return false;
  if (group.members.size === 0) return true;
  if (group.protocolType !== protocolType) return false;
  const common = commonProtocols(group);
  return protocols.some((protocol) => common.has(protocol.name));
}

/**
 * The protocol with most votes: each member votes for the first of its own that all support. Among equals the one
 * that the leader prefers. Null when the members have none in common, or there are none.
 */
export function chooseProtocol(group: Group): string | null {
  const common = commonProtocols(group);
  const votes = new Map<string, number>();
  for (const member of group.members.values()) {
    const vote = member.protocols.find((protocol) => common.has(protocol.name));
    if (vote !== undefined) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1);
  }
  const leader = group.leader === null ? undefined : group.members.get(group.leader);
  let chosen: string | null = null;
  for (const { name } of leader?.protocols ?? []) {
    if ((votes.get(name) ?? 0) > (chosen === null ? 0 : (votes.get(chosen) ?? 0))) chosen = name;
  }
  for (const [name, count] of votes) {
    if (count > (chosen === null ? 0 : (votes.get(chosen) ?? 0))) chosen = name;
  }
  return chosen;
}

/** Keeps the leader when it has joined, else takes the longest member that has. False when none has joined. */
export function electLeader(group: Group): boolean {
  const current = group.leader === null ? undefined : group.members.get(group.leader);
  if (current !== undefined && current.joining !== null) return true;
  for (const member of group.members.values()) {
    if (member.joining === null) continue;
    group.leader = member.id;
    return true;
  }
  return false;
}

/** True when `protocols` are exactly what the member offers already, byte for byte and in order. */
export function offersSame(member: Pick<Member, 'protocols'>, protocols: readonly Protocol[]): boolean {
  if (member.protocols.length !== protocols.length) return false;
  return member.protocols.every((known, index) => {
    const other = protocols[index];
    if (other === undefined || other.name !== known.name || other.metadata.length !== known.metadata.length)
      return false;
    return known.metadata.every((byte, at) => byte === other.metadata[at]);
  });
}
