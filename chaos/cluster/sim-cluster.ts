/**
 * A whole cluster in one process under virtual time: the very nodes that ship, on simulated machines.
 *
 * ```
 *  SimCluster ── world (seed) ── machine node1 ── life ── startNode(config, ports) ── RunningNode
 *                            ├── machine node2 …
 *                            └── machine client: ports for a workload
 * ```
 *
 * Faults act on machines (`kill`, `powerLoss`, `pause`) and on `world.network`; a node that was killed stays dead until
 * `start`. What a crash leaves is what the simulated disk says.
 */
import { assert } from '../../raft/index.ts';
import { nodeConfig, readSettings } from '../../src/config/index.ts';
import type { NodeConfig } from '../../src/config/index.ts';
import { startNode } from '../../src/node/index.ts';
import type { RunningNode } from '../../src/node/index.ts';
import type { Ports } from '../../src/ports/index.ts';
import { World } from '../sim/index.ts';
import type { Machine } from '../sim/index.ts';

export interface SimClusterOptions {
  readonly seed: string | number;
  /** 1, 3 or 5. */
  readonly nodes: number;
  /** `key=value` of node settings, for all nodes. */
  readonly settings?: readonly string[];
  /** Keep every event as text. */
  readonly record?: boolean;
}

/** Sizes that keep a simulated run small: each node is one of many in this process. */
const SMALL = ['journal.file.bytes=262144', 'checkpoint.bytes=1048576', 'tail.max.bytes=4194304', 'offsets.topic.num.partitions=3', 'log.level=debug'];

export class SimCluster {
  readonly world: World;
  readonly #options: SimClusterOptions;
  readonly #running = new Map<number, RunningNode>();

  constructor(options: SimClusterOptions) {
    this.#options = options;
    this.world = new World({ seed: options.seed, record: options.record ?? false });
    for (const number of this.numbers()) this.machine(number);
  }

  /** 1, 2, … */
  numbers(): readonly number[] {
    return Array.from({ length: this.#options.nodes }, (_, index) => index + 1);
  }

  machine(number: number): Machine {
    return this.world.machine(`node${number}`);
  }

  /** The node that runs as `number`, or null. */
  node(number: number): RunningNode | null {
    return this.#running.get(number) ?? null;
  }

  /** All that run. */
  nodes(): readonly RunningNode[] {
    return [...this.#running.values()];
  }

  /** Addresses for clients. */
  bootstrap(): readonly string[] {
    return this.numbers().map((number) => `node${number}:9092`);
  }

  config(number: number): NodeConfig {
    const voters = this.numbers().map((each) => `${each}@node${each}:9192`);
    const flags = [
      `node.id=${number}`,
      'data.dir=/data',
      `voters=${voters.join(',')}`,
      `host=node${number}`,
      ...SMALL,
      ...(this.#options.settings ?? []),
    ];
    const read = readSettings({ file: null, environment: {}, flags });
    assert(read.kind === 'settings', () => (read.kind === 'invalid' ? read.problems.join('; ') : ''));
    const result = nodeConfig(read.settings);
    assert(result.kind === 'config', () => (result.kind === 'invalid' ? result.problems.join('; ') : ''));
    return result.config;
  }

  /** Ports of a machine of its own, for a client. */
  clientPorts(name = 'client'): Ports {
    return this.world.machine(name).ports();
  }

  /** Starts one node; resolves when its listeners are bound. Fails the run when it refuses to start. */
  async start(number: number): Promise<RunningNode> {
    const result = await startNode(this.config(number), this.machine(number).ports());
    assert(result.kind === 'running', () => (result.kind === 'refused' ? `node ${number}: ${result.message}` : ''));
    this.#running.set(number, result.running);
    return result.running;
  }

  /** Starts all nodes and runs the world until all are ready. */
  async startAll(): Promise<void> {
    for (const number of this.numbers()) void this.start(number).catch((error: unknown) => this.world.fail(error));
    await this.untilReady();
  }

  /** Runs until every node that runs is ready. */
  async untilReady(milliseconds = 30_000): Promise<void> {
    const ready = new Set<RunningNode>();
    const known = new Set<RunningNode>();
    const done = await this.world.run(
      () => {
        for (const running of this.#running.values()) {
          if (known.has(running)) continue;
          known.add(running);
          void running.ready.then(() => ready.add(running));
        }
        return this.#running.size > 0 && this.numbers().every((number) => this.#isReady(number, ready));
      },
      { milliseconds },
    );
    assert(done, () => `not ready after ${milliseconds} virtual ms\n${this.world.describeFailure()}`);
  }

  /** kill -9. */
  kill(number: number): void {
    this.machine(number).kill();
    this.#running.delete(number);
  }

  powerLoss(number: number, mode?: Parameters<Machine['powerLoss']>[0]): void {
    this.machine(number).powerLoss(mode);
    this.#running.delete(number);
  }

  /** Number of the node that is the controller, as the nodes that run see it; null when they do not agree. */
  controller(): number | null {
    const leaders = new Set(this.nodes().map(({ node }) => node.metadataLeader));
    const [leader] = leaders;
    return leaders.size === 1 && leader !== undefined && leader !== null ? leader : null;
  }

  /** Number of the node that leads the partition by the newest metadata that any running node has applied. */
  leader(topic: string, partition: number): number | null {
    const images = this.nodes().map(({ node }) => node.image());
    const newest = images.reduce((best, image) => (image.end > best.end ? image : best));
    return newest.topicsByName.get(topic)?.partitions[partition]?.leader ?? null;
  }

  #isReady(number: number, ready: ReadonlySet<RunningNode>): boolean {
    const running = this.#running.get(number);
    // Machines that were killed and not started again are not waited for.
    return running === undefined ? !this.machine(number).running : ready.has(running);
  }
}
