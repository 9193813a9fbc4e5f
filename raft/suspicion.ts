/**
 * Hints that a peer's process is dead (connection refused, or another incarnation answered).
 *
 * A hint makes things earlier and decides nothing: a voter that followed the suspect forgets its contact, so that it may
 * grant pre-votes, and asks for one itself after a seeded moment. Terms and votes stay the authority. Hints about one
 * incarnation are worth less each time (a firewall's REJECT looks the same and must not make a cluster flap).
 */
import { type Incarnation, millis, type NodeId } from './ids.ts';
import { electionPause } from './election.ts';
import type { CoreState } from './state.ts';

/** Notes the hint; false while the last one about this incarnation is too recent. */
function accept(state: CoreState, peer: NodeId, incarnation: Incarnation | null): boolean {
  const last = state.suspicions.get(peer);
  const again = last !== undefined && last.incarnation === incarnation;
  if (again && state.now < last.notBefore) return false;
  const count = again ? last.count + 1 : 0;
  const { electionTimeoutMin, electionTimeoutMax } = state.config;
  const wait = count === 0 ? electionTimeoutMin : electionTimeoutMax * 2 ** Math.min(count, 6);
  state.suspicions.set(peer, { incarnation, count, notBefore: millis(state.now + wait) });
  return true;
}

/** Takes the hint if this node follows `peer` as its leader; ignored by everybody else, and in isr groups. */
export function onSuspect(state: CoreState, peer: NodeId): void {
  const { role } = state;
  if (state.config.policy === 'isr' || (role.kind !== 'follower' && role.kind !== 'observer') || role.leader !== peer)
    return;
  if (!accept(state, peer, state.peers.get(peer)?.incarnation ?? null)) return;
  role.leader = null;
  role.contactAt = null;
  if (role.kind === 'follower') role.electionAt = electionPause(state);
}
