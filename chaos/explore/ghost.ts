/**
 * What happened so far, as no node can know it, and what must hold of it.
 *
 * | invariant              | looked at                                                                            |
 * |------------------------|--------------------------------------------------------------------------------------|
 * | one leader per term    | when a node leads (another life of the same node is another leader)                    |
 * | one vote per term      | when a vote is granted: durable by then, and the only one of that node in that term    |
 * | leader completeness    | when a node leads: its log holds what was committed in lower terms                     |
 * | state machine safety   | when a high watermark moves: all below is what others committed there                  |
 * | committed is durable   | when something is first committed, and in every state after: on a majority of disks; isr: |
 * |                        | on all of the maximal ISR when committed, on every ISR member's disk ever after        |
 * | log matching           | in every state: logs that share (end, term) are equal below                            |
 *
 * Values, never changed: states share them.
 */
import { maximalIsr, type NodeId } from '../../raft/index.ts';
import type { LocalState } from './local-state.ts';
import type { Happening } from './node-turn.ts';
import { LOG_START, type NodeDisk } from './node-disk.ts';

/** Something does not hold; the explorer tells with the way that led there. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

interface Committed {
  readonly term: number;
  readonly value: number;
  /** Term of who committed it first: leaders of higher terms must hold it. */
  readonly committedIn: number;
}

export interface Ghost {
  readonly leaders: readonly { readonly term: number; readonly node: NodeId; readonly life: number }[];
  readonly granted: readonly { readonly term: number; readonly node: NodeId; readonly candidate: NodeId }[];
  /** From the start of the log, one offset each. */
  readonly committed: readonly Committed[];
}

export const NO_GHOST: Ghost = { leaders: [], granted: [], committed: [] };

/** Up to where `disk` holds what is committed, in batches. */
function heldBy(disk: NodeDisk, committed: readonly Committed[]): number {
  let held = 0;
  for (const batch of committed) {
    const own = disk.batches[held];
    if (own?.position.term !== batch.term || own.value !== batch.value) return held;
    held += 1;
  }
  return held;
}

/** True when `disk` holds all that is committed. */
export function holdsCommitted(disk: NodeDisk, ghost: Ghost): boolean {
  return heldBy(disk, ghost.committed) === ghost.committed.length;
}

function afterLead(ghost: Ghost, state: LocalState, term: number): Ghost {
  const { node, life } = state;
  const other = ghost.leaders.find((leader) => leader.term === term);
  if (other !== undefined && (other.node !== node || other.life !== life))
    throw new Broken(`one leader per term: nodes ${other.node} and ${node} both lead term ${term}`);
  const held = heldBy(state.memory, ghost.committed);
  const lost = ghost.committed[held];
  if (lost !== undefined && lost.committedIn < term)
    throw new Broken(
      `leader completeness: node ${node} leads term ${term} without what term ${lost.committedIn} committed at ${LOG_START + held}`,
    );
  return other === undefined ? { ...ghost, leaders: [...ghost.leaders, { term, node, life }] } : ghost;
}

function afterVote(ghost: Ghost, state: LocalState, vote: Happening & { readonly kind: 'voted' }): Ghost {
  const { term, candidate, durable } = vote;
  const { node } = state;
  if (!durable)
    throw new Broken(`durable vote: node ${node} tells ${candidate} of its vote in term ${term} before it is durable`);
  const other = ghost.granted.find((earlier) => earlier.term === term && earlier.node === node);
  if (other === undefined) return { ...ghost, granted: [...ghost.granted, { term, node, candidate }] };
  if (other.candidate === candidate) return ghost;
  throw new Broken(`one vote per term: node ${node} votes for ${other.candidate} and for ${candidate} in term ${term}`);
}

/** Those whose disks must hold what `state` commits, and how many of them at least. */
function holdersOf(state: LocalState): { readonly nodes: readonly NodeId[] | null; readonly least: number } {
  if (state.policy === 'quorum') return { nodes: null, least: 2 };
  const members = maximalIsr(state.core);
  return { nodes: members, least: members.length };
}

function afterCommit(ghost: Ghost, state: LocalState, highWatermark: number, disks: readonly LocalState[]): Ghost {
  const committed = [...ghost.committed];
  for (const [at, { position, value }] of state.memory.batches.entries()) {
    if (position.end > highWatermark) break;
    const known = committed[at];
    if (known === undefined) committed.push({ term: position.term, value, committedIn: state.core.term });
    else if (known.term !== position.term || known.value !== value)
      throw new Broken(
        `state machine safety: node ${state.node} commits another batch at ${position.base} than was committed there`,
      );
  }
  if (committed.length === ghost.committed.length) return ghost;
  const next = { ...ghost, committed };
  if (state.core.role.kind !== 'leader') return next;
  const { nodes, least } = holdersOf(state);
  const holders = disks.filter(({ node, disk }) => (nodes?.includes(node) ?? true) && holdsCommitted(disk, next));
  if (holders.length < least)
    throw new Broken(
      `committed is durable: node ${state.node} commits up to ${highWatermark}, which is on ${holders.length} disks of ${least}`,
    );
  return next;
}

/**
 * `ghost` after `happening` at `state` (as its turn left it); `nodes` are all nodes as they are now. Throws
 * {@link Broken}.
 */
export function afterHappening(
  ghost: Ghost,
  state: LocalState,
  happening: Happening,
  nodes: readonly LocalState[],
): Ghost {
  switch (happening.kind) {
    case 'leads':
      return afterLead(ghost, state, happening.term);
    case 'voted':
      return afterVote(ghost, state, happening);
    case 'commits':
      return afterCommit(ghost, state, happening.highWatermark, nodes);
    case 'broken':
      throw new Broken(happening.reason);
    case 'proposes':
      return ghost;
  }
}

/** Why `left` and `right` break log matching; null when they do not. */
export function mismatch(left: NodeDisk, right: NodeDisk): string | null {
  let agree = false;
  for (let at = Math.min(left.batches.length, right.batches.length) - 1; at >= 0; at -= 1) {
    const one = left.batches[at];
    const other = right.batches[at];
    if (one === undefined || other === undefined) continue;
    const equal = one.position.term === other.position.term && one.value === other.value;
    if (one.position.term === other.position.term) agree = true;
    if (agree && !equal) return `two logs agree above ${one.position.base} and differ at it`;
  }
  return null;
}
