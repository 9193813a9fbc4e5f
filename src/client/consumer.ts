/**
 * A consumer of assigned partitions (no group): records in order of each partition, from a place on.
 *
 * ```
 *  poll ─▶ find positions ─▶ one fetch per leader, long polls ─▶ the first that answers ─▶ batches opened ─▶ records
 * ```
 *
 * Positions move only over whole batches that were handed out. A log that was cut (the new leader says where terms
 * part) or trimmed (OFFSET_OUT_OF_RANGE) moves the position, and says so by an event: silence would be a lie.
 */
import { batchEndOffset, isControlBatch, nextBatch, readBatchHeader, readRecords } from '../../storage/batch/index.ts';
import type { LogRecord } from '../../storage/batch/index.ts';
import { decompressStream } from '../../storage/compression/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { Decoded } from '../wire/index.ts';
import { AbortedBatches } from './aborted-batches.ts';
import type { AbortedFrom } from './aborted-batches.ts';
import { AdminClient } from './admin-client.ts';
import type { OffsetPlace } from './admin-client.ts';
import { ClientError, refusal } from './client-error.ts';
import type { KafkaClient } from './kafka-client.ts';

export interface ConsumerAssignment {
  readonly topic: string;
  readonly partition: number;
  readonly from: OffsetPlace | { readonly offset: number };
}

export type ConsumerEvent =
  /** The position was outside of the log; records between may be lost to this consumer. */
  | {
      readonly kind: 'out-of-range';
      readonly topic: string;
      readonly partition: number;
      readonly from: number;
      readonly to: number;
    }
  /** What was read from `to` on is no longer in the log. */
  | {
      readonly kind: 'truncated';
      readonly topic: string;
      readonly partition: number;
      readonly from: number;
      readonly to: number;
    };

export interface ConsumerOptions {
  readonly assignments: readonly ConsumerAssignment[];
  /** A broker answers after this even without records; default 500. */
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  /** Of one answer, and of one partition in it. */
  readonly bytesMax?: number;
  readonly partitionBytesMax?: number;
  /** Most that one batch may decompress to. */
  readonly batchBytesMax?: number;
  /** `committed`: nothing of transactions that are open or were aborted; default `uncommitted`. */
  readonly isolation?: 'committed' | 'uncommitted';
  readonly onEvent?: (event: ConsumerEvent) => void;
}

export interface ConsumedRecords {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** Next offset after these records. */
  readonly position: number;
  readonly highWatermark: number;
  /** What lies below is decided: no transaction that began there is open. */
  readonly lastStableOffset: number;
}

interface Reading {
  readonly topic: string;
  readonly partition: number;
  readonly from: ConsumerAssignment['from'];
  /** Null: not found yet. */
  position: number | null;
  /** Term of the last batch handed out; -1: none. */
  lastTerm: number;
  highWatermark: number;
  lastStableOffset: number;
  fetching: boolean;
}

type FetchAnswer = Decoded<typeof API_TABLE.fetch.schema.response>;
type PartitionAnswer = FetchAnswer['responses'][number]['partitions'][number];

const OUT_OF_RANGE = errorCode('OFFSET_OUT_OF_RANGE');

export class Consumer {
  readonly #client: KafkaClient;
  readonly #admin: AdminClient;
  readonly #options: Required<Omit<ConsumerOptions, 'assignments' | 'onEvent'>>;
  readonly #readings: readonly Reading[];
  readonly #onEvent: (event: ConsumerEvent) => void;
  /** Fetches on the way: one per node. */
  readonly #fetches = new Map<number, Promise<number>>();
  /** Handed out at the next poll. */
  #ready: ConsumedRecords[] = [];
  #failures = 0;
  #failure: ClientError | null = null;

