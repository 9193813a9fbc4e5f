/**
 * Which of the states of `marker-table.ts` a run has reached.
 *
 * ```
 *  after each event ─▶ watch-replicas (roles, logs, messages)   watch-image (metadata)   watch-partitions (answers)
 *  now and then     ─▶ watch-machines (processes, clocks, links)
 *  log lines        ─▶ watch-lines                              at the end ─▶ watch-end (decisions, history, disks)
 * ```
 * They look, and change nothing: a run with them is the same run to the last event. What happens inside of an event is seen by
 * methods of replicas, logs and partitions that are listened to from outside; the code that ships has no switches.
 */
import type { RunningNode } from '../../src/node/index.ts';
import type { Partition } from '../../src/partition/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import type { MarkerName, MarkerSink } from './marker-table.ts';
import { ImageWatch } from './watch-image.ts';
import { LineWatch } from './watch-lines.ts';
import { MachineWatch } from './watch-machines.ts';
import { listenToPartition } from './watch-partitions.ts';
import { ReplicaWatch, type SeenReplica } from './watch-replicas.ts';

/** Virtual milliseconds between two looks at machines. */
const SWEEP_MS = 25;

/** What was last seen of one node in one life. */
interface SeenNode {
  readonly running: RunningNode;
  readonly clock: { now(): number };
  metadata: SeenReplica | null;
  hosted: readonly Partition[];
  /** In the order of `hosted`; null for a replica that has failed. */
  replicas: (SeenReplica | null)[];
}

export class Markers implements MarkerSink {
  readonly #reached = new Set<MarkerName>();
  readonly #nodes: (SeenNode | undefined)[] = [];
  /** Whose pass has begun and not ended. */
  readonly #compacting = new Set<Partition>();
  #sweepAt = 0;

  reach(name: MarkerName): void {
    this.#reached.add(name);
  }

  has(name: MarkerName): boolean {
    return this.#reached.has(name);
  }

  reached(): ReadonlySet<MarkerName> {
    return this.#reached;
  }

  /** Looks at the cluster from now on, after whoever looks already. */
  watch(cluster: SimCluster): this {
    const { world } = cluster;
    const replicas = new ReplicaWatch(this, cluster);
    const images = new ImageWatch(this);
    const machines = new MachineWatch(this, cluster);
    new LineWatch(this).watch(cluster);
    const before = world.afterEvent;
    world.afterEvent = (machine) => {
      before?.(machine);
      const running = machine < 0 ? null : cluster.node(machine + 1);
      if (running !== null) {
        images.look(running.node.image());
        this.#look(cluster, machine + 1, running, replicas);
      }
      if (world.now() < this.#sweepAt) return;
      this.#sweepAt = world.now() + SWEEP_MS;
      machines.sweep();
    };
    return this;
  }

  #look(cluster: SimCluster, number: number, running: RunningNode, watch: ReplicaWatch): void {
    let seen = this.#nodes[number];
    if (seen?.running !== running) {
      for (const partition of seen?.hosted ?? []) if (this.#compacting.delete(partition)) this.reach('compaction-cut');
      seen = { running, clock: cluster.machine(number).clock, metadata: null, hosted: [], replicas: [] };
      this.#nodes[number] = seen;
    }
    const { metadata, hosting } = running.node;
    const now = seen.clock.now();
    if (metadata !== null) seen.metadata = watch.look(number, metadata.replica, seen.metadata, now);
    const hosted = hosting.all();
    if (seen.hosted !== hosted) this.#hostedAnew(seen, hosted);
    // After every event: no iterator is made.
    for (let at = 0; at < hosted.length; at += 1) {
      const partition = hosted[at];
      if (partition === undefined || partition.failed !== null) continue;
      const { replica } = partition;
      seen.replicas[at] = watch.look(number, replica, seen.replicas[at] ?? null, now);
    }
  }

  #hostedAnew(seen: SeenNode, hosted: readonly Partition[]): void {
    const former = new Map(seen.hosted.map((partition, at) => [partition, seen.replicas[at] ?? null]));
    for (const partition of hosted) if (!former.has(partition)) listenToPartition(this, partition, this.#compacting);
    seen.hosted = hosted;
    seen.replicas = hosted.map((partition) => former.get(partition) ?? null);
  }
}
