/**
 * Consume, transform, produce: what is read of one partition goes changed to another topic, together with how far it was read, in
 * one transaction. Several may work on one partition; the last one that took it over may.
 *
 * ```
 *  init ─▶ committed offset ─▶ poll ─▶ begin, f(input) to the outputs, offset, commit ─▶ poll …
 *   ▲                                        └── fenced, failed, stalled too long
 *   └────────────────────────────────────────────────┘
 * ```
 *   E5  output = f(input) once, in order: judged by `transaction-auditor.ts`
 */
import type { Random } from '../../raft/index.ts';
import { ClientError, Consumer, findCoordinator, TransactionalProducer } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { fetchOffsets } from './group-offsets.ts';
import type { History } from './history.ts';
import type { Pace } from './pace.ts';
import type { KnownTransaction, TransactionHistory, TransactionLine } from './transaction-history.ts';
import { DELIVERY_MS, OLD_VERSIONS, REQUEST_MS } from './transactional-writer.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface TransformerOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly line: TransactionLine;
  readonly group: string;
  readonly from: { readonly topic: string; readonly partition: number };
  readonly to: { readonly topic: string; readonly partitions: number };
  readonly random: Random;
  readonly pace: Pace;
  readonly transactionTimeoutMs: number;
  /** It waits long before it takes over. */
  readonly rival: boolean;
  readonly old: boolean;
}

interface Polled {
  readonly offset: number;
  readonly value: string;
}

const CHUNK = 5;
const RIVAL_MS = 6000;
const PAUSE_MAX_MS = 5000;

/** What becomes of a record: unique, and tells its source. */
export function transformed(value: string, attempt: string): string {
  return `${value}>${attempt}`;
}

export function sourceOf(value: string): string {
  return value.split('>')[0] ?? value;
}

export class Transformer {
  readonly #home: WorkloadHome;
  readonly #history: History;
  readonly #transactions: TransactionHistory;
  readonly #options: TransformerOptions;
  readonly #client: KafkaClient;
  #producer: TransactionalProducer;
  #running = false;
  #busy = false;
  #lives = 0;
  #next = 0;
  committed = 0;

  constructor(home: WorkloadHome, history: History, transactions: TransactionHistory, options: TransformerOptions) {
    this.#home = home;
    this.#history = history;
    this.#transactions = transactions;
    this.#options = options;
    const ends = options.old ? OLD_VERSIONS : {};
    this.#client = home.client(options.name, { requestTimeoutMs: REQUEST_MS, callTimeoutMs: DELIVERY_MS, ...ends });
    this.#producer = this.#reborn();
  }

  get name(): string {
    return this.#options.name;
  }

  get pending(): number {
    return this.#busy ? 1 : 0;
  }

  start(): this {
    this.#running = true;
    void this.#loop().catch((error: unknown) => this.#home.world.fail(error));
    return this;
  }

  stop(): void {
    this.#running = false;
  }

  /** Takes over once more and goes on until it has read all that there is. Throws a `ClientError` when it cannot. */
  async finish(): Promise<void> {
    await this.#live(true);
  }

