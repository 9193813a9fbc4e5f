/**
 * A client that asks before it was answered: bursts of produce requests on one connection, each with one record of a length of
 * its own, and none of them repeated.
 *
 * ```
 *  one connection   produce b0 · produce b1 · produce b2 · produce b3 ─▶     answers: what was written lies in this order (D4)
 * ```
 * A producer that repeats what failed cannot show this: what it repeats may lie behind what it sent later. Nor does one that
 * gives up show that a node owes an answer (L3): this one waits until the request, its node and the connection are long over.
 */
import { ClientError } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE, errorCode } from '../../src/wire/index.ts';
import { buildBatch } from '../../storage/batch/index.ts';
import { violated } from './history.ts';
import type { History, SentRecord } from './history.ts';
import type { Pace } from './pace.ts';
import { PacedUser } from './paced-user.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface BurstWriterOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  /**
   * Another one owes no answer to what the former was sent; null when it does not run; absent: nobody can tell, and
   * what is not answered soon is given up.
   */
  readonly lifeOf?: (node: number) => string | null;
  /** Virtual milliseconds between two bursts; default 200. */
  readonly everyMs?: number;
  /** When it is busy, and when quiet; default: always busy. */
  readonly pace?: Pace;
}

/** Of one partition, or why there is none. */
type Answer = { readonly errorCode: number; readonly baseOffset: number } | ClientError | null;

const BURST = 5;
/** Answers to a request that has written nothing, whoever leads later. */
const NOT_WRITTEN: ReadonlySet<number> = new Set(
  (['UNKNOWN_TOPIC_OR_PARTITION', 'MESSAGE_TOO_LARGE', 'NOT_ENOUGH_REPLICAS', 'INVALID_RECORD'] as const).map(
    errorCode,
  ),
);
const TIMEOUT_MS = 3000;
/** A request may have lain in front of a node that stood still: nothing lasts as long as this. */
const PATIENCE_MS = 45_000;

export class BurstWriter extends PacedUser {
  readonly #cluster: WorkloadHome;
  readonly #history: History;
  readonly #options: BurstWriterOptions;
  readonly #client: KafkaClient;
  #next = 0;

  constructor(cluster: WorkloadHome, history: History, options: BurstWriterOptions) {
    super(cluster, { ...options, everyMs: options.everyMs ?? 200, oneAtATime: true });
    this.#cluster = cluster;
    this.#history = history;
    this.#options = options;
    this.#client = cluster.client(options.name, { requestTimeoutMs: TIMEOUT_MS });
  }

  protected override async act(): Promise<void> {
    const { topic, partitions } = this.#options;
    const partition = Math.floor(this.#next / BURST) % partitions;
    try {
      const leader = this.#client.leaderOf(topic, partition)?.leader ?? null;
      if (leader === null) await this.#client.refresh([topic]);
      else await this.#send(leader, partition);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      await this.#client.refresh([topic]).catch((failed: unknown) => {
        if (!(failed instanceof ClientError)) throw failed;
      });
    }
  }

  async #send(leader: number, partition: number): Promise<void> {
    const link = await this.#client.link(leader);
    const burst = `${this.name}#${this.#next / BURST}`;
    const records = Array.from({ length: BURST }, () => this.#record(partition, burst));
    const answers = await Promise.all(
      records.map(async (record, index): Promise<Answer> => {
        // The first is the longest: whoever is faster with a short one shows it.
        const padding = new Uint8Array((BURST - index) * 40);
        const value = Buffer.from(record.id);
        const headers = [{ key: 'p', value: padding }];
        const { clock } = this.#client.ports;
        const batch = buildBatch({ records: [{ key: value, value, headers, timestamp: clock.wallNow() }] });
        const topicData = [{ name: record.topic, partitionData: [{ index: partition, records: batch }] }];
        const body = { acks: -1, timeoutMs: TIMEOUT_MS, topicData };
        const { lifeOf } = this.#options;
        const life = lifeOf?.(leader) ?? null;
        const failed = (error: unknown): ClientError => {
          if (!(error instanceof ClientError)) throw error;
          // A connection that is given up sooner says the same.
          const isPatient = this.#cluster.world.now() - record.sentAt >= PATIENCE_MS;
          if (error.kind === 'timeout' && isPatient && life !== null && lifeOf?.(leader) === life)
            violated('L3', `node ${leader} did not answer ${record.id} within ${PATIENCE_MS} ms`);
          return error;
        };
        const patience = lifeOf === undefined ? TIMEOUT_MS + 1000 : PATIENCE_MS;
        const answer = await link.request(API_TABLE.produce.schema, body, patience).catch(failed);
        return answer instanceof ClientError ? answer : (answer.responses[0]?.partitionResponses[0] ?? null);
      }),
    );
    this.#judge(records, answers);
  }

  #record(partition: number, burst: string): SentRecord {
    const { name, topic } = this.#options;
    const number = this.#next;
    this.#next += 1;
    const sentAt = this.#cluster.world.now();
    const known = { topic, partition, writer: name, number, sentAt, kept: true, once: true, burst };
    return this.#history.add({ id: `${name}-${number}`, ...known });
  }

  #judge(records: readonly SentRecord[], answers: readonly Answer[]): void {
    let refused: ClientError | null = null;
    let before = -1;
    for (const [index, answer] of answers.entries()) {
      const record = records[index];
      if (record === undefined) continue;
      if (answer === null || answer instanceof ClientError || answer.errorCode !== 0) {
        const code = answer === null || answer instanceof ClientError ? null : answer.errorCode;
        refused ??= answer instanceof ClientError ? answer : new ClientError('refused', 'not the leader any more');
        const reason = code === null ? refused.message : `error ${code}`;
        this.#history.fail(record, reason, code !== null && NOT_WRITTEN.has(code));
        continue;
      }
      const written = answer.baseOffset;
      if (written <= before)
        violated('D4', `${record.id} of a burst was written at ${written}, one sent before it at ${before}`);
      before = written;
      this.#history.ack(record, written, this.#cluster.world.now());
    }
    if (refused !== null) throw refused;
  }
}
