/**
 * A producer whose records, over any partitions, and offsets of groups count together or not at all (KIP-98, KIP-890).
 *
 * ```
 *  init ─▶ begin ─▶ send, sendOffsets … ─▶ commit ─▶ begin …      readers with isolation committed see all of it or nothing
 *   ▲                    └── one failed: only abort is left ─▶ begin …
 *   └── somebody else took over the id, or nobody knows how a transaction ended: every call fails until `init`
 * ```
 * It speaks TV2 with brokers that do, else TV1. One batch of a partition is on its way at a time. A call that failed without
 * `refused` may have happened.
 */
import { ClientError, refusal } from './client-error.ts';
import type { KafkaClient } from './kafka-client.ts';
import type { Delivery, ProducerIdentity } from './producer-batch.ts';
import type { OutgoingRecord } from './producer.ts';
import { TransactionCalls } from './transaction-calls.ts';
import type { GroupOffsets } from './transaction-calls.ts';
import { TransactionRow } from './transaction-rows.ts';

export interface TransactionalOptions {
  /** Whoever is initialized last under it is the only one that may write. */
  readonly transactionalId: string;
  /** The cluster aborts a transaction that is open for longer; default 60,000. */
  readonly transactionTimeoutMs?: number;
  /** How long each call is tried again; default 120,000. */
  readonly deliveryTimeoutMs?: number;
  readonly batchBytesMax?: number;
}

/** What is sent in a transaction says where it goes. */
export type TransactionalRecord = OutgoingRecord & { readonly partition: number };

interface OpenTransaction {
  /** Something may have been written in it: the coordinator has to end it. */
  begun: boolean;
  /** Partitions (`t/0`) and groups that are part of it; with TV1 only. */
  readonly joined: Map<string, Promise<void>>;
  /** What is under way. */
  readonly works: Set<Promise<unknown>>;
  /** Why it can only be aborted. */
  failure: ClientError | null;
}

interface Life {
  readonly identity: ProducerIdentity;
  readonly bumpsEpochs: boolean;
}

