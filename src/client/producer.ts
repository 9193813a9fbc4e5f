/**
 * A producer: records in, acknowledgements out; batching, retries, and no duplicates when idempotent.
 *
 * ```
 *  send ─▶ partition queues ──pump (once a turn, or after linger)──▶ one request per leader ─▶ answers per partition
 *              ▲                                                                                │ retriable
 *              └── recover: wait, refresh metadata, send again in order ◀───────────────────────┘
 * ```
 *
 * An idempotent producer numbers its records; the brokers recognize repetitions and gaps. When a batch that may have been
 * written is given up, its numbers are lost: all that was sent after it fails too (nobody knows what became of it; answers
 * that still come say nothing any more), and the rest goes on under a new identity.
 */
import { millis } from '../../raft/index.ts';
import type { Timer } from '../ports/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { Decoded } from '../wire/index.ts';
import { ClientError, refusal } from './client-error.ts';
import type { KafkaClient } from './kafka-client.ts';
import { Partitioner } from './partitioner.ts';
import { PartitionQueue, recordSize } from './producer-batch.ts';
import type { Delivered, Delivery, ProducerBatch, ProducerIdentity } from './producer-batch.ts';

export interface ProducerOptions {
  /** 0: nobody answers; 1: the leader has it; 'all': every in-sync replica has it. Default 'all'. */
  readonly acks?: 0 | 1 | 'all';
  /** Default: true with acks 'all'. */
  readonly idempotent?: boolean;
  /** Wait for more records before sending; default 0: what comes in one turn goes together. */
  readonly lingerMs?: number;
  readonly batchBytesMax?: number;
  /** Batches per partition on the way; at most 5 when idempotent. */
  readonly inflightMax?: number;
  /** A record fails when it is not acknowledged after this; default 120,000. */
  readonly deliveryTimeoutMs?: number;
  /** How long brokers may wait for replicas, and the client for the answer; default: the client's request timeout. */
  readonly requestTimeoutMs?: number;
  /** Bytes held before {@link Producer.room} makes wait. */
  readonly bufferBytesMax?: number;
  /** Let an unknown topic be created by asking for it; default false. */
  readonly createTopics?: boolean;
}

export interface OutgoingRecord {
  readonly topic: string;
  /** Absent: by key, or sticky without one. */
  readonly partition?: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array | null }[];
  /** Milliseconds since 1970; default: now. */
  readonly timestamp?: number;
}

/** One batch of a partition in a request. */
interface Sent {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

const WINDOW = 5;
const ACKS = { 0: 0, 1: 1, all: -1 } as const;
const DUPLICATE = errorCode('DUPLICATE_SEQUENCE_NUMBER');
const SEQUENCE_FAULTS: readonly number[] = [
  errorCode('OUT_OF_ORDER_SEQUENCE_NUMBER'),
  errorCode('UNKNOWN_PRODUCER_ID'),
];
type PartitionAnswer = Decoded<
  typeof API_TABLE.produce.schema.response
>['responses'][number]['partitionResponses'][number];

export class Producer {
  readonly #client: KafkaClient;
  readonly #options: Required<ProducerOptions>;
  readonly #partitioner: Partitioner;
  readonly #queues = new Map<string, PartitionQueue>();
  /** Records that wait for their topic's metadata, in order. */
  readonly #opening = new Map<string, Promise<void>>();
  readonly #waiters: (() => void)[] = [];
  #identity: ProducerIdentity | null = null;
  #identifying = false;
  #bufferedBytes = 0;
  #unsettled = 0;
  #pumping = false;
  #linger: Timer | null = null;
  #closed: ClientError | null = null;
  readonly #forget: () => void;

