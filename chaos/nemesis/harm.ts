/**
 * What faults are made of: whom to harm, how, and how the harm ends.
 *
 * The budget (reliability, first paragraph): under `flush=always` anything may be killed, lose power, be cut off or slow at
 * any time, because nothing acknowledged is unsynced. Under `os` one power loss at a time may lose unsynced data.
 */
import type { Random } from '../../raft/index.ts';
import type { Partition as PartitionRecord } from '../../src/metadata/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import type { CrashMode } from '../sim/index.ts';

export interface FaultContext {
  readonly cluster: SimCluster;
  readonly random: Random;
  /** Starts the node after a while, unless it runs then. */
  readonly restart: (node: number, after: number) => void;
  /** Unsynced data of acknowledged records may be lost at this moment: no. */
  readonly mayLosePower: (node: number) => boolean;
  /** When the node refuses to start from its disk, that may be replaced by an empty one: no, its voters would be too few. */
  readonly mayReplaceDisk: (node: number) => boolean;
  /** False after the heal: no new harm. */
  readonly active: () => boolean;
  /** Written into the log of the campaign. */
  readonly note: (text: string) => void;
}

const modes: readonly CrashMode[] = ['lose-all', 'mixed', 'keep-all'];

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

export function kill({ cluster, random, restart, note }: FaultContext, node: number | null): void {
  if (node === null || !cluster.machine(node).running) return;
  note(`kill ${node}`);
  cluster.kill(node);
  restart(node, duration(random, 20, 4000));
}

/** Power loss where the budget allows it, else a kill. `mode` is drawn when absent. */
export function losePower(context: FaultContext, node: number, wanted?: CrashMode): void {
  const { cluster, random, restart, note, mayLosePower } = context;
  if (!mayLosePower(node)) return kill(context, node);
  const mode = wanted ?? pick(random, modes) ?? 'mixed';
  note(`power loss ${node} ${mode}`);
  cluster.powerLoss(node, mode);
  restart(node, duration(random, 50, 4000));
}

export function cut({ cluster, random, note }: FaultContext, from: number, to: number, both: boolean): void {
  const { network } = cluster.world;
  const [left, right] = [cluster.machine(from), cluster.machine(to)];
  note(`cut ${from} ${both ? '<>' : '>'} ${to}`);
  network.block(left, right);
  if (both) network.block(right, left);
  cluster.world.after(duration(random, 50, 6000), () => {
    network.unblock(left, right);
    network.unblock(right, left);
  });
}

/** Cut off from all other machines or, half the time, from the other nodes only. */
export function isolate({ cluster, random, note }: FaultContext, node: number | null): void {
  if (node === null) return;
  const { network } = cluster.world;
  const self = cluster.machine(node);
  const clientsToo = random.below(2) === 0;
  const others = clientsToo
    ? cluster.world.machines().filter((machine) => machine !== self)
    : cluster
        .numbers()
        .filter((each) => each !== node)
        .map((each) => cluster.machine(each));
  note(`isolate ${node}${clientsToo ? '' : ' from nodes'}`);
  network.partition([self], others);
  cluster.world.after(duration(random, 50, 6000), () => {
    for (const other of others) {
      network.unblock(self, other);
      network.unblock(other, self);
    }
  });
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
