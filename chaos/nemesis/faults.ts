/**
 * The faults that a campaign draws from, each with its own end. A fault acts, and schedules what undoes it; the heal at the
 * end of a campaign undoes the rest. What they are made of, and the budget, is in `harm.ts`.
 */
import { cut, duration, isolate, kill, leaderOfSomething, losePower, pick, running } from './harm.ts';
import type { FaultContext } from './harm.ts';
import { damagingBit } from './journal-damage.ts';
import { RECIPES } from './recipes.ts';
import type { RecipeName } from './recipes.ts';

export type FaultName =
  | RecipeName
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
  | 'damage'
  | 'damage-journal';

type Fault = (context: FaultContext) => void;

export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  ...RECIPES,
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
  'damage-journal': (context) => {
    const { cluster, random, note, restart } = context;
    const topics = [...(cluster.image()?.topicsById.values() ?? [])];
    const whole = topics
      .flatMap(({ partitions }) => partitions)
      .every(({ isr, replicas }) => isr.length === replicas.length && isr.every((node) => cluster.isReady(node)));
    const node = whole ? pick(random, running(cluster)) : null;
    if (node === null) return;
    const { disk } = cluster.machine(node);
    const files = disk.paths().filter((each) => each.includes('/journal/'));
    const path = pick(random, files);
    const bit = damagingBit(disk.durableBytes(path ?? '/') ?? new Uint8Array(0), random);
    // An empty disk in its place loses everything, as a power loss may.
    if (path === null || bit === null || !context.mayLosePower(node) || !context.mayReplaceDisk(node)) return;
    note(`damage ${path} of ${node}`);
    cluster.kill(node);
    disk.flipBit(path, bit);
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
