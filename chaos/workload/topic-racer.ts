/**
 * Somebody who writes to and reads from topics that others delete and make again meanwhile, by topic id, and looks only now and
 * then who leads what: most of what it asks is about a topic that was.
 *
 *   D6  a record is only ever in the topic of the id that it was sent to, whatever topic has the name by then
 */
import type { Random } from '../../raft/index.ts';
import type { KafkaClient, KnownTopic } from '../../src/client/index.ts';
import { API_TABLE, errorCode } from '../../src/wire/index.ts';
import { buildBatch, nextBatch, readRecords } from '../../storage/batch/index.ts';
import { decompressStream } from '../../storage/compression/index.ts';
import { violated } from './history.ts';
import type { History, SentRecord } from './history.ts';
import type { Pace } from './pace.ts';
import { PacedUser } from './paced-user.ts';
import { RawLinks } from './raw-link.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface TopicRacerOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  /** Topics that come and go; the history must know them as `passing`. */
  readonly topics: readonly string[];
  readonly random: Random;
  readonly pace: Pace;
  /** Virtual milliseconds between two requests when busy. */
  readonly everyMs: number;
}

interface Target {
  readonly topic: KnownTopic;
  readonly partition: number;
  readonly leader: number;
  readonly term: number;
}

const TIMEOUT_MS = 1500;
const FETCH_MS = 100;
const BYTES = 1 << 20;
/** Refusals of who has certainly not written. */
const NOT_WRITTEN: ReadonlySet<number> = new Set([errorCode('UNKNOWN_TOPIC_ID'), errorCode('NOT_ENOUGH_REPLICAS')]);

export class TopicRacer extends PacedUser {
  readonly #home: WorkloadHome;
  readonly #history: History;
  readonly #options: TopicRacerOptions;
  readonly #client: KafkaClient;
  readonly #links: RawLinks;
  #next = 0;
  /** Answers by code, for tests. */
  readonly codes = new Map<number, number>();

  constructor(home: WorkloadHome, history: History, options: TopicRacerOptions) {
    super(home, options);
    this.#home = home;
    this.#history = history;
    this.#options = options;
    this.#client = home.client(options.name, { requestTimeoutMs: TIMEOUT_MS });
    this.#links = new RawLinks(this.#client.ports, options.name);
  }

  protected override async act(): Promise<void> {
    const { random, topics } = this.#options;
    const target = this.#pick();
    if (target === null || random.below(10) === 0) {
      await this.#client.refresh(topics);
      return;
    }
    if (random.below(3) === 0) await this.#read(target);
    else await this.#write(target);
  }

  /** A partition of which a leader is known, by metadata of any age. */
  #pick(): Target | null {
    const { random } = this.#options;
    const known = [...this.#client.metadata.topics.values()];
    const topic = known[random.below(Math.max(1, known.length))];
    const found = topic?.partitions[random.below(Math.max(1, topic.partitions.length))];
    if (topic === undefined || found === undefined || found.leader === null) return null;
    return { topic, partition: found.index, leader: found.leader, term: found.term };
  }

  async #write(target: Target): Promise<void> {
    const { topic, partition } = target;
    const count = 1 + this.#options.random.below(3);
    const kept = this.#options.random.below(4) > 0;
    const label = this.#history.label(topic.name, topic.id);
    const records = Array.from({ length: count }, () => this.#record(label, partition, kept));
    const timestamp = this.#client.ports.clock.wallNow();
    const batch = buildBatch({ records: records.map(({ id }) => ({ key: null, value: Buffer.from(id), timestamp })) });
    const topicData = [{ name: '', topicId: topic.id, partitionData: [{ index: partition, records: batch }] }];
    const body = { acks: kept ? -1 : 1, timeoutMs: TIMEOUT_MS, topicData };
    const link = await this.#link(target.leader);
    const answer = await link?.request(API_TABLE.produce.schema, 13, body, TIMEOUT_MS + 1000);
    const found = answer?.responses[0]?.partitionResponses[0];
    if (found === undefined) return;
    this.#count(found.errorCode);
    const now = this.#home.world.now();
    for (const [index, record] of records.entries()) {
      if (found.errorCode === 0) this.#history.ack(record, found.baseOffset + index, now);
      else this.#history.fail(record, `error ${found.errorCode}`, NOT_WRITTEN.has(found.errorCode));
    }
  }

  #record(topic: string, partition: number, kept: boolean): SentRecord {
    const { name } = this.#options;
    const number = this.#next;
    this.#next += 1;
    const sentAt = this.#home.world.now();
    const known = { topic, partition, writer: name, number, sentAt, kept, once: false };
    return this.#history.add({ id: `${name}-${number}`, ...known });
  }

  async #read({ topic, partition, leader, term }: Target): Promise<void> {
    const link = await this.#link(leader);
    const place = { partition, currentLeaderEpoch: term, fetchOffset: 0, partitionMaxBytes: BYTES };
    const topics = [{ topic: '', topicId: topic.id, partitions: [place] }];
    const body = { maxWaitMs: FETCH_MS, minBytes: 1, maxBytes: BYTES, topics };
    const answer = await link?.request(API_TABLE.fetch.schema, 13, body, FETCH_MS + TIMEOUT_MS);
    const found = answer?.responses[0]?.partitions[0];
    if (found === undefined) return;
    this.#count(found.errorCode);
    if (found.errorCode !== 0 || found.records === null) return;
    const label = this.#history.label(topic.name, topic.id);
    this.#take(label, partition, found.records, found.highWatermark);
  }

  #take(label: string, partition: number, bytes: Uint8Array, highWatermark: number): void {
    const { name } = this.#options;
    for (let at = 0; ;) {
      const next = nextBatch(bytes, at);
      if (next.kind === 'partial') return;
      if (next.kind === 'corrupt') violated('D7', `${name} was given a broken batch of ${label}/${partition}`);
      const read = readRecords(bytes.subarray(at, at + next.size), decompressStream, BYTES);
      at += next.size;
      if (read.kind === 'refused') violated('D7', `${name} cannot read a batch of ${label}/${partition}`);
      for (const { offset, value } of read.records) {
        if (offset >= highWatermark)
          violated('D5', `${name} was given ${label}/${partition}@${offset}, beyond what is committed`);
        this.#history.noteRead(label, partition, offset, Buffer.from(value ?? []).toString(), name);
      }
    }
  }

  async #link(node: number): ReturnType<RawLinks['to']> {
    const address = this.#client.metadata.brokers.get(node);
    return address === undefined ? null : this.#links.to(node, address);
  }

  #count(code: number): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }
}
