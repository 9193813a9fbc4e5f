/**
 * A cluster of real processes in a directory of its own, each started directly, all traffic through proxies.
 *
 * ```
 *  LiveCluster ── node process 1…n ── data/node-1 … (records/node-1: what was done to its disk)
 *            └── links: a proxy per ordered pair, and from the clients to each node
 * ```
 * A node that ended stays down until `start`. One that ended without being asked is reported to `onUnasked`.
 */
import { connect } from 'node:net';
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../raft/index.ts';
import type { CrashMode } from '../sim/index.ts';
import { DiskImage, HarnessError } from './disk-image.ts';
import { freePorts } from './free-ports.ts';
import { Links, portsNeeded } from './links.ts';
import { NodeProcess } from './node-process.ts';
import type { LifeEnd } from './node-process.ts';
import type { NodePrograms } from './node-program.ts';
import { soundDisk } from './recorded-disk.ts';
import type { DiskFaultState } from './recorded-disk.ts';
import { soundClock } from './steered-clock.ts';
import type { ClockFaultState } from './steered-clock.ts';

export interface LiveClusterOptions {
  readonly directory: string;
  readonly nodes: number;
  /** `power`: disks can fail and lose what was not synced. `shipped`: the bundle as it is. */
  readonly program: 'power' | 'shipped';
  readonly programs: NodePrograms;
  /** `key=value`, for all nodes. */
  readonly settings: readonly string[];
  readonly random: Random;
  /** A node ended, and nobody had asked it to. */
  readonly onUnasked: (node: number, end: LifeEnd) => void;
  /** The harness itself has failed. */
  readonly onBroken: (error: unknown) => void;
}

interface Ports {
  readonly number: number;
  readonly kafkaPort: number;
  readonly peerPort: number;
  readonly adminPort: number;
}

const HOST = '127.0.0.1';
const PROBE_MS = 15;

export class LiveCluster {
  readonly links: Links;
  readonly #options: LiveClusterOptions;
  readonly #ports: readonly Ports[];
  readonly #processes = new Map<number, NodeProcess>();
  readonly #images = new Map<number, DiskImage>();
  /** File handles that a node may have from its next start on. */
  readonly #handles = new Map<number, number>();
  #closed = false;
  /** How often each node's machine has booted. */
  readonly #boots = new Map<number, number>();

  private constructor(options: LiveClusterOptions, ports: readonly Ports[], links: Links) {
    this.#options = options;
    this.#ports = ports;
    this.links = links;
    for (const { number } of ports) {
      mkdirSync(this.dataDirectory(number), { recursive: true });
      mkdirSync(join(options.directory, 'records'), { recursive: true });
      if (options.program === 'power')
        this.#images.set(number, new DiskImage(this.dataDirectory(number), options.random.fork(`disk ${number}`)));
      const process = new NodeProcess({
        number,
        program: options.programs[options.program],
        parameters: () => this.#parameters(number),
        handles: () => this.#handles.get(number) ?? null,
        logFile: join(options.directory, 'logs', `node-${number}.log`),
        onEnd: (end) => this.#ended(number, end),
      });
      this.#processes.set(number, process);
    }
  }

  static async create(options: LiveClusterOptions): Promise<LiveCluster> {
    const { nodes, random } = options;
    const free = await freePorts(portsNeeded(nodes) + 3 * nodes, HOST, random);
    const own = free.slice(0, 3 * nodes);
    const ports = Array.from({ length: nodes }, (_, index): Ports => {
      const [kafkaPort = 0, peerPort = 0, adminPort = 0] = own.slice(3 * index, 3 * index + 3);
      return { number: index + 1, kafkaPort, peerPort, adminPort };
    });
    const plan = { host: HOST, nodes: ports, ports: free.slice(3 * nodes), random: random.fork('links') };
    return new LiveCluster(options, ports, new Links(plan));
  }

  /** 1, 2, … */
  numbers(): readonly number[] {
    return this.#ports.map(({ number }) => number);
  }

  node(number: number): NodeProcess {
    const found = this.#processes.get(number);
    if (found === undefined) throw new Error(`no node ${number}`);
    return found;
  }

  running(): readonly number[] {
    return this.numbers().filter((number) => this.node(number).running);
  }

  allReady(): boolean {
    return this.numbers().every((number) => this.node(number).ready && !this.node(number).paused);
  }

