/**
 * What a transactional producer sends to one partition: gathered, and one batch at a time on its way.
 *
 * ```
 *  push ─▶ waiting ──take──▶ a batch with its sequence numbers ─▶ delivered, all of it, or failed with all behind it
 * ```
 * A batch keeps its bytes over all attempts, so that a broker recognizes a repetition. Numbers begin at 0 with each identity.
 */
import { buildBatch } from '../../storage/batch/index.ts';
import type { NewRecord } from '../../storage/batch/index.ts';
import type { ClientError } from './client-error.ts';
import { recordSize } from './producer-batch.ts';
import type { Delivered, ProducerIdentity } from './producer-batch.ts';

interface WaitingRecord {
  readonly record: NewRecord;
  readonly delivered: Delivered;
}

export interface TransactionBatch {
  readonly bytes: Uint8Array;
  readonly records: readonly WaitingRecord[];
}

const SEQUENCES = 0x8000_0000;

export class TransactionRow {
  readonly topic: string;
  readonly partition: number;
  /** Somebody sends what is here. */
  sending = false;
  #waiting: WaitingRecord[] = [];
  #next = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  push(record: NewRecord, delivered: Delivered): void {
    this.#waiting.push({ record, delivered });
  }

  /** The next batch of at most `bytesMax`, but at least of one record; null: nothing waits. */
  take(producer: ProducerIdentity, bytesMax: number): TransactionBatch | null {
    let size = 0;
    let count = 0;
    for (const { record } of this.#waiting) {
      size += recordSize(record);
      if (count > 0 && size > bytesMax) break;
      count += 1;
    }
    if (count === 0) return null;
    const records = this.#waiting.splice(0, count);
    const baseSequence = this.#next;
    this.#next = (this.#next + count) % SEQUENCES;
    const bytes = buildBatch({
      records: records.map(({ record }) => record),
      transactional: true,
      producer: { ...producer, baseSequence },
    });
    return { bytes, records };
  }

  settle({ records }: TransactionBatch, result: { readonly baseOffset: number | null } | ClientError): void {
    const { topic, partition } = this;
    for (const [index, { delivered }] of records.entries()) {
      if (result instanceof Error) delivered(result);
      else delivered({ topic, partition, offset: result.baseOffset === null ? null : result.baseOffset + index });
    }
  }

  /** Nothing of what waits will be sent. */
  fail(error: ClientError): void {
    for (const { delivered } of this.#waiting.splice(0)) delivered(error);
  }

  /** Under a new identity. */
  restart(): void {
    this.#next = 0;
  }
}
