/**
 * When the next tick has something to do: a core with nothing under way costs nothing.
 *
 * Computed after every step from deadlines that the roles hold; null means that only an input can change anything. An
 * idle isr group whose followers are caught up is always null: ten thousand of them need no clock.
 */
import { diskPatience, majorityContact } from './election.ts';
import { type Millis, millis } from './ids.ts';
import { leaveAt, repeatAt } from './in-sync.ts';
import { progressDue } from './replication.ts';
import type { CoreState, LeaderRole } from './state.ts';

function sooner(left: Millis | null, right: Millis | null): Millis | null {
  if (left === null || right === null) return left ?? right;
  return left < right ? left : right;
}

function isrDue(state: CoreState, leader: LeaderRole): Millis | null {
  const { assignment } = state;
  if (assignment === null) return null;
  if (leader.proposal !== null) return repeatAt(state, leader);
  let due: Millis | null = null;
  for (const member of assignment.replicas) {
    const progress = leader.progress.get(member.node);
    if (progress === undefined || !assignment.isr.includes(member.node)) continue;
    due = sooner(due, leaveAt(state, member, progress));
  }
  return due;
}

function quorumDue(state: CoreState, leader: LeaderRole): Millis | null {
  const quorumLost = millis(majorityContact(state, leader) + state.config.electionTimeoutMax);
  return sooner(sooner(quorumLost, diskPatience(state)), leader.transfer?.until ?? null);
}

/** The instant from which on a tick does something; null when none does. */
export function computeDue(state: CoreState): Millis | null {
  const { role } = state;
  if (role.kind !== 'leader') return role.electionAt;
  let due = state.config.policy === 'isr' ? isrDue(state, role) : quorumDue(state, role);
  for (const progress of role.progress.values()) due = sooner(due, progressDue(state, role, progress));
  return due;
}