  constructor(client: KafkaClient, options: ConsumerOptions) {
    this.#client = client;
    this.#admin = new AdminClient(client);
    this.#onEvent = options.onEvent ?? ((): void => undefined);
    this.#options = {
      maxWaitMs: options.maxWaitMs ?? 500,
      minBytes: options.minBytes ?? 1,
      bytesMax: options.bytesMax ?? 8 << 20,
      partitionBytesMax: options.partitionBytesMax ?? 1 << 20,
      batchBytesMax: options.batchBytesMax ?? 64 << 20,
      isolation: options.isolation ?? 'uncommitted',
    };
    this.#readings = options.assignments.map(({ topic, partition, from }) => ({
      topic,
      partition,
      from,
      position: typeof from === 'object' && 'offset' in from ? from.offset : null,
      lastTerm: -1,
      highWatermark: 0,
      lastStableOffset: 0,
      fetching: false,
    }));
  }

  /** Offset that will be read next; null before it is found. */
  position(topic: string, partition: number): number | null {
    return (
      this.#readings.find((reading) => reading.topic === topic && reading.partition === partition)?.position ?? null
    );
  }

  /** True when every partition was read up to its high watermark (or what is decided, where isolated), as of the last answers. */
  get caughtUp(): boolean {
    const isolated = this.#options.isolation === 'committed';
    const endOf = ({ highWatermark, lastStableOffset }: Reading): number =>
      isolated ? lastStableOffset : highWatermark;
    return (
      this.#ready.length === 0 &&
      this.#readings.every((reading) => reading.position !== null && reading.position >= endOf(reading))
    );
  }

  /**
   * The next records; empty when none came within the wait. Rejects with {@link ClientError} for what will not pass by
   * itself; what will is waited out for at most the client's call timeout in a row.
   */
  async poll(): Promise<readonly ConsumedRecords[]> {
    const started = this.#client.ports.clock.now();
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#ready.length > 0) return this.#takeReady();
      if (this.#client.closed) throw new ClientError('closed', 'the client was closed');
      try {
        await this.#locate();
        this.#startFetches();
        if (this.#fetches.size === 0) throw refusal(errorCode('LEADER_NOT_AVAILABLE'), 'fetch');
        this.#fetches.delete(await Promise.race(this.#fetches.values()));
      } catch (error) {
        await this.#onTrouble(error, started);
      }
      if (
        this.#ready.length === 0 &&
        this.#failure === null &&
        this.#client.ports.clock.now() - started >= this.#options.maxWaitMs
      )
        return [];
    }
  }

  #takeReady(): readonly ConsumedRecords[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  async #onTrouble(error: unknown, started: number): Promise<void> {
    if (!(error instanceof ClientError) || !error.retriable) throw error;
    const lasted = this.#client.ports.clock.now() - started;
    if (lasted >= this.#client.callTimeoutMs) throw error;
    await this.#client.sleep(this.#client.backoffMs(this.#failures));
    this.#failures += 1;
    await this.#client.retry(() => this.#client.refresh(this.#topics()), this.#client.callTimeoutMs - lasted);
  }

  #topics(): readonly string[] {
    return [...new Set(this.#readings.map(({ topic }) => topic))];
  }

  /** Finds the positions that are not known. */
  async #locate(): Promise<void> {
    const missing = this.#readings.filter(({ position }) => position === null);
    for (const reading of missing) {
      const { topic, partition, from } = reading;
      const place = typeof from === 'object' && 'offset' in from ? 'earliest' : from;
      reading.position = await this.#find(topic, partition, place);
    }
    if (missing.length === 0) for (const topic of this.#topics()) await this.#client.topic(topic);
  }

  async #find(topic: string, partition: number, place: OffsetPlace): Promise<number> {
    const [found] = await this.#admin.listOffsets(topic, [partition], place);
    if (found === undefined) throw refusal(3, `partition ${topic}-${partition}`);
    if (found.error !== null) throw refusal(errorCode(found.error), `offsets of ${topic}-${partition}`);
    // No record at or after that time: whatever comes next.
    return found.offset ?? (await this.#find(topic, partition, 'latest'));
  }

  #startFetches(): void {
    const byLeader = new Map<number, Reading[]>();
    for (const reading of this.#readings) {
      if (reading.fetching || reading.position === null) continue;
      const leader = this.#client.leaderOf(reading.topic, reading.partition)?.leader;
      if (leader === undefined || this.#fetches.has(leader)) continue;
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), reading]);
    }
    for (const [node, readings] of byLeader) this.#fetches.set(node, this.#fetch(node, readings));
  }

  /** Resolves to `node` when its answer was taken, whatever it was; troubles come with the next poll. */
  async #fetch(node: number, readings: readonly Reading[]): Promise<number> {
    for (const reading of readings) reading.fetching = true;
    const { maxWaitMs, minBytes, bytesMax, partitionBytesMax, isolation } = this.#options;
    const topics = this.#topics().map((topic) => ({
      topic,
      partitions: readings
        .filter((reading) => reading.topic === topic)
        .map(({ partition, position, lastTerm }) => ({
          partition,
          currentLeaderEpoch: this.#client.leaderOf(topic, partition)?.term ?? -1,
          fetchOffset: position ?? 0,
          lastFetchedEpoch: lastTerm,
          partitionMaxBytes: partitionBytesMax,
        })),
    }));
    const body = {
      maxWaitMs,
      minBytes,
      maxBytes: bytesMax,
      isolationLevel: isolation === 'committed' ? 1 : 0,
      topics: topics.filter(({ partitions }) => partitions.length > 0),
    };
    let stale = false;
    try {
      const answer = await this.#client.on(
        node,
        API_TABLE.fetch.schema,
        body,
        maxWaitMs + this.#client.requestTimeoutMs,
      );
      if (answer.errorCode !== 0) throw refusal(answer.errorCode, 'fetch');
      for (const { topic, partitions } of answer.responses) {
        for (const each of partitions) {
          const reading = readings.find((one) => one.topic === topic && one.partition === each.partitionIndex);
          if (reading !== undefined && !(await this.#take(reading, each))) stale = true;
        }
      }
      if (!stale) this.#failures = 0;
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (!error.retriable) this.#failure = error;
      stale = true;
    }
    if (stale) await this.#refreshQuietly(node);
    for (const reading of readings) reading.fetching = false;
    return node;
  }

  async #refreshQuietly(node: number): Promise<void> {
    const avoid = this.#failures === 0 ? null : node;
    await this.#client.sleep(this.#client.backoffMs(this.#failures));
    this.#failures += 1;
    try {
      await this.#client.refresh(this.#topics(), { avoid });
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (!error.retriable) this.#failure = error;
    }
  }

  /** Takes what came for one partition; false: metadata is stale. */
  async #take(reading: Reading, answer: PartitionAnswer): Promise<boolean> {
    const { topic, partition } = reading;
    const position = reading.position ?? 0;
    if (answer.errorCode === OUT_OF_RANGE) return this.#reposition(reading, position);
    if (answer.errorCode !== 0) {
      const error = refusal(answer.errorCode, `fetch ${topic}-${partition}`);
      if (!error.retriable) this.#failure = error;
      return false;
    }
    const { divergingEpoch } = answer;
    if (divergingEpoch.epoch >= 0 && divergingEpoch.endOffset >= 0) {
      const to = Math.min(divergingEpoch.endOffset, position);
      reading.position = to;
      reading.lastTerm = divergingEpoch.epoch;
      if (to < position) this.#onEvent({ kind: 'truncated', topic, partition, from: position, to });
      return true;
    }
    reading.highWatermark = answer.highWatermark;
    reading.lastStableOffset = answer.lastStableOffset;
    if (answer.records !== null && answer.records.length > 0)
      this.#open(reading, answer.records, answer.abortedTransactions ?? []);
    return true;
  }

  async #reposition(reading: Reading, position: number): Promise<boolean> {
    const { topic, partition } = reading;
    const earliest = await this.#find(topic, partition, 'earliest');
    const to = position < earliest ? earliest : await this.#find(topic, partition, 'latest');
    // Between the two answers the log may have grown over the position: then nothing was wrong.
    if (position >= earliest && position <= to) return true;
    reading.position = to;
    reading.lastTerm = -1;
    this.#onEvent({ kind: 'out-of-range', topic, partition, from: position, to });
    return true;
  }

  #open(reading: Reading, bytes: Uint8Array, abortedTransactions: readonly AbortedFrom[]): void {
    const { topic, partition } = reading;
    const aborted = new AbortedBatches(abortedTransactions);
    const records: LogRecord[] = [];
    let position = reading.position ?? 0;
    for (let at = 0; ;) {
      const next = nextBatch(bytes, at);
      if (next.kind === 'partial') break;
      if (next.kind === 'corrupt' || next.magic !== 2) {
        this.#failure = new ClientError(
          'protocol',
          `${topic}-${partition} at offset ${position}: ${next.kind === 'corrupt' ? next.detail : `batch format ${next.magic}`}`,
        );
        break;
      }
      const batch = bytes.subarray(at, at + next.size);
      at += next.size;
      const wanted = position;
      // Of control batches too: a position behind them belongs to their term, or the log seems to have been cut.
      reading.lastTerm = readBatchHeader(batch).term;
      if (!aborted.leavesOut(batch) && !isControlBatch(batch)) {
        const read = readRecords(batch, decompressStream, this.#options.batchBytesMax);
        if (read.kind === 'refused') {
          this.#failure = new ClientError('protocol', `${topic}-${partition} at offset ${position}: ${read.detail}`);
          break;
        }
        for (const record of read.records) if (record.offset >= wanted) records.push(record);
      }
      position = Math.max(position, batchEndOffset(batch));
    }
    reading.position = position;
    if (records.length > 0)
      this.#ready.push({
        topic,
        partition,
        records,
        position,
        highWatermark: reading.highWatermark,
        lastStableOffset: reading.lastStableOffset,
      });
  }
}
