/**
 * Leading and following in isr groups: the controller appoints, the core obeys.
 *
 *   assign ─▶ own node *and* incarnation, term ≥ every term seen here ─▶ open the term durably ─▶ lead
 *          └▶ anybody else, or nobody ─▶ follow and wait for appends; tell the appointee that it can probe
 *
 * - Opening writes (term, log end) into the term index before the first send: the term begins there although no batch
 *   of it exists, and followers cut what lies above with a lower term.
 * - The floor of terms is the greatest of: metadata, last batch, highest accepted. A replica that is ahead of its metadata
 *   (an append of a higher term came first) follows that term at once: only the committed appointee can hold it.
 * - Appointments older than the floor are kept for what they say of the ISR, and lead to nothing.
 */
import { assert } from './assert.ts';
import type { Assignment } from './input.ts';
import { startOfTerm } from './log-view.ts';
import { draftSequence, writeOpenTerm } from './output.ts';
import { addProgress, advance, replicatesTo } from './replication.ts';
import type { CoreState, LeaderRole } from './state.ts';
import { greetLeader } from './step-follower.ts';
import { adoptTerm, becomeFollower, becomeLeader } from './transitions.ts';

function isAppointed(state: CoreState, assignment: Assignment): boolean {
  const { leader } = assignment;
  return leader !== null && leader.node === state.config.self.node && leader.incarnation === state.config.incarnation;
}

function lead(state: CoreState): void {
  const known = startOfTerm(state.log, state.term);
  const termStart = known ?? state.log.end;
  if (known === null) writeOpenTerm(state, { term: state.term, start: termStart });
  const leader = becomeLeader(state, termStart, draftSequence(state));
  updateProgress(state, leader);
}

/** Progress for exactly the replicas of the assignment that are connected, or were. */
function updateProgress(state: CoreState, leader: LeaderRole): void {
  for (const node of [...leader.progress.keys()]) if (!replicatesTo(state, node)) leader.progress.delete(node);
  for (const peer of state.peers.values()) {
    if (!peer.connected || leader.progress.has(peer.node)) continue;
    addProgress(state, leader, peer);
    const progress = leader.progress.get(peer.node);
    if (progress !== undefined) advance(state, leader, progress);
  }
}

/** True when `next` was overtaken by what is known. */
function isStale(known: Assignment | null, next: Assignment): boolean {
  return known !== null && (next.term < known.term || next.version < known.version);
}

/** Metadata says `next`: lead, follow, or wait. Versions and terms that were overtaken are ignored. */
export function onAssign(state: CoreState, next: Assignment): void {
  assert(state.config.policy === 'isr', 'assignments are for isr groups');
  if (isStale(state.assignment, next)) return;
  const { role } = state;
  const newer = state.assignment !== null && next.version > state.assignment.version;
  state.assignment = next;
  const newTerm = next.term > state.term;
  if (newTerm) adoptTerm(state, next.term);
  if (role.kind === 'leader' && !newTerm && isAppointed(state, next)) {
    if (newer) role.proposal = null;
    return updateProgress(state, role);
  }
  if (isAppointed(state, next) && next.term === state.term && state.senderInTerm === null) {
    if (role.kind === 'leader') becomeFollower(state, null);
    return lead(state);
  }
  if (next.term < state.term) return;
  const appointee = isAppointed(state, next) || next.leader === null ? null : next.leader.node;
  const following = role.kind === 'follower' && role.leader === appointee;
  if (newTerm || !following) {
    if (state.senderInTerm === null || state.senderInTerm === appointee) becomeFollower(state, appointee);
    if (appointee !== null && appointee !== state.config.self.node) greetLeader(state, appointee);
  }
}