  constructor(client: KafkaClient, options: ProducerOptions = {}) {
    const acks = options.acks ?? 'all';
    const idempotent = options.idempotent ?? acks === 'all';
    this.#client = client;
    this.#partitioner = new Partitioner(client.ports.random.fork('partitioner'));
    this.#options = {
      acks,
      idempotent,
      lingerMs: options.lingerMs ?? 0,
      batchBytesMax: options.batchBytesMax ?? 1 << 18,
      inflightMax: Math.min(options.inflightMax ?? WINDOW, idempotent ? WINDOW : 1000),
      deliveryTimeoutMs: options.deliveryTimeoutMs ?? 120_000,
      requestTimeoutMs: options.requestTimeoutMs ?? client.requestTimeoutMs,
      bufferBytesMax: options.bufferBytesMax ?? 32 << 20,
      createTopics: options.createTopics ?? false,
    };
    this.#forget = client.onClose(() => this.#end(new ClientError('closed', 'the client was closed')));
  }

  /** Records that are neither acknowledged nor failed. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Rejects with {@link ClientError} when the record is given up; then nobody knows whether it was written unless `refused`. */
  send(record: OutgoingRecord): Promise<Delivery> {
    return new Promise((resolve, reject) => {
      this.push(record, (result) => (result instanceof ClientError ? reject(result) : resolve(result)));
    });
  }

