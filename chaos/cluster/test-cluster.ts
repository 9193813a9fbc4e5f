/**
 * The simulated cluster as a tool for users' own tests: real nodes, virtual time, faults as calls.
 *
 * ```
 *  const cluster = await startCluster({ nodes: 3, clock: 'virtual', seed: 42 });
 *  const producer = cluster.producer();
 *  await cluster.until(producer.send({ topic: 't', key: null, value: bytes }));
 *  cluster.kill(cluster.leader('t', 0));
 * ```
 *
 * Time stands still unless `until`, `pass` or `stop` runs it: a promise of this world settles only inside them. One seed is
 * one run; `hash()` proves it. While it runs, the cluster's own invariants are checked after every event.
 */
import { AdminClient, Consumer, Producer } from '../../src/client/index.ts';
import type { ClientOptions, ConsumerOptions, KafkaClient, ProducerOptions } from '../../src/client/index.ts';
import { Invariants } from '../checkers/index.ts';
import type { CrashMode } from '../sim/index.ts';
import { SimCluster } from './sim-cluster.ts';

export interface StartClusterOptions {
  /** Default 3. */
  readonly nodes?: 1 | 3 | 5;
  /** The only clock there is so far: time passes only when the test lets it. */
  readonly clock: 'virtual';
  /** Everything follows from it; default 1. */
  readonly seed?: string | number;
  /** Settings of all nodes, as in their configuration: `{ flush: 'os' }`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Keep every event as text; see `trace`. */
  readonly record?: boolean;
}

/** Starts a cluster and answers when all nodes serve. */
export async function startCluster(options: StartClusterOptions): Promise<TestCluster> {
  const { nodes = 3, seed = 1, settings = {}, record = false } = options;
  const flags = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const cluster = new SimCluster({ nodes, seed, settings: flags, record });
  new Invariants(cluster).watch();
  await cluster.startAll();
  return new TestCluster(cluster);
}

export class TestCluster {
  /** Everything underneath. */
  readonly simulation: SimCluster;
  readonly admin: AdminClient;
  #clients = 0;

  constructor(simulation: SimCluster) {
    this.simulation = simulation;
    this.admin = new AdminClient(simulation.client('admin'));
  }

  /** Virtual milliseconds since the world began. */
  now(): number {
    return this.simulation.world.now();
  }

  /** Lets virtual time pass. */
  pass(milliseconds: number): Promise<void> {
    return this.simulation.run(milliseconds);
  }

  /** Lets time pass until the promise settles or the condition holds; rejects after so many virtual milliseconds. */
  async until<T>(what: Promise<T> | (() => boolean), milliseconds = 60_000): Promise<T | undefined> {
    if (typeof what !== 'function') return this.simulation.wait(what, milliseconds);
    await this.simulation.until(what, milliseconds, 'the condition');
    return undefined;
  }

  /** A Kafka client on a machine of its own. */
  client(options: Partial<ClientOptions> = {}): KafkaClient {
    this.#clients += 1;
    return this.simulation.client(`client${this.#clients}`, options);
  }

  producer(options: ProducerOptions = {}): Producer {
    return new Producer(this.client(), options);
  }

  consumer(options: ConsumerOptions): Consumer {
    return new Consumer(this.client(), options);
  }

  /** Creates a topic and waits until all its partitions are led. */
  async createTopic(name: string, partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.until(this.admin.createTopic({ name, partitions, replicationFactor: null, configs }));
    const led = (): boolean =>
      this.simulation
        .image()
        ?.topicsByName.get(name)
        ?.partitions.every(
          ({ leader, index }) => leader !== null && this.simulation.replica(leader, name, index)?.leading !== null,
        ) === true;
    await this.until(led, 10_000);
  }

  /** Node that leads the partition; null when none does. */
  leader(topic: string, partition: number): number | null {
    return this.simulation.leader(topic, partition);
  }

  isr(topic: string, partition: number): readonly number[] {
    return this.simulation.record(topic, partition)?.isr ?? [];
  }

  /** Node that is the controller; null while that is not agreed. */
  controller(): number | null {
    return this.simulation.controller();
  }

  /** kill -9. */
  kill(node: number): void {
    this.simulation.kill(node);
  }

  /** What was not synced is lost, kept or a mix of both; drawn from the seed when not given. */
  powerLoss(node: number, mode?: CrashMode): void {
    this.simulation.powerLoss(node, mode);
  }

  /** Controlled shutdown. */
  stop(node: number): Promise<void> {
    return this.simulation.wait(this.simulation.stop(node));
  }

  /** Starts a node that is dead and waits until it serves. */
  async start(node: number): Promise<void> {
    await this.simulation.wait(this.simulation.start(node));
    await this.simulation.until(() => this.simulation.isReady(node), 60_000, `node ${node} serves`);
  }

  /** SIGSTOP. */
  pause(node: number): void {
    this.simulation.machine(node).pause();
  }

  /** SIGCONT. */
  resume(node: number): void {
    this.simulation.machine(node).resume();
  }

  /** Nothing passes between the two nodes; with `oneWay` only what `from` sends is stopped. */
  cut(from: number, to: number, options: { readonly oneWay?: boolean } = {}): void {
    const { network } = this.simulation.world;
    network.block(this.simulation.machine(from), this.simulation.machine(to));
    if (options.oneWay !== true) network.block(this.simulation.machine(to), this.simulation.machine(from));
  }

  /** Cuts a node off from all nodes and clients. */
  isolate(node: number): void {
    this.simulation.world.network.isolate(this.simulation.machine(node));
  }

  /** Opens all links and gives them their usual delay. */
  heal(): void {
    const { network } = this.simulation.world;
    network.heal();
    for (const from of this.simulation.numbers())
      for (const to of this.simulation.numbers()) this.delay(from, to, null);
  }

  /** What `from` sends reaches `to` so many milliseconds later; null: as usual. */
  delay(from: number, to: number, milliseconds: number | null): void {
    const { network } = this.simulation.world;
    const latency =
      milliseconds === null ? network.links.defaultLatency : { least: milliseconds, tail: milliseconds / 10 };
    if (from !== to) network.setLatency(this.simulation.machine(from), this.simulation.machine(to), latency);
  }

  /** The next fsync on that node's disk fails. */
  failFsync(node: number): void {
    this.simulation.machine(node).disk.inject({ operation: 'datasync' });
  }

  /** No room on that node's disk, until {@link freeDisk}. */
  fillDisk(node: number): void {
    const { disk } = this.simulation.machine(node);
    disk.capacityBytes = disk.usedBytes();
  }

  freeDisk(node: number): void {
    this.simulation.machine(node).disk.capacityBytes = Number.POSITIVE_INFINITY;
  }

  /** Everything on that node's disk takes `factor` times as long; 1: as usual. */
  slowDisk(node: number, factor: number): void {
    this.simulation.machine(node).disk.slowness = factor;
  }

  /** Equal for two runs of one seed and one program. */
  hash(): string {
    return this.simulation.world.traceHash();
  }

  /** Every event as text; empty unless started with `record`. */
  trace(): readonly string[] {
    return this.simulation.world.trace.lines();
  }

  /** Ends the clients; the cluster is garbage afterwards. */
  close(): void {
    this.simulation.stopClients();
  }
}
