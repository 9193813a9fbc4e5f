/**
 * What faults are made of: whom to harm, how, and how the harm ends. Everything that is done is a decision (`schedule/`); what is
 * drawn here is which.
 */
import type { Random } from '../../raft/index.ts';
import type { Partition as PartitionRecord } from '../../src/metadata/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import type { Deed } from '../schedule/index.ts';
import type { CrashMode } from '../sim/index.ts';
import type { Budget } from './budget.ts';

export interface FaultContext {
  readonly cluster: SimCluster;
  readonly random: Random;
  readonly budget: Budget;
  /** Does it now; false when it does not fit. */
  readonly act: (deed: Deed) => boolean;
  /** Calls back so many milliseconds later, unless the faults are over by then: the heal undoes what is left. */
  readonly later: (delay: number, then: () => void) => void;
  /** Starts the node after a while, or at the heal, unless it runs then. */
  readonly restart: (node: number, after: number) => void;
}

const MODES: readonly CrashMode[] = ['lose-all', 'mixed', 'keep-all'];

export function pick<T>(random: Random, items: readonly T[]): T | null {
  return items.length === 0 ? null : (items[random.below(items.length)] ?? null);
}

/** Between `least` and `most` milliseconds, mostly short. */
export function duration(random: Random, least: number, most: number): number {
  return least + (most - least) * random.fraction() ** 2;
}

export function running(cluster: SimCluster): readonly number[] {
  return cluster.numbers().filter((number) => cluster.machine(number).running);
}

/** Two different nodes; null when there is only one. */
export function pickPair({ cluster, random }: FaultContext): readonly [from: number, to: number] | null {
  const from = pick(random, cluster.numbers());
  const to = pick(
    random,
    cluster.numbers().filter((node) => node !== from),
  );
  return from === null || to === null ? null : [from, to];
}

export function nameOf(node: number): string {
  return `node${node}`;
}

export function kill({ act, random, restart }: FaultContext, node: number | null): void {
  if (node !== null && act({ kind: 'kill', node })) restart(node, duration(random, 20, 4000));
}

/** Power loss where the budget allows it, else a kill. `wanted` is drawn when absent. */
export function losePower(context: FaultContext, node: number, wanted?: CrashMode): void {
  const { act, random, restart, budget } = context;
  if (!budget.mayLosePower(node)) return kill(context, node);
  const mode = wanted ?? pick(random, MODES) ?? 'mixed';
  if (act({ kind: 'power-loss', node, mode })) restart(node, duration(random, 50, 4000));
}

/** Nothing from `from` arrives at `to` for so many milliseconds. */
export function block({ act, later }: FaultContext, from: string, to: string, milliseconds: number): void {
  if (from === to || !act({ kind: 'block', from, to })) return;
  later(milliseconds, () => act({ kind: 'unblock', from, to }));
}

/** What `from` sends to `to` is slow for a while. */
export function slowLink(
  { act, later }: FaultContext,
  [from, to]: readonly [from: number, to: number],
  latency: { readonly least: number; readonly tail: number },
  milliseconds: number,
): void {
  const link = { from: nameOf(from), to: nameOf(to) };
  if (!act({ kind: 'latency', ...link, ...latency })) return;
  later(milliseconds, () => act({ kind: 'usual-latency', ...link }));
}

/** Cut off from all other machines or, half the time, from the other nodes only; both ways. */
export function isolate(context: FaultContext, node: number | null): void {
  const { cluster, random } = context;
  if (node === null) return;
  const self = nameOf(node);
  const all = random.below(2) === 0 ? cluster.world.machines().map(({ name }) => name) : cluster.numbers().map(nameOf);
  const milliseconds = duration(random, 50, 6000);
  for (const other of all) {
    block(context, self, other, milliseconds);
    block(context, other, self, milliseconds);
  }
}

/** Every replica of every partition is in sync, and every node serves. */
export function allWhole(cluster: SimCluster): boolean {
  const topics = [...(cluster.image()?.topicsById.values() ?? [])];
  return (
    cluster.numbers().every((node) => cluster.isReady(node)) &&
    topics.every(({ partitions }) => partitions.every(({ isr, replicas }) => isr.length === replicas.length))
  );
}

export function partitionOfSomething({ cluster, random }: FaultContext): PartitionRecord | null {
  const topics = [...(cluster.image()?.topicsById.values() ?? [])];
  return pick(
    random,
    topics.flatMap(({ partitions }) => partitions),
  );
}

export function leaderOfSomething(context: FaultContext): number | null {
  return partitionOfSomething(context)?.leader ?? null;
}

export function shuffled<T>({ random }: FaultContext, items: readonly T[]): readonly T[] {
  const left = [...items];
  const drawn: T[] = [];
  while (left.length > 0) drawn.push(...left.splice(random.below(left.length), 1));
  return drawn;
}
