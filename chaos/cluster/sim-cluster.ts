/**
 * A whole cluster in one process under virtual time: the very nodes that ship, on simulated machines.
 *
 * ```
 *  SimCluster ── world (seed) ── machine node1 ── life ── startNode(config, ports) ── RunningNode
 *                            ├── machine node2 …
 *                            └── machine client…: Kafka clients of workloads, on ports of their own
 * ```
 *
 * Faults act on machines (`kill`, `powerLoss`, `pause`, `disk`) and on the network; a node that has died stays dead until
 * `start`. What a crash leaves is what the simulated disk says. Time moves only inside `run`, `wait` and `until`.
 */
import { assert } from '../../raft/index.ts';
import { KafkaClient, parseAddress } from '../../src/client/index.ts';
import type { Address, ClientOptions } from '../../src/client/index.ts';
import { nodeConfig, readSettings } from '../../src/config/index.ts';
import type { NodeConfig } from '../../src/config/index.ts';
import type { MetadataImage, Partition as PartitionRecord } from '../../src/metadata/index.ts';
import { startNode } from '../../src/node/index.ts';
import type { NodeEnd, RunningNode, StartRefused } from '../../src/node/index.ts';
import type { Partition } from '../../src/partition/index.ts';
import type { Ports } from '../../src/ports/index.ts';
import { LifeEnded, World } from '../sim/index.ts';
import type { CrashMode, Machine } from '../sim/index.ts';

export interface SimClusterOptions {
  readonly seed: string | number;
  /** 1, 3 or 5. */
  readonly nodes: number;
  /** How many of them elect the controller: the first ones; default all. */
  readonly voters?: number;
  /** `key=value` of node settings, for all nodes. */
  readonly settings?: readonly string[];
  /** Size at which segments are closed; smaller than a configuration may say, so that a few records fill some. */
  readonly segmentBytes?: number | null;
  /** Keep every event as text. */
  readonly record?: boolean;
}

/** Sizes that keep a simulated run small: each node is one of many in this process. */
const SMALL = [
  'journal.file.bytes=262144',
  'checkpoint.bytes=1048576',
  'tail.max.bytes=4194304',
  'offsets.topic.num.partitions=3',
  'transaction.state.log.num.partitions=3',
  'group.consumer.session.timeout.ms=6000',
  'group.consumer.heartbeat.interval.ms=500',
  'log.retention.check.interval.ms=2000',
  'log.level=debug',
];

/** How patient clients in the simulation are: less than in the field, so that short runs see retries. */
const CLIENT = { requestTimeoutMs: 3000, connectTimeoutMs: 1000, callTimeoutMs: 30_000 };

export class SimCluster {
  readonly world: World;
  /** Nodes that ended by themselves, refused to start or exited, oldest first. */
  readonly ends: {
    readonly node: number;
    readonly at: number;
    readonly reason: string;
    /** It cannot live with what is on its disk. */
    readonly isData: boolean;
  }[] = [];
  /** Called when a node has ended by itself; a supervisor may start it from a later event. */
  onEnd: ((node: number) => void) | null = null;
  /** Called when a node has stopped because it was told to. */
  onStopped: ((node: number) => void) | null = null;
  readonly #options: SimClusterOptions;
  readonly #numbers: readonly number[];
  /** By number. */
  readonly #machines: Machine[] = [];
  readonly #running = new Map<number, RunningNode>();
  readonly #ready = new Set<RunningNode>();
  /** Told to stop, and still at it, or dead before they were done. */
  readonly stopping = new Set<RunningNode>();
  readonly #clients: KafkaClient[] = [];
  /** What a node's configuration says besides that of all; for its next start. */
  readonly #changed = new Map<number, readonly string[]>();

  constructor(options: SimClusterOptions) {
    this.#options = options;
    this.#numbers = Array.from({ length: options.nodes }, (_, index) => index + 1);
    this.world = new World({ seed: options.seed, record: options.record ?? false });
    for (const number of this.numbers()) {
      const machine = this.machine(number);
      machine.onExit = ({ code, reason }) => this.#ended(number, `exit ${code}: ${reason}`);
    }
  }

  /** 1, 2, … */
  numbers(): readonly number[] {
    return this.#numbers;
  }

  machine(number: number): Machine {
    const known = this.#machines[number];
    if (known !== undefined) return known;
    const machine = this.world.machine(`node${number}`);
    this.#machines[number] = machine;
    return machine;
  }

