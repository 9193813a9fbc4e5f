/**
 * The faults that a campaign draws from, each with its own end. A fault acts, and schedules what undoes it; the heal at the
 * end of a campaign undoes the rest.
 *
 * The budget (reliability, first paragraph): under `flush=always` anything may be killed, lose power, be cut off or slow at
 * any time, because nothing acknowledged is unsynced. Under `os` one power loss at a time may lose unsynced data.
 */
import type { Random } from '../../raft/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import type { CrashMode } from '../sim/index.ts';

export interface FaultContext {
  readonly cluster: SimCluster;
  readonly random: Random;
  /** Starts the node after a while, unless it runs then. */
  readonly restart: (node: number, after: number) => void;
  /** Unsynced data of acknowledged records may be lost at this moment: no. */
  readonly mayLosePower: (node: number) => boolean;
  /** False after the heal: no new harm. */
  readonly active: () => boolean;
  /** Written into the log of the campaign. */
  readonly note: (text: string) => void;
}

export type FaultName =
  | 'kill'
  | 'kill-leader'
  | 'kill-controller'
  | 'kill-all'
  | 'power-loss'
  | 'power-loss-all'
  | 'stop'
  | 'isolate'
  | 'isolate-controller'
  | 'one-way'
  | 'cut-pair'
  | 'pause'
  | 'slow-disk'
  | 'stall-disk'
  | 'slow-network'
  | 'failed-sync'
  | 'full-disk'
  | 'clock-rate'
  | 'exit-in-recovery'
  | 'bit-flips'
  | 'damage';

type Fault = (context: FaultContext) => void;

const modes: readonly CrashMode[] = ['lose-all', 'mixed', 'keep-all'];

function pick<T>(random: Random, items: readonly T[]): T | null {
  return items.length === 0 ? null : (items[random.below(items.length)] ?? null);
}

/** Between `least` and `most` milliseconds, mostly short. */
function duration(random: Random, least: number, most: number): number {
  return least + (most - least) * random.fraction() ** 2;
}

function running(cluster: SimCluster): readonly number[] {
  return cluster.numbers().filter((number) => cluster.machine(number).running);
}

function kill({ cluster, random, restart, note }: FaultContext, node: number | null): void {
  if (node === null || !cluster.machine(node).running) return;
  note(`kill ${node}`);
  cluster.kill(node);
  restart(node, duration(random, 20, 4000));
}

function losePower(context: FaultContext, node: number): void {
  const { cluster, random, restart, note, mayLosePower } = context;
  if (!mayLosePower(node)) return kill(context, node);
  const mode = pick(random, modes) ?? 'mixed';
  note(`power loss ${node} ${mode}`);
  cluster.powerLoss(node, mode);
  restart(node, duration(random, 50, 4000));
}

