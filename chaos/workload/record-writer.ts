/**
 * A producer as users write them: the client of `src/client`, on a machine of its own, sending numbered records to the
 * partitions of a topic in turn, at a pace. What it sent and what was acknowledged goes into the history.
 */
import { ClientError, Producer } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import type { History } from './history.ts';
import { contentOf, outgoingContent } from './record-content.ts';
import type { Pace } from './pace.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface RecordWriterOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly acks?: 0 | 1 | 'all';
  readonly idempotent?: boolean;
  /** Virtual milliseconds between two records; default 10. */
  readonly everyMs?: number;
  /** Records that may be on their way; default 20. */
  readonly pendingMax?: number;
  readonly requestTimeoutMs?: number;
  readonly deliveryTimeoutMs?: number;
  /** Bytes added to each record, so that segments and journals fill up; default 0. */
  readonly padding?: number;
  /** What a record of that number carries; default: {@link contentOf}. */
  readonly content?: typeof contentOf;
  /** Records that are sent at a time, to one partition; default 1. */
  readonly atOnce?: number;
  /** When it is busy, and when quiet; default: always busy. */
  readonly pace?: Pace;
}

export class RecordWriter {
  readonly #cluster: WorkloadHome;
  readonly #history: History;
  readonly #options: RecordWriterOptions;
  readonly #client: KafkaClient;
  readonly #producer: Producer;
  readonly #reasons = new Map<string, number>();
  #next = 0;
  #pending = 0;
  #running = false;
  /** When the last record of each partition was acknowledged. */
  readonly #ackedAt = new Map<number, number>();
  /** Acknowledged so far. */
  acked = 0;
  /** The longest time between two acknowledgements of one partition while sending. */
  longestGap = 0;

  constructor(cluster: WorkloadHome, history: History, options: RecordWriterOptions) {
    this.#cluster = cluster;
    this.#history = history;
    this.#options = options;
    const requestTimeoutMs = options.requestTimeoutMs ?? 2000;
    this.#client = cluster.client(options.name, { requestTimeoutMs });
    const acks = options.acks ?? 'all';
    this.#producer = new Producer(this.#client, {
      acks,
      idempotent: options.idempotent ?? false,
      requestTimeoutMs,
      deliveryTimeoutMs: options.deliveryTimeoutMs ?? 60_000,
    });
  }

  /** The longest gap from now on. */
  resetGap(): void {
    this.longestGap = 0;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Records that were neither acknowledged nor given up. */
  get pending(): number {
    return this.#pending;
  }

  /** How often each refusal ended a record. */
  get failures(): ReadonlyMap<string, number> {
    return this.#reasons;
  }

  start(): this {
    this.#ackedAt.clear();
    this.#running = true;
    this.#tick();
    return this;
  }

  /** Sends nothing more; what is on its way goes on. */
  stop(): void {
    this.#running = false;
  }

  /** Sends one record, whatever the pace. */
  send(partition: number): void {
    const { name, topic, acks, idempotent, padding } = this.#options;
    const number = this.#next;
    this.#next += 1;
    const id = `${name}-${number}`;
    const now = this.#cluster.world.now();
    const content = (this.#options.content ?? contentOf)(number, padding ?? 0, this.#client.ports.clock.wallNow());
    const record = this.#history.add({
      id,
      topic,
      partition,
      writer: name,
      number,
      sentAt: now,
      kept: acks !== 0 && acks !== 1,
      once: idempotent ?? false,
      content,
    });
    this.#pending += 1;
    this.#producer.push({ topic, partition, ...outgoingContent(content, id) }, (result) => {
      this.#pending -= 1;
      const at = this.#cluster.world.now();
      if (result instanceof ClientError) {
        const reason = result.code ?? result.kind;
        this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
        return this.#history.fail(record, result.message);
      }
      this.acked += 1;
      this.longestGap = Math.max(this.longestGap, at - (this.#ackedAt.get(partition) ?? at));
      this.#ackedAt.set(partition, at);
      this.#history.ack(record, result.offset, at);
    });
  }

  #tick(): void {
    if (!this.#running) return;
    const { pace, everyMs = 10, atOnce = 1, pendingMax = 20, partitions } = this.#options;
    const partition = Math.floor(this.#next / atOnce) % partitions;
    if (this.#pending < pendingMax) for (let left = atOnce; left > 0; left -= 1) this.send(partition);
    this.#cluster.world.after(pace?.wait(everyMs) ?? everyMs, () => this.#tick());
  }
}
