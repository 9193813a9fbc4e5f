/**
 * The in-sync replicas of an isr group: who counts, who joins, who leaves.
 *
 *    ISR in metadata {1,2}      open proposal {1,2,3}          maximal ISR {1,2,3}
 *    high watermark = least durable end over the maximal ISR, and still while |ISR in metadata| < min
 *
 * - *Maximal* while a proposal is open: the controller may have adopted any form of it, and may elect any member of what
 *   it adopted; each must hold what is committed. A timeout or refusal closes nothing; only metadata of a higher version does.
 * - *Minimum by the ISR of metadata*, not by the maximal one: a replica outside it that the controller may still elect (ELR)
 *   is not in the maximal ISR, and holds what was committed only if nothing is while the ISR is below the minimum (KIP-966).
 * - Joining takes the high watermark *and* the start of the term: a replica at the high watermark of a new leader may lack
 *   what was committed but is not yet known to be (KIP-966's model, KAFKA-7128), and the very incarnation that metadata
 *   registered: a late proposal must not admit a successor with an empty disk (KIP-903).
 * - Expelled is who was in sync and is seen to end below the high watermark: it has lost what it had acknowledged, so
 *   that it may not even be eligible.
 */
import { type Millis, millis, type NodeId, type Offset } from './ids.ts';
import type { Assignment, Member } from './input.ts';
import { emit } from './output.ts';
import type { Progress } from './progress.ts';
import type { CoreState, LeaderRole } from './state.ts';

/** Proposals are repeated every so many heartbeats until metadata answers. */
const REPEAT_HEARTBEATS = 5;

/** The smallest ISR with which records commit: never more than there are replicas. */
export function effectiveMinInsync(assignment: Assignment): number {
  return Math.min(assignment.minInsyncReplicas, assignment.replicas.length);
}

/** ISR of metadata and every member of an open proposal, the leader included, ascending. */
export function maximalIsrOf(state: CoreState, leader: LeaderRole): readonly NodeId[] {
  const members = new Set<NodeId>([state.config.self.node, ...(state.assignment?.isr ?? [])]);
  for (const node of leader.proposal?.members ?? []) members.add(node);
  return [...members].sort((left, right) => left - right);
}

/** Least durable end over the maximal ISR; null while it may not move. */
export function inSyncEnd(state: CoreState, leader: LeaderRole): Offset | null {
  const { assignment } = state;
  if (assignment === null || assignment.isr.length < effectiveMinInsync(assignment)) return null;
  // Over the two sets whose union is the maximal ISR; a member of both counts twice, which changes no minimum.
  const least = leastEnd(state, leader, assignment.isr, state.durableEnd);
  return leader.proposal === null || least === null ? least : leastEnd(state, leader, leader.proposal.members, least);
}

/** The least of `least` and of what each of `members` but this node holds; null when one of them is not even known. */
function leastEnd(state: CoreState, leader: LeaderRole, members: Iterable<NodeId>, least: Offset): Offset | null {
  let end = least;
  for (const node of members) {
    if (node === state.config.self.node) continue;
    const progress = leader.progress.get(node);
    if (progress === undefined) return null;
    if (progress.match < end) end = progress.match;
  }
  return end;
}

export type WhyNotInSync =
  | 'not-registered'
  | 'other-incarnation'
  | 'disconnected'
  | 'unverified'
  | 'below-high-watermark'
  | 'below-term-start'
  | 'lagging';

function incarnationTrouble(state: CoreState, member: Member, progress: Progress): WhyNotInSync | null {
  if (member.incarnation === null) return 'not-registered';
  const peer = state.peers.get(member.node);
  if (peer === undefined || !peer.connected) return 'disconnected';
  return progress.incarnation === member.incarnation ? null : 'other-incarnation';
}

/** Why a replica outside the ISR may not join it; null when it may. */
export function whyNotJoining(
  state: CoreState,
  leader: LeaderRole,
  member: Member,
  progress: Progress,
): WhyNotInSync | null {
  const trouble = incarnationTrouble(state, member, progress);
  if (trouble !== null) return trouble;
  if (!progress.verified) return 'unverified';
  if (progress.match < state.highWatermark) return 'below-high-watermark';
  return progress.match < leader.termStart ? 'below-term-start' : null;
}

/** When a member is to leave for lagging; null when it is caught up now, as the incarnation that metadata knows. */
export function leaveAt(state: CoreState, member: Member, progress: Progress): Millis | null {
  const known = progress.incarnation === member.incarnation;
  if (known && progress.verified && progress.match >= state.log.end) return null;
  return millis(progress.lastCaughtUp + state.config.lagMax);
}

