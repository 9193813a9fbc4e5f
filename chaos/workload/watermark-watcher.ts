/**
 * Somebody who asks leaders again and again how far their partitions are committed and where they begin, and remembers it.
 *
 *   P5  what clients see of high watermark, last stable offset and log start never goes back (D5: and they stand in this order)
 *
 * A leader that was deposed and does not know it yet may answer with less than its successor has, and is asked now and then: every
 * question names the term that it is for, and answers are compared with those of the same and earlier terms. Two things
 * a new leader may tell anew, as with
 * Kafka, and these are compared within a term: where a log begins (its own leader decides, followers hear of it later;
 * `log-trimmer.ts` has what was confirmed), and what stands in answers to fetches (only ListOffsets waits until a new leader has
 * committed up to where its term began, KIP-207).
 */
import type { Random } from '../../raft/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';
import { violated } from './history.ts';
import type { History } from './history.ts';
import type { Pace } from './pace.ts';
import { PacedUser } from './paced-user.ts';
import { RawLinks } from './raw-link.ts';
import type { RawLink } from './raw-link.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface WatermarkWatcherOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly random: Random;
  readonly pace: Pace;
  /** Virtual milliseconds between two questions when busy. */
  readonly everyMs: number;
}

type Mark = 'high watermark' | 'last stable offset' | 'log start';

interface Told {
  readonly mark: Mark;
  readonly offset: number;
  /** Another leader must not tell less. */
  readonly binding: boolean;
}

const TIMEOUT_MS = 1500;
const LATEST = -1;
const EARLIEST = -2;

export class WatermarkWatcher extends PacedUser {
  readonly #history: History;
  readonly #options: WatermarkWatcherOptions;
  readonly #client: KafkaClient;
  readonly #links: RawLinks;
  /** By mark and partition: the highest of each term. */
  readonly #seen = new Map<string, Map<number, number>>();
  /** Marks that were told. */
  count = 0;

  constructor(home: WorkloadHome, history: History, options: WatermarkWatcherOptions) {
    super(home, { ...options, oneAtATime: true });
    this.#history = history;
    this.#options = options;
    this.#client = home.client(options.name, { requestTimeoutMs: TIMEOUT_MS });
    this.#links = new RawLinks(this.#client.ports, options.name);
  }

  protected override async act(): Promise<void> {
    const { topic, partitions, random } = this.#options;
    const partition = random.below(partitions);
    const known = this.#client.leaderOf(topic, partition);
    const { brokers } = this.#client.metadata;
    const anybody = [...brokers.keys()][random.below(Math.max(1, brokers.size))] ?? null;
    const isAnybody = random.below(3) === 0;
    const asked = isAnybody ? anybody : (known?.leader ?? null);
    const address = asked === null ? undefined : brokers.get(asked);
    const link = asked === null || address === undefined ? null : await this.#links.to(asked, address);
    if (known === null || link === null || random.below(10) === 0) return void (await this.#client.refresh([topic]));
    const isList = isAnybody || random.below(2) === 0;
    const told = isList ? this.#byList(link, partition, known.term) : this.#byFetch(link, partition, known.term);
    const marks = await told;
    if (marks === null) return void (await this.#client.refresh([topic]));
    for (const mark of marks) this.#note(mark, partition, known.term);
  }

  /** Null: no answer, or a refusal. */
  async #byList(link: RawLink, partition: number, term: number): Promise<readonly Told[] | null> {
    const isLatest = this.#options.random.below(3) > 0;
    const isolationLevel = this.#options.random.below(2);
    const asked = { partitionIndex: partition, currentLeaderEpoch: term, timestamp: isLatest ? LATEST : EARLIEST };
    const topics = [{ name: this.#options.topic, partitions: [asked] }];
    const body = { replicaId: -1, isolationLevel, topics, timeoutMs: TIMEOUT_MS };
    const answer = await link.request(API_TABLE.listOffsets.schema, 7, body, TIMEOUT_MS);
    const found = answer?.topics[0]?.partitions[0];
    if (found?.errorCode !== 0) return null;
    const { offset } = found;
    if (!isLatest) return [{ mark: 'log start', offset, binding: false }];
    return [{ mark: isolationLevel === 0 ? 'high watermark' : 'last stable offset', offset, binding: true }];
  }

  async #byFetch(link: RawLink, partition: number, term: number): Promise<readonly Told[] | null> {
    const { topic } = this.#options;
    const fetchOffset = this.#highest('high watermark', partition);
    const asked = { partition, currentLeaderEpoch: term, fetchOffset, partitionMaxBytes: 1 };
    const body = { maxWaitMs: 0, minBytes: 0, maxBytes: 1, topics: [{ topic, partitions: [asked] }] };
    const answer = await link.request(API_TABLE.fetch.schema, 12, body, TIMEOUT_MS);
    const found = answer?.responses[0]?.partitions[0];
    if (found === undefined || found.errorCode !== 0 || found.divergingEpoch.epoch >= 0) return null;
    const { logStartOffset: start, lastStableOffset: stable, highWatermark } = found;
    if (start > stable || stable > highWatermark)
      violated('D5', `${this.name} was told ${start} ≤ ${stable} ≤ ${highWatermark} of ${topic}/${partition}`);
    return [
      { mark: 'log start', offset: start, binding: false },
      { mark: 'last stable offset', offset: stable, binding: false },
      { mark: 'high watermark', offset: highWatermark, binding: false },
    ];
  }

  #highest(mark: Mark, partition: number): number {
    return Math.max(0, ...(this.#seen.get(`${mark} ${partition}`)?.values() ?? []));
  }

  /** One question at a time: everything that was told before was told before this was asked. */
  #note({ mark, offset, binding }: Told, partition: number, term: number): void {
    const { topic, name } = this.#options;
    this.count += 1;
    const key = `${mark} ${partition}`;
    const terms = this.#seen.get(key) ?? new Map<number, number>();
    for (const [earlier, highest] of terms) {
      const isBound = binding ? earlier <= term : earlier === term;
      if (!isBound || highest <= offset || !this.#history.isOwed(topic, partition)) continue;
      const was = `${highest} in term ${earlier}`;
      violated(
        'P5',
        `${name} was told that the ${mark} of ${topic}/${partition} is ${offset} in term ${term}, it was ${was}`,
      );
    }
    terms.set(term, Math.max(terms.get(term) ?? 0, offset));
    this.#seen.set(key, terms);
  }
}
