/**
 * Somebody who writes in transactions over several partitions, ends some of them by commit and some by abort, and starts anew when
 * anything goes wrong; and a reader of committed records beside it.
 *
 * ```
 *  init ─▶ (TV1: add partitions) ─▶ produce to each ─▶ end: commit | abort ─▶ …          any doubt ─▶ init: fences, aborts
 * ```
 * E3: a transaction that was committed is read whole, one that was aborted is not read at all, and one whose commit was asked for
 * and never answered is read whole or not at all; each once, and in the order of writing. E4: in the end nothing is open.
 */
import type { Random } from '../../raft/index.ts';
import { buildBatch } from '../../storage/batch/index.ts';
import { ClientError } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE, errorCode } from '../../src/wire/index.ts';
import { CommittedReader } from './committed-reader.ts';
import { PacedWork } from '../../chaos/workload/paced-work.ts';
import { RawLinks, violated } from '../../chaos/workload/index.ts';
import type { History, Pace, RawLink, SentRecord, WorkloadHome } from '../../chaos/workload/index.ts';

export interface TransactionalWriterOptions {
  /** Unique in the run; also its machine's name and its transactional id. */
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly random: Random;
  readonly pace?: Pace;
  readonly everyMs: number;
  /** 2: leaders add partitions, and each transaction has its own epoch (KIP-890). */
  readonly transactionVersion: 1 | 2;
}

type Outcome = 'open' | 'committed' | 'aborted' | 'unknown';

interface Written {
  readonly id: string;
  /** Records in each partition. */
  readonly counts: ReadonlyMap<number, number>;
  outcome: Outcome;
}

interface Identity {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** By partition. */
  readonly sequences: number[];
}

const TIMEOUT_MS = 1000;
/** How often one thing is asked for again. */
const ATTEMPTS = 40;
/** Longer than any of them is asked for: what is left open by a client that gave up ends by the next init. */
const TRANSACTION_TIMEOUT_MS = 60_000;
const ENDED_MS = 90_000;
const TRANSACTION = 1;
const AGAIN: ReadonlySet<number> = new Set(
  (
    [
      'COORDINATOR_LOAD_IN_PROGRESS',
      'COORDINATOR_NOT_AVAILABLE',
      'NOT_COORDINATOR',
      'CONCURRENT_TRANSACTIONS',
      'NOT_LEADER_OR_FOLLOWER',
      'NOT_ENOUGH_REPLICAS',
      'REQUEST_TIMED_OUT',
      'UNKNOWN_TOPIC_OR_PARTITION',
    ] as const
  ).map((name) => errorCode(name)),
);

export class TransactionalWriter {
  readonly #home: WorkloadHome;
  readonly #history: History;
  readonly #options: TransactionalWriterOptions;
  readonly #client: KafkaClient;
  readonly #links: RawLinks;
  readonly #work: PacedWork;
  readonly #reader: CommittedReader;
  readonly #reading: PacedWork;
  readonly #written: Written[] = [];
  #identity: Identity | null = null;
  #coordinator: number | null = null;
  #number = 0;

  constructor(home: WorkloadHome, history: History, options: TransactionalWriterOptions) {
    const { name, topic, partitions, everyMs, pace } = options;
    this.#home = home;
    this.#history = history;
    this.#options = options;
    this.#client = home.client(name, { requestTimeoutMs: 2000 });
    this.#links = new RawLinks(this.#client.ports, name);
    const paced = pace === undefined ? {} : { pace };
    this.#work = new PacedWork(home, { everyMs, oneAtATime: true, ...paced }, () => this.#act());
    this.#reader = new CommittedReader(
      this.#client,
      new RawLinks(this.#client.ports, `${name}-reader`),
      topic,
      partitions,
    );
    this.#reading = new PacedWork(home, { everyMs: 200, oneAtATime: true, ...paced }, () => this.#reader.poll());
  }

  get name(): string {
    return this.#options.name;
  }

  get pending(): number {
    return this.#work.pending + this.#reading.pending;
  }

  /** Transactions that ended so. */
  count(outcome: Outcome): number {
    return this.#written.filter((each) => each.outcome === outcome).length;
  }

  start(): this {
    this.#work.start();
    this.#reading.start();
    return this;
  }

  stop(): void {
    this.#work.stop();
    this.#reading.stop();
  }

