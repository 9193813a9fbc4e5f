/**
 * An idempotent producer as the protocol allows it to be, and not as well-behaved clients are: several requests in flight, lost
 * connections, repeats of what was acknowledged, gaps, new epochs and those who still write with the old one, ids left behind with
 * batches under way, and used again later.
 *
 *   E1 each sequence number is in the log once, and a repeat is answered with the first offset; a gap is refused
 *   E2 nothing of an older epoch is written once the newer one has written
 */
import type { Random } from '../../raft/index.ts';
import { ClientError } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE, errorCode } from '../../src/wire/index.ts';
import { violated } from './history.ts';
import type { History } from './history.ts';
import type { Pace } from './pace.ts';
import { PacedUser } from './paced-user.ts';
import { RawLinks } from './raw-link.ts';
import { REMEMBERED, SequencedRow } from './sequenced-row.ts';
import type { ProducerLife, SequencedBatch } from './sequenced-row.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface SequencedWriterOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly random: Random;
  readonly pace: Pace;
  /** Virtual milliseconds between two things to do when busy. */
  readonly everyMs: number;
}

interface Answer {
  readonly errorCode: number;
  readonly baseOffset: number;
}

type Act = 'send' | 'repeat' | 'gap' | 'old-epoch' | 'new-epoch' | 'new-id' | 'lose-connections' | 'zombie';

/** As often as each is drawn. */
const ACTS: Readonly<Record<Act, number>> = {
  send: 30,
  repeat: 4,
  gap: 3,
  'old-epoch': 2,
  'new-epoch': 1,
  'new-id': 1,
  'lose-connections': 2,
  zombie: 2,
};
const TIMEOUT_MS = 2000;
const ZOMBIES_MAX = 3;
/** So many numbers are left out that no row ever comes to them: a request that was cut off may arrive late. */
const GAP = 1_000_000;
const OUT_OF_ORDER = errorCode('OUT_OF_ORDER_SEQUENCE_NUMBER');
const OLD_EPOCH = errorCode('INVALID_PRODUCER_EPOCH');
/** Nothing that a well-formed batch of a known producer may be told. */
const NEVER: ReadonlySet<number> = new Set([
  errorCode('MESSAGE_TOO_LARGE'),
  errorCode('INVALID_RECORD'),
  errorCode('CORRUPT_MESSAGE'),
  errorCode('INVALID_REQUIRED_ACKS'),
]);

export class SequencedWriter extends PacedUser {
  readonly #home: WorkloadHome;
  readonly #history: History;
  readonly #options: SequencedWriterOptions;
  readonly #client: KafkaClient;
  readonly #links: RawLinks;
  #life: ProducerLife | null = null;
  /** The same id with the epoch before. */
  #former: ProducerLife | null = null;
  #zombies: ProducerLife[] = [];
  #lives = 0;
  /** Asking for an id. */
  #asking = false;
  /** Requests beside those of rows: repeats, gaps and old epochs. */
  #tricks = 0;
  /** Repeats that were answered with the first offset, gaps and old epochs that were refused. */
  recognized = 0;

  constructor(home: WorkloadHome, history: History, options: SequencedWriterOptions) {
    super(home, options);
    this.#home = home;
    this.#history = history;
    this.#options = options;
    this.#client = home.client(options.name, { requestTimeoutMs: TIMEOUT_MS });
    this.#links = new RawLinks(this.#client.ports, options.name);
  }

  /** Batches that are to be acknowledged, and requests without an answer. */
  override get pending(): number {
    const unacked = this.#life?.rows.reduce((sum, { unacked: batches }) => sum + batches.length, 0) ?? 0;
    return unacked + this.#tricks + (this.#asking ? 1 : 0);
  }

  protected override async act(): Promise<void> {
    const { random, partitions } = this.#options;
    const life = this.#life;
    if (life === null) return this.#begin();
    const row = life.rows[random.below(partitions)];
    if (row === undefined) return;
    switch (this.#draw()) {
      case 'send':
        return this.#send(life, row);
      case 'repeat':
        return this.#repeat(row);
      case 'gap':
        return this.#gap(life, row);
      case 'old-epoch':
        return this.#writeWithOldEpoch(row);
      case 'new-epoch':
        return this.#bump(life);
      case 'new-id':
        this.#zombies = [...this.#zombies, life].slice(-ZOMBIES_MAX);
        this.#former = null;
        this.#life = null;
        // What it had under way is left to itself.
        return this.#links.close();
      case 'lose-connections':
        return this.#links.close();
      case 'zombie':
        return this.#wake();
    }
  }

