/**
 * Faults of disks: power losses, disks that fill up, fail or hang, and what is found changed when a node comes back: damaged
 * files, an empty directory, yesterday's.
 */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { damagingBit } from '../nemesis/journal-damage.ts';
import type { CrashMode } from '../sim/index.ts';
import { duration, pick } from './fault-context.ts';
import type { LiveFault, LiveFaultContext } from './fault-context.ts';
import { eventually, pass } from './live-home.ts';

const MODES: readonly CrashMode[] = ['lose-all', 'mixed', 'mixed', 'keep-all'];

function modeOf({ random, beyondBudget }: LiveFaultContext): CrashMode {
  return beyondBudget ? 'lose-all' : (pick(random, MODES) ?? 'mixed');
}

/**
 * A disk that refuses for a while: the process may end by that and is started again, or replicas are given up and copied anew. That
 * is a copy less, so all must be in sync before, and nothing else happens to disks until they are again.
 */
async function failing(
  context: LiveFaultContext,
  kind: string,
  faults: Parameters<LiveFaultContext['cluster']['disturbDisk']>[1],
  milliseconds: number,
): Promise<void> {
  if (!context.cluster.hasPower || !(await context.settled())) return;
  await disturbed(context, kind, faults, milliseconds);
  await context.settled();
}

/** A disk that does something wrong for a while. */
async function disturbed(
  context: LiveFaultContext,
  kind: string,
  faults: Parameters<LiveFaultContext['cluster']['disturbDisk']>[1],
  milliseconds: number,
): Promise<void> {
  const { cluster, random, note } = context;
  const node = pick(random, cluster.running());
  if (node === null || !cluster.hasPower) return;
  note(kind, `node ${node} for ${milliseconds} ms`);
  context.disturbed(node);
  cluster.disturbDisk(node, faults);
  await pass(milliseconds);
  cluster.soundDisks();
}

/** Everything is in sync, and then one node is down that may lose what it has; null: not now. */
async function spent(context: LiveFaultContext, kind: string, text: string): Promise<number | null> {
  const { cluster, random, note } = context;
  const node = pick(random, cluster.running());
  if (node === null || context.flush !== 'always' || !(await context.settled()) || !context.spendVoter(node))
    return null;
  note(kind, `node ${node}: ${text}`);
  await cluster.kill(node);
  return node;
}

/** Starts it, and lets nothing else happen to the others' disks until it is in sync again. */
async function broughtBack(context: LiveFaultContext, node: number): Promise<void> {
  context.cluster.changedAtRest(node);
  await pass(duration(context.random, 0, 500));
  context.cluster.start(node);
  await context.settled();
}

function flipBit(path: string, bit: number): void {
  const bytes = readFileSync(path);
  bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
  writeFileSync(path, bytes);
}

/** Files below the node's directory whose names, from there, match. */
function filesOf({ cluster }: LiveFaultContext, node: number, pattern: RegExp): readonly string[] {
  const directory = cluster.dataDirectory(node);
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => join(directory, name));
}

