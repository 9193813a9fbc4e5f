/**
 * A consumer of assigned partitions that never stops: every record that it gets goes into the history, which compares it
 * with what others have read there. D5: no skip, no step back, nothing taken back.
 */
import { Consumer } from '../../src/client/index.ts';
import type { ConsumedRecords, ConsumerEvent, KafkaClient } from '../../src/client/index.ts';
import { violated } from './history.ts';
import type { History } from './history.ts';
import type { WorkloadHome } from './workload-home.ts';
import { checkContent, recordId } from './record-content.ts';
import type { Pace } from './pace.ts';
import type { PollSession } from './poll-history.ts';

export interface RecordReaderOptions {
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  /** When it is busy, and when quiet; default: always busy. */
  readonly pace?: Pace;
  /** Virtual milliseconds that it rests after each poll; default 0. */
  readonly restMs?: number;
  /** The topic's beginning may go away while it reads. */
  readonly trimmed?: boolean;
}

export class RecordReader {
  readonly #cluster: WorkloadHome;
  readonly #history: History;
  readonly #options: RecordReaderOptions;
  readonly #client: KafkaClient;
  readonly #consumer: Consumer;
  /** Next offset per partition, as this reader has seen it. */
  readonly #positions: number[] = [];
  /** By partition. */
  readonly #sessions: readonly PollSession[];
  #running = false;
  #polling = false;
  /** Records read. */
  count = 0;
  /** What its client reported. */
  readonly events: ConsumerEvent[] = [];

  constructor(cluster: WorkloadHome, history: History, options: RecordReaderOptions) {
    this.#cluster = cluster;
    this.#history = history;
    this.#options = options;
    const assignments = Array.from({ length: options.partitions }, (_, partition) => ({
      topic: options.topic,
      partition,
      from: { offset: 0 },
    }));
    this.#sessions = assignments.map(({ topic, partition }) => history.polls.begin(options.name, topic, partition, 0));
    this.#client = cluster.client(options.name, { requestTimeoutMs: 2000, callTimeoutMs: 3_600_000 });
    this.#consumer = new Consumer(this.#client, {
      assignments,
      maxWaitMs: 200,
      onEvent: (event) => this.#onEvent(event),
    });
  }

  start(): this {
    this.#running = true;
    void this.#loop().catch((error: unknown) => this.#cluster.world.fail(error));
    return this;
  }

  stop(): void {
    this.#running = false;
  }

  /** True when no poll is on its way. */
  get idle(): boolean {
    return !this.#polling;
  }

  position(partition: number): number {
    return this.#positions[partition] ?? 0;
  }

  async #loop(): Promise<void> {
    while (this.#running) {
      this.#polling = true;
      const batches = await this.#consumer.poll();
      this.#polling = false;
      for (const batch of batches) this.#take(batch);
      const pause = Math.max(this.#options.restMs ?? 0, this.#options.pace?.pause() ?? 0);
      if (pause > 0) await this.#client.sleep(pause);
    }
  }

  #take({ topic, partition, records, position, highWatermark }: ConsumedRecords): void {
    const who = this.#options.name;
    let next = this.position(partition);
    for (const record of records) checkContent(this.#history, who, record);
    const polled = records.map((record) => ({ offset: record.offset, value: recordId(record) }));
    this.#sessions[partition]?.note(this.#cluster.world.now(), polled);
    for (const { offset, value } of polled) {
      if (offset < next && this.#history.isOwed(topic, partition))
        violated('D5', `${who} was given ${topic}/${partition}@${offset} after ${next - 1}`);
      if (offset >= highWatermark)
        violated('D5', `${who} was given ${topic}/${partition}@${offset} with a high watermark of ${highWatermark}`);
      next = offset + 1;
      this.count += 1;
      this.#history.noteRead(topic, partition, offset, value, who);
    }
    this.#positions[partition] = position;
  }

  #onEvent(event: ConsumerEvent): void {
    const { trimmed = false, topic, name } = this.#options;
    this.events.push(event);
    const isTrim = trimmed && event.kind === 'out-of-range' && event.to > event.from;
    if (!isTrim && this.#history.isOwed(topic, event.partition)) violated('D5', `${name}: ${JSON.stringify(event)}`);
    // What it had read is gone, and that was declared: it reads on from here.
    this.#positions[event.partition] = event.to;
  }
}
