/**
 * How far the log is committed: the two policies' other half.
 *
 *   quorum   durable on a majority of the voters in force, and only through a batch of the own term (thesis 3.6.2,
 *            figure 8: an old batch on a majority may still be overwritten; one of the own term on top of it protects it)
 *   isr      durable on every member of the maximal ISR, while the ISR that metadata knows is large enough
 *
 * The leader counts itself by its own durable end, like everybody (thesis 10.2.1 lets followers be ahead of its disk).
 * The high watermark never falls here.
 */
import { assert } from './assert.ts';
import { type NodeId, type Offset, offset } from './ids.ts';
import { inSyncEnd } from './in-sync.ts';
import { termBefore } from './log-view.ts';
import { majorityValue } from './quorum.ts';
import { type CoreState, isSelf, type LeaderRole, votersOf } from './state.ts';
import { isVoter } from './voters.ts';

/**
 * The prefix of the log that voter `node` holds durably; 0 for one that shows another directory than the voters entry
 * names.
 */
export function voterEnd(state: CoreState, leader: LeaderRole, node: NodeId): Offset {
  const voters = votersOf(state) ?? [];
  const progress = leader.progress.get(node);
  if (progress === undefined || !isVoter(voters, node, state.peers.get(node)?.directory ?? null)) return offset(0);
  return progress.match;
}

function quorumEnd(state: CoreState, leader: LeaderRole): Offset | null {
  const voters = votersOf(state);
  if (voters === null || voters.length === 0) return null;
  // A leader that the newest voters leave out is not among them: it counts others, not itself (thesis 4.2.2).
  const ends = voters.map((voter) => (isSelf(state, voter) ? state.durableEnd : voterEnd(state, leader, voter.node)));
  const end = majorityValue(ends);
  if (end <= state.highWatermark) return null;
  return termBefore(state.log, end) === state.term ? end : null;
}

/** Advances the high watermark as far as the policy allows. True when it moved. */
export function advanceHighWatermark(state: CoreState, leader: LeaderRole): boolean {
  const end = state.config.policy === 'quorum' ? quorumEnd(state, leader) : inSyncEnd(state, leader);
  if (end === null || end <= state.highWatermark) return false;
  assert(end <= state.log.end, () => `commit to ${end}, log ends at ${state.log.end}`);
  state.highWatermark = end;
  return true;
}

/** True once a batch of the leader's own term is committed: what came before it is, too, and it knows so. */
export function committedInTerm(state: CoreState, leader: LeaderRole): boolean {
  return state.highWatermark > leader.termStart;
}
