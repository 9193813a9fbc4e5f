/**
 * What most stories begin with: a cluster under watch, a topic, writers and readers on it.
 *
 * ```
 *  Stage ── cluster (nodes)      history (ghost state)      invariants (after every event)
 *     ├── admin                  topics, configs
 *     └── writers, readers       numbered records, everything compared
 * ```
 */
import { AdminClient } from '../../src/client/index.ts';
import type { NewTopic } from '../../src/client/index.ts';
import { allIsWell, Invariants, leadersBound, judgeMetadata, Markers, recovered } from '../checkers/index.ts';
import type { Expectations, JudgedMetadata, Recovery } from '../checkers/index.ts';
import { SimCluster } from '../cluster/index.ts';
import type { SimClusterOptions } from '../cluster/index.ts';
import { BurstWriter } from './burst-writer.ts';
import { GroupHistory } from './group-history.ts';
import type { HeartbeatMember } from './heartbeat-member.ts';
import { GroupMember } from './group-member.ts';
import type { GroupMemberOptions } from './group-member.ts';
import { History, violated } from './history.ts';
import { MetadataHistory } from './metadata-history.ts';
import type { IsolatedReader } from './isolated-reader.ts';
import { OwnershipHistory } from './ownership-history.ts';
import type { Pace } from './pace.ts';
import { RecordReader } from './record-reader.ts';
import type { RecordReaderOptions } from './record-reader.ts';
import { TransactionHistory } from './transaction-history.ts';
import type { WanderingReader } from './wandering-reader.ts';
import { RecordWriter } from './record-writer.ts';
import type { RecordWriterOptions } from './record-writer.ts';

/** Somebody who works on the cluster until told to stop. */
export interface Worker {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  /** Operations whose outcome is open. */
  readonly pending: number;
  /** Begins nothing more; what is on its way goes on. */
  stop(): void;
  /** What holds only when all is healed and well: called once, after everybody has stopped and the cluster has recovered. */
  atEnd?(): Promise<void>;
}

/** Everything that was asked has ended by then. */
const SETTLED_MS = 70_000;
/** They know their own bounds; this one only keeps a run from going on for ever. */
const ENDING_MS = 900_000;
/** A session of a group, twice the time for a rebalance, and what clients take to find their coordinator, once it leads. */
const REBALANCED_MS = 13_000;

export class Stage {
  readonly cluster: SimCluster;
  readonly history = new History();
  readonly metadata = new MetadataHistory();
  readonly transactions = new TransactionHistory();
  /** What came of them at the end; null before. */
  judgedMetadata: JudgedMetadata | null = null;
  readonly invariants: Invariants;
  readonly markers = new Markers();
  readonly admin: AdminClient;
  readonly writers: RecordWriter[] = [];
  readonly bursts: BurstWriter[] = [];
  readonly readers: RecordReader[] = [];
  readonly wanderers: WanderingReader[] = [];
  /** Of what is committed. */
  readonly isolated: IsolatedReader[] = [];
  readonly members: GroupMember[] = [];
  /** Everybody else who works on the cluster. */
  readonly workers: Worker[] = [];
  /** Of the one group that `member` makes members of. */
  readonly group = new GroupHistory();
  /** Members of the group `h`, of the newer protocol, and what is known of it. */
  readonly heartbeaters: HeartbeatMember[] = [];
  readonly newer = new GroupHistory();
  readonly ownership = new OwnershipHistory();
  /** Of whoever is added from now on; always busy unless set. */
  pace: Pace | null = null;
  /** How many times the default timeouts the cluster's are. */
  patience = 1;

  constructor(options: SimClusterOptions) {
    this.cluster = new SimCluster(options);
    this.invariants = new Invariants(this.cluster).watch();
    this.invariants.onDeclaredLoss = (name, { topicId, index }) => this.history.declareLoss(name, topicId, index);
    this.invariants.onHole = (group, from, to) => this.history.compacted.noteHole(group, from, to);
    this.history.onAck = (record, offset) => this.invariants.durable.judgeAck(record, offset);
    this.markers.watch(this.cluster);
    this.admin = new AdminClient(this.cluster.client('admin'));
  }

