/**
 * How much may be lost at once (reliability, first paragraph), computed from what is, not from what nodes say:
 *
 *   lossy    a power loss took unsynced data of acknowledged records, or a replica is damaged: until the node is in sync again
 *            everywhere. Fewer at once than any topic's `min.insync.replicas`.
 *   wiped    its disk was replaced, or a log that votes damaged, and its vote with it, for ever: fewer than half of the voters.
 *
 * Under `flush=always` a power loss takes nothing that was acknowledged, and costs nothing.
 *
 * Beyond the budget everything is allowed, and counted.
 */
import { nodeId } from '../../raft/index.ts';
import { minInsyncReplicas } from '../../src/metadata/index.ts';
import type { Partition } from '../../src/metadata/index.ts';
import type { SimCluster } from '../cluster/index.ts';

export interface BudgetOptions {
  readonly flush: 'always' | 'os';
  readonly voters: number;
  /** Topics of which users know that they may lose something. */
  readonly fragile: ReadonlySet<string>;
  /** Nothing is refused. */
  readonly beyond?: boolean;
}

export class Budget {
  readonly #cluster: SimCluster;
  readonly #options: BudgetOptions;
  /** Node and the incarnation that it had when it lost something; what is damaged and still there although nobody has seen it. */
  readonly #lossy = new Map<number, { readonly before: string | null; readonly isThere: () => boolean }>();
  readonly #wiped = new Set<number>();
  /** How often more was allowed than the promise bears. */
  overdrawn = 0;

  constructor(cluster: SimCluster, options: BudgetOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** Nodes that lack something that they had. */
  get lossy(): readonly number[] {
    for (const [node, { before, isThere }] of this.#lossy)
      if (this.#isWhole(node, before) && !isThere()) this.#lossy.delete(node);
    return [...this.#lossy.keys()];
  }

  /** Its unsynced data may be lost now; counted as lost from now on. */
  mayLosePower(node: number): boolean {
    return this.#options.flush === 'always' || this.#count(node, () => false);
  }

  /** What it holds may be damaged or lost now; counted from now on, as long as `isThere` says so, too. */
  maySpoil(node: number, isThere: () => boolean = () => false): boolean {
    // A power loss leaves something to be led on with; damage need not.
    if (!this.#leavesCopies(node) && !this.#mayOverdraw()) return false;
    return this.#count(node, isThere);
  }

  #count(node: number, isThere: () => boolean): boolean {
    if (!this.#wouldBear(node) && !this.#mayOverdraw()) return false;
    const earlier = this.#lossy.get(node)?.isThere ?? ((): boolean => false);
    const before = this.#cluster.node(node)?.node.options.incarnation ?? null;
    this.#lossy.set(node, { before, isThere: () => earlier() || isThere() });
    return true;
  }

  /** Its disk may be replaced by an empty one; counted from now on. */
  mayWipe(node: number, isThere?: () => boolean): boolean {
    const wiped = new Set([...this.#wiped, node]);
    const isBorne = 2 * wiped.size < this.#options.voters && this.#leavesMajorities(wiped);
    if (!isBorne && !this.#mayOverdraw()) return false;
    if (!this.maySpoil(node, isThere)) return false;
    this.#wiped.add(node);
    return true;
  }

  /** Its disk may be replaced by an empty one, now or later: that is counted already. */
  mayReplace(node: number): boolean {
    return this.#wiped.has(node) && this.lossy.includes(node);
  }

  #mayOverdraw(): boolean {
    if (this.#options.beyond !== true) return false;
    this.overdrawn += 1;
    return true;
  }

  #wouldBear(node: number): boolean {
    const image = this.#cluster.image();
    if (image === null) return false;
    const lossy = new Set([...this.lossy, node]);
    return [...image.topicsById.values()].every((topic) =>
      topic.partitions.every((partition) =>
        this.#options.fragile.has(topic.name)
          ? this.#leavesWhole(partition, lossy)
          : lossy.size < minInsyncReplicas(image, topic, partition),
      ),
    );
  }

  /** A fragile partition may lose a replica, but not all that are in sync: under `flush=always` it waits for its operator then. */
  #leavesWhole({ replicas, isr }: Partition, lossy: ReadonlySet<number>): boolean {
    return !replicas.some((replica) => lossy.has(replica)) || isr.some((member) => !lossy.has(member));
  }

  /** Of each partition, fragile or not, one replica is whole. */
  #leavesCopies(node: number): boolean {
    const lossy = new Set([...this.lossy, node]);
    const topics = [...(this.#cluster.image()?.topicsById.values() ?? [])];
    return topics.every(({ partitions }) =>
      partitions.every(({ replicas }) => replicas.some((replica) => !lossy.has(replica))),
    );
  }

  /** Of the topics whose replicas vote. */
  #leavesMajorities(wiped: ReadonlySet<number>): boolean {
    const topics = [...(this.#cluster.image()?.topicsById.values() ?? [])];
    const voting = topics.flatMap(({ partitions }) => partitions.filter(({ replication }) => replication === 'quorum'));
    return voting.every(({ replicas }) => 2 * replicas.filter((node) => wiped.has(node)).length < replicas.length);
  }

  /** It runs as another life than before, and everybody is in sync wherever it has a replica. */
  #isWhole(node: number, before: string | null): boolean {
    const image = this.#cluster.image();
    const life = this.#cluster.node(node)?.node.options.incarnation;
    if (image === null || life === undefined || life === before || !this.#cluster.isReady(node)) return false;
    const id = nodeId(node);
    if (image.brokers.get(id)?.incarnation !== life) return false;
    return [...image.topicsById.values()].every(({ partitions }) =>
      partitions.every(({ replicas, isr }) => !replicas.includes(id) || isr.length === replicas.length),
    );
  }
}
