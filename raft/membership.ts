/**
 * Voters, one change at a time (thesis 4).
 *
 * 1. In force is the newest voters entry in the log, committed or not: majorities are counted by it at once (4.1).
 * 2. Not before a batch of the own term is committed: two leaders that each appended a change on top of different
 *    uncommitted ones could otherwise decide with majorities that do not meet (Ongaro, raft-dev 2015).
 * 3. Not while a change is uncommitted, for the same reason.
 * 4. A leader that the newest entry leaves out replicates it without counting itself, and steps down once it is committed (4.2.2).
 */
import type { Voter } from './batch-position.ts';
import { committedInTerm } from './commit.ts';
import type { Refusal } from './effect.ts';
import { byteCount, offset } from './ids.ts';
import { refuse, writeBatches } from './output.ts';
import { noteCaughtUp } from './replication.ts';
import { type CoreState, isSelf, type LeaderRole, selfVotes, votersOf } from './state.ts';
import { addedVoter, changesOneVoter } from './voters.ts';

/** Appends the core's own batch that puts `voters` in force. Its size is the driver's business: it writes the batch. */
export function appendVoters(state: CoreState, voters: readonly Voter[]): void {
  const base = state.log.end;
  const control = { kind: 'voters', voters } as const;
  writeBatches(state, [{ base, end: offset(base + 1), term: state.term, bytes: byteCount(0), control }]);
}

/** Appends the no-op with which a new leader commits what it inherited (thesis 3.6.2, 6.4). */
export function appendNoOp(state: CoreState): void {
  const base = state.log.end;
  writeBatches(state, [
    { base, end: offset(base + 1), term: state.term, bytes: byteCount(0), control: { kind: 'no-op' } },
  ]);
}

/** True while the newest voters entry is not committed. */
export function changeInProgress(state: CoreState): boolean {
  const newest = state.log.voters.at(-1);
  return newest !== undefined && newest.base >= state.highWatermark;
}

function refusalOf(state: CoreState, leader: LeaderRole, voters: readonly Voter[]): Refusal | null {
  const current = votersOf(state) ?? [];
  if (leader.transfer !== null) return { kind: 'transferring' };
  if (!committedInTerm(state, leader)) return { kind: 'no-commit-in-term' };
  if (changeInProgress(state)) return { kind: 'change-in-progress' };
  if (!changesOneVoter(current, voters)) return { kind: 'not-one-voter' };
  const added = addedVoter(current, voters);
  if (added === null || isSelf(state, added)) return null;
  const peer = state.peers.get(added.node);
  const known = peer !== undefined && peer.connected && peer.directory === added.directory;
  return known ? null : { kind: 'unknown-peer' };
}

/** True when the change was appended. */
export function onChangeVoters(state: CoreState, leader: LeaderRole, voters: readonly Voter[]): boolean {
  const refusal = refusalOf(state, leader, voters);
  if (refusal !== null) {
    refuse(state, refusal);
    return false;
  }
  noteCaughtUp(state, leader);
  appendVoters(state, voters);
  return true;
}

/** True when the voters in force are committed and do not name this leader: its work is done. */
export function isRemoved(state: CoreState): boolean {
  return !selfVotes(state) && !changeInProgress(state);
}
