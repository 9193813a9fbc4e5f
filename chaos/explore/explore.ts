/**
 * The command: explores, tells how far it is, and how it ended.
 *
 *   for policy × grain × beginning ─▶ a search, a share of the time each, in turns ─▶ verdict
 *
 * Two grains: fine has every order of deliveries, coarse whole exchanges, which goes much deeper. Beginnings: beginning.ts.
 */
import type { Policy } from '../../raft/index.ts';
import { describeMessage } from '../../raft/index.ts';
import { begin, type Beginning } from './beginning.ts';
import { Broken } from './ghost.ts';
import { describeMove, type Grain, type Move, movesOf } from './move.ts';
import { type Found, Search } from './search.ts';
import { type Budget, SmallWorld, type World } from './small-world.ts';

export interface ExploreOptions {
  /** Longest schedule in moves; none: as long as there is time. */
  readonly depth: number;
  /** Of all searches together. */
  readonly seconds: number;
  readonly policies: readonly Policy[];
  readonly grains: readonly Grain[];
  readonly beginnings: readonly Beginning[];
  /** How many messages under way on one connection may be the next; 1: streams. */
  readonly reach: number;
  readonly budget: Budget;
  readonly say: (line: string) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export const BUDGET: Budget = {
  timeouts: 2,
  proposals: 2,
  crashes: 2,
  cuts: 1,
  stalls: 1,
  appointments: 2,
  lags: 1,
};

/** What `flotilla chaos explore` does without arguments. */
export const DEFAULTS = {
  depth: Infinity,
  seconds: 60,
  policies: ['quorum', 'isr'],
  grains: ['fine', 'coarse'],
  beginnings: ['start', 'led', 'diverged'],
  reach: 1,
  budget: BUDGET,
} as const;

interface Task {
  readonly name: string;
  readonly world: SmallWorld;
  readonly first: World;
  readonly search: Search;
  spent: number;
  open: boolean;
}

function tasksOf(options: ExploreOptions): readonly Task[] {
  const { policies, grains, beginnings, reach, budget } = options;
  return policies.flatMap((policy) =>
    grains.flatMap((grain) =>
      beginnings.map((beginning) => {
        const world = new SmallWorld(policy, budget, reach === 1);
        const first = begin(world, policy, beginning);
        const search = new Search(world, first, movesOf(policy, grain, reach));
        return { name: `${policy}, ${grain}, from ${beginning}`, world, first, search, spent: 0, open: true };
      }),
    ),
  );
}

function progressOf({ name, search, spent }: Task): string {
  const { states, depth, exhausted } = search.state;
  const rate = Math.round(states / Math.max(spent / 1000, 0.001));
  const reach = exhausted ? 'all there is' : `all schedules of weight ${depth}`;
  return `${name}: ${states} states, ${reach}, ${(spent / 1000).toFixed(1)} s, ${rate} states/s`;
}

/** The schedule with what arrives in each move, up to the last. */
function describeWay({ world, first }: Task, { moves }: Found): readonly string[] {
  const state = first.slice();
  return moves.map((move, at) => {
    const message = move.kind === 'deliver' ? world.nextMessage(state, move.node, move.to, move.at) : null;
    const text = `${describeMove(move)}${message === null ? '' : `: ${describeMessage(message.message)}`}`;
    makeLeniently(world, state, move);
    return `${String(at + 1).padStart(3)}. ${text}`;
  });
}

function makeLeniently(world: SmallWorld, state: World, move: Move): void {
  try {
    world.make(state, move);
  } catch (error) {
    // The last move is the one that breaks it.
    if (!(error instanceof Broken)) throw error;
  }
}

const PROGRESS_EVERY = 5000;

/** The open task that had the least time so far. */
function nextOf(tasks: readonly Task[]): Task | null {
  let next: Task | null = null;
  for (const task of tasks) if (task.open && (next === null || task.spent < next.spent)) next = task;
  return next;
}

/** Goes on until something is found, time is up, or nothing is left; pauses now and then. */
function* goThrough(tasks: readonly Task[], options: ExploreOptions): Generator<null, Task | null> {
  const started = options.now();
  let told = started;
  for (let task = nextOf(tasks); task !== null; task = nextOf(tasks)) {
    const before = options.now();
    if (before - started >= options.seconds * 1000) return null;
    task.open = task.search.advance(options.depth);
    const after = options.now();
    task.spent += after - before;
    if (task.search.state.found !== null) return task;
    if (after - told < PROGRESS_EVERY) continue;
    told = after;
    for (const other of tasks) options.say(progressOf(other));
    yield null;
  }
  return null;
}

/** The exit code: 0 nothing found, 1 a violation, told with a shortest schedule. */
export async function explore(options: ExploreOptions): Promise<number> {
  const tasks = tasksOf(options);
  const going = goThrough(tasks, options);
  for (;;) {
    const round = going.next();
    if (round.done !== true) {
      // Between rounds others may run, a signal's handler above all.
      await Promise.resolve();
      continue;
    }
    for (const task of tasks) options.say(progressOf(task));
    const broken = round.value;
    const found = broken?.search.state.found ?? null;
    if (broken === null || found === null) {
      options.say('nothing found');
      return 0;
    }
    options.say(`found (${broken.name}): ${found.reason}`);
    for (const line of describeWay(broken, found)) options.say(line);
    return 1;
  }
}
