/** Faults of disks: slow, stuck, full, failing, and damaged while their node is down. */
import { damagingBit } from './journal-damage.ts';
import { duration, pick, running } from './harm.ts';
import type { FaultContext } from './harm.ts';

function slowDisk({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, cluster.numbers());
  if (node === null || !act({ kind: 'slow', node, factor: 10 ** (1 + 2 * random.fraction()) })) return;
  later(duration(random, 200, 5000), () => act({ kind: 'slow', node, factor: 1 }));
}

function stallDisk({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, cluster.numbers());
  if (node === null || !act({ kind: 'stall', node })) return;
  later(duration(random, 100, 5000), () => act({ kind: 'unstall', node }));
}

function failSync({ cluster, random, act }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node !== null) act({ kind: 'fail', node, operation: 'datasync' });
}

function fillDisk({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null || !act({ kind: 'room', node, bytes: random.below(4096) })) return;
  later(duration(random, 200, 4000), () => act({ kind: 'room', node, bytes: null }));
}

/** One bit of a segment, where all replicas hold everything: one of them may then be damaged. */
function damageSegment(context: FaultContext): void {
  const { cluster, random, budget, act, restart } = context;
  const topic = cluster.image()?.topicsByName.get('t');
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
  if (path === undefined || size === 0 || !budget.maySpoil(node)) return;
  act({ kind: 'kill', node });
  act({ kind: 'flip-bit', node, path, bit: random.below(size * 8) });
  restart(node, duration(random, 20, 1000));
}

/** One bit of a journal; when its node refuses to start from that, an empty disk takes the place of this one. */
function damageJournal(context: FaultContext): void {
  const { cluster, random, budget, act, restart } = context;
  const topics = [...(cluster.image()?.topicsById.values() ?? [])];
  const whole = topics
    .flatMap(({ partitions }) => partitions)
    .every(({ isr, replicas }) => isr.length === replicas.length && isr.every((node) => cluster.isReady(node)));
  const node = whole ? pick(random, running(cluster)) : null;
  if (node === null) return;
  const { disk } = cluster.machine(node);
  const path = pick(
    random,
    disk.paths().filter((each) => each.includes('/journal/')),
  );
  const bit = damagingBit(disk.durableBytes(path ?? '/') ?? new Uint8Array(0), random);
  if (path === null || bit === null || !budget.mayWipe(node)) return;
  act({ kind: 'kill', node });
  act({ kind: 'flip-bit', node, path, bit });
  restart(node, duration(random, 20, 1000));
}

export const DISK_FAULTS = {
  'slow-disk': slowDisk,
  'stall-disk': stallDisk,
  'failed-sync': failSync,
  'full-disk': fillDisk,
  damage: damageSegment,
  'damage-journal': damageJournal,
} as const;
