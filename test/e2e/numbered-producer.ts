/**
 * Numbered records under acks=all, one lane a partition, and the check of what was kept.
 *
 *   lane of partition p:  0, 1, 2, …   the next one is sent when the last one was acknowledged
 *
 * What was acknowledged must be read back; first occurrences rise; an idempotent producer leaves each number once.
 */
import type { Producer } from 'kafkajs';
import type { ReadRecord } from './stock-client.ts';
import { kafkaOf } from './stock-client.ts';
import { until } from './deadline.ts';

export class NumberedProducer {
  readonly #topic: string;
  readonly #partitions: number;
  readonly #producer: Producer;
  readonly #acknowledged: number[];
  #lanes: Promise<void>[] = [];
  #stopping = false;
  #lastAck = 0;
  #gapMs = 0;

  constructor(brokers: readonly string[], topic: string, partitions: number, idempotent: boolean) {
    this.#topic = topic;
    this.#partitions = partitions;
    this.#producer = kafkaOf(brokers).producer({
      idempotent,
      maxInFlightRequests: idempotent ? 1 : 5,
      allowAutoTopicCreation: false,
    });
    this.#acknowledged = Array.from({ length: partitions }, () => 0);
  }

  /** How many of each partition were acknowledged: numbers 0 to that, not included. */
  get acknowledged(): readonly number[] {
    return this.#acknowledged;
  }
  get total(): number {
    return this.#acknowledged.reduce((sum, count) => sum + count, 0);
  }
  /** Longest time between two acknowledgements. */
  get gapMs(): number {
    return this.#gapMs;
  }

  async start(): Promise<void> {
    await this.#producer.connect();
    this.#lastAck = performance.now();
    this.#lanes = Array.from({ length: this.#partitions }, (_, partition) => this.#lane(partition));
  }

  /** Waits until every lane has had `more` acknowledgements from now on. */
  async progress(more: number, milliseconds = 30_000): Promise<void> {
    const before = [...this.#acknowledged];
    await until(`${more} acknowledgements in each partition`, milliseconds, () =>
      this.#acknowledged.every((count, partition) => count >= (before[partition] ?? 0) + more),
    );
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#lanes);
    await this.#producer.disconnect();
  }

  /** A failed send ends the lane: retries are the client's matter, and it has been given enough. */
  async #lane(partition: number): Promise<void> {
    for (let number = 0; !this.#stopping; number += 1) {
      await this.#producer.send({
        topic: this.#topic,
        acks: -1,
        messages: [{ partition, key: String(partition), value: String(number) }],
      });
      const now = performance.now();
      this.#gapMs = Math.max(this.#gapMs, now - this.#lastAck);
      this.#lastAck = now;
      this.#acknowledged[partition] = number + 1;
    }
  }
}

/** Complaints about what was read back; none when all is well. */
export function complaints(
  records: readonly ReadRecord[],
  acknowledged: readonly number[],
  idempotent: boolean,
): readonly string[] {
  return acknowledged.flatMap((count, partition) => {
    const numbers = records.filter((record) => record.partition === partition).map(({ value }) => Number(value));
    const seen = new Set<number>();
    const found: string[] = [];
    let highest = -1;
    for (const number of numbers) {
      if (seen.has(number)) {
        if (idempotent) found.push(`partition ${partition}: ${number} is there twice`);
        continue;
      }
      seen.add(number);
      if (number < highest) found.push(`partition ${partition}: ${number} comes behind ${highest}`);
      highest = Math.max(highest, number);
    }
    for (let number = 0; number < count; number += 1) {
      if (!seen.has(number)) found.push(`partition ${partition}: ${number} was acknowledged and is missing`);
    }
    return found;
  });
}
