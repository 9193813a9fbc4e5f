/**
 * Schedules of deaths and power losses around the moments in which a store owes something to its disk. A killed process leaves what
 * it wrote in the page cache, where its successor reads it; only then does the power fail.
 *
 * | recipe            | what it brings about                                                                        | from          |
 * |-------------------|---------------------------------------------------------------------------------------------|---------------|
 * | power-in-sync     | the power fails at a sync, a cut or a rename, in part; often the process dies again soon     | etcd#5230     |
 * | power-in-recovery | a process dies at a sync; whoever comes next dies without power while it starts, or just after | fsync papers |
 * | new-disk-crash    | dies while it makes its first journal file; lives on with it, until the power fails          | etcd#6368     |
 * | cut-and-crash     | a leader's last records are cut after its restart: it dies at the cut, and while it starts   | design 4      |
 * | power-after-cut   | the power fails when such a cut is done, and what took its place is not synced               | design 4      |
 * | failed-log-sync   | a sync of a segment fails, and the process dies around the checkpoint that it was for        | fsyncgate     |
 */
import type { CrashMode, DiskOperation } from '../sim/index.ts';
import { DiskLog } from '../../storage/log/disk-log.ts';
import { allWhole, block, duration, losePower, nameOf, pick, running, slowLink } from './harm.ts';
import type { FaultContext } from './harm.ts';
import { once, trio } from './recipe-steps.ts';

export type CrashRecipeName =
  | 'power-in-sync'
  | 'power-in-recovery'
  | 'new-disk-crash'
  | 'cut-and-crash'
  | 'power-after-cut'
  | 'failed-log-sync';

interface Place {
  readonly name: DiskOperation;
  readonly path: string;
}

const JOURNAL = '/data/journal/';
const LOGS = '/data/logs/';
const MODES: readonly CrashMode[] = ['mixed', 'mixed', 'lose-all'];

/** Where a store owes something: what it has told others rests on it. */
const DEBTS: readonly Place[] = [
  { name: 'datasync', path: JOURNAL },
  { name: 'datasync', path: JOURNAL },
  { name: 'datasync', path: LOGS },
  { name: 'syncDirectory', path: '/data/' },
  { name: 'truncate', path: LOGS },
  { name: 'removeFile', path: LOGS },
  { name: 'rename', path: '/data/' },
];

/** Dies at the n-th operation there, without power when there is a mode: when it has cut, but before it has synced. */
function dieAt(
  { act, random }: FaultContext,
  node: number,
  { name, path }: Place,
  most: number,
  mode: CrashMode | null,
): boolean {
  const isSync = name === 'datasync' || name === 'syncDirectory';
  const phase = (random.below(4) === 0) === isSync ? 'done' : 'start';
  const operation = 1 + random.below(most);
  return act({ kind: 'kill-at', node, operation, phase, name, path, ...(mode === null ? {} : { mode }) });
}

const JOURNAL_SYNC: Place = { name: 'datasync', path: JOURNAL };
/** All that recovery did to files is synced, and nothing says so yet. */
const FIRST_CHECKPOINT: Place = { name: 'datasync', path: '/data/meta' };
/** A start that does not hear of others takes no longer. */
const START_MS = 4000;

function drawMode({ random, budget }: FaultContext, node: number): CrashMode | null {
  return budget.mayLosePower(node) ? pick(random, MODES) : null;
}

/** As soon as it is dead, for which it gets so many milliseconds. */
function whenDead(context: FaultContext, node: number, milliseconds: number, then: () => void): void {
  once(context, () => !context.cluster.machine(node).running, milliseconds, then);
}

function whenDeadOrLater(context: FaultContext, node: number, milliseconds: number, then: () => void): void {
  const since = context.cluster.world.now();
  const isOver = (): boolean => context.cluster.world.now() >= since + milliseconds;
  once(context, () => !context.cluster.machine(node).running || isOver(), milliseconds + 100, then);
}

/**
 * Starts it once or several times, each time to die on the way, mostly before its first checkpoint is complete; then for good.
 *
 * @param first where it dies first, without power if the budget allows it; null: as drawn
 */
