/**
 * One round of a live run: a fresh cluster of real processes, a workload, faults for a while, the heal, and everything that
 * must hold then.
 *
 * ```
 *  shape ─▶ start ─▶ topics, writers, readers ─▶ ┌ faults of nodes  … one after the other ┐ ─▶ heal ─▶ aftermath
 *                                               └ faults of links  … one after the other ┘
 * ```
 */
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../raft/index.ts';
import { ClientError } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { judgeMetadata } from '../checkers/index.ts';
import { Violation } from '../workload/index.ts';
import { comesBack, judgeReadBack, notInSync, readBackAll, sameFiles, takesWrites } from './aftermath.ts';
import type { TopicShape } from './aftermath.ts';
import { pick } from './fault-context.ts';
import type { LiveFaultContext } from './fault-context.ts';
import { LiveCluster } from './live-cluster.ts';
import { eventually, LiveHome, pass } from './live-home.ts';
import { faultOf } from './live-shape.ts';
import type { LiveFaultName, LiveShape } from './live-shape.ts';
import { LiveWorkload, PARTITIONS } from './live-workload.ts';
import type { LifeEnd } from './node-process.ts';
import type { NodePrograms } from './node-program.ts';

export interface RoundOptions {
  readonly directory: string;
  readonly programs: NodePrograms;
  readonly random: Random;
  readonly shape: LiveShape;
  /** How long faults come. */
  readonly milliseconds: number;
  /** A line for people. */
  readonly tell: (line: string) => void;
  /** Ctrl-C: no more faults, no aftermath. */
  readonly stopped: () => boolean;
  /** Resolves with that. */
  readonly stopping: Promise<void>;
}

export interface RoundResult {
  /** How often each fault was done. */
  readonly faults: ReadonlyMap<string, number>;
  readonly acked: number;
  readonly read: number;
  readonly lost: number;
  readonly violation: string | null;
  /** The harness itself failed; nothing is said about the product. */
  readonly broken: string | null;
}

const START_MS = 60_000;
const SETTLED_MS = 30_000;
/** Exit codes with which a node may end when its disk fails: 74 fail-stop, 78 it cannot start on it. */
const DISK_EXITS: readonly number[] = [74, 78];
const DAMAGED_EXIT = 65;
/** Of more than so many lost records only the number is told. */
const LOST_TOLD = 5;

export class Round {
  readonly #options: RoundOptions;
  readonly #home: LiveHome;
  readonly #cluster: LiveCluster;
  readonly #workload: LiveWorkload;
  readonly #observer: KafkaClient;
  readonly #faults = new Map<string, number>();
  readonly #disturbed = new Set<number>();
  /** The one node that may have lost what it had. */
  #spent: number | null = null;
  #active = true;
  #broken: unknown = null;

  private constructor(options: RoundOptions, cluster: LiveCluster, home: LiveHome) {
    this.#options = options;
    this.#cluster = cluster;
    this.#home = home;
    this.#workload = new LiveWorkload(home, options.random.fork('workload'));
    this.#observer = home.client('chaos', { requestTimeoutMs: 1500, callTimeoutMs: 3000 });
  }

  /** Runs a round from start to end, and cleans up; the directory stays when there is something to look at. */
  static async run(options: RoundOptions): Promise<RoundResult> {
    const { shape, random, directory, programs } = options;
    mkdirSync(directory, { recursive: true });
    const late: { round: Round | null } = { round: null };
    const cluster = await LiveCluster.create({
      directory,
      nodes: shape.nodes,
      program: shape.program,
      programs,
      settings: [`flush=${shape.flush}`, ...shape.settings],
      random: random.fork('cluster'),
      onUnasked: (node, end) => late.round?.unasked(node, end),
      onBroken: (error) => late.round?.break(error),
    });
    const home = new LiveHome(cluster.addresses(), (port) => cluster.proxied(port), random.fork('clients'));
    const round = new Round(options, cluster, home);
    late.round = round;
    const unhandled = (error: unknown): void => home.world.fail(error);
    // It takes the rest of a frame that was cut off for the beginning of what the next connection brings.
    const uncaught = (error: unknown): void => {
      if (!isOfKafkajs(error)) home.world.fail(error);
    };
    process.on('unhandledRejection', unhandled);
    process.on('uncaughtException', uncaught);
    try {
      return await round.#run();
    } finally {
      round.#workload.stop();
      // Whoever is in the middle of a call sees that, before the clients close.
      await pass(0);
      home.close();
      await cluster.close();
      process.off('unhandledRejection', unhandled);
      process.off('uncaughtException', uncaught);
    }
  }

