/**
 * A transactional producer as users write them, and worse: it commits, aborts, waits until its transaction has timed out, walks
 * away in the middle, and comes back under the same id; others under the same id do the same.
 *
 * ```
 *  init ─▶ begin ─▶ records to some partitions, an offset ─▶ commit | abort | sleep beyond the timeout | vanish ─▶ …
 * ```
 * What it was told goes into the histories of records and of transactions.
 */
import type { Random } from '../../raft/index.ts';
import { buildBatch } from '../../storage/batch/index.ts';
import { ClientError, TransactionalProducer } from '../../src/client/index.ts';
import type { ClientOptions, KafkaClient } from '../../src/client/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';
import { violated } from './history.ts';
import type { History } from './history.ts';
import type { Pace } from './pace.ts';
import type { KnownTransaction, TransactionHistory, TransactionLine } from './transaction-history.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface TransactionalWriterOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly line: TransactionLine;
  readonly topic: string;
  readonly partitions: number;
  /** An offset of the topic's first partition is committed with some transactions; null: with none. */
  readonly group: string | null;
  readonly random: Random;
  readonly pace: Pace;
  /** Virtual milliseconds between two transactions when busy. */
  readonly everyMs: number;
  readonly transactionTimeoutMs: number;
  /** It speaks as clients of before KIP-890 do. */
  readonly old: boolean;
}

/** What clients of before KIP-890 speak. */
export const OLD_VERSIONS: Partial<ClientOptions> = {
  versionEnds: new Map(Object.entries({ Produce: 11, EndTxn: 4, TxnOffsetCommit: 4, InitProducerId: 4 })),
};
export const REQUEST_MS = 2000;
export const DELIVERY_MS = 12_000;
const RECORDS_MAX = 6;
/** Quiet or not, it comes back after this. */
const REST_MAX_MS = 20_000;

export class TransactionalWriter {
  readonly #home: WorkloadHome;
  readonly #history: History;
  readonly #transactions: TransactionHistory;
  readonly #options: TransactionalWriterOptions;
  readonly #client: KafkaClient;
  #producer: TransactionalProducer;
  #running = false;
  /** Between two operations that it waits for. */
  #resting = true;
  #next = 0;
  #lives = 0;
  /** Sends that nobody waits for. */
  #loose = 0;
  committed = 0;

  constructor(
    home: WorkloadHome,
    history: History,
    transactions: TransactionHistory,
    options: TransactionalWriterOptions,
  ) {
    this.#home = home;
    this.#history = history;
    this.#transactions = transactions;
    this.#options = options;
    const ends = options.old ? OLD_VERSIONS : {};
    this.#client = home.client(options.name, { requestTimeoutMs: REQUEST_MS, ...ends });
    this.#producer = this.#reborn();
  }

  get name(): string {
    return this.#options.name;
  }

  get pending(): number {
    return this.#loose + (this.#resting ? 0 : 1);
  }

  start(): this {
    this.#running = true;
    void this.#loop().catch((error: unknown) => this.#home.world.fail(error));
    return this;
  }

  stop(): void {
    this.#running = false;
  }

