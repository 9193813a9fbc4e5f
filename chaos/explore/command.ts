/**
 * `flotilla chaos explore`: its arguments, and how it ends.
 *
 * Exit code 0: nothing found; 1: something does not hold, told with a lightest schedule; 64: bad usage.
 */
import type { Policy } from '../../raft/index.ts';
import { parsed, UsageError, whole } from '../command/options.ts';
import type { Beginning } from './beginning.ts';
import { BUDGET, DEFAULTS, explore } from './explore.ts';
import type { Grain } from './move.ts';
import { BUDGET_MAX, type Budget } from './small-world.ts';

export const EXPLORE_USAGE = `flotilla chaos explore            every schedule of a group of three, up to a bound
  --seconds S                    for so long (default 60)      --depth N   schedules up to this weight
  --policy quorum,isr   --grain fine,coarse   --from start,led,diverged     only these searches
  --reach N                      messages of one connection may overtake N - 1 others (default 1: they do not)
  --timeouts N --proposals N --crashes N --cuts N --stalls N --appointments N --lags N     what may happen at most`;

const POLICIES: readonly Policy[] = ['quorum', 'isr'];
const GRAINS: readonly Grain[] = ['fine', 'coarse'];
const BEGINNINGS: readonly Beginning[] = ['start', 'led', 'diverged'];
const REACH_MAX = 8;

function listOf<T extends string>(name: string, text: string | undefined, all: readonly T[]): readonly T[] {
  const given = text?.split(',');
  if (given === undefined) return all;
  const unknown = given.find((value) => !(all as readonly string[]).includes(value));
  if (unknown !== undefined) throw new UsageError(`--${name} ${unknown}; there are ${all.join(', ')}`);
  return all.filter((value) => given.includes(value));
}

/** Throws {@link UsageError}. */
export async function exploreCommand(args: readonly string[]): Promise<number> {
  const budgetNames = Object.keys(BUDGET) as (keyof Budget)[];
  const names = ['depth', 'seconds', 'policy', 'grain', 'from', 'reach', ...budgetNames];
  const values = parsed(args, Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])));
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const limits = budgetNames.map((name) => [name, whole(`--${name}`, text(name), 0, BUDGET_MAX) ?? BUDGET[name]]);
  return explore({
    depth: whole('--depth', text('depth'), 1, 1000) ?? DEFAULTS.depth,
    seconds: whole('--seconds', text('seconds'), 1, 1_000_000) ?? DEFAULTS.seconds,
    policies: listOf('policy', text('policy'), POLICIES),
    grains: listOf('grain', text('grain'), GRAINS),
    beginnings: listOf('from', text('from'), BEGINNINGS),
    reach: whole('--reach', text('reach'), 1, REACH_MAX) ?? DEFAULTS.reach,
    budget: Object.fromEntries(limits) as unknown as Budget,
    say: (line) => void process.stdout.write(`${line}\n`),
    now: () => performance.now(),
  });
}