  /** As {@link send}, with a callback: for streams of many records. */
  push(record: OutgoingRecord, delivered: Delivered): void {
    if (this.#closed !== null) return delivered(this.#closed);
    this.#unsettled += 1;
    const size = recordSize({ ...record, timestamp: 0 });
    this.#bufferedBytes += size;
    const settled: Delivered = (result) => {
      this.#unsettled -= 1;
      this.#bufferedBytes -= size;
      delivered(result);
      this.#wake();
    };
    const opening = this.#opening.get(record.topic);
    if (opening === undefined && this.#client.metadata.topics.has(record.topic))
      return this.#place(record, size, settled);
    this.#open(record.topic, opening, () => this.#place(record, size, settled), settled);
  }

  /** Resolves when fewer bytes than the buffer's bound wait. */
  async room(): Promise<void> {
    while (this.#bufferedBytes >= this.#options.bufferBytesMax) await this.#change();
  }

  /** Resolves when every record given so far is acknowledged or failed. */
  async flush(): Promise<void> {
    this.#schedule(true);
    while (this.#unsettled > 0) await this.#change();
  }

  /** Flushes, then refuses further records. */
  async close(): Promise<void> {
    await this.flush();
    this.#end(new ClientError('closed', 'the producer was closed'));
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  #end(error: ClientError): void {
    if (this.#closed !== null) return;
    this.#closed = error;
    this.#linger?.cancel();
    this.#forget();
    for (const queue of this.#queues.values()) for (const batch of queue.drop(true)) queue.settle(batch, error);
    this.#wake();
  }

  /** Finds the topic, then does `then`; records of a topic that is being found stay in order. */
  #open(topic: string, before: Promise<void> | undefined, then: () => void, failed: Delivered): void {
    const { createTopics, deliveryTimeoutMs } = this.#options;
    const find = (): Promise<unknown> =>
      this.#client.retry(() => this.#client.topic(topic, { create: createTopics }), deliveryTimeoutMs);
    const opened = (before ?? Promise.resolve())
      .then(find)
      .then(then, (error: unknown) => {
        if (!(error instanceof ClientError)) throw error;
        failed(error);
      })
      .then(() => {
        if (this.#opening.get(topic) === opened) this.#opening.delete(topic);
      });
    this.#opening.set(topic, opened);
  }

  #place(record: OutgoingRecord, size: number, delivered: Delivered): void {
    if (this.#closed !== null) return delivered(this.#closed);
    const count = this.#client.metadata.topics.get(record.topic)?.partitions.length ?? 0;
    const keyless = record.partition === undefined && record.key === null;
    const index = record.partition ?? (count === 0 ? 0 : this.#partitioner.choose(record.topic, count, record.key));
    if (index >= count) return delivered(refusal(3, `partition ${index} of topic ${record.topic}, which has ${count}`));
    const queue = this.#queueOf(record.topic, index);
    const { clock } = this.#client.ports;
    const { topic: _topic, partition: _partition, ...rest } = record;
    const stamped = { ...rest, timestamp: record.timestamp ?? clock.wallNow() };
    const { batchBytesMax, deliveryTimeoutMs } = this.#options;
    const full = queue.push(stamped, size, clock.now() + deliveryTimeoutMs, batchBytesMax, delivered);
    if (full && keyless) this.#partitioner.turn(record.topic);
    this.#schedule(full);
  }

  #queueOf(topic: string, index: number): PartitionQueue {
    const name = `${topic}/${index}`;
    const found = this.#queues.get(name);
    if (found !== undefined) return found;
    const made = new PartitionQueue(topic, index);
    this.#queues.set(name, made);
    return made;
  }

  /** Sends at the end of this turn, or after the linger. */
  #schedule(now: boolean): void {
    const { clock } = this.#client.ports;
    if (this.#pumping) return;
    if (now || this.#options.lingerMs === 0) {
      this.#linger?.cancel();
      this.#linger = null;
      this.#pumping = true;
      clock.defer(() => {
        this.#pumping = false;
        this.#pump();
      });
    } else
      this.#linger ??= clock.setTimer(millis(this.#options.lingerMs), () => {
        this.#linger = null;
        this.#schedule(true);
      });
  }

  #pump(): void {
    if (this.#closed !== null) return;
    if (this.#options.idempotent && this.#identity === null) return this.#identify();
    for (;;) {
      const byLeader = new Map<number, Sent[]>();
      for (const queue of this.#queues.values()) {
        if (queue.recovering) continue;
        if (queue.drained) {
          // The last one in flight may have been acknowledged while one before it waits to be sent again.
          this.#recover(queue);
          continue;
        }
        if (!queue.ready) continue;
        const known = this.#client.leaderOf(queue.topic, queue.index);
        if (known === null) {
          if (queue.inflight === 0) this.#recover(queue);
          continue;
        }
        const batch = queue.take(this.#options.inflightMax, this.#identity);
        if (batch === null) continue;
        const sent = byLeader.get(known.leader);
        if (sent === undefined) byLeader.set(known.leader, [{ queue, batch }]);
        else sent.push({ queue, batch });
      }
      if (byLeader.size === 0) return;
      for (const [node, sent] of byLeader) this.#send(node, sent);
    }
  }

  #identify(): void {
    if (this.#identifying) return;
    this.#identifying = true;
    const ask = (): Promise<ProducerIdentity> =>
      this.#client.retry(async () => {
        const answer = await this.#client.any(API_TABLE.initProducerId.schema, {
          transactionalId: null,
          transactionTimeoutMs: 60_000,
        });
        if (answer.errorCode !== 0) throw refusal(answer.errorCode, 'producer id');
        return { id: answer.producerId, epoch: answer.producerEpoch };
      }, this.#options.deliveryTimeoutMs);
    void ask().then(
      (identity) => {
        this.#identifying = false;
        this.#identity = identity;
        this.#pump();
      },
      (error: unknown) => {
        this.#identifying = false;
        if (!(error instanceof ClientError)) throw error;
        for (const queue of this.#queues.values()) for (const batch of queue.drop(true)) queue.settle(batch, error);
      },
    );
  }

  #send(node: number, sent: readonly Sent[]): void {
    const { acks, requestTimeoutMs } = this.#options;
    const api = API_TABLE.produce.schema;
    const topics = new Map<string, { readonly index: number; readonly records: Uint8Array }[]>();
    for (const { queue, batch } of sent) {
      const entry = { index: queue.index, records: batch.bytes ?? new Uint8Array(0) };
      const entries = topics.get(queue.topic);
      if (entries === undefined) topics.set(queue.topic, [entry]);
      else entries.push(entry);
    }
    const topicData = [...topics].map(([name, partitionData]) => ({ name, partitionData }));
    const body = { acks: ACKS[acks], timeoutMs: requestTimeoutMs, topicData };
    const failed = (error: unknown): void => {
      if (!(error instanceof ClientError)) throw error;
      for (const { queue, batch } of sent) this.#onError(queue, batch, error);
      this.#schedule(true);
    };
    if (acks === 0) {
      void this.#client.link(node).then((link) => {
        link.tell(api, body);
        for (const { queue, batch } of sent) if (queue.isInFlight(batch)) queue.settle(batch, { baseOffset: null });
        this.#schedule(true);
      }, failed);
      return;
    }
    // The broker answers after its own timeout at the latest; the link gets a little longer.
    void this.#client.on(node, api, body, requestTimeoutMs + 1000).then((answer) => {
      const answers = new Map<string, PartitionAnswer>();
      for (const { name, partitionResponses } of answer.responses)
        for (const each of partitionResponses) answers.set(`${name}/${each.index}`, each);
      for (const { queue, batch } of sent) this.#onAnswer(queue, batch, answers.get(`${queue.topic}/${queue.index}`));
      this.#schedule(true);
    }, failed);
  }

  #onAnswer(queue: PartitionQueue, batch: ProducerBatch, answer: PartitionAnswer | undefined): void {
    if (this.#closed !== null || !queue.isInFlight(batch)) return;
    if (answer === undefined)
      return this.#onError(queue, batch, new ClientError('protocol', 'an answer without this partition'));
    if (answer.errorCode === 0) return queue.settle(batch, { baseOffset: answer.baseOffset });
    if (answer.errorCode === DUPLICATE) return queue.settle(batch, { baseOffset: null });
    this.#onError(
      queue,
      batch,
      refusal(answer.errorCode, `produce to ${queue.topic}-${queue.index}`, answer.errorMessage),
      answer.errorCode,
    );
  }

  #onError(queue: PartitionQueue, batch: ProducerBatch, error: ClientError, code = 0): void {
    if (this.#closed !== null || !queue.isInFlight(batch)) return;
    const followsAnother = SEQUENCE_FAULTS.includes(code) && !queue.isOldest(batch);
    if (error.retriable || followsAnother) {
      queue.fail(batch, error);
      if (queue.drained) this.#recover(queue);
      return;
    }
    queue.settle(batch, error);
    this.#numbersLost(queue, error);
    if (queue.drained) this.#recover(queue);
  }

  /** Sequence numbers that will never be written: what was sent behind them fails, the rest gets a new identity. */
  #numbersLost(queue: PartitionQueue, error: ClientError): void {
    if (!this.#options.idempotent) return;
    const after = new ClientError('refused', `a record before it failed: ${error.message}`, {
      code: 'UNKNOWN_PRODUCER_ID',
      cause: error,
    });
    for (const batch of queue.drop(false)) queue.settle(batch, after);
    this.#identity = null;
    for (const each of this.#queues.values()) each.restartSequences();
  }

  /** Waits a little, learns who leads, and goes on. */
  #recover(queue: PartitionQueue): void {
    if (queue.recovering) return;
    queue.recovering = true;
    const attempt = queue.failures;
    queue.failures += 1;
    const waited = attempt === 0 ? Promise.resolve() : this.#client.sleep(this.#client.backoffMs(attempt - 1));
    // The first failure is mostly a change of leaders, which that node knows best; after the second its word is doubted.
    const avoid = attempt === 0 ? null : (this.#client.leaderOf(queue.topic, queue.index)?.leader ?? null);
    void waited
      .then(() => this.#client.refresh([queue.topic], { avoid }))
      .then(
        () => this.#resume(queue, null),
        (error: unknown) => {
          if (!(error instanceof ClientError)) throw error;
          this.#resume(queue, error);
        },
      );
  }

  #resume(queue: PartitionQueue, error: ClientError | null): void {
    if (this.#closed !== null) return;
    queue.recovered();
    const { sent, unsent } = queue.expire(this.#client.ports.clock.now());
    const why = (batch: ProducerBatch): ClientError => {
      const last = batch.lastError ?? error;
      const { deliveryTimeoutMs } = this.#options;
      return new ClientError(
        'timeout',
        `not acknowledged within ${deliveryTimeoutMs} ms${last === null ? '' : `: ${last.message}`}`,
        { addresses: last?.addresses ?? [], cause: last },
      );
    };
    for (const batch of [...sent, ...unsent]) queue.settle(batch, why(batch));
    const [lost] = sent;
    if (lost !== undefined) this.#numbersLost(queue, why(lost));
    this.#pump();
  }
}