  #reborn(): TransactionalProducer {
    const { line, transactionTimeoutMs } = this.#options;
    this.#lives += 1;
    return new TransactionalProducer(this.#client, {
      transactionalId: line.transactionalId,
      transactionTimeoutMs,
      deliveryTimeoutMs: DELIVERY_MS,
    });
  }

  async #loop(): Promise<void> {
    const { random, pace, everyMs } = this.#options;
    while (this.#running) {
      this.#resting = false;
      if (this.#producer.identity !== null || (await this.#init())) await this.#transaction();
      this.#resting = true;
      await this.#client.sleep(Math.min(pace.wait(everyMs), REST_MAX_MS) * (0.5 + random.fraction()));
    }
  }

  /** False: it has no life. */
  async #init(): Promise<boolean> {
    try {
      await this.#producer.init();
      this.#options.line.grant(this.#producer.identity);
      return !this.#options.old || this.#options.random.below(3) > 0 || (await this.#stray());
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      return false;
    }
  }

  /**
   * A batch of no transaction, as one that was on its way for too long: leaders do not begin transactions for old clients, and take
   * none of it. False: nobody knows what became of it, and it may still come.
   */
  async #stray(): Promise<boolean> {
    const { line, topic, partitions, random } = this.#options;
    const { identity } = this.#producer;
    const partition = random.below(partitions);
    await this.#client.topic(topic);
    const leader = this.#client.leaderOf(topic, partition)?.leader ?? null;
    if (identity === null || leader === null) return true;
    const transaction = line.begin(`${this.name}.${this.#lives}, astray`);
    transaction.state = 'aborted';
    const id = `${this.name}-astray-${this.#next}`;
    const number = this.#next;
    this.#next += 1;
    const sentAt = this.#home.world.now();
    const record = this.#history.add({ id, topic, partition, writer: id, number, sentAt, kept: true, once: true });
    this.#transactions.add(transaction, record);
    const values = [{ key: null, value: Buffer.from(id), timestamp: this.#client.ports.clock.wallNow() }];
    const producer = { ...identity, baseSequence: 0 };
    const records = buildBatch({ records: values, transactional: true, producer });
    const topicData = [{ name: topic, partitionData: [{ index: partition, records }] }];
    const body = { transactionalId: line.transactionalId, acks: -1, timeoutMs: REQUEST_MS, topicData };
    this.#producer = this.#reborn();
    const answer = await this.#client.on(leader, API_TABLE.produce.schema, body);
    const code = answer.responses[0]?.partitionResponses[0]?.errorCode ?? -1;
    if (code === 0) violated('E3', `${id} was taken, and is of no transaction`);
    this.#history.fail(record, `error ${code}`);
    return false;
  }

  async #transaction(): Promise<void> {
    const { random, line, group, transactionTimeoutMs } = this.#options;
    const transaction = line.begin(`${this.name}.${this.#lives}`);
    try {
      this.#producer.begin();
      const isLoose = random.below(8) === 0;
      const sends = Array.from({ length: 1 + random.below(RECORDS_MAX) }, () => this.#send(transaction));
      if (isLoose) this.#loosen(sends);
      else await Promise.all(sends);
      if (group !== null && random.below(2) === 0) await this.#sendOffset(transaction, group);
      if (random.below(3) === 0) await this.#send(transaction);
      if (random.below(10) === 0) await this.#client.sleep(transactionTimeoutMs * (0.5 + random.fraction()));
      await this.#end(transaction);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      await this.#fail(transaction);
    }
  }

  async #end(transaction: KnownTransaction): Promise<void> {
    const { random, line } = this.#options;
    const draw = random.below(20);
    if (draw === 0) return this.#vanish(transaction);
    if (draw < 5) return this.#abort(transaction);
    const judge = line.begins(this.name, 'the commit', this.#producer.identity);
    // Of a transaction that failed the client does not ask for the commit; it is told as unknown all the same.
    transaction.state = 'committing';
    if (draw === 5) return this.#commitAndGo(transaction);
    await this.#producer.commit();
    judge();
    transaction.state = 'committed';
    this.committed += 1;
    line.grant(this.#producer.identity);
  }

  /** It asks for the commit and dies: its successor does not know whether it was heard. */
  #commitAndGo(transaction: KnownTransaction): void {
    this.#loosen([this.#producer.commit()]);
    this.#vanishAs(transaction);
    transaction.state = 'unknown';
  }

  async #abort(transaction: KnownTransaction): Promise<void> {
    transaction.state = 'aborted';
    await this.#producer.abort();
    this.#options.line.grant(this.#producer.identity);
  }

  /** It goes without a word: whatever is open stays so, until the coordinator or a successor ends it. */
  #vanish(transaction: KnownTransaction): void {
    transaction.state = 'aborted';
    this.#producer = this.#reborn();
  }

  /** Aborts if it still may, else begins a new life. */
  async #fail(transaction: KnownTransaction): Promise<void> {
    const wasAsked = transaction.state === 'committing';
    transaction.state = wasAsked ? 'unknown' : 'aborted';
    try {
      if (wasAsked || this.#options.random.below(4) === 0) return this.#vanishAs(transaction);
      await this.#producer.abort();
      this.#options.line.grant(this.#producer.identity);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      this.#producer = this.#reborn();
    }
  }

  #vanishAs(transaction: KnownTransaction): void {
    const { state } = transaction;
    this.#vanish(transaction);
    transaction.state = state;
  }

  async #send(transaction: KnownTransaction): Promise<void> {
    const { topic, partitions, random, line } = this.#options;
    const { name } = this;
    const number = this.#next;
    this.#next += 1;
    const partition = random.below(partitions);
    const id = `${name}-${number}`;
    const writer = `${name}.${this.#lives}.${transaction.number}`;
    const sentAt = this.#home.world.now();
    const record = this.#history.add({ id, topic, partition, writer, number, sentAt, kept: true, once: true });
    this.#transactions.add(transaction, record);
    const judge = line.begins(name, id, this.#producer.identity);
    try {
      const { offset } = await this.#producer.send({ topic, partition, key: null, value: Buffer.from(id) });
      judge();
      this.#history.ack(record, offset, this.#home.world.now());
    } catch (error) {
      if (error instanceof ClientError) this.#history.fail(record, error.message);
      throw error;
    }
  }

  async #sendOffset(transaction: KnownTransaction, group: string): Promise<void> {
    const { topic, line } = this.#options;
    const offset = transaction.number;
    const judge = line.begins(this.name, `the offset ${offset}`, this.#producer.identity);
    // Known from now on: it may count although nobody has heard so.
    transaction.offset = offset;
    await this.#producer.sendOffsets({ group, offsets: [{ topic, partition: 0, offset }] });
    judge();
  }

  /** Nobody waits for these; the end of the transaction does, if it comes. */
  #loosen(sends: readonly Promise<void>[]): void {
    for (const send of sends) {
      this.#loose += 1;
      void send.then(
        () => void (this.#loose -= 1),
        (error: unknown) => {
          this.#loose -= 1;
          if (!(error instanceof ClientError)) this.#home.world.fail(error);
        },
      );
    }
  }
}