  #reborn(): TransactionalProducer {
    const { line, transactionTimeoutMs } = this.#options;
    this.#lives += 1;
    const { transactionalId } = line;
    return new TransactionalProducer(this.#client, {
      transactionalId,
      transactionTimeoutMs,
      deliveryTimeoutMs: DELIVERY_MS,
    });
  }

  async #loop(): Promise<void> {
    const { random, pace, rival } = this.#options;
    while (this.#running) {
      if (rival) await this.#client.sleep(RIVAL_MS + random.below(2 * RIVAL_MS) + Math.min(pace.pause(), 60_000));
      if (!this.#running) return;
      try {
        await this.#live(false);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
      }
      this.#busy = false;
      await this.#client.sleep(100 + random.below(400));
    }
  }

  /** One life: from taking over to being replaced, or to the end of the input. */
  async #live(toEnd: boolean): Promise<void> {
    const { line, group, from, random, pace } = this.#options;
    this.#busy = true;
    this.#producer = this.#reborn();
    await this.#producer.init();
    line.grant(this.#producer.identity);
    const offset = await this.#committedOffset(group);
    if (offset === null) throw new ClientError('timeout', `${group} does not tell its offsets`);
    const assignments = [{ ...from, from: { offset } }];
    const consumer = new Consumer(this.#client, { assignments, maxWaitMs: 200, isolation: 'committed' });
    for (let polls = 0; toEnd || this.#running; polls += 1) {
      for (const { records } of await consumer.poll()) {
        const polled = records.map((record) => ({ offset: record.offset, value: textOf(record.value) }));
        for (let at = 0; at < polled.length; at += CHUNK) await this.#transform(polled.slice(at, at + CHUNK), toEnd);
      }
      if (toEnd && consumer.caughtUp && polls > 1) break;
      if (!toEnd && random.below(40) === 0) return;
      if (!toEnd) {
        this.#busy = false;
        await this.#client.sleep(Math.min(30 + pace.pause(), PAUSE_MAX_MS));
        this.#busy = true;
      }
    }
    this.#busy = false;
  }

  async #committedOffset(group: string): Promise<number | null> {
    const { from } = this.#options;
    return this.#client.retry(async () => {
      const coordinator = await findCoordinator(this.#client, 'group', group);
      const offsets = await fetchOffsets(this.#client, coordinator, group, from.topic);
      // A transaction of the life before is still ending.
      if (offsets === null) throw new ClientError('timeout', `offsets of ${group}`);
      return Math.max(0, offsets.get(from.partition) ?? 0);
    });
  }

  async #transform(polled: readonly Polled[], quick: boolean): Promise<void> {
    const { line, random, group, from, transactionTimeoutMs } = this.#options;
    const last = polled.at(-1);
    if (last === undefined) return;
    const transaction = line.begin(`${this.name}.${this.#lives}`);
    this.#producer.begin();
    try {
      await Promise.all(polled.map((each) => this.#send(transaction, each)));
      if (!quick && random.below(30) === 0) await this.#client.sleep(transactionTimeoutMs * (0.5 + random.fraction()));
      const judgeOffset = line.begins(this.name, 'an offset', this.#producer.identity);
      await this.#producer.sendOffsets({ group, offsets: [{ ...from, offset: last.offset + 1 }] });
      judgeOffset();
      if (!quick && random.below(12) === 0) throw new ClientError('closed', 'it thinks better of it');
      const judge = line.begins(this.name, 'the commit', this.#producer.identity);
      transaction.state = 'committing';
      await this.#producer.commit();
      judge();
      transaction.state = 'committed';
      this.committed += 1;
      line.grant(this.#producer.identity);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      transaction.state = transaction.state === 'committing' ? 'unknown' : 'aborted';
      throw error;
    }
  }

  async #send(transaction: KnownTransaction, { offset, value }: Polled): Promise<void> {
    const { to, line } = this.#options;
    const number = this.#next;
    this.#next += 1;
    const partition = offset % to.partitions;
    const id = transformed(value, `${this.name}.${number}`);
    const writer = `${this.name}.${this.#lives}.${transaction.number}`;
    const sentAt = this.#home.world.now();
    const { topic } = to;
    const record = this.#history.add({ id, topic, partition, writer, number, sentAt, kept: true, once: true });
    this.#transactions.add(transaction, record);
    const judge = line.begins(this.name, id, this.#producer.identity);
    try {
      const delivered = await this.#producer.send({ topic, partition, key: null, value: Buffer.from(id) });
      judge();
      this.#history.ack(record, delivered.offset, this.#home.world.now());
    } catch (error) {
      if (error instanceof ClientError) this.#history.fail(record, error.message);
      throw error;
    }
  }
}

function textOf(value: Uint8Array | null): string {
  return Buffer.from(value ?? []).toString();
}
