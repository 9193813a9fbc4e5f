/**
 * Reads that must not be stale, without writing anything (thesis 6.4).
 *
 *   read ─▶ remember the high watermark of now ─▶ a round that starts after it is echoed by a majority ─▶ ready
 *
 * 1. Until the leader has committed a batch of its own term it does not know what is committed: reads wait.
 * 2. A leader that was deposed without knowing finds no majority for its round: its reads wait until it steps down.
 * One round is under way at a time; reads that come meanwhile share the next one. No leases: clocks decide nothing.
 */
import { assert } from './assert.ts';
import { committedInTerm } from './commit.ts';
import { majorityValue } from './quorum.ts';
import { emit } from './output.ts';
import { sendEmpty } from './replication.ts';
import { type CoreState, isSelf, type LeaderRole, leaderOf, votersOf } from './state.ts';
import { isVoter } from './voters.ts';

function startRound(state: CoreState, leader: LeaderRole): void {
  leader.round += 1;
  for (const progress of leader.progress.values()) sendEmpty(state, leader, progress);
}

/** The highest round that a majority of the voters has echoed; the leader echoes its own at once, if it is a voter. */
function echoedRound(state: CoreState, leader: LeaderRole): number {
  const voters = votersOf(state) ?? [];
  assert(voters.length > 0, 'a quorum leader without voters');
  const rounds = voters.map((voter) => {
    if (isSelf(state, voter)) return leader.round;
    const directory = state.peers.get(voter.node)?.directory ?? null;
    return isVoter(voters, voter.node, directory) ? (leader.progress.get(voter.node)?.round ?? 0) : 0;
  });
  return majorityValue(rounds);
}

function roundForNew(state: CoreState, leader: LeaderRole): number {
  if (leader.round > leader.confirmedRound) return leader.round + 1;
  startRound(state, leader);
  return leader.round;
}

/** Notes read `id`; refused at once unless this node leads a quorum group. */
export function onRead(state: CoreState, id: number): void {
  const { role } = state;
  if (role.kind !== 'leader' || state.config.policy === 'isr') {
    const refusal = { kind: 'not-leader', leader: leaderOf(state), term: state.term } as const;
    return emit(state, { kind: 'read-refused', id, refusal });
  }
  if (committedInTerm(state, role))
    role.reads.push({ id, highWatermark: state.highWatermark, round: roundForNew(state, role) });
  else role.reads.push({ id, highWatermark: null, round: 0 });
  settleReads(state, role);
}

/** After anything that may have confirmed a round or committed the first batch of the term. */
export function settleReads(state: CoreState, leader: LeaderRole): void {
  if (leader.reads.length === 0) return;
  if (committedInTerm(state, leader) && leader.reads.some((read) => read.highWatermark === null)) {
    const round = roundForNew(state, leader);
    leader.reads = leader.reads.map((read) =>
      read.highWatermark === null ? { id: read.id, highWatermark: state.highWatermark, round } : read,
    );
  }
  for (;;) {
    leader.confirmedRound = Math.max(leader.confirmedRound, echoedRound(state, leader));
    const waiting = [];
    for (const read of leader.reads) {
      if (read.highWatermark === null || read.round > leader.confirmedRound) waiting.push(read);
      else emit(state, { kind: 'read-ready', id: read.id, highWatermark: read.highWatermark });
    }
    leader.reads = waiting;
    const next = waiting.some((read) => read.round > leader.round);
    if (!next || leader.round > leader.confirmedRound) return;
    startRound(state, leader);
  }
}