  /** A node ended by itself: that is a violation unless its disk was made to fail. */
  unasked(node: number, { code, signal, refusal }: LifeEnd): void {
    const how = signal === null ? `code ${code}` : signal;
    const text = `node ${node} ended by itself with ${how}: ${refusal ?? ''}`;
    this.#log(text);
    const byDisk = this.#disturbed.has(node) && code !== null && DISK_EXITS.includes(code);
    // Another process of this machine has taken a port of it: for the moment, or the round cannot go on.
    const byPort = refusal?.includes('cannot listen') === true;
    if (code === DAMAGED_EXIT && this.#spent === node) this.#cluster.wipe(node);
    else if (!byDisk && !byPort) {
      const log = this.#cluster.node(node).logFile;
      this.#home.world.fail(new Violation(`process: ${text}\n${tailOf(log)}`));
      return;
    }
    this.#home.world.after(300, () => this.#cluster.start(node));
  }

  break(error: unknown): void {
    this.#broken ??= error;
  }

  async #run(): Promise<RoundResult> {
    const found = { lost: 0, violation: null as string | null };
    const judged = async (work: Promise<void>): Promise<void> => {
      try {
        await work;
        this.#check();
      } catch (error) {
        // What was found first explains what failed after it.
        const cause = this.#home.failure?.error ?? error;
        if (cause instanceof Violation) found.violation ??= cause.message;
        else if (!this.#options.stopped()) this.break(cause);
      }
    };
    await judged(this.#begin().then(() => this.#harm()));
    // Also when something was found: what is lost is counted, and more may be wrong.
    if (!this.#options.stopped() && this.#broken === null) await judged(this.#aftermath(found));
    const { lost, violation } = found;
    const broken = this.#broken === null ? null : textOf(this.#broken);
    if (violation === null && broken === null) rmSync(this.#options.directory, { recursive: true, force: true });
    else this.#keep(violation ?? broken ?? '');
    const { acked, read } = this.#workload;
    return { faults: this.#faults, acked, read, lost, violation, broken };
  }

  async #begin(): Promise<void> {
    this.#cluster.startDead();
    if (!(await this.#until(() => this.#cluster.allReady(), START_MS))) throw new Error('the cluster does not start');
    const brokers = this.#cluster.addresses().map(({ host, port }) => `${host}:${port}`);
    await this.#workload.start(this.#options.shape, { brokers, proxied: (port) => this.#cluster.proxied(port) });
    await this.#until(() => this.#workload.acked > 50, START_MS);
  }

  async #harm(): Promise<void> {
    const { shape, milliseconds, random } = this.#options;
    const end = performance.now() + milliseconds;
    const lane = async (names: readonly LiveFaultName[], chance: Random, links: boolean): Promise<void> => {
      const context = this.#context(chance);
      while (performance.now() < end && this.#goesOn() && names.length > 0) {
        const name = pick(chance, names);
        // What a fault that is left alone does later, it does to a cluster that is closed.
        if (name !== null) await Promise.race([faultOf(name)(context), this.#options.stopping]);
        if (links) this.#cluster.links.heal();
        // Now and then everything comes to rest in between; mostly the next blow meets a cluster that has not recovered.
        await (chance.below(4) === 0 ? context.settled() : pass(chance.below(800)));
      }
    };
    const lanes = [
      lane(shape.nodeFaults, random.fork('nodes'), false),
      lane(shape.linkFaults, random.fork('links'), true),
    ];
    await Promise.all(lanes);
    while (performance.now() < end && this.#goesOn()) await pass(50);
    this.#active = false;
  }

  async #aftermath(found: { lost: number }): Promise<void> {
    const cluster = this.#cluster;
    const { history } = this.#workload;
    cluster.links.heal();
    cluster.soundDisks();
    cluster.soundClocks();
    for (const number of cluster.numbers()) cluster.node(number).resume();
    // What an operator does when a disk is sound again: the only replica of a partition is kept, and looked at anew by a start.
    await cluster.kill(...this.#disturbed);
    cluster.startDead();
    this.#log('healed');
    await comesBack(cluster, this.#home);
    await this.#workload.quiet();
    const topics: TopicShape[] = [{ name: 't', partitions: PARTITIONS }];
    if (this.#options.shape.quorumTopic) topics.push({ name: 'q', partitions: 1 });
    await takesWrites(this.#home, history, topics);
    const readBack = await readBackAll(this.#home, history, topics);
    found.lost = readBack.lost.length;
    for (const { id } of readBack.lost.slice(0, LOST_TOLD)) this.#log(`lost: ${id}`);
    judgeReadBack(history, readBack);
    judgeMetadata(this.#workload.metadata.operations());
    await comesBack(cluster, this.#home);
    await sameFiles(cluster, this.#spent);
  }

  #context(random: Random): LiveFaultContext {
    const told = async (): Promise<KafkaClient['metadata'] | null> => {
      try {
        return await this.#observer.refresh(null);
      } catch (error) {
        if (error instanceof ClientError) return null;
        throw error;
      }
    };
    return {
      cluster: this.#cluster,
      random,
      flush: this.#options.shape.flush,
      beyondBudget: this.#options.shape.beyondBudget,
      note: (kind, text) => {
        this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + 1);
        this.#log(`${kind} ${text}`);
      },
      active: () => this.#active && this.#goesOn(),
      leader: async () => {
        const partitions = (await told())?.topics.get('t')?.partitions ?? [];
        return pick(random, partitions)?.leader ?? null;
      },
      controller: async () => (await told())?.controller ?? null,
      settled: () => this.#until(async () => this.#isSettled(), SETTLED_MS),
      spendVoter: (node) => {
        if (this.#spent !== null && this.#spent !== node) return false;
        this.#spent = node;
        return true;
      },
      disturbed: (node) => void this.#disturbed.add(node),
    };
  }

  async #isSettled(): Promise<boolean> {
    return this.#cluster.allReady() && (await notInSync(this.#cluster, this.#observer)) === null;
  }

  #goesOn(): boolean {
    return !this.#options.stopped() && this.#home.failure === null && this.#broken === null;
  }

  #until(holds: () => boolean | Promise<boolean>, milliseconds: number): Promise<boolean> {
    return eventually(async () => !this.#goesOn() || (await holds()), milliseconds);
  }

  /** Throws what was found meanwhile. */
  #check(): void {
    if (this.#home.failure !== null) throw this.#home.failure.error;
  }

  #log(text: string): void {
    const line = `${(this.#home.world.now() / 1000).toFixed(3)} ${text}`;
    appendFileSync(join(this.#options.directory, 'faults.log'), `${line}\n`);
    this.#options.tell(line);
  }

  /** Beside data, records and logs of the nodes: what was asked, sent, answered and read. */
  #keep(text: string): void {
    const { directory, shape } = this.#options;
    const sent = this.#workload.history.records();
    writeFileSync(join(directory, 'history.json'), JSON.stringify({ shape, violation: text, sent }, null, 1));
  }
}

function isOfKafkajs(error: unknown): boolean {
  return error instanceof Error && /node_modules[\\/]kafkajs[\\/]/.test(error.stack ?? '');
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The last lines of a node's log. */
function tailOf(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
}