/**
 * A member of the ISR holds what is committed, or it has lost it: its disk lied, or was put back. Judged by the log end that
 * it told in this connection, as the incarnation that metadata knows; where it matched last says less.
 */
function hasLost(state: CoreState, member: Member, progress: Progress | undefined): boolean {
  if (progress === undefined || progress.logEnd === null) return false;
  return progress.incarnation === member.incarnation && progress.logEnd < state.highWatermark;
}

/** Why a member of the ISR is to leave it; null when it stays. */
export function whyLeaving(state: CoreState, member: Member, progress: Progress | undefined): WhyNotInSync | null {
  if (member.incarnation === null) return 'not-registered';
  if (progress === undefined) return null;
  if (hasLost(state, member, progress)) return 'below-high-watermark';
  const at = leaveAt(state, member, progress);
  return at !== null && state.now >= at ? 'lagging' : null;
}

/** Whether the leader wants `member`, one of the replicas, in the ISR. */
function isWanted(state: CoreState, leader: LeaderRole, assignment: Assignment, member: Member): boolean {
  if (member.node === state.config.self.node) return true;
  const progress = leader.progress.get(member.node);
  if (assignment.isr.includes(member.node)) return whyLeaving(state, member, progress) === null;
  return progress !== undefined && whyNotJoining(state, leader, member, progress) === null;
}

/** The ISR that the leader wants now, in the order of the assignment. */
export function desiredIsr(state: CoreState, leader: LeaderRole, assignment: Assignment): readonly Member[] {
  return assignment.replicas.filter((member) => isWanted(state, leader, assignment, member));
}

/** Whether the ISR of metadata is the one that the leader wants. */
function standsAsItIs(state: CoreState, leader: LeaderRole, assignment: Assignment): boolean {
  let wanted = 0;
  for (const member of assignment.replicas) {
    if (!isWanted(state, leader, assignment, member)) continue;
    if (!assignment.isr.includes(member.node)) return false;
    wanted += 1;
  }
  return wanted === assignment.isr.length;
}

/** Members of metadata's ISR that are not even eligible any more. */
function expelledFrom(state: CoreState, leader: LeaderRole, assignment: Assignment): readonly NodeId[] {
  const lost = assignment.replicas.filter(
    (member) => assignment.isr.includes(member.node) && hasLost(state, member, leader.progress.get(member.node)),
  );
  return lost.map((member) => member.node).filter((node) => node !== state.config.self.node);
}

function asObserved(state: CoreState, leader: LeaderRole, member: Member): Member {
  if (member.node === state.config.self.node) return { node: member.node, incarnation: state.config.incarnation };
  return { node: member.node, incarnation: leader.progress.get(member.node)?.incarnation ?? member.incarnation };
}

export function repeatAt(state: CoreState, leader: LeaderRole): Millis | null {
  return leader.proposal === null ? null : millis(leader.proposal.sentAt + state.config.heartbeat * REPEAT_HEARTBEATS);
}

/**
 * Proposes the ISR that the leader wants when it differs from metadata's, or, while a proposal is open, whenever the
 * wish changed or the last one has been unanswered for long: unchanged if need be, so that the version moves and old
 * copies die.
 */
export function maybeProposeIsr(state: CoreState, leader: LeaderRole): void {
  const { assignment } = state;
  if (assignment === null || leader.openSequence !== null) return;
  const { proposal } = leader;
  // After every step of every busy partition: nothing is made when nothing is to be said.
  if (proposal === null && standsAsItIs(state, leader, assignment)) return;
  const desired = desiredIsr(state, leader, assignment);
  const nodes = desired.map((member) => member.node);
  if (proposal === null) {
    leader.proposal = { version: assignment.version, members: new Set(nodes), sentAt: state.now };
  } else {
    const joining = nodes.some((node) => !proposal.members.has(node) && !assignment.isr.includes(node));
    const due = repeatAt(state, leader);
    if (!joining && due !== null && state.now < due) return;
    for (const node of nodes) proposal.members.add(node);
    proposal.sentAt = state.now;
  }
  const isr = desired.map((member) => asObserved(state, leader, member));
  const expelled = expelledFrom(state, leader, assignment);
  emit(state, { kind: 'propose-isr', term: state.term, version: assignment.version, isr, expelled });
}
