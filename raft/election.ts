/**
 * Becoming leader of a quorum group: pre-vote, vote, and who may disturb whom.
 *
 *   timeout or hint ─▶ pre-vote ─majority would─▶ term + 1, own vote durable ─▶ vote ─majority did─▶ no-op, lead
 *
 * - A voter that hears a leader refuses pre-votes *and* votes without adopting their term (thesis 4.2.3): a removed or
 *   half-connected node cannot depose a leader that works. Only a transfer passes.
 * - Up to date is judged by the term of the last *batch*, then the end; never by the current term (thesis 3.6.1).
 * - One vote per term, durable before its answer leaves (thesis 3.4), the candidate's own included.
 * - A pre-vote of a lower term is answered with the own term, never with silence: a node that missed terms must learn
 *   of them although it is refused, or it can never be heard again (etcd #8243).
 */
import { assert } from './assert.ts';
import { type Millis, millis, type NodeId, term } from './ids.ts';
import { isUpToDate, lastPosition, loggedVoters } from './log-view.ts';
import { appendNoOp, appendVoters } from './membership.ts';
import type { PreVote, PreVoteReply, Vote, VoteReply } from './message.ts';
import { draftSequence, send, sendInTerm, sendWhenDurable } from './output.ts';
import { majorityValue, tally, type Tally } from './quorum.ts';
import { addProgress, advanceAll } from './replication.ts';
import {
  type CandidateRole,
  type CoreState,
  isSelf,
  type LeaderRole,
  type ProspectiveRole,
  mayCampaign,
  votersOf,
} from './state.ts';
import { callSuccessor } from './transfer.ts';
import {
  adoptTerm,
  becomeCandidate,
  becomeFollower,
  becomeLeader,
  becomeProspective,
  drawPause,
} from './transitions.ts';
import { isVoter, sameVoter } from './voters.ts';

/** Two that were woken by the same event wait a seeded moment each, so that they do not split the vote. */
const PAUSE_MAX = millis(50);

/** The pause after a start, a hint, or a lost campaign. */
export function electionPause(state: CoreState): Millis {
  // Nobody to split a vote with: a cluster of one is up at once.
  if (otherVoters(state).length === 0) return millis(0);
  const longest = Math.min(
    state.config.electionTimeoutMin,
    PAUSE_MAX * 2 ** Math.min(Math.max(state.campaigns - 1, 0), 8),
  );
  return drawPause(state, millis(longest));
}

function otherVoters(state: CoreState): readonly NodeId[] {
  return (votersOf(state) ?? []).filter((voter) => !isSelf(state, voter)).map((voter) => voter.node);
}

function preVoteOf(state: CoreState): PreVote {
  return { kind: 'pre-vote', term: term(state.term + 1), candidate: state.config.self, log: lastPosition(state.log) };
}

function voteOf(state: CoreState, role: CandidateRole): Vote {
  return {
    kind: 'vote',
    term: state.term,
    candidate: state.config.self,
    log: lastPosition(state.log),
    transfer: role.transfer,
  };
}

/** Counts only answers of voters in force, by the directory that their handshake showed. */
function tallyOf(state: CoreState, role: ProspectiveRole | CandidateRole): Tally {
  const voters = votersOf(state) ?? [];
  let granted = 0;
  let refused = 0;
  for (const voter of voters) {
    const counts = isSelf(state, voter) || isVoter(voters, voter.node, state.peers.get(voter.node)?.directory ?? null);
    const answer = counts ? role.votes.get(voter.node) : undefined;
    if (answer === true) granted += 1;
    if (answer === false) refused += 1;
  }
  return tally(voters.length, granted, refused);
}

/** The election timed out, or a hint said that the leader is dead. */
export function startPreVote(state: CoreState): void {
  if (!mayCampaign(state)) return void becomeFollower(state, null);
  becomeProspective(state);
  for (const node of otherVoters(state)) send(state, node, preVoteOf(state));
  if (state.role.kind === 'prospective' && tallyOf(state, state.role) === 'won') startElection(state, false);
}

/** A majority would vote for this node, or the leader told it to take over. */
export function startElection(state: CoreState, transfer: boolean): void {
  becomeCandidate(state, transfer, term(state.term + 1));
  const { role } = state;
  assert(role.kind === 'candidate', 'candidate expected');
  role.voteSequence = draftSequence(state);
  for (const node of otherVoters(state)) sendWhenDurable(state, node, voteOf(state, role));
}

/** A voter can be reached (again): it may not have heard the question. */
export function askPeer(state: CoreState, node: NodeId): void {
  if (!otherVoters(state).includes(node)) return;
  if (state.role.kind === 'prospective' && !state.role.votes.has(node)) send(state, node, preVoteOf(state));
  if (state.role.kind === 'candidate' && !state.role.votes.has(node))
    sendInTerm(state, node, voteOf(state, state.role));
}

/** True while a leader is known to be alive: this node then helps nobody to depose it. */
function isSticky(state: CoreState): boolean {
  const { role } = state;
  if (role.kind === 'leader') return true;
  if (role.kind === 'prospective' || role.kind === 'candidate' || role.contactAt === null) return false;
  return role.leader !== null && state.now < role.contactAt + state.config.electionTimeoutMin;
}

/** Answers whether this node would vote; changes nothing here, and never adopts the term that is asked for. */
export function onPreVote(state: CoreState, from: NodeId, message: PreVote): void {
  const upToDate = isUpToDate(message.log, lastPosition(state.log));
  const granted = votersOf(state) !== null && !isSticky(state) && message.term > state.term && upToDate;
  send(state, from, { kind: 'pre-vote-reply', term: granted ? message.term : state.term, granted });
}

