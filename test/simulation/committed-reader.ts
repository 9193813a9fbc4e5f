/**
 * Reads one topic as a consumer with isolation read_committed does: below the last stable offset, without records of aborted
 * transactions, which it is told of in each answer (KIP-98).
 *
 * ```
 *  fetch ─▶ batches + aborted (producer, first offset) ─▶ drop a producer's records from there to its abort marker ─▶ values
 * ```
 */
import { batchEndOffset, isControlBatch, nextBatch, readRecords, refuseCompressed } from '../../storage/batch/index.ts';
import { AbortedBatches } from '../../src/client/aborted-batches.ts';
import type { AbortedFrom } from '../../src/client/aborted-batches.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { ClientError } from '../../src/client/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';
import { violated } from '../../chaos/workload/index.ts';
import type { RawLinks } from '../../chaos/workload/index.ts';

interface Place {
  /** Next to be asked for. */
  position: number;
  readonly values: string[];
  /** Everything that is committed was stable, and read, when last looked at. */
  atEnd: boolean;
}

const FETCH_VERSION = 12;
const READ_COMMITTED = 1;
const WAIT_MS = 100;
const BYTES_MAX = 1 << 20;

export class CommittedReader {
  readonly #client: KafkaClient;
  readonly #links: RawLinks;
  readonly #topic: string;
  readonly #places: readonly Place[];

  constructor(client: KafkaClient, links: RawLinks, topic: string, partitions: number) {
    this.#client = client;
    this.#links = links;
    this.#topic = topic;
    this.#places = Array.from({ length: partitions }, () => ({ position: 0, values: [], atEnd: false }));
  }

  /** By partition, in the order of the log. */
  get values(): readonly (readonly string[])[] {
    return this.#places.map(({ values }) => values);
  }

  /** Everything that is committed is stable, and was read. */
  get atEnd(): boolean {
    return this.#places.every(({ atEnd }) => atEnd);
  }

  /** Asks once for each partition. */
  async poll(): Promise<void> {
    for (const [partition, place] of this.#places.entries()) await this.#pollOne(partition, place);
  }

  async #pollOne(partition: number, place: Place): Promise<void> {
    place.atEnd = false;
    const known = this.#client.leaderOf(this.#topic, partition);
    const address = known === null ? undefined : this.#client.metadata.brokers.get(known.leader);
    if (known === null || address === undefined) return this.#refresh();
    const link = await this.#links.to(known.leader, address);
    const partitions = [{ partition, fetchOffset: place.position, partitionMaxBytes: BYTES_MAX }];
    const topics = [{ topic: this.#topic, partitions }];
    const body = { maxWaitMs: WAIT_MS, minBytes: 1, maxBytes: BYTES_MAX, isolationLevel: READ_COMMITTED, topics };
    const answer = await link?.request(API_TABLE.fetch.schema, FETCH_VERSION, body, WAIT_MS + 1000);
    const found = answer?.responses[0]?.partitions[0];
    if (found?.errorCode !== 0) return this.#refresh();
    const { lastStableOffset, highWatermark, abortedTransactions, records } = found;
    if (lastStableOffset > highWatermark)
      violated('E4', `${this.#topic}-${partition}: last stable offset ${lastStableOffset} above ${highWatermark}`);
    this.#take(
      place,
      records === null ? Buffer.alloc(0) : Buffer.from(records),
      abortedTransactions ?? [],
      lastStableOffset,
    );
    place.atEnd = place.position >= highWatermark && lastStableOffset === highWatermark;
  }

  /** The batches of one answer, as a consumer takes them. */
  #take(place: Place, bytes: Buffer, told: readonly AbortedFrom[], lastStableOffset: number): void {
    const aborted = new AbortedBatches(told);
    for (let at = 0, next = nextBatch(bytes, 0); next.kind === 'batch'; next = nextBatch(bytes, at)) {
      const batch = bytes.subarray(at, at + next.size);
      at += next.size;
      const end = batchEndOffset(batch);
      if (end > lastStableOffset)
        violated('E3', `a batch up to ${end} beyond the last stable offset ${lastStableOffset}`);
      if (!aborted.leavesOut(batch) && !isControlBatch(batch)) this.#values(place, batch);
      place.position = Math.max(place.position, end);
    }
  }

  #values(place: Place, batch: Buffer): void {
    const read = readRecords(batch, refuseCompressed, BYTES_MAX);
    if (read.kind === 'refused') violated('D6', read.detail);
    for (const { offset, value } of read.records)
      if (offset >= place.position) place.values.push(Buffer.from(value ?? []).toString());
  }

  async #refresh(): Promise<void> {
    await this.#client.refresh([this.#topic]).catch((error: unknown) => {
      if (!(error instanceof ClientError)) throw error;
    });
  }
}