  /** Starts all nodes. */
  async open(): Promise<this> {
    await this.cluster.startAll();
    return this;
  }

  /** Creates a topic (one partition on three replicas unless told otherwise) and waits until it is led. */
  async topic(name: string, shape: Partial<Omit<NewTopic, 'name'>> = {}): Promise<void> {
    const topic = {
      partitions: 1,
      replicationFactor: Math.min(3, this.cluster.numbers().length),
      configs: {},
      ...shape,
    };
    await this.cluster.wait(
      this.admin.createTopic({
        name,
        ...topic,
        ...(topic.assignments === undefined ? {} : { partitions: null, replicationFactor: null }),
      }),
    );
    const led = (): boolean =>
      this.cluster
        .image()
        ?.topicsByName.get(name)
        ?.partitions.every(
          ({ leader, index }) => leader !== null && this.cluster.replica(leader, name, index)?.leading !== null,
        ) === true;
    await this.cluster.until(led, 10_000, `leaders of ${name}`);
  }

  writer(options: Partial<RecordWriterOptions> & { readonly topic: string }): RecordWriter {
    const writer = new RecordWriter(this.cluster, this.history, {
      name: `writer${this.writers.length + 1}`,
      partitions: 1,
      ...this.#paced(),
      ...options,
    });
    this.writers.push(writer);
    return writer;
  }

  burst(options: { readonly topic: string; readonly partitions: number; readonly everyMs?: number }): BurstWriter {
    const { network } = this.cluster.world;
    const lifeOf = (node: number): string | null => {
      const incarnation = this.cluster.node(node)?.node.options.incarnation;
      return incarnation === undefined ? null : `${incarnation}/${network.forgets(this.cluster.machine(node))}`;
    };
    const burst = new BurstWriter(this.cluster, this.history, {
      name: `burst${this.bursts.length + 1}`,
      lifeOf,
      ...this.#paced(),
      ...options,
    });
    this.bursts.push(burst);
    return burst;
  }

  reader(options: Partial<RecordReaderOptions> & { readonly topic: string }): RecordReader {
    const reader = new RecordReader(this.cluster, this.history, {
      name: `reader${this.readers.length + 1}`,
      partitions: 1,
      ...this.#paced(),
      ...options,
    });
    this.readers.push(reader);
    return reader;
  }

  /** A member of the group `g`. */
  member(options: Omit<GroupMemberOptions, 'name' | 'group'>): GroupMember {
    const member = new GroupMember(this.cluster, this.history, this.group, {
      name: `member${this.members.length + 1}`,
      group: 'g',
      ...this.#paced(),
      ...options,
    });
    this.members.push(member);
    return member;
  }

