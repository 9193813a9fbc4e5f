/**
 * A client that does what clients must not do: noise, requests cut off or dripped in, connections left while something is under way,
 * answers that it does not read, batches that are none. The node answers or closes, writes nothing of it, and stays well.
 *
 * ```
 *  under faults   one rudeness after the other, at nodes at random       only what is taken although it is broken is judged
 *  at the end     every rudeness at every node                           also: closed in time, and the node answers the next client
 * ```
 */
import type { Random } from '../../raft/index.ts';
import type { Address, KafkaClient } from '../../src/client/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';
import { buildBatch } from '../../storage/batch/index.ts';
import { violated } from './history.ts';
import type { History } from './history.ts';
import type { Pace } from './pace.ts';
import { PacedUser } from './paced-user.ts';
import { RawLink } from './raw-link.ts';
import { NO_BATCHES, NO_REQUESTS } from './rude-bytes.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface RudeClientOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly random: Random;
  readonly pace: Pace;
  /** Virtual milliseconds between two rudenesses when busy. */
  readonly everyMs: number;
}

type Rudeness = 'no-request' | 'no-batch' | 'cut' | 'drip' | 'left' | 'unread';

const ALL: readonly Rudeness[] = ['no-request', 'no-batch', 'no-batch', 'cut', 'drip', 'left', 'unread'];
const TIMEOUT_MS = 3000;
/** A node that runs, and can be reached, has closed a useless connection by then. */
const CLOSED_MS = 2000;
const UNREAD_REQUESTS = 30;
const METADATA = API_TABLE.metadata.schema;

export class RudeClient extends PacedUser {
  readonly #home: WorkloadHome;
  readonly #history: History;
  readonly #options: RudeClientOptions;
  readonly #client: KafkaClient;
  readonly #addresses = new Map<number, Address>();
  #next = 0;
  /** Connections that a node has closed, and batches that it has refused. */
  refused = 0;

  constructor(home: WorkloadHome, history: History, options: RudeClientOptions) {
    super(home, options);
    this.#home = home;
    this.#history = history;
    this.#options = options;
    this.#client = home.client(options.name, { requestTimeoutMs: TIMEOUT_MS });
  }

