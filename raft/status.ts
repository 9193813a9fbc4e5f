/**
 * Read-only views of a core: for the driver, for status pages, for tests. None of them changes anything.
 */
import type { LogPosition, Voter } from './batch-position.ts';
import type { Role } from './effect.ts';
import { type Incarnation, type Millis, type NodeId, type Offset, offset, type Term } from './ids.ts';
import { effectiveMinInsync, maximalIsrOf, type WhyNotInSync, whyLeaving, whyNotJoining } from './in-sync.ts';
import { floorOfTerm, termBefore as termBeforeInView } from './log-view.ts';
import type { Progress } from './progress.ts';
import { majorityValue } from './quorum.ts';
import { type CoreState, type LeaderRole, leaderOf, votersOf } from './state.ts';
import { isVoter } from './voters.ts';

/** What a leader knows of one peer. */
export interface PeerStatus {
  readonly peer: NodeId;
  readonly kind: Progress['kind'];
  /** The peer holds the leader's log below this, durably; meaningful when `verified`. */
  readonly matchOffset: Offset;
  readonly verified: boolean;
  readonly nextOffset: Offset;
  /** Where its log begins, durably, as far as it said. */
  readonly logStart: Offset;
  /** Appends sent and not acknowledged. */
  readonly inflight: number;
  readonly lastContact: Millis;
  readonly lastCaughtUp: Millis;
  readonly connected: boolean;
  readonly incarnation: Incarnation | null;
  /** quorum: counts in majorities. */
  readonly isVoter: boolean;
  /** isr: in the ISR of metadata. */
  readonly inIsr: boolean;
  /** isr: why it is not in the ISR, or is about to leave it; null when nothing is wrong. */
  readonly why: WhyNotInSync | null;
}

export interface Status {
  readonly role: Role;
  readonly term: Term;
  readonly leader: NodeId | null;
  readonly votedFor: Voter | null;
  readonly highWatermark: Offset;
  readonly logStart: Offset;
  readonly logEnd: Offset;
  readonly durableEnd: Offset;
  /** Where the own term begins; null unless leader. */
  readonly termStart: Offset | null;
  readonly voters: readonly Voter[] | null;
  /** isr leader: everybody whose durable end holds the high watermark back. Else empty. */
  readonly maximalIsr: readonly NodeId[];
  /** isr leader: a proposal is unanswered by metadata. */
  readonly proposalOpen: boolean;
  readonly peers: readonly PeerStatus[];
  /** A violation was reported: the core does nothing any more. */
  readonly failed: boolean;
}

function whyOf(state: CoreState, leader: LeaderRole, progress: Progress): WhyNotInSync | null {
  const member = state.assignment?.replicas.find(({ node }) => node === progress.peer);
  if (member === undefined) return null;
  if (state.assignment?.isr.includes(progress.peer) === true) return whyLeaving(state, member, progress);
  return whyNotJoining(state, leader, member, progress);
}

function peerStatus(state: CoreState, leader: LeaderRole, progress: Progress): PeerStatus {
  const peer = state.peers.get(progress.peer);
  return {
    peer: progress.peer,
    kind: progress.kind,
    matchOffset: progress.match,
    verified: progress.verified,
    nextOffset: progress.next,
    logStart: progress.logStart,
    inflight: progress.inflights.appends.length,
    lastContact: progress.lastContact,
    lastCaughtUp: progress.lastCaughtUp,
    connected: peer?.connected ?? false,
    incarnation: progress.incarnation,
    isVoter: isVoter(votersOf(state) ?? [], progress.peer, peer?.directory ?? null),
    inIsr: state.assignment?.isr.includes(progress.peer) ?? false,
    why: whyOf(state, leader, progress),
  };
}

/** A snapshot of everything worth showing; costs O(peers log peers), so not for every step. */
export function statusOf(state: CoreState): Status {
  const { role } = state;
  const leader = role.kind === 'leader' ? role : null;
  const peers =
    leader === null ? [] : [...leader.progress.values()].map((progress) => peerStatus(state, leader, progress));
  return {
    role: role.kind,
    term: state.term,
    leader: leaderOf(state),
    votedFor: state.votedFor,
    highWatermark: state.highWatermark,
    logStart: state.log.start,
    logEnd: state.log.end,
    durableEnd: state.durableEnd,
    termStart: leader?.termStart ?? null,
    voters: votersOf(state),
    maximalIsr: maximalIsr(state),
    proposalOpen: leader !== null && leader.proposal !== null,
    peers: peers.sort((left, right) => left.peer - right.peer),
    failed: state.failed,
  };
}

/** isr leader: ISR of metadata and all members of an open proposal, ascending. Empty for others. */
export function maximalIsr(state: CoreState): readonly NodeId[] {
  return state.config.policy === 'isr' && state.role.kind === 'leader' ? maximalIsrOf(state, state.role) : [];
}

/**
 * Leader: everybody who counts begins here or above, durably, so that nothing below can come back (DeleteRecords): the
 * maximal ISR; in quorum groups a majority. Null for others, while somebody who counts was not heard in this term, and while the
 * ISR is smaller than records need to commit: replicas that have left it since (the ELR) may lead then, and begin further below.
 */
export function lowWatermark(state: CoreState): Offset | null {
  const { role, durableStart } = state;
  if (role.kind !== 'leader') return null;
  const self = state.config.self.node;
  const startOf = (node: NodeId): Offset =>
    node === self ? durableStart : (role.progress.get(node)?.logStart ?? offset(0));
  if (state.config.policy === 'quorum') return majorityValue((votersOf(state) ?? []).map(({ node }) => startOf(node)));
  const { assignment } = state;
  if (assignment === null || assignment.isr.length < effectiveMinInsync(assignment)) return null;
  let least = durableStart;
  for (const node of maximalIsrOf(state, role)) {
    if (node !== self && role.progress.get(node) === undefined) return null;
    if (startOf(node) < least) least = startOf(node);
  }
  return least;
}

/** Term of the batch that ends at or contains what precedes `end`; null outside [log start, log end]. */
export function termBefore(state: CoreState, end: Offset): Term | null {
  return end < state.log.start || end > state.log.end ? null : termBeforeInView(state.log, end);
}

/**
 * Where the largest term ≤ `term` ends, as OffsetForLeaderEpoch asks (KIP-101, KIP-279, KIP-320): the log end for the
 * newest term (a leader's own, even before its first batch); the start of the log, named as `term` itself, for one that is
 * older than all that is kept. Null for a term above all known here.
 */
export function endOfTerm(state: CoreState, term: Term): LogPosition | null {
  const { log } = state;
  const own = state.role.kind === 'leader' ? state.term : (log.terms.at(-1)?.term ?? log.startTerm);
  if (term > own) return null;
  if (term === own) return { term, end: log.end };
  return floorOfTerm(log, term) ?? { term, end: log.start };
}

/** The instant before which a `tick` does nothing; null when only another input can change anything. */
export function nextDue(state: CoreState): Millis | null {
  return state.due;
}
