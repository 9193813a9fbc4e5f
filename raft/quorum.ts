/**
 * Majorities: who decides, and how far the majority has come.
 *
 *   match offsets, sorted down:   9   7   7   4   0        five voters
 *                                         ^ majority value: three of five have everything below 7
 *
 * Pure arithmetic on numbers that others collected; `test/raft/quorum.test.ts` compares it with a dumb twin.
 * Any two majorities of one set share a voter, and so do majorities of two sets that differ by one (thesis 4.1).
 */
import { assert, present } from './assert.ts';

/** How many of `voters` make a majority. `voters` ≥ 1. */
export function majoritySize(voters: number): number {
  assert(voters >= 1, 'a majority of nobody');
  return Math.floor(voters / 2) + 1;
}

/**
 * The greatest value such that a majority of `values` is at or above it. `values` holds one per voter, in any order,
 * and is not changed.
 */
export function majorityValue<Value extends number>(values: readonly Value[]): Value {
  // Counted, not sorted: there are a handful, and every heartbeat asks.
  const enough = majoritySize(values.length);
  let greatest: Value | null = null;
  for (const value of values) {
    if (greatest !== null && value <= greatest) continue;
    let above = 0;
    for (const other of values) if (other >= value) above += 1;
    if (above >= enough) greatest = value;
  }
  return present(greatest, 'majority value');
}

export type Tally = 'won' | 'lost' | 'open';

/**
 * Where an election stands. `lost` means that not even all the answers still missing could win it.
 *
 * @param granted distinct voters that said yes, the candidate included once its vote is durable
 * @param refused distinct voters that said no
 */
export function tally(voters: number, granted: number, refused: number): Tally {
  assert(granted + refused <= voters, () => `${granted} + ${refused} answers of ${voters} voters`);
  if (granted >= majoritySize(voters)) return 'won';
  return voters - refused < majoritySize(voters) ? 'lost' : 'open';
}
