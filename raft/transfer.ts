/**
 * Handing leadership over (thesis 3.10).
 *
 *   transfer ─▶ no proposals, until the target's match = log end ─▶ timeout-now ─▶ it campaigns, past pre-vote and stickiness
 *
 * The target is told only when it holds the whole log: one that lags would only open a term that it cannot win (DLedger #85).
 * Not done within an election timeout: forgotten, and proposals flow again; a transfer may only cost time.
 */
import { voterEnd } from './commit.ts';
import { millis, type NodeId } from './ids.ts';
import { refuse, send } from './output.ts';
import { type CoreState, type LeaderRole, votersOf } from './state.ts';

/** Starts handing over to voter `to`; refused for itself, for strangers, and while another transfer is under way. */
export function onTransfer(state: CoreState, leader: LeaderRole, to: NodeId): void {
  const known = votersOf(state)?.some((voter) => voter.node === to) ?? false;
  if (!known || to === state.config.self.node || !leader.progress.has(to))
    return refuse(state, { kind: 'unknown-peer' });
  if (leader.transfer !== null) return refuse(state, { kind: 'transferring' });
  leader.transfer = { to, until: millis(state.now + state.config.electionTimeoutMax), sent: false };
  settleTransfer(state, leader);
}

/** After the target's match moved. */
export function settleTransfer(state: CoreState, leader: LeaderRole): void {
  const { transfer } = leader;
  if (transfer === null || transfer.sent || voterEnd(state, leader, transfer.to) < state.log.end) return;
  transfer.sent = true;
  send(state, transfer.to, { kind: 'timeout-now', term: state.term });
}

export function onTransferTick(state: CoreState, leader: LeaderRole): void {
  if (leader.transfer !== null && state.now >= leader.transfer.until) leader.transfer = null;
}

/**
 * A leader that goes away asks the most advanced voter that has everything committed to campaign now; nobody needs to
 * be there.
 */
export function callSuccessor(state: CoreState, leader: LeaderRole): void {
  const ends = (votersOf(state) ?? [])
    .filter((voter) => voter.node !== state.config.self.node && (state.peers.get(voter.node)?.connected ?? false))
    .map((voter) => ({ node: voter.node, end: voterEnd(state, leader, voter.node) }))
    .filter(({ end }) => end >= state.highWatermark)
    .sort((left, right) => right.end - left.end || left.node - right.node);
  const best = ends[0];
  if (best !== undefined) send(state, best.node, { kind: 'timeout-now', term: state.term });
}
