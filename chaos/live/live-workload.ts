/**
 * Everybody who works on a live cluster: the workload of the simulation on real sockets, and kafkajs beside it.
 */
import type { Random } from '../../raft/index.ts';
import { AdminClient } from '../../src/client/index.ts';
import type { NewTopic } from '../../src/client/index.ts';
import {
  ALWAYS_BUSY,
  BurstWriter,
  GroupHistory,
  GroupMember,
  History,
  MetadataClient,
  MetadataHistory,
  Pace,
  RecordReader,
  RecordWriter,
  SequencedWriter,
  violated,
  WanderingReader,
  WatermarkWatcher,
} from '../workload/index.ts';
import type { RecordWriterOptions, WorkloadHome } from '../workload/index.ts';
import { KafkajsClients, loadKafkajs } from './kafkajs-clients.ts';
import { eventually, pass } from './live-home.ts';
import type { LiveShape } from './live-shape.ts';

export const PARTITIONS = 3;

/** Topics that come and go. */
const PASSING = ['c1', 'c2'];

interface UnusualOptions {
  readonly name: string;
  readonly everyMs: number;
  readonly topic: string;
  readonly partitions: number;
  readonly random: Random;
  readonly pace: Pace;
  readonly trimmed: boolean;
}

export interface Reach {
  readonly brokers: readonly string[];
  readonly proxied: (port: number) => number;
}

/** Longest wait for what is on its way when the writers have stopped. */
const SETTLE_MS = 40_000;
const DELIVERY_MS = 25_000;

export class LiveWorkload {
  readonly history = new History();
  readonly metadata = new MetadataHistory();
  readonly #home: WorkloadHome;
  readonly #random: Random;
  readonly #group = new GroupHistory();
  /** What they have on its way is waited for at the end. */
  readonly #writers: (RecordWriter | BurstWriter | SequencedWriter | MetadataClient | WatermarkWatcher)[] = [];
  readonly #readers: (RecordReader | GroupMember | WanderingReader)[] = [];
  #kafkajs: KafkajsClients | null = null;

  constructor(home: WorkloadHome, random: Random) {
    this.#home = home;
    this.#random = random;
  }

  /** Makes the topics, and starts everybody. */
  async start(shape: LiveShape, reach: Reach): Promise<void> {
    const home = this.#home;
    const admin = new AdminClient(home.client('admin'));
    const topic = (name: string, partitions: number, configs: NewTopic['configs']): Promise<unknown> =>
      admin.createTopic({ name, partitions, replicationFactor: Math.min(3, shape.nodes), configs });
    await topic('t', PARTITIONS, {});
    if (shape.quorumTopic) await topic('q', 1, { replication: 'quorum' });
    const { padding } = shape;
    const writer = (options: Partial<RecordWriterOptions>): void => {
      const name = `writer${this.#writers.length + 1}`;
      const all = { name, topic: 't', partitions: PARTITIONS, everyMs: 20, deliveryTimeoutMs: DELIVERY_MS, padding };
      this.#writers.push(new RecordWriter(home, this.history, { ...all, ...options }).start());
    };
    writer({ idempotent: true });
    writer({});
    writer({ acks: 1, everyMs: 60 });
    if (shape.quorumTopic) writer({ topic: 'q', partitions: 1, idempotent: true });
    const where = { topic: 't', partitions: PARTITIONS };
    if (shape.bursts) this.#writers.push(new BurstWriter(home, this.history, { name: 'burst', ...where }).start());
    this.#readers.push(new RecordReader(home, this.history, { name: 'reader', ...where }).start());
    for (let index = 0; index < shape.members; index += 1) {
      const member = { name: `member${index}`, group: 'g', ...where };
      this.#readers.push(new GroupMember(home, this.history, this.#group, member).start());
    }
    this.#startUnusual(shape);
    const library = shape.kafkajs ? await loadKafkajs() : null;
    if (library === null) return;
    const options = { ...reach, ...where, everyMs: 30, padding };
    this.#kafkajs = new KafkajsClients(library, home, this.history, options).start();
  }

  /** Who asks how far partitions are committed, reads here and there, numbers its batches itself, or makes and deletes topics. */
  #startUnusual(shape: LiveShape): void {
    const home = this.#home;
    const pace = new Pace(ALWAYS_BUSY, () => home.world.now());
    const random = (name: string): Random => this.#random.fork(name);
    const options = (name: string, everyMs: number): UnusualOptions => ({
      ...{ name, everyMs, topic: 't', partitions: PARTITIONS, random: random(name), pace, trimmed: false },
    });
    this.#writers.push(new WatermarkWatcher(home, this.history, options('watcher', 120)).start());
    this.#readers.push(new WanderingReader(home, this.history, options('wanderer', 100)).start());
    if (shape.bursts) this.#writers.push(new SequencedWriter(home, this.history, options('sequenced', 60)).start());
    for (let index = 0; index < shape.admins; index += 1) {
      const name = `admin${index}`;
      const of = { topics: PASSING, replicasMax: shape.nodes, lifeOf: () => null };
      this.#writers.push(new MetadataClient(home, this.metadata, { ...options(name, 150), ...of }).start());
    }
  }

  get acked(): number {
    return this.history.acked;
  }

  /** Records that anybody has read, each as often as it was. */
  get read(): number {
    return this.#readers.reduce((sum, { count }) => sum + count, this.#kafkajs?.count ?? 0);
  }

  /** Nothing more is sent; waits for what is on its way, then stops the readers. */
  async quiet(): Promise<void> {
    const writers = this.#writers;
    for (const writer of writers) writer.stop();
    this.#kafkajs?.stop();
    if (!(await eventually(() => writers.every(({ pending }) => pending === 0), SETTLE_MS))) {
      const open = writers.filter(({ pending }) => pending > 0).map(({ name }) => name);
      violated('L3', `requests of ${open.join(', ')} are not answered within ${SETTLE_MS} ms after the heal`);
    }
    // What kafkajs never hears of may have been written, as after any other lost answer.
    await eventually(() => (this.#kafkajs?.pending ?? 0) === 0, SETTLE_MS);
    this.stop();
    await this.#kafkajs?.close();
    await pass(300);
  }

  /** Nobody begins anything more. Before the clients are closed: a reader would ask a closed client for ever. */
  stop(): void {
    for (const worker of [...this.#writers, ...this.#readers]) worker.stop();
    this.#kafkajs?.stop();
  }
}
