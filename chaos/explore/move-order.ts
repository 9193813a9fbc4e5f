/**
 * Which of two moves that do not touch each other comes first: only that order is gone through (partial-order reduction).
 *
 *        s ──L──▶ · ──m──▶ t          L and m touch different nodes, and m could have come first: t is reached by m, L, too.
 *        s ──m──▶ · ──L──▶ t          So m is not tried after L when it ranks lower.
 *
 * Loses no state: where m is left out after L, t has another predecessor by L, which ranks higher than m; a chain of such
 * replacements rises and so ends with a move that is tried. Two of one rank are both tried: which of them came first would
 * depend on the names of the nodes, and those are exchanged (symmetry). What a fault does to a third node (a peer of it is
 * gone) is taken to commute with what that node does: it changes whom it sends to, and that is lost anyway.
 */
import type { Move } from './move.ts';

/** Lowest first: what may happen at any moment is tried right after what it could matter to. */
const RANKS: Readonly<Record<Move['kind'], number>> = {
  reboot: 0,
  'reboot-kept': 0,
  part: 1,
  propose: 2,
  release: 3,
  apply: 4,
  deliver: 5,
  drain: 5,
  beat: 6,
  lag: 6,
  timeout: 6,
  campaign: 6,
  adopt: 6,
  appoint: 6,
  fence: 6,
};

const EVERYBODYS = 6;

/** The node whose turn it is. */
function nodeOf({ kind, node, to }: Move): number {
  return kind === 'deliver' || kind === 'drain' ? to : node;
}

function isFault({ kind }: Move): boolean {
  return kind === 'reboot' || kind === 'reboot-kept' || kind === 'part';
}

/** True when `move` could have happened before `last` with the same end, and need not be tried after it. */
function comesBefore(move: Move, last: Move): boolean {
  const rank = RANKS[move.kind];
  const lastRank = RANKS[last.kind];
  if (lastRank === EVERYBODYS || rank >= lastRank || isFault(last)) return false;
  if (nodeOf(move) === nodeOf(last)) return false;
  return !isFault(move) || last.node !== move.node;
}

/** For each move as the last one, which of all need not be tried next. */
export function ordersOf(moves: readonly Move[]): readonly (readonly boolean[])[] {
  return moves.map((last) => moves.map((move) => comesBefore(move, last)));
}

/** How far a move brings a schedule towards the bound: faults are dear, so that schedules with few of them go deeper. */
export function weightOf(move: Move): number {
  const own = WEIGHTS[move.kind];
  return move.stalled ? own + 2 : own;
}

const WEIGHTS: Readonly<Record<Move['kind'], number>> = {
  deliver: 1,
  drain: 1,
  apply: 1,
  adopt: 1,
  propose: 1,
  release: 1,
  timeout: 2,
  campaign: 2,
  appoint: 2,
  fence: 2,
  beat: 2,
  lag: 2,
  reboot: 3,
  'reboot-kept': 3,
  part: 3,
};
/** The heaviest move. */
export const WEIGHT_MAX = 5;