/** Counts the answer; a refusal with a higher term is adopted, and the campaign begins again there after a pause. */
export function onPreVoteReply(state: CoreState, from: NodeId, reply: PreVoteReply): void {
  const { role } = state;
  if (role.kind !== 'prospective') return;
  if (!reply.granted && reply.term > state.term) {
    adoptTerm(state, reply.term);
    const follower = becomeFollower(state, null);
    follower.electionAt = electionPause(state);
    return;
  }
  if (reply.granted && reply.term !== state.term + 1) return;
  role.votes.set(from, reply.granted);
  if (tallyOf(state, role) === 'won') startElection(state, false);
}

/** Grants at most one vote per term, to a candidate that is up to date, and answers when that is durable. */
export function onVote(state: CoreState, from: NodeId, message: Vote): void {
  const refused: VoteReply = { kind: 'vote-reply', term: state.term, granted: false };
  if (message.term < state.term || (isSticky(state) && !message.transfer)) return sendInTerm(state, from, refused);
  if (message.term > state.term) {
    adoptTerm(state, message.term);
    becomeFollower(state, null);
  }
  const free = state.votedFor === null || sameVoter(state.votedFor, message.candidate);
  const granted =
    votersOf(state) !== null &&
    free &&
    state.role.kind !== 'leader' &&
    isUpToDate(message.log, lastPosition(state.log));
  if (granted) {
    state.votedFor = message.candidate;
    const { role } = state;
    if (role.kind === 'follower' && role.electionAt !== null)
      role.electionAt = millis(state.now + role.electionTimeout);
  }
  sendInTerm(state, from, { kind: 'vote-reply', term: state.term, granted });
}

/** Counts the vote of the own candidacy; a higher term ends it. */
export function onVoteReply(state: CoreState, from: NodeId, reply: VoteReply): void {
  if (reply.term > state.term) {
    adoptTerm(state, reply.term);
    becomeFollower(state, null);
    return;
  }
  const { role } = state;
  if (role.kind !== 'candidate' || reply.term !== state.term) return;
  role.votes.set(from, reply.granted);
  settleElection(state, role);
}

/** The own vote is on disk: now, and not before, it counts. */
export function onOwnVote(state: CoreState, role: CandidateRole): void {
  role.votes.set(state.config.self.node, true);
  settleElection(state, role);
}

function settleElection(state: CoreState, role: CandidateRole): void {
  const standing = tallyOf(state, role);
  if (standing === 'won' && role.votes.get(state.config.self.node) === true) return openTerm(state);
  const reachable = otherVoters(state).filter((node) => state.peers.get(node)?.connected ?? false);
  const over = standing === 'lost' || reachable.every((node) => role.votes.has(node));
  if (!over || !role.votes.has(state.config.self.node)) return;
  // Split: waiting for a whole timeout would help nobody. The pause grows with every campaign lost.
  const again = electionPause(state);
  if (again < role.electionAt) role.electionAt = again;
}

/** Leads the term that was won: with a no-op, and with the voters if the log does not name them yet. */
function openTerm(state: CoreState): void {
  const voters = loggedVoters(state.log) === null ? votersOf(state) : null;
  const leader = becomeLeader(state, state.log.end, null);
  // Progress begins at the log end of before the no-op, so that the first append is the probe, too.
  for (const peer of state.peers.values()) if (peer.connected) addProgress(state, leader, peer);
  appendNoOp(state);
  if (voters !== null) appendVoters(state, voters);
  advanceAll(state, leader);
}

/** Newest instant by which a majority of the voters, the leader included if it is one, had been heard. */
export function majorityContact(state: CoreState, leader: LeaderRole): Millis {
  const voters = votersOf(state) ?? [];
  const contacts = voters.map((voter) => {
    if (isSelf(state, voter)) return state.now;
    const known = isVoter(voters, voter.node, state.peers.get(voter.node)?.directory ?? null);
    return known ? (leader.progress.get(voter.node)?.lastContact ?? leader.since) : leader.since;
  });
  return majorityValue(contacts);
}

/**
 * When the own disk has been silent for so long that somebody else should lead; null while nothing is waiting for it.
 */
export function diskPatience(state: CoreState): Millis | null {
  const [oldest] = state.pending;
  if (oldest === undefined || otherVoters(state).length === 0) return null;
  return millis(oldest.issuedAt + 2 * state.config.electionTimeoutMax);
}

/**
 * Steps down when no majority was heard for an election timeout: a leader that nobody follows must not look like one
 * (thesis 6.2). Also when its own disk hangs: it would lead on with the disks of others and never be whole again, and it
 * cannot win again, because its vote for itself needs that disk.
 */
export function checkQuorum(state: CoreState, leader: LeaderRole): void {
  const alone = state.now >= majorityContact(state, leader) + state.config.electionTimeoutMax;
  const patience = diskPatience(state);
  const hung = patience !== null && state.now >= patience;
  if (hung && !alone) callSuccessor(state, leader);
  if (alone || hung) becomeFollower(state, null);
}

/** The leader hands over to this voter: campaign at once, past pre-vote (thesis 3.10). */
export function onTimeoutNow(state: CoreState, messageTerm: number): void {
  const follows = state.role.kind === 'follower' || state.role.kind === 'prospective';
  if (messageTerm === state.term && follows && mayCampaign(state)) startElection(state, true);
}
