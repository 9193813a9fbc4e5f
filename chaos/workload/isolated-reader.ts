/**
 * A consumer of what is committed, of assigned partitions from their beginning on, that never stops.
 *
 *   E3  nothing of an open or aborted transaction, and nothing that is shown to others is left out     D3 D5 D6 as for all readers
 */
import { Consumer } from '../../src/client/index.ts';
import type { ConsumerEvent, KafkaClient } from '../../src/client/index.ts';
import { violated } from './history.ts';
import type { History } from './history.ts';
import type { Pace } from './pace.ts';
import type { TransactionHistory } from './transaction-history.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface IsolatedReaderOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly pace: Pace;
  /** Virtual milliseconds that it rests after each poll. */
  readonly restMs: number;
}

export class IsolatedReader {
  readonly #home: WorkloadHome;
  readonly #history: History;
  readonly #transactions: TransactionHistory;
  readonly #options: IsolatedReaderOptions;
  readonly #client: KafkaClient;
  readonly #consumer: Consumer;
  /** By partition: offset → value. */
  readonly #shown: Map<number, string>[];
  /** By partition: one past what it was given. */
  readonly #positions: number[] = [];
  #running = false;
  readonly pending = 0;

  constructor(home: WorkloadHome, history: History, transactions: TransactionHistory, options: IsolatedReaderOptions) {
    this.#home = home;
    this.#history = history;
    this.#transactions = transactions;
    this.#options = options;
    this.#client = home.client(options.name, { requestTimeoutMs: 2000, callTimeoutMs: 3_600_000 });
    const { topic, partitions } = options;
    this.#shown = Array.from({ length: partitions }, () => new Map());
    this.#consumer = new Consumer(this.#client, {
      assignments: this.#shown.map((_, partition) => ({ topic, partition, from: { offset: 0 } })),
      maxWaitMs: 200,
      isolation: 'committed',
      onEvent: (event) => this.#onEvent(event),
    });
  }

  get name(): string {
    return this.#options.name;
  }

  start(): this {
    this.#running = true;
    void this.#loop().catch((error: unknown) => this.#home.world.fail(error));
    return this;
  }

  stop(): void {
    this.#running = false;
  }

  /** @param all what anybody is shown of a partition when everything is over */
  judge(partition: number, all: ReadonlyMap<number, string>): void {
    const { topic } = this.#options;
    const position = this.#positions[partition] ?? 0;
    const shown = this.#shown[partition] ?? new Map<number, string>();
    for (const [offset, value] of all)
      if (offset < position && !shown.has(offset))
        violated(
          'E3',
          `${this.name} read ${topic}/${partition} up to ${position}, and was not shown ${value}@${offset}`,
        );
    for (const [offset, value] of shown)
      if (all.get(offset) !== value)
        violated(
          'E3',
          `${this.name} was shown ${value}@${offset} of ${topic}/${partition}, which is not shown any more`,
        );
  }

  async #loop(): Promise<void> {
    const { topic, pace, restMs } = this.#options;
    while (this.#running) {
      for (const { partition, records, position, highWatermark, lastStableOffset } of await this.#consumer.poll()) {
        if (lastStableOffset > highWatermark)
          violated(
            'P5',
            `${topic}/${partition} is decided up to ${lastStableOffset}, committed up to ${highWatermark}`,
          );
        for (const { offset, value } of records) this.#note(partition, offset, Buffer.from(value ?? []).toString());
        this.#positions[partition] = position;
        const last = records.at(-1)?.offset ?? 0;
        if (last >= lastStableOffset)
          violated(
            'E3',
            `${this.name} was given ${topic}/${partition}@${last} beyond what is decided, ${lastStableOffset}`,
          );
      }
      const pause = pace.pause();
      if (pause + restMs > 0) await this.#client.sleep(Math.min(Math.max(pause, restMs), 5000));
    }
  }

  #note(partition: number, offset: number, value: string): void {
    const { topic } = this.#options;
    this.#history.noteRead(topic, partition, offset, value, this.name);
    this.#transactions.noteShown(value, this.name);
    const shown = this.#shown[partition];
    if (shown?.has(offset) === true) violated('D5', `${this.name} was given ${topic}/${partition}@${offset} twice`);
    shown?.set(offset, value);
  }

  #onEvent(event: ConsumerEvent): void {
    const { name, topic } = this.#options;
    if (this.#history.isOwed(topic, event.partition)) violated('D5', `${name}: ${JSON.stringify(event)}`);
  }
}
