/**
 * What a leader does with its inputs, and what must follow whenever something moved.
 *
 *   settle = commit as far as the policy allows ─▶ tell it (quorum) ─▶ reads ─▶ transfer ─▶ ISR ─▶ removed? step down
 *
 * Proposals become batches with offsets and the own term here, and nowhere else; a leader only ever appends to its log
 * (thesis 3.5: leader append-only).
 */
import { assert } from './assert.ts';
import type { BatchPosition } from './batch-position.ts';
import { advanceHighWatermark } from './commit.ts';
import { checkQuorum } from './election.ts';
import { type NodeId, offset, type Offset } from './ids.ts';
import type { Proposal } from './input.ts';
import { maybeProposeIsr } from './in-sync.ts';
import { isRemoved } from './membership.ts';
import type { SnapshotReply } from './message.ts';
import { refuse, writeBatches, writeLogStart } from './output.ts';
import {
  advance,
  advanceAll,
  hasSnapshots,
  noteCaughtUp,
  noteContact,
  onProgressTick,
  sendEmpty,
} from './replication.ts';
import { settleReads } from './read-index.ts';
import { onSnapshotReply } from './snapshot-sender.ts';
import { type CoreState, type LeaderRole, leaderOf } from './state.ts';
import { callSuccessor, onTransferTick, settleTransfer } from './transfer.ts';
import { becomeFollower } from './transitions.ts';

/** Appends one batch per proposal at the log end, in the own term; all or none. */
export function onPropose(state: CoreState, proposals: readonly Proposal[]): void {
  const { role } = state;
  if (role.kind !== 'leader') return refuse(state, { kind: 'not-leader', leader: leaderOf(state), term: state.term });
  if (role.transfer !== null) return refuse(state, { kind: 'transferring' });
  noteCaughtUp(state, role);
  let base = state.log.end;
  const batches: BatchPosition[] = [];
  for (const proposal of proposals) {
    assert(proposal.offsets >= 1, () => `a batch of ${proposal.offsets} offsets`);
    const end = offset(base + proposal.offsets);
    batches.push({ base, end, term: state.term, bytes: proposal.bytes, control: null });
    base = end;
  }
  writeBatches(state, batches);
  advanceAll(state, role);
}

/** Tells the high watermark to everybody who has not been told and for whom no batches are about to carry it. */
function tellHighWatermark(state: CoreState, leader: LeaderRole): void {
  for (const progress of leader.progress.values()) {
    const behind = progress.kind === 'replicate' && progress.toldHighWatermark < state.highWatermark;
    if (behind && !progress.sending && progress.next >= state.log.end) sendEmpty(state, leader, progress);
  }
}

/** After any input: everything that follows from what moved. */
export function settleLeader(state: CoreState, leader: LeaderRole): void {
  if (state.config.policy === 'isr') {
    advanceHighWatermark(state, leader);
    maybeProposeIsr(state, leader);
    return;
  }
  advanceHighWatermark(state, leader);
  tellHighWatermark(state, leader);
  settleReads(state, leader);
  settleTransfer(state, leader);
  if (isRemoved(state)) {
    callSuccessor(state, leader);
    becomeFollower(state, null);
  }
}

/** Heartbeats, probes, patience with a transfer, and whether a majority still follows. */
export function onLeaderTick(state: CoreState, leader: LeaderRole): void {
  for (const progress of leader.progress.values()) onProgressTick(state, leader, progress);
  if (state.config.policy === 'isr') return;
  onTransferTick(state, leader);
  checkQuorum(state, leader);
}

/** The persist that opened the term is durable: now, and not before, followers hear of it. */
export function onOpened(state: CoreState, leader: LeaderRole): void {
  leader.openSequence = null;
  advanceAll(state, leader);
}

/** A follower that installs a snapshot says how far it is; when it is done, appends go on from there. */
export function onSnapshotAnswer(state: CoreState, leader: LeaderRole, from: NodeId, reply: SnapshotReply): void {
  const progress = leader.progress.get(from);
  if (progress === undefined || progress.progressId !== reply.progressId) return;
  noteContact(state, progress);
  if (onSnapshotReply(state, progress, reply)) advance(state, leader, progress);
}

/** The log may begin at `to`; never beyond what is committed, never lower than it did. */
export function onAdvanceLogStart(state: CoreState, to: Offset): void {
  if (to <= state.log.start) return;
  assert(to <= state.highWatermark, () => `log start ${to} above the high watermark ${state.highWatermark}`);
  writeLogStart(state, to);
  const { role } = state;
  if (role.kind !== 'leader' || hasSnapshots(state)) return;
  // Idle followers would hear of it with the next batch only.
  for (const progress of role.progress.values()) if (progress.kind === 'replicate') sendEmpty(state, role, progress);
}

/** Gives up the leadership in an orderly way: the best successor is asked to campaign at once. */
export function onResign(state: CoreState): void {
  if (state.config.policy === 'isr') return;
  if (state.role.kind === 'leader') callSuccessor(state, state.role);
  if (state.role.kind === 'leader' || state.role.kind === 'candidate' || state.role.kind === 'prospective')
    becomeFollower(state, null);
}