function startAndDie(context: FaultContext, node: number, first: Place | null = null): void {
  const { cluster, act, random, later, restart } = context;
  let at = 0;
  let isFirst = true;
  for (let left = 1 + random.below(2); left > 0; left -= 1) {
    at += duration(random, 5, 300);
    const wanted = isFirst ? first : null;
    isFirst = false;
    later(at, () => {
      if (cluster.machine(node).running) return;
      if (wanted !== null) {
        const power = drawMode(context, node) === null ? {} : ({ mode: 'lose-all' } as const);
        act({ kind: 'kill-at', node, operation: 1, phase: 'start', ...wanted, ...power });
        act({ kind: 'start', node });
        return;
      }
      const place = pick(random, [
        ...DEBTS,
        { name: 'datasync', path: LOGS } as const,
        { name: 'datasync', path: LOGS } as const,
      ]);
      const mode = drawMode(context, node);
      if (place === null || random.below(4) === 0) {
        const phase = random.below(2) === 0 ? 'start' : 'done';
        act({ kind: 'kill-at', node, operation: 1 + random.below(60), phase, ...(mode === null ? {} : { mode }) });
      } else dieAt(context, node, place, 4, mode);
      act({ kind: 'start', node });
    });
  }
  restart(node, at + duration(random, 20, 1000));
}

/** Its syncs take so long, until it is dead or so many milliseconds have passed: what one round of the journal holds is much then. */
function slowSyncs(context: FaultContext, node: number, milliseconds: number): void {
  const { act } = context;
  if (!act({ kind: 'slow-sync', node, milliseconds: duration(context.random, 10, 150) })) return;
  whenDeadOrLater(context, node, milliseconds, () => act({ kind: 'slow-sync', node, milliseconds: 0 }));
}

function powerInSync(context: FaultContext): void {
  const { cluster, random, later, restart, act } = context;
  const node = pick(random, running(cluster));
  const place = random.below(2) === 0 ? JOURNAL_SYNC : pick(random, DEBTS);
  if (node === null || place === null || !context.budget.mayLosePower(node)) return;
  if (random.below(3) > 0) slowSyncs(context, node, 3000);
  if (!dieAt(context, node, place, 8, pick(random, MODES))) return;
  whenDead(context, node, 3000, () => {
    const back = duration(random, 5, 1500);
    restart(node, back);
    if (random.below(3) === 0) return;
    // Again, with little more in its journal than what it began with.
    later(back + duration(random, 20, 1500), () => {
      if (act({ kind: 'kill', node })) restart(node, duration(random, 5, 1000));
    });
  });
}

function powerInRecovery(context: FaultContext): void {
  const { cluster, random } = context;
  const node = pick(random, running(cluster));
  const place = random.below(2) === 0 ? JOURNAL_SYNC : pick(random, DEBTS);
  if (node === null || place === null || !dieAt(context, node, place, 8, null)) return;
  if (random.below(2) === 0) slowSyncs(context, node, 3000);
  whenDead(context, node, 3000, () => startAndDie(context, node));
}

function newDiskCrash(context: FaultContext): void {
  const { cluster, random, budget, act, restart, later } = context;
  const node = allWhole(cluster) ? pick(random, running(cluster)) : null;
  if (node === null || !budget.mayWipe(node) || !act({ kind: 'kill', node })) return;
  act({ kind: 'wipe', node });
  const name = pick<DiskOperation>(random, ['syncDirectory', 'syncDirectory', 'datasync', 'write']);
  later(10, () => {
    act({ kind: 'kill-at', node, operation: 1, phase: 'start', name: name ?? 'write', path: '/data/journal' });
    act({ kind: 'start', node });
  });
  const back = duration(random, 200, 1000);
  restart(node, back);
  later(back, () => {
    once(
      context,
      () => cluster.isReady(node),
      4000,
      () => later(duration(random, 0, 1500), () => losePower(context, node, 'lose-all')),
    );
  });
}

/** A log of the node follows another leader than it was recovered with, from an offset on that its files hold of before. */
function isCut({ cluster }: FaultContext, node: number): boolean {
  const hosted = cluster.node(node)?.node.hosting.all() ?? [];
  return hosted.some(({ replica: { core, log } }) => {
    const newest = core.log.terms.at(-1);
    if (newest === undefined || !(log instanceof DiskLog) || newest.start >= log.set.end) return false;
    return newest.term > (log.recovered.terms.at(-1)?.term ?? 0);
  });
}

