/**
 * What must hold of transactions when everything is healed and over.
 *
 *   E4  no transaction is left open: partitions are decided up to their ends, within the longest timeout and a bound
 *   E3  what readers of the committed are given is all of each transaction or nothing, and the offsets of groups fit
 *   E5  the output of transformers is f(input) up to the group's offset: each once, in order
 */
import { ClientError, findCoordinator } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { readPartition } from '../checkers/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import { fetchOffsets } from './group-offsets.ts';
import { violated } from './history.ts';
import type { History } from './history.ts';
import type { IsolatedReader } from './isolated-reader.ts';
import type { TransactionHistory, TransactionLine } from './transaction-history.ts';
import { sourceOf } from './transformer.ts';
import type { Transformer } from './transformer.ts';

export interface AuditedTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly readers: readonly IsolatedReader[];
}

/** The input of transformers, each of its partitions with who works on it. */
export interface Transformation {
  readonly group: string;
  readonly from: { readonly topic: string; readonly partitions: number };
  readonly to: { readonly topic: string; readonly partitions: number };
  /** By partition: one of them finishes the work. */
  readonly transformers: readonly Transformer[];
}

export interface AuditorOptions {
  /** With transactions in them. */
  readonly topics: readonly AuditedTopic[];
  /** Lines with a group of their own that commits offsets of the first partition of a topic. */
  readonly groups: readonly { readonly line: TransactionLine; readonly group: string; readonly topic: string }[];
  readonly transformation: Transformation | null;
  /** Of all transactions. */
  readonly timeoutMsMax: number;
  readonly patience: number;
}

/** Virtual milliseconds: between two looks of a coordinator for late transactions, and what ending them takes. */
const SCAN_MS = 10_000;
const ENDING_MS = 10_000;
/** Within which transformers must have taken over and done the rest. */
const FINISH_MS = 120_000;

type Values = ReadonlyMap<number, string>;

export class TransactionAuditor {
  readonly name = 'transaction-auditor';
  readonly pending = 0;
  readonly #cluster: SimCluster;
  readonly #history: History;
  readonly #transactions: TransactionHistory;
  readonly #options: AuditorOptions;

  constructor(cluster: SimCluster, history: History, transactions: TransactionHistory, options: AuditorOptions) {
    this.#cluster = cluster;
    this.#history = history;
    this.#transactions = transactions;
    this.#options = options;
  }

  stop(): void {}

  async atEnd(): Promise<void> {
    await this.#decided();
    const client = this.#cluster.client(this.name, { requestTimeoutMs: 3000, callTimeoutMs: 30_000 });
    await this.#finish();
    await this.#decided();
    const shown = await this.#readAll(client);
    const all = new Set([...shown.values()].flatMap((values) => [...values.values()]));
    for (const value of all) this.#transactions.noteShown(value, this.name);
    this.#transactions.judge(all, (topic, partition) => this.#history.isOwed(topic, partition));
    for (const { line, group, topic } of this.#options.groups)
      this.#transactions.judgeOffset(line, (await offsetsOf(client, group, topic)).get(0) ?? null);
    await this.#judgeTransformation(client, shown);
    client.close();
    this.#cluster.world.machine(this.name).kill();
  }

  /** E4. */
  async #decided(): Promise<void> {
    const { timeoutMsMax, patience } = this.#options;
    const milliseconds = timeoutMsMax + SCAN_MS + patience * ENDING_MS;
    const isDecided = (): boolean => this.#undecided().length === 0;
    if (await this.#poll(isDecided, milliseconds)) return;
    violated('E4', `transactions are open ${milliseconds} ms after the heal: ${this.#undecided().join('; ')}`);
  }

  /** Polled from a client's promise: the world runs beside it. */
  async #poll(holds: () => boolean, milliseconds: number): Promise<boolean> {
    const { world } = this.#cluster;
    for (const until = world.now() + milliseconds; !holds();) {
      if (world.now() >= until) return false;
      await new Promise<void>((resolve) => world.after(100, resolve));
    }
    return true;
  }

