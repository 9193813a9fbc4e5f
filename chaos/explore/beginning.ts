/**
 * Where searches begin: worlds that some schedule leads to, so that a search need not find it first.
 *
 * | beginning | what has happened                                                                                 |
 * |-----------|---------------------------------------------------------------------------------------------------|
 * | start     | nothing: three nodes know each other                                                              |
 * | led       | node 1 leads, everybody follows, nothing is under way                                             |
 * | diverged  | then node 1 took two records that nobody else has, node 2 led the next term and took what nobody else has |
 * |           | (figure 8 of the Raft paper, KIP-101); quorum: both have started again, and nobody leads           |
 *
 * The budget is whole at each.
 */
import type { Policy } from '../../raft/index.ts';
import { assert, present } from '../../raft/index.ts';
import { NODES } from './local-state.ts';
import { type MoveKind, movesOf } from './move.ts';
import type { Budget, SmallWorld, World } from './small-world.ts';

export type Beginning = 'start' | 'led' | 'diverged';

/** What a beginning may take. */
const ENOUGH: Budget = { timeouts: 5, proposals: 5, crashes: 5, cuts: 5, stalls: 0, appointments: 5, lags: 0 };

/** Everybody's messages arrive, in a fixed order, until none is under way. */
function settle(world: SmallWorld, state: World): void {
  const drains = movesOf('quorum', 'coarse', 1).filter(({ kind, stalled }) => kind === 'drain' && !stalled);
  for (let moved = true; moved;) {
    moved = false;
    for (const drain of drains) if (world.make(state, drain)) moved = true;
  }
}

/** Makes a move that is possible. */
function make(world: SmallWorld, state: World, kind: MoveKind, node: number, to = node): void {
  const [from, other] = [node, to].map((number) => present(NODES[number - 1], 'node'));
  if (from === undefined || other === undefined) return;
  assert(
    world.make(state, { kind, node: from, to: other, at: 0, stalled: false }),
    () => `${kind} ${node} is possible`,
  );
}

function lead(world: SmallWorld, state: World, policy: Policy): void {
  if (policy === 'isr') for (const node of NODES) make(world, state, 'apply', node);
  else make(world, state, 'campaign', 1, 2);
  settle(world, state);
}

function diverge(world: SmallWorld, state: World, policy: Policy): void {
  make(world, state, 'propose', 1);
  make(world, state, 'propose', 1);
  if (policy === 'isr') {
    make(world, state, 'appoint', 2);
    make(world, state, 'apply', 2);
    make(world, state, 'propose', 2);
    return;
  }
  // What node 1 has sent is lost, and what is sent when the connections are there again waits.
  make(world, state, 'part', 1);
  make(world, state, 'campaign', 2, 3);
  make(world, state, 'reboot', 1);
  make(world, state, 'reboot', 2);
}

export function begin(world: SmallWorld, policy: Policy, beginning: Beginning): World {
  const state = world.first();
  world.renew(state, ENOUGH);
  if (beginning !== 'start') lead(world, state, policy);
  if (beginning === 'diverged') diverge(world, state, policy);
  world.renew(state);
  return state;
}