const FENCED: ReadonlySet<string> = new Set([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);

export class TransactionalProducer {
  readonly #client: KafkaClient;
  readonly #options: Required<TransactionalOptions>;
  readonly #calls: TransactionCalls;
  readonly #rows = new Map<string, TransactionRow>();
  #life: Life | null = null;
  #open: OpenTransaction | null = null;
  /** Why nothing but `init` is possible. */
  #ended: ClientError | null = null;

  constructor(client: KafkaClient, options: TransactionalOptions) {
    this.#client = client;
    this.#options = { transactionTimeoutMs: 60_000, deliveryTimeoutMs: 120_000, batchBytesMax: 1 << 18, ...options };
    this.#calls = new TransactionCalls(client, options.transactionalId, this.#options.deliveryTimeoutMs);
  }

  /** Under which it writes; null before {@link init}. */
  get identity(): ProducerIdentity | null {
    return this.#life?.identity ?? null;
  }

  /** The cluster ends transactions in a new epoch (TV2). */
  get bumpsEpochs(): boolean {
    return this.#life?.bumpsEpochs ?? false;
  }

  /** Takes over the id: whatever was open under it is aborted, and who wrote under it is fenced. */
  async init(): Promise<void> {
    this.#ended = new ClientError('closed', 'a producer that has not been initialized');
    this.#open = null;
    this.#life = null;
    const identity = await this.#calls.init(this.#options.transactionTimeoutMs, null);
    this.#live({ identity, bumpsEpochs: await this.#calls.bumpsEpochs() });
    this.#ended = null;
  }

  begin(): void {
    if (this.#ended !== null) throw this.#ended;
    if (this.#life === null || this.#open !== null)
      throw new ClientError('closed', this.#life === null ? 'not initialized' : 'a transaction is open already');
    this.#open = { begun: false, joined: new Map(), works: new Set(), failure: null };
  }

  /** Resolves when the record is kept; whether it counts is decided by the end of the transaction. */
  send(record: TransactionalRecord): Promise<Delivery> {
    const [open, life] = this.#current();
    const { topic, partition, ...rest } = record;
    const row = this.#rowOf(topic, partition);
    const timestamp = record.timestamp ?? this.#client.ports.clock.wallNow();
    const delivery = new Promise<Delivery>((resolve, reject) => {
      row.push({ ...rest, timestamp }, (result) => (result instanceof ClientError ? reject(result) : resolve(result)));
    });
    if (!row.sending) {
      row.sending = true;
      // What comes in one turn goes together. Known as work from now on: turns need not come in the order in which they were asked for.
      const turn = new Promise<void>((resolve) => this.#client.ports.clock.defer(resolve));
      this.#track(
        open,
        turn.then(() => this.#drain(open, life, row)),
      );
    }
    return delivery;
  }

  /** Resolves when the offsets are part of the transaction. */
  async sendOffsets(offsets: GroupOffsets): Promise<void> {
    const [open, life] = this.#current();
    const work = this.#joined(open, life, offsets.group, () => this.#calls.addGroup(life.identity, offsets.group)).then(
      () => this.#calls.commitOffsets(life.identity, offsets),
    );
    this.#track(open, work);
    await work;
  }

  /** Waits for all that was sent. Rejects when that failed (abort then), or it cannot be committed. */
  async commit(): Promise<void> {
    const [open] = this.#current();
    await this.#settled(open);
    if (open.failure !== null) throw open.failure;
    await this.#end(open, true);
  }

  /** What was sent and is not on its way yet will not be. */
  async abort(): Promise<void> {
    if (this.#ended !== null) throw this.#ended;
    const open = this.#open;
    if (open === null) throw new ClientError('closed', 'no transaction is open');
    open.failure ??= new ClientError('closed', 'the transaction was aborted');
    await this.#settled(open);
    await this.#end(open, false);
  }

  #current(): readonly [OpenTransaction, Life] {
    if (this.#ended !== null) throw this.#ended;
    if (this.#open === null || this.#life === null) throw new ClientError('closed', 'no transaction is open');
    if (this.#open.failure !== null) throw this.#open.failure;
    return [this.#open, this.#life];
  }

  #rowOf(topic: string, partition: number): TransactionRow {
    const name = `${topic}/${partition}`;
    const row = this.#rows.get(name) ?? new TransactionRow(topic, partition);
    this.#rows.set(name, row);
    return row;
  }

  /** A failure of the work is one of the transaction; who waits for the work itself is told, too. */
  #track(open: OpenTransaction, work: Promise<unknown>): void {
    const settled = work.then(
      () => void open.works.delete(settled),
      (error: unknown) => {
        open.works.delete(settled);
        if (!(error instanceof ClientError)) throw error;
        open.failure ??= error;
        this.#noteFenced(error);
      },
    );
    open.works.add(settled);
  }

  async #settled(open: OpenTransaction): Promise<void> {
    while (open.works.size > 0) await Promise.all(open.works);
  }

  async #drain(open: OpenTransaction, life: Life, row: TransactionRow): Promise<void> {
    const { topic, partition } = row;
    try {
      for (;;) {
        if (open.failure !== null) throw open.failure;
        const batch = row.take(life.identity, this.#options.batchBytesMax);
        if (batch === null) return;
        try {
          const add = (): Promise<void> => this.#calls.addPartition(life.identity, topic, partition);
          await this.#joined(open, life, `${topic}/${partition}`, add);
          row.settle(batch, { baseOffset: await this.#calls.produce(topic, partition, batch.bytes) });
        } catch (error) {
          if (error instanceof ClientError) row.settle(batch, error);
          throw error;
        }
      }
    } catch (error) {
      if (error instanceof ClientError) row.fail(error);
      throw error;
    } finally {
      row.sending = false;
    }
  }

  /** TV1: the coordinator must know of it first. TV2: whoever is written to tells the coordinator. */
  #joined(open: OpenTransaction, { bumpsEpochs }: Life, name: string, add: () => Promise<void>): Promise<void> {
    open.begun = true;
    if (bumpsEpochs) return Promise.resolve();
    const joined = open.joined.get(name) ?? add();
    open.joined.set(name, joined);
    return joined;
  }

  async #end(open: OpenTransaction, committed: boolean): Promise<void> {
    const life = this.#life;
    if (this.#ended !== null) throw this.#ended;
    if (life === null || this.#open !== open) throw new ClientError('closed', 'the transaction is over');
    try {
      if (open.begun) await this.#finish(life, open, committed);
    } catch (error) {
      // Nobody knows how it ended, or it is not this producer's to end.
      if (error instanceof ClientError) this.#ended ??= error;
      throw error;
    }
    this.#open = null;
  }

  async #finish(life: Life, open: OpenTransaction, committed: boolean): Promise<void> {
    const { transactionTimeoutMs } = this.#options;
    let identity = await this.#calls.end(life.identity, committed);
    // TV1: after a failure nobody knows which sequence numbers are used up; and what was asked twice may come once more, and
    // would be taken for a part of the next transaction, or its end (the hole that KIP-890 closes).
    const isOpen = open.failure !== null || this.#calls.repeated;
    if (isOpen && !life.bumpsEpochs) identity = await this.#calls.init(transactionTimeoutMs, identity);
    this.#calls.repeated = false;
    if (identity !== life.identity) this.#live({ ...life, identity });
  }

  #live(life: Life): void {
    this.#life = life;
    for (const row of this.#rows.values()) row.restart();
  }

  #noteFenced(error: ClientError): void {
    if (error.code === null || !FENCED.has(error.code)) return;
    this.#ended ??= error.code === 'PRODUCER_FENCED' ? error : refusal(90, error.message);
  }
}