  #draw(): Act {
    const all = Object.entries(ACTS) as readonly (readonly [Act, number])[];
    let left = this.#options.random.below(all.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [act, weight] of all) {
      if (left < weight) return act;
      left -= weight;
    }
    return 'send';
  }

  async #begin(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const answer = await this.#client.any(API_TABLE.initProducerId.schema, {
        transactionalId: null,
        transactionTimeoutMs: 60_000,
      });
      if (answer.errorCode !== 0) return;
      this.#history.noteProducerId(answer.producerId, this.name);
      this.#live(answer.producerId, answer.producerEpoch);
    } finally {
      this.#asking = false;
    }
  }

  #live(id: number, epoch: number): void {
    const { topic, partitions, name } = this.#options;
    this.#lives += 1;
    const rows = Array.from({ length: partitions }, (_, partition) => new SequencedRow({ topic, partition }));
    this.#life = { id, epoch, name: `${name}.${this.#lives}`, rows };
  }

  /** The same id with the next epoch, when nothing of this one is under way. */
  #bump(life: ProducerLife): void {
    if (!life.rows.every(({ idle }) => idle)) return;
    this.#former = life;
    this.#live(life.id, life.epoch + 1);
  }

  async #send(life: ProducerLife, row: SequencedRow): Promise<void> {
    if (row.failed || row.recovering || row.unacked.length >= REMEMBERED) return;
    // Of a producer that it does not know, a broker takes any number for the first: a second batch must not overtake that one.
    if (row.done.length === 0 && row.unacked.length > 0) return;
    const { clock } = this.#client.ports;
    row.next(this.#history, life, 1 + this.#options.random.below(4), this.#home.world.now(), clock.wallNow());
    await this.#transmit(row);
  }

  /** Sends what is not under way, in order. */
  async #transmit(row: SequencedRow): Promise<void> {
    const batches = row.unacked.filter(({ inFlight }) => !inFlight);
    for (const batch of batches) batch.inFlight = true;
    await Promise.all(batches.map(async (batch) => this.#onAnswer(row, batch, await this.#produce(row, batch))));
  }

  #onAnswer(row: SequencedRow, batch: SequencedBatch, answer: Answer | null): void {
    const isOldest = row.unacked[0] === batch;
    batch.inFlight = false;
    const code = answer?.errorCode ?? null;
    if (answer !== null && code === 0) this.#acknowledge(row, batch, answer.baseOffset);
    else {
      if (code === OUT_OF_ORDER && isOldest)
        violated('E1', `${nameOf(batch)} was refused as out of order, everything before it was acknowledged`);
      if (code === OLD_EPOCH) violated('E2', `${nameOf(batch)} was refused for its epoch, which is the newest`);
      row.failed = true;
    }
    if (row.failed && row.inFlight === 0) this.#recover(row);
  }

  #acknowledge(row: SequencedRow, batch: SequencedBatch, base: number): void {
    const now = this.#home.world.now();
    for (const [index, record] of batch.records.entries()) this.#history.ack(record, base + index, now);
    row.acknowledge(batch, base);
  }

  /** Waits a little, looks for the leader, and sends all again that was not acknowledged. */
  #recover(row: SequencedRow): void {
    if (row.recovering) return;
    row.recovering = true;
    this.work.do(async () => {
      await this.#client.sleep(20 + this.#options.random.below(200));
      await this.#refresh();
      row.recovering = false;
      row.failed = false;
      // Of an id that was left behind: it is for the zombie to send.
      if (this.#life?.rows.includes(row) === true) await this.#transmit(row);
    });
  }

  async #refresh(): Promise<void> {
    await this.#client.refresh([this.#options.topic]).catch((error: unknown) => {
      if (!(error instanceof ClientError)) throw error;
    });
  }

  /** Null: nobody knows. */
  async #produce(row: SequencedRow, batch: SequencedBatch): Promise<Answer | null> {
    const { topic, partition } = row.place;
    const leader = this.#client.leaderOf(topic, partition)?.leader ?? null;
    const address = leader === null ? undefined : this.#client.metadata.brokers.get(leader);
    if (leader === null || address === undefined) {
      await this.#refresh();
      return null;
    }
    const link = await this.#links.to(leader, address);
    const topicData = [{ name: topic, partitionData: [{ index: partition, records: batch.bytes }] }];
    const body = { acks: -1, timeoutMs: TIMEOUT_MS, topicData };
    const answer = await link?.request(API_TABLE.produce.schema, 12, body, TIMEOUT_MS + 1000);
    const found = answer?.responses[0]?.partitionResponses[0] ?? null;
    if (found !== null && NEVER.has(found.errorCode))
      violated('D6', `${nameOf(batch)} is as it should be, and was refused with error ${found.errorCode}`);
    return found;
  }

  async #trick(row: SequencedRow, batch: SequencedBatch, judge: (answer: Answer) => void): Promise<void> {
    this.#tricks += 1;
    const answer = await this.#produce(row, batch);
    this.#tricks -= 1;
    if (answer !== null) judge(answer);
  }

  /** Sends again what was acknowledged: the answer is the same. */
  async #repeat(row: SequencedRow): Promise<void> {
    const batch = row.done[this.#options.random.below(Math.max(1, row.done.length))];
    if (batch === undefined || !row.idle) return;
    await this.#trick(row, batch, ({ errorCode: code, baseOffset }) => {
      if (code === OUT_OF_ORDER && row.done.includes(batch))
        violated('E1', `a repeat of ${nameOf(batch)}, written at ${batch.base}, was refused as out of order`);
      if (code !== 0) return;
      if (baseOffset !== batch.base)
        violated('E1', `a repeat of ${nameOf(batch)} was answered with ${baseOffset}, it was written at ${batch.base}`);
      this.recognized += 1;
    });
  }

  /** Leaves out some numbers. */
  async #gap(life: ProducerLife, row: SequencedRow): Promise<void> {
    if (row.done.length === 0 || !row.idle) return;
    const { clock } = this.#client.ports;
    const batch = row.astray(this.#history, life, GAP, this.#home.world.now(), clock.wallNow());
    await this.#trick(row, batch, ({ errorCode: code }) => {
      if (code === 0) violated('E1', `${nameOf(batch)} was taken, with a gap before it`);
      this.#refused(batch, code, OUT_OF_ORDER);
    });
  }

  /** Writes with the epoch before, when the newer one has written to that partition. */
  async #writeWithOldEpoch(row: SequencedRow): Promise<void> {
    const former = this.#former;
    const formerRow = former?.rows[row.place.partition];
    if (former === null || formerRow === undefined || row.done.length === 0) return;
    const { clock } = this.#client.ports;
    const batch = formerRow.astray(this.#history, former, 0, this.#home.world.now(), clock.wallNow());
    await this.#trick(row, batch, ({ errorCode: code }) => {
      if (code === 0) violated('E2', `${nameOf(batch)} was taken, of an epoch that is over`);
      this.#refused(batch, code, OLD_EPOCH);
    });
  }

  #refused(batch: SequencedBatch, code: number, expected: number): void {
    if (code === expected) this.recognized += 1;
    for (const record of batch.records) this.#history.fail(record, `error ${code}`, code === expected);
  }

  /** Somebody still has a batch of an id that was left behind, and sends it. */
  async #wake(): Promise<void> {
    const { random } = this.#options;
    const zombie = this.#zombies[random.below(Math.max(1, this.#zombies.length))];
    const row = zombie?.rows[random.below(this.#options.partitions)];
    const batch = row?.unacked[0];
    if (row === undefined || batch === undefined || batch.inFlight) return;
    await this.#trick(row, batch, ({ errorCode: code, baseOffset }) => {
      if (code === 0 && batch.base === null) this.#acknowledge(row, batch, baseOffset);
    });
  }
}

function nameOf({ records }: SequencedBatch): string {
  return records[0]?.id ?? 'an empty batch';
}