function cut({ cluster, random, note }: FaultContext, from: number, to: number, both: boolean): void {
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
function isolate({ cluster, random, note }: FaultContext, node: number | null): void {
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

function leaderOfSomething({ cluster, random }: FaultContext): number | null {
  const topics = [...(cluster.image()?.topicsById.values() ?? [])];
  const partition = pick(
    random,
    topics.flatMap(({ partitions }) => partitions),
  );
  return partition?.leader ?? null;
}

export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  kill: (context) => kill(context, pick(context.random, running(context.cluster))),
  'kill-leader': (context) => kill(context, leaderOfSomething(context)),
  'kill-controller': (context) => kill(context, context.cluster.controller()),
  'kill-all': (context) => {
    for (const node of running(context.cluster)) kill(context, node);
  },
  'power-loss': (context) => {
    const node = pick(context.random, running(context.cluster));
    if (node !== null) losePower(context, node);
  },
  'power-loss-all': (context) => {
    for (const node of running(context.cluster)) losePower(context, node);
  },
  stop: (context) => {
    const { cluster, random, note, restart } = context;
    const node = pick(random, running(cluster));
    const life = node === null ? null : cluster.node(node);
    if (node === null || life === null) return;
    note(`stop ${node}`);
    void cluster.stop(node).then(() => restart(node, duration(random, 20, 3000)));
  },
  isolate: (context) => isolate(context, pick(context.random, context.cluster.numbers())),
  'isolate-controller': (context) => isolate(context, context.cluster.controller()),
  'one-way': (context) => {
    const [from, to] = [
      pick(context.random, context.cluster.numbers()),
      pick(context.random, context.cluster.numbers()),
    ];
    if (from !== null && to !== null && from !== to) cut(context, from, to, false);
  },
  'cut-pair': (context) => {
    const [from, to] = [
      pick(context.random, context.cluster.numbers()),
      pick(context.random, context.cluster.numbers()),
    ];
    if (from !== null && to !== null && from !== to) cut(context, from, to, true);
  },
  pause: ({ cluster, random, note }) => {
    const node = pick(random, running(cluster));
    if (node === null) return;
    note(`pause ${node}`);
    const machine = cluster.machine(node);
    machine.pause();
    cluster.world.after(duration(random, 20, 8000), () => machine.resume());
  },
  'slow-disk': ({ cluster, random, note }) => {
    const node = pick(random, cluster.numbers());
    if (node === null) return;
    const { disk } = cluster.machine(node);
    note(`slow disk ${node}`);
    disk.slowness = 10 ** (1 + 2 * random.fraction());
    cluster.world.after(duration(random, 200, 5000), () => {
      disk.slowness = 1;
    });
  },
  'stall-disk': ({ cluster, random, note }) => {
    const node = pick(random, cluster.numbers());
    if (node === null) return;
    note(`stall disk ${node}`);
    const { disk } = cluster.machine(node);
    disk.stall();
    cluster.world.after(duration(random, 100, 5000), () => disk.unstall());
  },
  'slow-network': ({ cluster, random, note }) => {
    const [from, to] = [pick(random, cluster.numbers()), pick(random, cluster.numbers())];
    if (from === null || to === null || from === to) return;
    note(`slow network ${from} > ${to}`);
    const { network } = cluster.world;
    network.setLatency(cluster.machine(from), cluster.machine(to), {
      least: 20,
      tail: 10 ** (1 + 1.5 * random.fraction()),
    });
    cluster.world.after(duration(random, 200, 5000), () =>
      network.setLatency(cluster.machine(from), cluster.machine(to), network.links.defaultLatency),
    );
  },
  'failed-sync': ({ cluster, random, note }) => {
    const node = pick(random, running(cluster));
    if (node === null) return;
    note(`failed sync ${node}`);
    cluster.machine(node).disk.inject({ operation: 'datasync' });
  },
  'full-disk': ({ cluster, random, note }) => {
    const node = pick(random, running(cluster));
    if (node === null) return;
    note(`full disk ${node}`);
    const { disk } = cluster.machine(node);
    disk.capacityBytes = disk.usedBytes() + random.below(4096);
    cluster.world.after(duration(random, 200, 4000), () => {
      disk.capacityBytes = Number.POSITIVE_INFINITY;
    });
  },
  'bit-flips': ({ cluster, random, note }) => {
    const [from, to] = [pick(random, cluster.numbers()), pick(random, cluster.numbers())];
    if (from === null || to === null || from === to) return;
    note(`bit flips ${from} > ${to}`);
    const link = cluster.world.network.links.link(cluster.machine(from).index, cluster.machine(to).index);
    link.flipOneIn = 2 + random.below(50);
    cluster.world.after(duration(random, 100, 3000), () => {
      link.flipOneIn = 0;
    });
  },
  damage: (context) => {
    const { cluster, random, note, restart } = context;
    const topic = cluster.image()?.topicsByName.get('t');
    // Only where all replicas hold everything: one of them may then be damaged.
    const whole =
      topic?.partitions.filter(
        ({ isr, replicas }) => isr.length === replicas.length && isr.every((node) => cluster.isReady(node)),
      ) ?? [];
    const partition = pick(random, whole);
    const node = partition === null ? null : pick(random, partition.isr);
    if (partition === null || node === null || topic === undefined) return;
    const { disk } = cluster.machine(node);
    const path = disk
      .paths()
      .find((each) => each.includes(`/logs/t-${partition.index}.${topic.id}/`) && each.endsWith('.log'));
    const size = path === undefined ? 0 : (disk.cachedBytes(path)?.length ?? 0);
    if (path === undefined || size === 0) return;
    note(`damage ${path} of ${node}`);
    cluster.kill(node);
    disk.flipBit(path, random.below(size * 8));
    restart(node, duration(random, 20, 1000));
  },
  'clock-rate': ({ cluster, random, note }) => {
    const node = pick(random, cluster.numbers());
    if (node === null) return;
    note(`clock ${node}`);
    const { clock } = cluster.machine(node);
    clock.setRate(0.95 + 0.1 * random.fraction());
    clock.setWallSkew((random.fraction() - 0.5) * 7_200_000);
  },
  'exit-in-recovery': (context) => {
    const { cluster, random, restart, note } = context;
    const node = pick(random, running(cluster));
    if (node === null) return;
    note(`kill ${node}, and again while it starts`);
    cluster.kill(node);
    restart(node, 100);
    cluster.world.after(100 + duration(random, 0.1, 60), () => {
      if (!context.active()) return;
      cluster.kill(node);
      restart(node, duration(random, 20, 1000));
    });
  },
};
