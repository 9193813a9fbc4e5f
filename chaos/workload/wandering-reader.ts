/**
 * A consumer that is never the same for long: it begins somewhere (the earliest record, an offset in the middle, the end), reads a
 * little, stalls for seconds with what it knew, goes on, and is left behind for another one, fetches on their way or not.
 *
 *   D3 D5  whoever reads again reads the same; no consumer is given a step back, or a record twice
 */
import type { Random } from '../../raft/index.ts';
import { ClientError, Consumer } from '../../src/client/index.ts';
import type { ConsumerAssignment, ConsumerEvent, KafkaClient } from '../../src/client/index.ts';
import { violated } from './history.ts';
import type { History } from './history.ts';
import { checkContent, recordId } from './record-content.ts';
import type { Pace } from './pace.ts';
import type { PollSession } from './poll-history.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface WanderingReaderOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly random: Random;
  readonly pace: Pace;
  /** The topic's beginning may go away while it reads. */
  readonly trimmed: boolean;
}

interface Wandering {
  readonly consumer: Consumer;
  readonly partition: number;
  readonly session: PollSession | null;
}

const POLLS_MAX = 6;
const STALL_MAX_MS = 4000;

export class WanderingReader {
  readonly #home: WorkloadHome;
  readonly #history: History;
  readonly #options: WanderingReaderOptions;
  readonly #client: KafkaClient;
  #running = false;
  /** One past the highest offset that was read, by partition. */
  readonly #ends: number[] = [];
  /** Consumers that it has been. */
  lives = 0;
  /** Records read. */
  count = 0;

  constructor(home: WorkloadHome, history: History, options: WanderingReaderOptions) {
    this.#home = home;
    this.#history = history;
    this.#options = options;
    this.#client = home.client(options.name, { requestTimeoutMs: 2000, callTimeoutMs: 5000 });
  }

  start(): this {
    this.#running = true;
    void this.#loop().catch((error: unknown) => this.#home.world.fail(error));
    return this;
  }

  stop(): void {
    this.#running = false;
  }

  async #loop(): Promise<void> {
    const { random, pace } = this.#options;
    while (this.#running) {
      const wandering = this.#begin();
      try {
        await this.#read(wandering, 1 + random.below(POLLS_MAX));
      } catch (error) {
        // Nobody leads, for longer than this client waits: another one tries again.
        if (!(error instanceof ClientError)) throw error;
      }
      await this.#client.sleep(50 + pace.pause());
    }
  }

  #begin(): Wandering {
    const { name, topic, partitions, random } = this.#options;
    const partition = random.below(partitions);
    const end = this.#ends[partition] ?? 0;
    const offset = random.below(end + 1);
    const from = ([{ offset }, 'earliest', 'latest'] as const satisfies readonly ConsumerAssignment['from'][])[
      random.below(3)
    ] ?? { offset };
    const onEvent = (event: ConsumerEvent): void => this.#onEvent(event);
    const assignments = [{ topic, partition, from }];
    this.lives += 1;
    const consumer = new Consumer(this.#client, {
      assignments,
      maxWaitMs: 20 + random.below(300),
      partitionBytesMax: random.below(3) === 0 ? 1 : 1 << 20,
      onEvent,
    });
    // Where the latest record is, nobody knows beforehand.
    const first = from === 'earliest' ? 0 : from === 'latest' ? null : offset;
    const session = first === null ? null : this.#history.polls.begin(name, topic, partition, first);
    return { consumer, partition, session };
  }

  async #read({ consumer, partition, session }: Wandering, polls: number): Promise<void> {
    const { random, topic, name } = this.#options;
    let next = 0;
    for (let poll = 0; poll < polls && this.#running; poll += 1) {
      for (const { records, highWatermark } of await consumer.poll()) {
        for (const record of records) checkContent(this.#history, name, record);
        const polled = records.map((record) => ({ offset: record.offset, value: recordId(record) }));
        session?.note(this.#home.world.now(), polled);
        for (const { offset, value } of polled) {
          if (offset < next && this.#history.isOwed(topic, partition))
            violated('D5', `${name} was given ${topic}/${partition}@${offset} after ${next - 1}`);
          if (offset >= highWatermark)
            violated('D5', `${name} was given ${topic}/${partition}@${offset} beyond ${highWatermark}`);
          next = offset + 1;
          this.count += 1;
          this.#history.noteRead(topic, partition, offset, value, name);
        }
        this.#ends[partition] = Math.max(this.#ends[partition] ?? 0, next);
      }
      if (random.below(10) === 0) await this.#client.sleep(random.below(STALL_MAX_MS));
    }
  }

  #onEvent(event: ConsumerEvent): void {
    const { trimmed, name, topic } = this.#options;
    const isTrim = trimmed && event.kind === 'out-of-range' && event.to > event.from;
    if (!isTrim && this.#history.isOwed(topic, event.partition)) violated('D5', `${name}: ${JSON.stringify(event)}`);
  }
}
