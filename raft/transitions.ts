/**
 * Changes of role: the only places that replace `state.role`.
 *
 * | to          | from                     | when                                                                   |
 * |-------------|--------------------------|------------------------------------------------------------------------|
 * | follower    | any                      | an append of the term, a higher term, no majority in reach, resigned   |
 * | observer    | any (quorum)             | neither the voters nor those that they are to replace name this node   |
 * | idle        | any (isr)                | nobody known leads the term                                            |
 * | prospective | follower, candidate      | election timeout, hint                                                 |
 * | candidate   | prospective, follower    | a majority would vote; told to take over                               |
 * | leader      | candidate; follower, idle| a majority voted; appointed                                            |
 */
import { assert } from './assert.ts';
import { type Millis, millis, type NodeId, offset, type Term } from './ids.ts';
import { emit } from './output.ts';
import { createProgress, type Progress } from './progress.ts';
import { type CoreState, type FollowerRole, type LeaderRole, nextProgressId, type Peer, mayCampaign } from './state.ts';

/** A fresh election timeout, drawn from [min, max) (thesis 3.4). */
function drawElectionTimeout(state: CoreState): Millis {
  const { electionTimeoutMin, electionTimeoutMax, random } = state.config;
  assert(electionTimeoutMin <= electionTimeoutMax, 'election timeouts: min above max');
  const spread = Math.max(1, Math.floor(electionTimeoutMax - electionTimeoutMin));
  return millis(electionTimeoutMin + random.below(spread));
}

function drawElectionAt(state: CoreState): Millis {
  return millis(state.now + drawElectionTimeout(state));
}

/** A short seeded pause, so that two that were told the same thing do not act at once. `bound` ≥ 1. */
export function drawPause(state: CoreState, bound: Millis): Millis {
  return millis(state.now + state.config.random.below(Math.max(1, Math.floor(bound))));
}

/** Raises the term; the vote of the former one is void. */
export function adoptTerm(state: CoreState, term: Term): void {
  assert(term > state.term, () => `term ${term} adopted, already at ${state.term}`);
  state.term = term;
  state.votedFor = null;
  state.senderInTerm = null;
}

function refuseReads(state: CoreState, leader: NodeId | null): void {
  if (state.role.kind !== 'leader') return;
  for (const read of state.role.reads) {
    emit(state, { kind: 'read-refused', id: read.id, refusal: { kind: 'not-leader', leader, term: state.term } });
  }
}

function followingKind(state: CoreState, leader: NodeId | null): FollowerRole['kind'] {
  if (state.config.policy === 'isr') return leader === null ? 'idle' : 'follower';
  return mayCampaign(state) ? 'follower' : 'observer';
}

/** Follows `leader` from a fresh start, or waits for one. */
export function becomeFollower(state: CoreState, leader: NodeId | null): FollowerRole {
  const kind = followingKind(state, leader);
  const campaigns = kind === 'follower' && state.config.policy === 'quorum';
  const electionTimeout = campaigns ? drawElectionTimeout(state) : millis(0);
  refuseReads(state, leader);
  if (leader !== null) state.campaigns = 0;
  const role: FollowerRole = {
    kind,
    leader,
    contactAt: leader === null ? null : state.now,
    electionAt: campaigns ? millis(state.now + electionTimeout) : null,
    electionTimeout,
    progressId: 0,
    promisedEnd: offset(0),
    snapshot: null,
  };
  state.role = role;
  return role;
}

/** Begins a campaign that raises no term; the own vote counts at once because it promises nothing. */
export function becomeProspective(state: CoreState): void {
  assert(state.config.policy === 'quorum', 'only quorum groups campaign');
  assert(mayCampaign(state), 'only voters campaign');
  state.campaigns += 1;
  state.role = {
    kind: 'prospective',
    votes: new Map([[state.config.self.node, true]]),
    electionAt: drawElectionAt(state),
  };
}

/** Opens the next term and votes for itself; the vote counts once persist `voteSequence` is durable. */
export function becomeCandidate(state: CoreState, transfer: boolean, term: Term): void {
  assert(state.config.policy === 'quorum', 'only quorum groups campaign');
  assert(state.role.kind !== 'leader', 'a leader does not campaign');
  adoptTerm(state, term);
  state.votedFor = state.config.self;
  state.role = {
    kind: 'candidate',
    votes: new Map(),
    transfer,
    voteSequence: state.sequence + 1,
    electionAt: drawElectionAt(state),
  };
}

/** The leader of the term was heard. */
export function noteLeader(state: CoreState, role: FollowerRole): void {
  role.contactAt = state.now;
  if (role.electionAt !== null) role.electionAt = millis(state.now + role.electionTimeout);
}

/** A first look at `peer`, from the log end of before the own term's first batch. */
export function firstProgress(state: CoreState, peer: NodeId, incarnation: Peer['incarnation'] | null): Progress {
  return createProgress(peer, incarnation, nextProgressId(state), state.log.end, offset(0), state.now);
}

/** Leads `state.term` from the log end on. `openSequence` as in {@link LeaderRole}. */
export function becomeLeader(
  state: CoreState,
  termStart: LeaderRole['termStart'],
  openSequence: number | null,
): LeaderRole {
  assert(state.role.kind !== 'leader', () => `already leader of a term, now ${state.term}`);
  assert(state.senderInTerm === null, () => `term ${state.term} has the leader ${state.senderInTerm} already`);
  state.senderInTerm = state.config.self.node;
  state.campaigns = 0;
  const role: LeaderRole = {
    kind: 'leader',
    termStart,
    since: state.now,
    progress: new Map(),
    openSequence,
    round: 0,
    confirmedRound: 0,
    reads: [],
    transfer: null,
    proposal: null,
  };
  state.role = role;
  return role;
}