  /** A last life ends what may be open; then all is read to the end, by the reader of the run and by one that begins anew. */
  async atEnd(): Promise<void> {
    const { topic, partitions, name } = this.#options;
    const until = this.#home.world.now() + ENDED_MS;
    this.#identity = null;
    while (this.#identity === null && this.#home.world.now() < until) await this.#begin();
    const anew = new CommittedReader(this.#client, this.#links, topic, partitions);
    for (const reader of [this.#reader, anew]) {
      // What it knew when it was last asked is old.
      do await reader.poll();
      while (!reader.atEnd && this.#home.world.now() < until);
      if (!reader.atEnd)
        violated('E4', `transactions of ${name}: something is open ${ENDED_MS} ms after all was healed`);
      this.#judge(reader.values);
    }
    this.#links.close();
  }

  #judge(values: readonly (readonly string[])[]): void {
    for (const [partition, read] of values.entries()) {
      const mine = read.filter((value) => value.startsWith(`${this.name}.`));
      const expected = this.#written.flatMap(({ id, counts, outcome }) => {
        const all = Array.from({ length: counts.get(partition) ?? 0 }, (_, index) => `${id}:${partition}/${index}`);
        if (outcome === 'committed') return all;
        return outcome === 'aborted' ? [] : this.#doubtful(id, counts, values, all);
      });
      if (mine.join(' ') !== expected.join(' '))
        violated('E3', `partition ${partition}: committed were ${expected.join(' ')}, read were ${mine.join(' ')}`);
    }
  }

  /** Nobody knows how it ended; it is whole in all partitions, or in none. */
  #doubtful(
    id: string,
    counts: Written['counts'],
    values: readonly (readonly string[])[],
    all: readonly string[],
  ): readonly string[] {
    const [first] = counts.keys();
    return first !== undefined && values[first]?.includes(`${id}:${first}/0`) === true ? all : [];
  }

  async #act(): Promise<void> {
    const { random, partitions, name } = this.#options;
    const identity = this.#identity;
    if (identity === null) return this.#begin();
    const counts = new Map<number, number>();
    for (let partition = 0; partition < partitions; partition += 1)
      if (counts.size === 0 || random.below(2) === 0) counts.set(partition, 1 + random.below(3));
    const written: Written = { id: `${name}.${this.#written.length}`, counts, outcome: 'open' };
    this.#written.push(written);
    const filled = (await this.#add([...counts.keys()], identity)) && (await this.#fill(written, identity));
    if (!filled) {
      // Its records go with what the next init aborts.
      written.outcome = 'aborted';
      this.#identity = null;
      return;
    }
    await this.#end(written, identity, random.below(3) > 0);
  }