export const DISK_FAULTS = {
  'power-loss': async (context) => {
    const { cluster, random, note, flush } = context;
    if (!cluster.hasPower || (flush === 'os' && !(await context.settled()))) return;
    const node = pick(random, cluster.running());
    if (node === null) return;
    const mode = modeOf(context);
    note('power-loss', `node ${node} ${mode}`);
    await cluster.losePower([node], mode);
    await pass(duration(random, 0, 1000));
    cluster.start(node);
    if (flush === 'os') await context.settled();
  },
  'power-loss-all': async (context) => {
    const { cluster, random, note, flush, beyondBudget } = context;
    if (!cluster.hasPower || (flush === 'os' && !beyondBudget)) return;
    const mode = modeOf(context);
    note('power-loss-all', mode);
    await cluster.losePower(cluster.numbers(), mode);
    await pass(duration(random, 0, 300));
    cluster.startDead();
  },
  'power-loss-starting': async (context) => {
    // All of them, and once more while they recover.
    const { cluster, random, note, flush } = context;
    if (!cluster.hasPower || flush === 'os') return;
    note('power-loss-starting', 'all, twice');
    for (let time = 0; time < 2; time += 1) {
      await cluster.losePower(cluster.numbers(), modeOf(context));
      cluster.startDead();
      await pass(duration(random, 1, 600));
    }
  },
  'part-kill': async (context) => {
    // Its peers are held back while writes gather; it loses everything unsynced, and the laggards go on with it.
    const { cluster, random, note, flush } = context;
    const node = await context.leader();
    if (node === null || !cluster.hasPower || flush === 'os') return;
    const others = cluster.running().filter((each) => each !== node);
    note('part-kill', `nodes ${others.join()} held back, node ${node} loses power`);
    for (const other of others) cluster.node(other).pause();
    await pass(duration(random, 100, 1500));
    await cluster.losePower([node], 'lose-all');
    const [first, ...rest] = others;
    if (first !== undefined) cluster.node(first).resume();
    cluster.start(node);
    await pass(duration(random, 300, 2000));
    for (const other of rest) cluster.node(other).resume();
  },
  'full-disk': async (context) =>
    failing(context, 'full-disk', { bytesLeft: context.random.below(100_000) }, duration(context.random, 500, 3000)),
  'read-only': async (context) =>
    failing(context, 'read-only', { readOnly: true }, duration(context.random, 300, 2000)),
  'stalled-disk': async (context) =>
    disturbed(context, 'stalled-disk', { syncDelayMs: 10_000 }, duration(context.random, 300, 5000)),
  'slow-disk': async (context) =>
    disturbed(
      context,
      'slow-disk',
      { syncDelayMs: 20 + context.random.below(300) },
      duration(context.random, 500, 3000),
    ),
  'few-handles': async (context) => {
    // So few that it may not even start, or that connections take the last one from a file that is to be opened.
    const { cluster, random, note } = context;
    if (!(await context.settled())) return;
    const node = pick(random, cluster.running());
    if (node === null) return;
    const handles = 30 + random.below(90);
    const milliseconds = duration(random, 1000, 8000);
    note('few-handles', `node ${node}, ${handles} for ${milliseconds} ms`);
    context.disturbed(node);
    await cluster.kill(node);
    cluster.limitHandles(node, handles);
    cluster.start(node);
    await pass(milliseconds / 2);
    const leave = cluster.crowd(node, random.below(handles));
    await pass(milliseconds / 2);
    leave();
    cluster.limitHandles(node, null);
    await cluster.kill(node);
    cluster.start(node);
    await context.settled();
  },
  'failed-sync': async (context) => failing(context, 'failed-sync', { failSyncs: 1 }, 1000),
  wipe: async (context) => {
    const node = await spent(context, 'wipe', 'an empty directory');
    if (node === null) return;
    context.cluster.wipe(node);
    await broughtBack(context, node);
  },
  'damage-segment': async (context) => {
    const node = await spent(context, 'damage-segment', 'a bit flipped');
    if (node === null) return;
    const path = pick(context.random, filesOf(context, node, /^logs\/[^@_][^/]*\/\d+\.log$/));
    const size = path === null ? 0 : readFileSync(path).length;
    if (path !== null && size > 0) flipBit(path, context.random.below(size * 8));
    await broughtBack(context, node);
  },
  'damage-journal': async (context) => {
    const node = await spent(context, 'damage-journal', 'a bit flipped that was synced');
    if (node === null) return;
    const path = pick(context.random, filesOf(context, node, /^journal\//));
    const bit = path === null ? null : damagingBit(readFileSync(path), context.random);
    if (path !== null && bit !== null) flipBit(path, bit);
    await broughtBack(context, node);
  },
  yesterday: async (context) => {
    const { cluster, random } = context;
    const node = await spent(context, 'yesterday', 'an older copy of its directory');
    if (node === null) return;
    const directory = cluster.dataDirectory(node);
    const copy = `${directory}.yesterday`;
    cpSync(directory, copy, { recursive: true });
    cluster.start(node);
    await eventually(() => cluster.node(node).ready, 10_000);
    await pass(duration(random, 500, 3000));
    if (await context.settled()) {
      await cluster.kill(node);
      rmSync(directory, { recursive: true });
      cpSync(copy, directory, { recursive: true });
      await broughtBack(context, node);
    }
    rmSync(copy, { recursive: true });
  },
} as const satisfies Readonly<Record<string, LiveFault>>;