  /** Where clients are told that the node is; they get there through {@link proxied}. */
  addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.#ports.map(({ kafkaPort }) => ({ host: HOST, port: kafkaPort }));
  }

  /** The clients' proxy for a node's Kafka port. */
  proxied(port: number): number {
    const node = this.#ports.find(({ kafkaPort }) => kafkaPort === port);
    return node === undefined ? port : this.links.port(0, node.number);
  }

  dataDirectory(number: number): string {
    return join(this.#options.directory, 'data', `node-${number}`);
  }

  /** Whether disks can fail and lose power. */
  get hasPower(): boolean {
    return this.#options.program === 'power';
  }

  /** Nothing happens when it runs, or everything has been closed. */
  start(number: number): void {
    const node = this.node(number);
    if (node.running || this.#closed) return;
    node.start();
    const ports = this.#ports.find((each) => each.number === number);
    if (ports === undefined) return;
    void this.#admit(number, node.lives, ports.peerPort, 'peers');
    void this.#admit(number, node.lives, ports.kafkaPort, 'clients');
  }

  startDead(): void {
    for (const number of this.numbers()) this.start(number);
  }

  /** kill -9 of all of them at once. */
  async kill(...numbers: readonly number[]): Promise<void> {
    await Promise.all(numbers.map((number) => this.node(number).kill()));
  }

  /** All of them lose power: the processes and what they had not synced. They must boot as another boot. */
  async losePower(numbers: readonly number[], mode: CrashMode): Promise<void> {
    await this.kill(...numbers);
    for (const number of numbers) {
      this.#boots.set(number, (this.#boots.get(number) ?? 0) + 1);
      const image = this.#images.get(number);
      if (image === undefined) throw new HarnessError('shipped nodes cannot lose power');
      const difference = image.difference();
      if (difference !== null) throw new HarnessError(`node ${number} before a power loss: ${difference}`);
      image.crash(mode);
    }
  }

  /** The node's directory was changed while it was down. */
  changedAtRest(number: number): void {
    mkdirSync(this.dataDirectory(number), { recursive: true });
    this.#images.get(number)?.reload();
  }

  /** A new disk, empty; the node must be down. */
  wipe(number: number): void {
    rmSync(this.dataDirectory(number), { recursive: true, force: true });
    this.changedAtRest(number);
  }

  /** Makes a disk fail, until {@link soundDisks}. */
  disturbDisk(number: number, faults: Partial<DiskFaultState>): void {
    this.node(number).send({ kind: 'disk', change: faults });
  }

  soundDisks(): void {
    if (this.hasPower) for (const number of this.running()) this.disturbDisk(number, soundDisk());
  }

  /** Makes a clock wrong, until {@link soundClocks}. */
  steerClock(number: number, faults: Partial<ClockFaultState>): void {
    this.node(number).send({ kind: 'clock', change: faults });
  }

  soundClocks(): void {
    if (this.hasPower) for (const number of this.running()) this.steerClock(number, soundClock());
  }

  /** From its next start on; null: no limit of our own. */
  limitHandles(number: number, handles: number | null): void {
    if (handles === null) this.#handles.delete(number);
    else this.#handles.set(number, handles);
  }

  /** So many clients that connect to a node and then say nothing; ends them when called. */
  crowd(number: number, connections: number): () => void {
    const port = this.#ports.find((each) => each.number === number)?.kafkaPort ?? 0;
    const sockets = Array.from({ length: connections }, () => connect(port, HOST).on('error', () => undefined));
    return () => {
      for (const socket of sockets) socket.destroy();
    };
  }

  /** kill -9 of everything, and the sockets closed. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const number of this.numbers()) this.node(number).resume();
    await this.kill(...this.numbers());
    this.links.close();
  }

  #parameters(number: number): readonly string[] {
    const own = this.#ports.find((each) => each.number === number);
    if (own === undefined) throw new Error(`no node ${number}`);
    const voters = this.#ports.map(
      ({ number: to, peerPort }) => `${to}@${HOST}:${to === number ? peerPort : this.links.port(number, to)}`,
    );
    const settings = [
      `node.id=${number}`,
      `data.dir=${this.dataDirectory(number)}`,
      `voters=${voters.join(',')}`,
      `host=${HOST}`,
      `kafka.port=${own.kafkaPort}`,
      `peer.port=${own.peerPort}`,
      `admin.port=${own.adminPort}`,
      ...this.#options.settings,
    ].flatMap((setting) => ['-X', setting]);
    return this.hasPower
      ? ['--records', this.#records(number), '--boot', `boot-${this.#boots.get(number) ?? 0}`, ...settings]
      : settings;
  }

  #records(number: number): string {
    return join(this.#options.directory, 'records', `node-${number}`);
  }

  #ended(number: number, end: LifeEnd): void {
    this.links.setUp(number, 'peers', false);
    this.links.setUp(number, 'clients', false);
    try {
      this.#takeRecords(number);
    } catch (error) {
      this.#options.onBroken(error);
    }
    if (!end.asked) this.#options.onUnasked(number, end);
  }

  #takeRecords(number: number): void {
    const image = this.#images.get(number);
    // It may have died before it opened the file.
    if (image === undefined || !existsSync(this.#records(number))) return;
    image.take(readFileSync(this.#records(number)));
    image.settle();
    truncateSync(this.#records(number), 0);
  }

  /** Lets the proxies listen as soon as the node does. */
  async #admit(number: number, life: number, port: number, lane: 'peers' | 'clients'): Promise<void> {
    const node = this.node(number);
    while (node.running && node.lives === life) {
      if (await listens(port)) {
        if (node.running && node.lives === life) this.links.setUp(number, lane, true);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
    }
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    const answer = (up: boolean): void => {
      socket.destroy();
      resolve(up);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