  #paced(): { readonly pace?: Pace } {
    return this.pace === null ? {} : { pace: this.pace };
  }

  /** Who has something to end when it is told to stop. */
  #all(): readonly Worker[] {
    return [...this.writers, ...this.bursts, ...this.workers];
  }

  /** Nobody writes or changes anything any more; readers and members go on. */
  stop(): void {
    for (const worker of this.#all()) worker.stop();
  }

  /** Nobody sends or reads any more; what is on its way gets time to end. */
  async quiet(milliseconds = SETTLED_MS): Promise<void> {
    await this.#settle(milliseconds);
    for (const reader of [...this.readers, ...this.wanderers, ...this.isolated]) reader.stop();
    for (const member of [...this.members, ...this.heartbeaters]) member.stop();
  }

  async #settle(milliseconds: number): Promise<void> {
    this.stop();
    const all = this.#all();
    const settled = await this.cluster.world.run(() => all.every(({ pending }) => pending === 0), { milliseconds });
    const open = all.map((worker) => `${worker.name} ${worker.pending}`).join(', ');
    if (!settled) violated('L3', `requests not answered after ${milliseconds} ms: ${open}`);
  }

  /** From the heal on: the groups' own time does not grow with the timeouts of nodes. */
  get #rebalancedMs(): number {
    return leadersBound(this.patience) + REBALANCED_MS;
  }

  /** C4: the rebalance that is under way, or will be for what has happened, ends; all members then share all partitions. */
  async #rebalanced(): Promise<void> {
    const members = this.members.filter(({ running, name }) => running && this.cluster.world.machine(name).running);
    for (const member of members) member.tame();
    const [first] = members;
    if (first === undefined) return;
    const isEnded = (): boolean => {
      const shares = members.map(({ membership }) => membership);
      const owned = new Set(shares.flatMap((share) => share?.partitions ?? []));
      const generation = first.membership?.generation;
      return owned.size === first.partitions && shares.every((share) => share?.generation === generation);
    };
    if (await this.cluster.world.run(isEnded, { milliseconds: this.#rebalancedMs })) return;
    const states = members.map(({ name, membership }) => `${name} ${JSON.stringify(membership)}`);
    violated('C4', `no common generation ${this.#rebalancedMs} ms after the heal: ${states.join(', ')}`);
  }

  /** C4 of the newer protocol: all members have all partitions, each one of them, at one epoch. */
  async #reconciled(): Promise<void> {
    const members = this.heartbeaters.filter(({ running }) => running);
    for (const member of members) member.tame();
    const [first] = members;
    if (first === undefined) return;
    const isEnded = (): boolean => {
      const owned = members.flatMap((member) => member.owned);
      const isWhole = owned.length === first.partitions && new Set(owned).size === owned.length;
      return isWhole && members.every(({ epoch }) => epoch > 0 && epoch === first.epoch);
    };
    if (await this.cluster.world.run(isEnded, { milliseconds: this.#rebalancedMs })) return;
    const states = members.map(({ name, epoch, owned }) => `${name} at ${epoch} has ${owned.join() || 'nothing'}`);
    violated('C4', `no agreement ${this.#rebalancedMs} ms after the heal: ${states.join(', ')}`);
  }

  /** Undoes every fault of network, disks and machines; what is dead stays dead. */
  heal(): void {
    const { cluster } = this;
    cluster.world.network.heal();
    cluster.endTwins();
    for (const number of cluster.numbers()) {
      const machine = cluster.machine(number);
      const { disk } = machine;
      machine.resume();
      machine.watch = null;
      machine.outOfHandles = false;
      machine.clock.thaw();
      // A record from far in the future is refused, as in Kafka: where clocks differ by hours new writes need not succeed.
      machine.clock.setWallSkew(0);
      machine.clock.timers = { early: 0, late: 0 };
      disk.unstall();
      disk.slowness = 1;
      disk.syncDelay = 0;
      disk.readOnly = false;
      disk.syncLies = false;
      disk.faults.clear();
      disk.watch = null;
      disk.capacityBytes = Number.POSITIVE_INFINITY;
    }
  }

  /** Heals everything, starts the dead, and checks all that must hold then. */
  async end(expected: Expectations = {}): Promise<Recovery> {
    const { cluster } = this;
    this.heal();
    if (expected.dead === undefined) cluster.startDead();
    await this.#settle(SETTLED_MS);
    await this.#rebalanced();
    await this.#reconciled();
    const enders = this.workers.filter(({ atEnd }) => atEnd !== undefined);
    const first = enders.length > 0 ? await recovered(cluster, expected) : null;
    for (const ender of enders) await cluster.wait(ender.atEnd?.() ?? Promise.resolve(), ENDING_MS);
    await this.quiet();
    const second = await allIsWell(cluster, this.history, expected, this.invariants.chains);
    this.judgedMetadata = judgeMetadata(this.metadata.operations());
    cluster.stopClients();
    return first ?? second;
  }
}
