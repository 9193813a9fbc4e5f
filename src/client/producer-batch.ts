/**
 * Records on their way to one partition: gathered, sealed into batches, sent, and in order until acknowledged.
 *
 * ```
 *  push ─▶ open records ──seal──▶ waiting batches ──take──▶ in flight (≤ 5) ──▶ acknowledged
 *                                      ▲                        │
 *                                      └───── failed: back, in the order of their numbers
 * ```
 *
 * A batch keeps its bytes and so its sequence numbers over all attempts: that is what makes a repetition recognizable.
 * While anything failed and something is still in flight, nothing new is taken: then all are sent again in order.
 */
import { buildBatch } from '../../storage/batch/index.ts';
import type { NewRecord } from '../../storage/batch/index.ts';
import { ClientError } from './client-error.ts';

export interface Delivery {
  readonly topic: string;
  readonly partition: number;
  /** Null with acks=0, and for a repetition whose first attempt the broker no longer remembers. */
  readonly offset: number | null;
}

/** What becomes of one record. */
export type Delivered = (result: Delivery | ClientError) => void;

interface OpenRecord {
  readonly record: NewRecord;
  readonly delivered: Delivered;
}

/** Who writes: of an idempotent producer. */
export interface ProducerIdentity {
  readonly id: number;
  readonly epoch: number;
}

export interface ProducerBatch {
  /** Rises within the partition. */
  readonly number: number;
  readonly records: readonly OpenRecord[];
  readonly size: number;
  /** Clock time after which it is given up. */
  readonly deadline: number;
  /** Null until it is sent for the first time. */
  bytes: Uint8Array | null;
  attempts: number;
  lastError: ClientError | null;
}

/** About what a record takes beside key, value and headers. */
const RECORD_OVERHEAD = 24;
const BATCH_OVERHEAD = 61;
const SEQUENCES = 0x8000_0000;

/** About how many bytes a record takes in a batch. */
export function recordSize({ key, value, headers }: NewRecord): number {
  let size = RECORD_OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers ?? []) size += 10 + header.key.length + (header.value?.length ?? 0);
  return size;
}

export class PartitionQueue {
  readonly topic: string;
  readonly index: number;
  /** A failure is being waited out: nothing is taken. */
  recovering = false;
  /** Failures in a row. */
  failures = 0;
  #open: OpenRecord[] = [];
  #openSize = BATCH_OVERHEAD;
  #openDeadline = 0;
  #waiting: ProducerBatch[] = [];
  #inflight: ProducerBatch[] = [];
  #failed = false;
  #nextNumber = 0;
  #nextSequence = 0;

  constructor(topic: string, index: number) {
    this.topic = topic;
    this.index = index;
  }

  get inflight(): number {
    return this.#inflight.length;
  }

  get idle(): boolean {
    return this.#open.length + this.#waiting.length + this.#inflight.length === 0;
  }

  /** Something to send. */
  get ready(): boolean {
    return this.#open.length + this.#waiting.length > 0;
  }

  /** True when a batch became full. `size` as {@link recordSize}. */
  push(record: NewRecord, size: number, deadline: number, bytesMax: number, delivered: Delivered): boolean {
    const full = this.#open.length > 0 && this.#openSize + size > bytesMax;
    if (full) this.#seal();
    if (this.#open.length === 0) this.#openDeadline = deadline;
    this.#open.push({ record, delivered });
    this.#openSize += size;
    return full;
  }

  /** The next batch to send, now in flight; null: none, or not now. */
  take(inflightMax: number, identity: ProducerIdentity | null): ProducerBatch | null {
    if (this.recovering || this.#failed || this.#inflight.length >= inflightMax) return null;
    if (this.#waiting.length === 0 && this.#open.length > 0) this.#seal();
    const batch = this.#waiting.shift();
    if (batch === undefined) return null;
    batch.bytes ??= this.#build(batch, identity);
    batch.attempts += 1;
    this.#inflight.push(batch);
    return batch;
  }

  /** False once its fate was decided without waiting for the answer (see {@link drop}). */
  isInFlight(batch: ProducerBatch): boolean {
    return this.#inflight.includes(batch);
  }

  /** True for the oldest batch whose fate is open: only it can be refused for its sequence by its own fault. */
  isOldest(batch: ProducerBatch): boolean {
    const older = (other: ProducerBatch): boolean => other.number < batch.number;
    return !this.#inflight.some(older) && !this.#waiting.some(older);
  }

  /** The batch got its answer. */
  settle(batch: ProducerBatch, result: { readonly baseOffset: number | null } | ClientError): void {
    this.#forget(batch);
    if (!(result instanceof ClientError)) this.failures = 0;
    const { topic, index: partition } = this;
    for (const [index, { delivered }] of batch.records.entries()) {
      if (result instanceof ClientError) delivered(result);
      else delivered({ topic, partition, offset: result.baseOffset === null ? null : result.baseOffset + index });
    }
  }

  /** The batch is to be sent again. True when nothing is in flight any more: time to recover. */
  fail(batch: ProducerBatch, error: ClientError): boolean {
    this.#forget(batch);
    batch.lastError = error;
    this.#failed = true;
    this.#waiting.push(batch);
    this.#waiting.sort((left, right) => left.number - right.number);
    return this.#inflight.length === 0;
  }

  /** A failure waits for the rest in flight; true when that is over. */
  get drained(): boolean {
    return this.#failed && this.#inflight.length === 0;
  }

  /** Sending may go on. */
  recovered(): void {
    this.#failed = false;
    this.recovering = false;
  }

  /** Batches whose time is over, taken out: those sent before, and those never sent. */
  expire(now: number): { readonly sent: readonly ProducerBatch[]; readonly unsent: readonly ProducerBatch[] } {
    if (this.#open.length > 0 && this.#openDeadline <= now) this.#seal();
    const over = this.#waiting.filter(({ deadline }) => deadline <= now);
    this.#waiting = this.#waiting.filter(({ deadline }) => deadline > now);
    return { sent: over.filter(({ bytes }) => bytes !== null), unsent: over.filter(({ bytes }) => bytes === null) };
  }

  /** Takes out everything that was ever sent and everything else too when `all`. */
  drop(all: boolean): readonly ProducerBatch[] {
    if (all && this.#open.length > 0) this.#seal();
    const gone = [...this.#inflight, ...this.#waiting.filter(({ bytes }) => all || bytes !== null)];
    this.#waiting = this.#waiting.filter((batch) => !gone.includes(batch));
    this.#inflight = [];
    return gone;
  }

  /** The next batch begins a new row of sequence numbers, under a new identity. */
  restartSequences(): void {
    this.#nextSequence = 0;
  }

  #forget(batch: ProducerBatch): void {
    this.#inflight = this.#inflight.filter((other) => other !== batch);
    this.#waiting = this.#waiting.filter((other) => other !== batch);
  }

  #seal(): void {
    this.#waiting.push({
      number: this.#nextNumber,
      records: this.#open,
      size: this.#openSize,
      deadline: this.#openDeadline,
      bytes: null,
      attempts: 0,
      lastError: null,
    });
    this.#nextNumber += 1;
    this.#open = [];
    this.#openSize = BATCH_OVERHEAD;
  }

  #build(batch: ProducerBatch, identity: ProducerIdentity | null): Uint8Array {
    const records = batch.records.map(({ record }) => record);
    if (identity === null) return buildBatch({ records });
    const baseSequence = this.#nextSequence;
    this.#nextSequence = (this.#nextSequence + records.length) % SEQUENCES;
    return buildBatch({ records, producer: { ...identity, baseSequence } });
  }
}