  /** All nodes run and can be reached: what they owe, they owe now. */
  async atEnd(): Promise<void> {
    await this.#client.retry(() => this.#client.refresh([this.#options.topic]));
    const { brokers } = this.#client.metadata;
    for (const [node, address] of brokers) {
      for (const [what, bytes] of Object.entries(NO_REQUESTS)) {
        const link = await this.#open(node, address);
        link.write([bytes(this.#options.random)]);
        await this.#untilClosed(link);
        if (link.open) violated('L3', `node ${node} has not closed a connection ${CLOSED_MS} ms after ${what}`);
      }
      await this.#expectWell(node, address);
    }
    for (let partition = 0; partition < this.#options.partitions; partition += 1) {
      for (const what of Object.keys(NO_BATCHES)) await this.#sendNoBatch(what, partition);
    }
    for (const [node, address] of brokers) await this.#expectWell(node, address);
  }

  async #open(node: number, address: Address): Promise<RawLink> {
    const link = await RawLink.open(this.#client.ports, address, this.name);
    if (link === null) violated('L3', `node ${node} takes no connection`);
    return link;
  }

  async #expectWell(node: number, address: Address): Promise<void> {
    const link = await this.#open(node, address);
    const answer = await link.request(METADATA, 12, { topics: null, allowAutoTopicCreation: false }, TIMEOUT_MS);
    if (answer === null) violated('L3', `node ${node} does not answer after what ${this.name} has done to it`);
    link.destroy();
  }

  /** Or {@link CLOSED_MS} are over. */
  async #untilClosed(link: RawLink): Promise<void> {
    for (let waited = 0; waited < CLOSED_MS && link.open; waited += 50) await this.#client.sleep(50);
  }

  protected override async act(): Promise<void> {
    const { random, topic, partitions } = this.#options;
    if (this.#addresses.size === 0 || random.below(8) === 0) {
      const { brokers } = await this.#client.refresh([topic]);
      for (const [node, address] of brokers) this.#addresses.set(node, address);
    }
    const kind = ALL[random.below(ALL.length)] ?? 'cut';
    if (kind === 'no-batch') return this.#sendNoBatch(nameFrom(random, NO_BATCHES), random.below(partitions));
    const partition = random.below(partitions);
    const leader = this.#client.leaderOf(topic, partition)?.leader;
    const nodes = [...this.#addresses.keys()];
    const node = kind === 'left' ? leader : nodes[random.below(nodes.length)];
    const address = node === undefined ? undefined : this.#addresses.get(node);
    const link = address === undefined ? null : await RawLink.open(this.#client.ports, address, this.name);
    if (link === null) return;
    await this.#abuse(kind, link, partition);
    if (!link.open) this.refused += 1;
    link.destroy();
  }

  async #abuse(kind: Exclude<Rudeness, 'no-batch'>, link: RawLink, partition: number): Promise<void> {
    const { random } = this.#options;
    const request = Buffer.concat(link.frame(METADATA, 12, { topics: null, allowAutoTopicCreation: false }));
    switch (kind) {
      case 'no-request':
        link.write([(NO_REQUESTS[nameFrom(random, NO_REQUESTS)] ?? noRequest)(random)]);
        return this.#untilClosed(link);
      case 'cut':
        link.write([request.subarray(0, 1 + random.below(request.length - 1))]);
        return this.#client.sleep(random.below(2000));
      case 'drip':
        for (let at = 0; at < request.length && link.open; at += 7) {
          link.write([request.subarray(at, at + 7)]);
          await this.#client.sleep(random.below(300));
        }
        return;
      case 'left':
        // Its writing is under way when nobody is there any more to be told.
        link.write(this.#goodProduce(link, partition));
        return this.#client.sleep(random.below(2));
      case 'unread':
        link.stopReading();
        for (let sent = 0; sent < UNREAD_REQUESTS; sent += 1) link.write([request]);
        return this.#client.sleep(random.below(5000));
    }
  }

  #goodProduce(link: RawLink, partition: number): readonly Uint8Array[] {
    const { name, topic } = this.#options;
    const number = this.#next;
    this.#next += 1;
    const id = `${name}-${number}`;
    const sentAt = this.#home.world.now();
    this.#history.add({ id, topic, partition, writer: name, number, sentAt, kept: true, once: true });
    const timestamp = this.#client.ports.clock.wallNow();
    const records = buildBatch({ records: [{ key: null, value: Buffer.from(id), timestamp }] });
    const topicData = [{ name: topic, partitionData: [{ index: partition, records }] }];
    return link.frame(API_TABLE.produce.schema, 12, { acks: -1, timeoutMs: TIMEOUT_MS, topicData });
  }

  async #sendNoBatch(what: string, partition: number): Promise<void> {
    const { topic, random, name } = this.#options;
    const leader = this.#client.leaderOf(topic, partition)?.leader;
    const address = leader === undefined ? undefined : this.#client.metadata.brokers.get(leader);
    const link = address === undefined ? null : await RawLink.open(this.#client.ports, address, name);
    if (link === null) return;
    const records = (NO_BATCHES[what] ?? ((): Uint8Array => new Uint8Array(0)))(random);
    const topicData = [{ name: topic, partitionData: [{ index: partition, records }] }];
    const body = { acks: -1, timeoutMs: TIMEOUT_MS, topicData };
    const answer = await link.request(API_TABLE.produce.schema, 12, body, TIMEOUT_MS + 1000);
    const code = answer?.responses[0]?.partitionResponses[0]?.errorCode;
    if (code === 0) violated('D7', `node ${leader} has taken ${what} as a batch of ${topic}-${partition}`);
    if (code !== undefined || !link.open) this.refused += 1;
    link.destroy();
  }
}

function noRequest(): Buffer {
  return Buffer.alloc(0);
}

function nameFrom(random: Random, table: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(table);
  return names[random.below(names.length)] ?? '';
}
