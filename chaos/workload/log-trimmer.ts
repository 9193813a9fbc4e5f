/**
 * Somebody who deletes the beginnings of logs (DeleteRecords), with what the answers say remembered: what is deleted stays so.
 *
 *   P5  the beginning of a log never goes back behind what an answer to DeleteRecords has said
 */
import type { Random } from '../../raft/index.ts';
import { AdminClient } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';
import { violated } from './history.ts';
import type { Pace } from './pace.ts';
import { PacedUser } from './paced-user.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface LogTrimmerOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly random: Random;
  readonly pace: Pace;
  /** Virtual milliseconds between two deletions when busy. */
  readonly everyMs: number;
}

const TIMEOUT_MS = 3000;

export class LogTrimmer extends PacedUser {
  readonly #options: LogTrimmerOptions;
  readonly #client: KafkaClient;
  readonly #admin: AdminClient;
  /** Where each log begins at least, by partition. */
  readonly #starts: number[] = [];

  constructor(home: WorkloadHome, options: LogTrimmerOptions) {
    super(home, { ...options, oneAtATime: true });
    this.#options = options;
    this.#client = home.client(options.name, { requestTimeoutMs: TIMEOUT_MS });
    this.#admin = new AdminClient(this.#client);
  }

  /** Log starts that were confirmed, by partition. */
  get starts(): readonly number[] {
    return this.#starts;
  }

  async atEnd(): Promise<void> {
    const { topic } = this.#options;
    await this.#client.retry(() => this.#client.refresh([topic]));
    const partitions = [...this.#starts.keys()];
    for (const { partition, offset } of await this.#admin.listOffsets(topic, partitions, 'earliest')) {
      const least = this.#starts[partition] ?? 0;
      if (offset !== null && offset < least)
        violated('P5', `${topic}/${partition} begins at ${offset}, records below ${least} had been deleted`);
    }
  }

  protected override async act(): Promise<void> {
    const { topic, partitions, random } = this.#options;
    const partition = random.below(partitions);
    await this.#client.refresh([topic]);
    const [latest] = await this.#admin.listOffsets(topic, [partition], 'latest');
    const leader = this.#client.leaderOf(topic, partition)?.leader;
    if (leader === undefined || latest === undefined || latest.offset === null) return;
    const offset = Math.floor(latest.offset * random.fraction());
    const topics = [{ name: topic, partitions: [{ partitionIndex: partition, offset }] }];
    const answer = await this.#client.on(leader, API_TABLE.deleteRecords.schema, { topics, timeoutMs: TIMEOUT_MS });
    const found = answer.topics[0]?.partitions[0];
    if (found?.errorCode !== 0) return;
    if (found.lowWatermark < offset)
      violated('P5', `${topic}/${partition} begins at ${found.lowWatermark} after all below ${offset} were deleted`);
    this.#starts[partition] = Math.max(this.#starts[partition] ?? 0, offset);
  }
}
