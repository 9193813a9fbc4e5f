/**
 * The stock client kafkajs on the same cluster, with the same history: an idempotent producer a partition, and a consumer in a
 * group. kafkajs is a package of the development tree; where it is not installed there are none of these.
 */
import { connect } from 'node:net';
import type * as kafkajs from 'kafkajs';
import type { Kafka, Producer } from 'kafkajs';
import type { PolledRecord } from '../workload/poll-history.ts';
import type { History, WorkloadHome } from '../workload/index.ts';
import { pass } from './live-home.ts';

export interface KafkajsOptions {
  readonly brokers: readonly string[];
  /** Where a client finds what listens at that port of a node. */
  readonly proxied: (port: number) => number;
  readonly topic: string;
  readonly partitions: number;
  readonly everyMs: number;
  readonly padding: number;
}

type Library = typeof kafkajs;

/** It may hang on a connection that it has misread. */
const CLOSE_MS = 3000;

/** The package, or null when it is not there. */
export async function loadKafkajs(): Promise<Library | null> {
  try {
    // Of a CommonJS package the namespace may only have a default.
    const loaded = (await import('kafkajs')) as Library & { readonly default?: Library };
    return loaded.default ?? loaded;
  } catch {
    // Not installed: who runs the suite from the package has only what it depends on.
    return null;
  }
}

export class KafkajsClients {
  readonly #home: WorkloadHome;
  readonly #history: History;
  readonly #options: KafkajsOptions;
  readonly #kafka: Kafka;
  readonly #lanes: Promise<void>[] = [];
  /** Of this assignment, by partition. */
  readonly #sessions = new Map<number, ReturnType<History['polls']['begin']>>();
  #consumer: ReturnType<Kafka['consumer']> | null = null;
  #running = false;
  /** Sends without an answer. */
  pending = 0;
  acked = 0;
  /** Records read. */
  count = 0;

  constructor(library: Library, home: WorkloadHome, history: History, options: KafkajsOptions) {
    this.#home = home;
    this.#history = history;
    this.#options = options;
    process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
    this.#kafka = new library.Kafka({
      brokers: [...options.brokers],
      clientId: 'kafkajs',
      logLevel: library.logLevel.NOTHING,
      requestTimeout: 3000,
      connectionTimeout: 1000,
      // Not for long: a connection that was cut in the middle of a frame understands nothing after it was made anew.
      retry: { initialRetryTime: 50, maxRetryTime: 400, retries: 5 },
      socketFactory: ({ host, port, onConnect }) => {
        const socket = connect({ host, port: options.proxied(port) }, onConnect);
        // It listens once for each read that is asked for while connecting.
        return socket.setMaxListeners(0);
      },
    });
  }

  start(): this {
    this.#running = true;
    for (let partition = 0; partition < this.#options.partitions; partition += 1)
      this.#lanes.push(this.#lane(partition));
    void this.#consume().catch((error: unknown) => this.#home.world.fail(error));
    return this;
  }

  stop(): void {
    this.#running = false;
  }

  /** After {@link stop}, when nothing is pending. */
  async close(): Promise<void> {
    // What it leaves open ends with the processes.
    const consumer = this.#consumer?.disconnect().catch(() => undefined);
    await Promise.race([Promise.all([...this.#lanes, consumer]), pass(CLOSE_MS)]);
  }

  /** One record after the other. A producer of which a send failed is not used again: kafkajs would reuse its sequence. */
  async #lane(partition: number): Promise<void> {
    let number = 0;
    while (this.#running) {
      const producer = this.#kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
      });
      const connected = await producer.connect().then(
        () => true,
        () => false,
      );
      for (let sound = connected; sound && this.#running; number += 1) {
        sound = await this.#send(producer, partition, number);
        await pass(this.#options.everyMs);
      }
      // It has failed already; nothing depends on how it ends.
      await producer.disconnect().catch(() => undefined);
      if (!connected) await pass(200);
    }
  }

  async #send(producer: Producer, partition: number, number: number): Promise<boolean> {
    const { topic, padding } = this.#options;
    const writer = `kafkajs${partition}`;
    const id = `${writer}-${number}`;
    const sentAt = this.#home.world.now();
    const record = this.#history.add({ id, topic, partition, writer, number, sentAt, kept: true, once: true });
    const headers = padding === 0 ? {} : { p: Buffer.alloc(padding) };
    this.pending += 1;
    try {
      const [answer] = await producer.send({
        topic,
        acks: -1,
        messages: [{ partition, key: writer, value: id, headers }],
      });
      const offset = Number(answer?.baseOffset ?? answer?.offset ?? -1);
      this.acked += 1;
      this.#history.ack(record, offset < 0 ? null : offset, this.#home.world.now());
      return true;
    } catch (error) {
      this.#history.fail(record, error instanceof Error ? error.message : String(error));
      return false;
    } finally {
      this.pending -= 1;
    }
  }

  async #consume(): Promise<void> {
    const { topic } = this.#options;
    while (this.#running) {
      const consumer = this.#kafka.consumer({ groupId: 'kafkajs', sessionTimeout: 6000, maxWaitTimeInMs: 200 });
      this.#consumer = consumer;
      const begun = await consumer
        .connect()
        .then(() => consumer.subscribe({ topic, fromBeginning: true }))
        .then(
          () => true,
          () => false,
        );
      if (begun) {
        // After each rebalance a partition may begin anew where the group has committed.
        consumer.on(consumer.events.GROUP_JOIN, () => this.#sessions.clear());
        await consumer.run({
          eachBatch: ({ batch: { partition, messages } }) => {
            const records = messages.map(({ offset, value }) => ({
              offset: Number(offset),
              value: value?.toString() ?? '',
            }));
            this.#note(partition, records);
            return Promise.resolve();
          },
        });
        return;
      }
      await pass(200);
    }
  }

  /** A violation that is thrown in there would only make the consumer try again. */
  #note(partition: number, records: readonly PolledRecord[]): void {
    const { topic } = this.#options;
    const [first] = records;
    if (first === undefined) return;
    this.count += records.length;
    let session = this.#sessions.get(partition);
    if (session === undefined) {
      session = this.#history.polls.begin('kafkajs', topic, partition, first.offset);
      this.#sessions.set(partition, session);
    }
    session.note(this.#home.world.now(), records);
    try {
      for (const { offset, value } of records) this.#history.noteRead(topic, partition, offset, value, 'kafkajs');
    } catch (error) {
      this.#home.world.fail(error);
    }
  }
}
