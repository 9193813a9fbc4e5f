/**
 * The batches of one producer id and epoch in one partition, by their sequence numbers: what was sent and not answered, and the
 * newest that were acknowledged.
 *
 * ```
 *  make ─▶ unacked [7][8][9] ──acknowledged──▶ done: the newest five, which a broker must recognize when they come again (E1)
 *                   └── one failed: nothing new goes out until all are answered, then all go again in order
 * ```
 */
import { buildBatch } from '../../storage/batch/index.ts';
import type { History, SentRecord } from './history.ts';

export interface SequencedBatch {
  readonly first: number;
  readonly bytes: Uint8Array;
  readonly records: readonly SentRecord[];
  inFlight: boolean;
  /** Where it was acknowledged; null: it was not. */
  base: number | null;
}

/** A producer from its first record to the next epoch or id. */
export interface ProducerLife {
  readonly id: number;
  readonly epoch: number;
  /** Of its records in the history. */
  readonly name: string;
  /** By partition. */
  readonly rows: readonly SequencedRow[];
}

export interface RowPlace {
  readonly topic: string;
  readonly partition: number;
}

/** Batches that a broker remembers of each producer (KIP-98). */
export const REMEMBERED = 5;

export class SequencedRow {
  readonly place: RowPlace;
  unacked: SequencedBatch[] = [];
  done: SequencedBatch[] = [];
  /** Something failed since all was quiet. */
  failed = false;
  recovering = false;
  #next = 0;
  #number = 0;

  constructor(place: RowPlace) {
    this.place = place;
  }

  get inFlight(): number {
    return this.unacked.filter(({ inFlight }) => inFlight).length;
  }

  /** Nothing is on its way, and nothing waits to be sent again. */
  get idle(): boolean {
    return this.unacked.length === 0 && !this.recovering;
  }

  /** The next batch of this row, of so many records. */
  next(history: History, life: ProducerLife, count: number, now: number, wallNow: number): SequencedBatch {
    const batch = this.make(history, life, this.#next, count, now, wallNow);
    this.#next += count;
    this.unacked.push(batch);
    return batch;
  }

  /** A batch with another sequence number than the next one. */
  astray(history: History, life: ProducerLife, ahead: number, now: number, wallNow: number): SequencedBatch {
    return this.make(history, life, this.#next + ahead, 1, now, wallNow);
  }

  acknowledge(batch: SequencedBatch, base: number): void {
    batch.base = base;
    this.unacked = this.unacked.filter((other) => other !== batch);
    this.done = [...this.done, batch].sort((left, right) => left.first - right.first).slice(-REMEMBERED);
  }

  private make(
    history: History,
    life: ProducerLife,
    first: number,
    count: number,
    now: number,
    wallNow: number,
  ): SequencedBatch {
    const { topic, partition } = this.place;
    const records = Array.from({ length: count }, () => {
      const number = this.#number;
      this.#number += 1;
      const id = `${life.name}-${partition}-${number}`;
      const known = { topic, partition, writer: life.name, number, sentAt: now, kept: true, once: true };
      return history.add({ id, ...known });
    });
    const values = records.map(({ id }) => ({ key: null, value: Buffer.from(id), timestamp: wallNow }));
    const producer = { id: life.id, epoch: life.epoch, baseSequence: first };
    return { first, bytes: buildBatch({ records: values, producer }), records, inFlight: false, base: null };
  }
}