  /** The node that runs as `number`, or null. */
  node(number: number): RunningNode | null {
    return this.#running.get(number) ?? null;
  }

  /** All that run. */
  nodes(): readonly RunningNode[] {
    return [...this.#running.values()];
  }

  /** Numbers of those that do not run. */
  dead(): readonly number[] {
    return this.numbers().filter((number) => !this.#running.has(number));
  }

  /** Addresses for clients. */
  bootstrap(): readonly string[] {
    return this.numbers().map((number) => `node${number}:9092`);
  }

  /** From its next start on the node has these settings, `key=value`, over those of all. Null, or why it may not have them. */
  configure(number: number, settings: readonly string[]): string | null {
    const read = this.#read(number, settings);
    if (typeof read === 'string') return read;
    this.#changed.set(number, settings);
    return null;
  }

  config(number: number, more: readonly string[] = []): NodeConfig {
    const config = this.#read(number, [...(this.#changed.get(number) ?? []), ...more]);
    assert(typeof config !== 'string', () => String(config));
    return config;
  }

  #read(number: number, more: readonly string[]): NodeConfig | string {
    const voters = this.numbers()
      .slice(0, this.#options.voters ?? this.#options.nodes)
      .map((each) => `${each}@node${each}:9192`);
    const flags = [
      `node.id=${number}`,
      'data.dir=/data',
      `voters=${voters.join(',')}`,
      `host=node${number}`,
      ...SMALL,
      ...(this.#options.settings ?? []),
      ...more,
    ];
    const read = readSettings({ file: null, environment: {}, flags });
    if (read.kind === 'invalid') return read.problems.join('; ');
    const result = nodeConfig(read.settings);
    if (result.kind === 'invalid') return result.problems.join('; ');
    const { config } = result;
    const segmentBytes = this.#options.segmentBytes ?? config.topics.segmentBytes;
    return { ...config, topics: { ...config.topics, segmentBytes } };
  }

  /** Ports of a machine of its own, for a client. */
  clientPorts(name = 'client'): Ports {
    return this.world.machine(name).ports();
  }

  /** A Kafka client on a machine of its own; `stopClients` closes it. */
  client(name: string, options: Partial<ClientOptions> = {}): KafkaClient {
    const bootstrap = this.bootstrap().map((text): Address => {
      const address = parseAddress(text);
      assert(address !== null, () => `an address that cannot be read: ${text}`);
      return address;
    });
    const client = new KafkaClient(this.clientPorts(name), { ...CLIENT, bootstrap, clientId: name, ...options });
    this.#clients.push(client);
    return client;
  }

  stopClients(): void {
    for (const client of this.#clients.splice(0)) client.close();
  }

  /** Starts one node; resolves when its listeners are bound. Fails the run when it refuses to start. */
  async start(number: number): Promise<RunningNode> {
    const result = await this.tryStart(number);
    assert(result.kind === 'running', () => (result.kind === 'refused' ? `node ${number}: ${result.message}` : ''));
    return result.running;
  }

  /** As {@link start}, but a refusal is an answer; the machine then is without a process. */
  async tryStart(number: number): Promise<{ readonly kind: 'running'; readonly running: RunningNode } | StartRefused> {
    const machine = this.machine(number);
    const result = await startNode(this.config(number), machine.ports());
    if (result.kind === 'refused') {
      this.#ended(number, result.message, true);
      machine.kill();
      return result;
    }
    const { running } = result;
    this.#running.set(number, running);
    void running.ready.then(() => this.#ready.add(running));
    void running.ended.then((end) => this.#onEnd(number, running, end));
    return result;
  }

  /** Starts all nodes and runs the world until all are ready. */
  async startAll(): Promise<void> {
    this.startDead();
    await this.untilReady();
  }

  /** Starts every node that does not run, without waiting. */
  startDead(): void {
    for (const number of this.dead()) if (!this.machine(number).running) this.launch(number);
  }

  /** Starts a node without waiting; it may be refused or die while it starts. */
  launch(number: number): void {
    void this.tryStart(number).catch((error: unknown) => {
      if (!(error instanceof LifeEnded)) this.world.fail(error);
    });
  }

  /**
   * Starts a second process with the node's id, on a machine and with a disk of its own, both empty at first. Nobody watches it; it
   * ends when the cluster tells it of the other.
   */
  launchTwin(number: number): void {
    const machine = this.twin(number);
    if (machine.running) return;
    const config = this.config(number, [`host=${machine.name}`]);
    const run = async (): Promise<void> => {
      const result = await startNode(config, machine.ports());
      if (result.kind === 'running') await result.running.ended;
      machine.kill();
    };
    void run().catch((error: unknown) => {
      if (!(error instanceof LifeEnded)) this.world.fail(error);
    });
  }

  /** The machine of the second process. */
  twin(number: number): Machine {
    return this.world.machine(`twin${number}`);
  }

  /** Kills them all. */
  endTwins(): void {
    for (const machine of this.world.machines()) if (machine.name.startsWith('twin')) machine.kill();
  }

  /** Whether the node runs, is registered and serves. */
  isReady(number: number): boolean {
    const running = this.#running.get(number);
    return running !== undefined && this.#ready.has(running);
  }

  /** Runs until every node that runs (or is starting) is ready. */
  async untilReady(milliseconds = 30_000): Promise<void> {
    await this.until(
      () =>
        this.#running.size > 0 &&
        this.numbers().every((number) => this.isReady(number) || !this.machine(number).running),
      milliseconds,
      'all ready',
    );
  }

  /** Lets virtual time pass. */
  run(milliseconds: number): Promise<void> {
    return this.world.runFor(milliseconds);
  }

  /** Runs until the promise settles. */
  wait<T>(promise: Promise<T>, milliseconds = 60_000): Promise<T> {
    return this.world.complete(promise, { milliseconds });
  }

  /** Runs until `holds`; fails when it does not within so many virtual milliseconds. Answers how long it took. */
  async until(holds: () => boolean, milliseconds: number, what: string): Promise<number> {
    const since = this.world.now();
    const done = await this.world.run(holds, { milliseconds });
    assert(done, () => `not within ${milliseconds} virtual ms: ${what}`);
    return this.world.now() - since;
  }

  /** kill -9. */
  kill(number: number): void {
    this.machine(number).kill();
    this.#running.delete(number);
  }

  powerLoss(number: number, mode?: CrashMode): void {
    this.machine(number).powerLoss(mode);
    this.#running.delete(number);
  }

  /** SIGTERM: controlled shutdown, then the process ends. */
  async stop(number: number): Promise<void> {
    const running = this.#running.get(number);
    if (running === undefined) return;
    this.stopping.add(running);
    await running.stop();
    this.stopping.delete(running);
    this.kill(number);
    this.onStopped?.(number);
  }

  /** Number of the node that is the controller, as the nodes that run see it; null when they do not agree. */
  controller(): number | null {
    const leaders = new Set(this.nodes().map(({ node }) => node.metadataLeader));
    const [leader] = leaders;
    return leaders.size === 1 && leader !== undefined && leader !== null ? leader : null;
  }

  /** The newest metadata that any running node has applied; null when none runs. */
  image(): MetadataImage | null {
    let newest: MetadataImage | null = null;
    for (const { node } of this.#running.values()) {
      const image = node.image();
      if (newest === null || image.end > newest.end) newest = image;
    }
    return newest;
  }

  /** What the newest metadata says of a partition. */
  record(topic: string, partition: number): PartitionRecord | null {
    return this.image()?.topicsByName.get(topic)?.partitions[partition] ?? null;
  }

  /** Number of the node that leads the partition by the newest metadata. */
  leader(topic: string, partition: number): number | null {
    return this.record(topic, partition)?.leader ?? null;
  }

  /** The replica of the partition on that node; null when it runs not or does not host it. */
  replica(number: number, topic: string, partition: number): Partition | null {
    const node = this.#running.get(number)?.node;
    const id = node?.image().topicsByName.get(topic)?.id;
    return node === undefined || id === undefined ? null : node.hosting.partition(id, partition);
  }

  #onEnd(number: number, running: RunningNode, end: NodeEnd): void {
    if (this.#running.get(number) !== running) return;
    this.#ended(number, end.kind === 'damaged' ? `damaged data: ${end.reason}` : end.kind, end.kind === 'damaged');
    this.machine(number).kill();
  }

  #ended(number: number, reason: string, isData = false): void {
    this.ends.push({ node: number, at: this.world.now(), reason, isData });
    this.#running.delete(number);
    this.onEnd?.(number);
  }
}