  /** A new life: fences the one before, and has its transaction aborted. */
  async #begin(): Promise<void> {
    const { name, partitions } = this.#options;
    const body = { transactionalId: name, transactionTimeoutMs: TRANSACTION_TIMEOUT_MS };
    const answer = await this.#askCoordinator((link) =>
      link.request(API_TABLE.initProducerId.schema, 5, body, TIMEOUT_MS),
    );
    if (answer?.errorCode !== 0) return;
    const { producerId, producerEpoch } = answer;
    this.#identity = { producerId, producerEpoch, sequences: Array.from({ length: partitions }, () => 0) };
  }

  /** TV1: the coordinator is told first. */
  async #add(partitions: readonly number[], { producerId, producerEpoch }: Identity): Promise<boolean> {
    if (this.#options.transactionVersion === 2) return true;
    const body = {
      v3AndBelowTransactionalId: this.name,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: this.#options.topic, partitions }],
    };
    const answer = await this.#askCoordinator(async (link) => {
      const added = await link.request(API_TABLE.addPartitionsToTxn.schema, 3, body, TIMEOUT_MS);
      const errors = added?.resultsByTopicV3AndBelow[0]?.resultsByPartition.map((each) => each.partitionErrorCode);
      return errors === undefined ? null : { errorCode: errors.find((code) => code !== 0) ?? 0 };
    });
    return answer?.errorCode === 0;
  }

  async #fill({ id, counts }: Written, identity: Identity): Promise<boolean> {
    const { clock } = this.#client.ports;
    const filled = await Promise.all(
      [...counts].map(([partition, count]) => {
        const sent = Array.from({ length: count }, (_, index) => this.#note(`${id}:${partition}/${index}`, partition));
        const timestamp = clock.wallNow();
        const records = sent.map((record) => ({ key: null, value: Buffer.from(record.id), timestamp }));
        const { producerId, producerEpoch, sequences } = identity;
        const baseSequence = sequences[partition] ?? 0;
        sequences[partition] = baseSequence + count;
        const producer = { id: producerId, epoch: producerEpoch, baseSequence };
        return this.#produce(partition, sent, buildBatch({ records, producer, transactional: true }));
      }),
    );
    return filled.every(Boolean);
  }

  #note(id: string, partition: number): SentRecord {
    const { topic, name } = this.#options;
    const sentAt = this.#home.world.now();
    this.#number += 1;
    return this.#history.add({
      id,
      topic,
      partition,
      writer: name,
      number: this.#number,
      sentAt,
      kept: true,
      once: true,
    });
  }

  /** Again and again until it is acknowledged; false: it is not known to be. */
  async #produce(partition: number, sent: readonly SentRecord[], bytes: Uint8Array): Promise<boolean> {
    const { topic, transactionVersion, name } = this.#options;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const leader = this.#client.leaderOf(topic, partition)?.leader ?? -1;
      const address = this.#client.metadata.brokers.get(leader);
      const link = address === undefined ? null : await this.#links.to(leader, address);
      const topicData = [{ name: topic, partitionData: [{ index: partition, records: [bytes] }] }];
      const body = { transactionalId: name, acks: -1, timeoutMs: TIMEOUT_MS, topicData };
      const version = transactionVersion === 2 ? 12 : 11;
      const answer = await link?.request(API_TABLE.produce.schema, version, body, 2 * TIMEOUT_MS);
      const told = answer?.responses[0]?.partitionResponses[0];
      if (told?.errorCode === 0) {
        const now = this.#home.world.now();
        for (const [index, record] of sent.entries()) this.#history.ack(record, told.baseOffset + index, now);
        return true;
      }
      if (told !== undefined && !AGAIN.has(told.errorCode)) return false;
      await this.#pause();
    }
    return false;
  }

  async #end(written: Written, identity: Identity, committed: boolean): Promise<void> {
    const { producerId, producerEpoch } = identity;
    const body = { transactionalId: this.name, producerId, producerEpoch, committed };
    const version = this.#options.transactionVersion === 2 ? 5 : 4;
    const answer = await this.#askCoordinator((link) =>
      link.request(API_TABLE.endTxn.schema, version, body, TIMEOUT_MS),
    );
    if (answer?.errorCode !== 0) {
      written.outcome = committed ? 'unknown' : 'aborted';
      this.#identity = null;
      return;
    }
    written.outcome = committed ? 'committed' : 'aborted';
    if (version < 5) return;
    const sequences = identity.sequences.map(() => 0);
    this.#identity = { producerId: answer.producerId, producerEpoch: answer.producerEpoch, sequences };
  }

  /** Asks whoever coordinates, again and again while that may help; null: nobody answered to the last question. */
  async #askCoordinator<Answer extends { readonly errorCode: number }>(
    ask: (link: RawLink) => Promise<Answer | null>,
  ): Promise<Answer | null> {
    let answer: Answer | null = null;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const link = await this.#linkToCoordinator();
      answer = link === null ? null : await ask(link);
      if (answer !== null && !AGAIN.has(answer.errorCode)) return answer;
      if (answer?.errorCode !== errorCode('CONCURRENT_TRANSACTIONS')) this.#coordinator = null;
      await this.#pause();
    }
    return answer;
  }

  async #linkToCoordinator(): Promise<RawLink | null> {
    const { brokers } = this.#client.metadata;
    if (this.#coordinator === null) {
      const nodes = [...brokers];
      const [node, asked] = nodes[this.#options.random.below(Math.max(1, nodes.length))] ?? [0, null];
      const link = asked === null ? null : await this.#links.to(node, asked);
      const body = { key: this.name, keyType: TRANSACTION };
      const found = await link?.request(API_TABLE.findCoordinator.schema, 3, body, TIMEOUT_MS);
      if (found?.errorCode !== 0) return null;
      this.#coordinator = found.nodeId;
    }
    const address = brokers.get(this.#coordinator);
    return address === undefined ? null : this.#links.to(this.#coordinator, address);
  }

  /** Waits a little, and looks for leaders. */
  async #pause(): Promise<void> {
    await this.#client.sleep(20 + this.#options.random.below(100));
    await this.#client.refresh([this.#options.topic]).catch((error: unknown) => {
      if (!(error instanceof ClientError)) throw error;
    });
  }
}