  #undecided(): readonly string[] {
    const found: string[] = [];
    for (const topic of this.#cluster.image()?.topicsById.values() ?? [])
      for (const { index, leader } of topic.partitions) {
        const partition = leader === null ? null : this.#cluster.node(leader)?.node.hosting.partition(topic.id, index);
        if (partition === null || partition === undefined || partition.leading === null) continue;
        const stable = partition.lastStableOffset();
        if (stable !== null && stable >= partition.highWatermark) continue;
        const open = partition.producers.state.describe().filter(({ openFrom }) => openFrom !== null);
        const who = open.map(({ producerId, producerEpoch }) => `${producerId}/${producerEpoch}`).join();
        found.push(`${topic.name}-${index} from ${stable} of ${partition.highWatermark}, producers ${who}`);
      }
    return found;
  }

  async #finish(): Promise<void> {
    for (const transformer of this.#options.transformation?.transformers ?? []) {
      const { world } = this.#cluster;
      let why = '';
      for (const until = world.now() + FINISH_MS; ;) {
        try {
          await transformer.finish();
          break;
        } catch (error) {
          if (!(error instanceof ClientError)) throw error;
          why = error.message;
        }
        if (world.now() > until) violated('E4', `${transformer.name} does not come to the end of its input: ${why}`);
        await new Promise<void>((resolve) => world.after(200, resolve));
      }
    }
  }

  /** By topic and partition: what readers of the committed are given. */
  async #readAll(client: KafkaClient): Promise<ReadonlyMap<string, Values>> {
    const shown = new Map<string, Values>();
    for (const { topic, partitions, readers } of this.#options.topics)
      for (let partition = 0; partition < partitions; partition += 1) {
        const values = await readPartition(client, topic, partition, 'committed');
        shown.set(`${topic}/${partition}`, values);
        if (this.#history.isOwed(topic, partition)) for (const reader of readers) reader.judge(partition, values);
      }
    return shown;
  }

  /** E5. */
  async #judgeTransformation(client: KafkaClient, shown: ReadonlyMap<string, Values>): Promise<void> {
    const { transformation } = this.#options;
    if (transformation === null) return;
    const { from, to, group } = transformation;
    const offsets = await offsetsOf(client, group, from.topic);
    for (let partition = 0; partition < from.partitions; partition += 1) {
      const input = await readPartition(client, from.topic, partition, 'committed');
      const end = offsets.get(partition) ?? 0;
      for (let target = 0; target < to.partitions; target += 1) {
        const due = [...input].filter(([offset]) => offset < end && offset % to.partitions === target);
        const sources = new Set(input.values());
        const output = [...(shown.get(`${to.topic}/${target}`)?.values() ?? [])].map(sourceOf);
        const where = `${from.topic}/${partition} to ${to.topic}/${target}`;
        compare(
          where,
          due.map(([, value]) => value),
          output.filter((value) => sources.has(value)),
        );
      }
    }
  }
}

function compare(where: string, due: readonly string[], output: readonly string[]): void {
  const at = due.findIndex((value, index) => output[index] !== value);
  if (at >= 0) {
    const counted = output.filter((value) => value === due[at]).length;
    violated('E5', `${where}: number ${at} must be of ${due[at]} (there ${counted} times), and is of ${output[at]}`);
  }
  if (output.length > due.length)
    violated('E5', `${where}: ${output.length - due.length} more than committed, the first of ${output[due.length]}`);
}

async function offsetsOf(client: KafkaClient, group: string, topic: string): Promise<ReadonlyMap<number, number>> {
  return client.retry(async () => {
    const offsets = await fetchOffsets(client, await findCoordinator(client, 'group', group), group, topic);
    if (offsets === null) throw new ClientError('timeout', `offsets of ${group}`);
    return offsets;
  });
}