/** A leader's last records, which nobody else got, are to be cut after its restart: calls back when it runs and has heard of nobody yet. */
function beforeCut(context: FaultContext, then: (node: number) => void): void {
  const { cluster, random, act, later } = context;
  const found = trio(context);
  if (found === null) return;
  const { leader, followers } = found;
  const slow = duration(random, 50, 600);
  // Nobody gets its last records, and its next life's first checkpoint holds them.
  for (const node of followers) slowLink(context, [leader, node], { least: 3 * slow, tail: slow }, slow);
  const others = cluster.numbers().filter((node) => node !== leader);
  const start = (): void => {
    if (cluster.machine(leader).running) return;
    for (const node of others) {
      block(context, nameOf(leader), nameOf(node), START_MS);
      block(context, nameOf(node), nameOf(leader), START_MS);
    }
    if (!act({ kind: 'start', node: leader })) return;
    const runs = (): boolean => cluster.node(leader) !== null;
    once(context, runs, START_MS, () => {
      then(leader);
      for (const node of others) {
        act({ kind: 'unblock', from: nameOf(leader), to: nameOf(node) });
        act({ kind: 'unblock', from: nameOf(node), to: nameOf(leader) });
      }
    });
  };
  later(slow, () => {
    if (!followers.every((node) => cluster.isReady(node)) || !act({ kind: 'kill', node: leader })) return;
    later(duration(random, 2500, 4500), start);
  });
}

/** Cuts and what they wait for take their time, for the nemesis to see them. */
function cutAndCrash(context: FaultContext): void {
  const { random, act } = context;
  beforeCut(context, (node) => {
    act({ kind: 'slow-sync', node, milliseconds: duration(random, 20, 300) });
    whenDeadOrLater(context, node, 4000, () => act({ kind: 'slow-sync', node, milliseconds: 0 }));
    whenDead(context, node, 4000, () => startAndDie(context, node, random.below(8) > 0 ? FIRST_CHECKPOINT : null));
    const mode = random.below(3) > 0 ? null : drawMode(context, node);
    const how = random.below(4);
    if (how === 0) return void dieAt(context, node, { name: 'truncate', path: LOGS }, 1, mode);
    const isAtCut = (): boolean => isCut(context, node);
    once(context, isAtCut, 4000, () => {
      // What it writes next is in the page cache, and the cut with it.
      if (how > 1) act({ kind: 'kill-at', node, operation: 1, phase: 'start', ...JOURNAL_SYNC });
      else act(mode === null ? { kind: 'kill', node } : { kind: 'power-loss', node, mode });
    });
  });
}

/** Under flush=os a cut is done after some syncs. */
function powerAfterCut(context: FaultContext): void {
  const { random, later, restart, budget, cluster, act } = context;
  beforeCut(context, (node) => {
    const wait = duration(random, 20, 1500);
    const isAtCut = (): boolean => isCut(context, node);
    const fail = (): void => {
      const mode = pick(random, MODES) ?? 'mixed';
      if (!cluster.machine(node).running || !budget.mayLosePower(node)) return;
      if (act({ kind: 'power-loss', node, mode })) restart(node, duration(random, 5, 500));
    };
    once(context, isAtCut, 4000, () => later(wait, fail));
  });
}

function failedLogSync(context: FaultContext): void {
  const { cluster, random, budget, act, restart } = context;
  const node = pick(random, running(cluster));
  if (node === null || !budget.maySpoil(node)) return;
  act({ kind: 'fail', node, operation: 'datasync', path: LOGS });
  const isSeen = (): boolean =>
    cluster
      .node(node)
      ?.node.hosting.all()
      .some(({ failed }) => failed !== null) === true;
  once(context, isSeen, 5000, () => {
    const operation = 1 + random.below(20);
    const mode = drawMode(context, node);
    act({ kind: 'kill-at', node, operation, phase: 'done', ...(mode === null ? {} : { mode }) });
    whenDead(context, node, 3000, () => restart(node, duration(random, 5, 1000)));
  });
}

export const CRASH_RECIPES: Readonly<Record<CrashRecipeName, (context: FaultContext) => void>> = {
  'power-in-sync': powerInSync,
  'power-in-recovery': powerInRecovery,
  'new-disk-crash': newDiskCrash,
  'cut-and-crash': cutAndCrash,
  'power-after-cut': powerAfterCut,
  'failed-log-sync': failedLogSync,
};
