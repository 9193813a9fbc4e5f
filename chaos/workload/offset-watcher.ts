/**
 * Somebody who is no member and asks how far the group has come, as tools do that show its lag. It goes on asking the same node until
 * that refuses or is silent: a coordinator that was deposed and does not know it may tell of the past, but of nothing that its
 * successor does not have.
 *
 *   C1  what it was shown is committed: no member begins below      C3  and was processed
 */
import { GroupAdmin } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import type { GroupHistory } from './group-history.ts';
import { fetchOffsets } from './group-offsets.ts';
import type { Pace } from './pace.ts';
import { PacedUser } from './paced-user.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface OffsetWatcherOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly group: string;
  readonly topic: string;
  readonly pace: Pace;
  /** Virtual milliseconds between two questions when busy. */
  readonly everyMs: number;
}

const TIMEOUT_MS = 1500;

export class OffsetWatcher extends PacedUser {
  readonly #shared: GroupHistory;
  readonly #options: OffsetWatcherOptions;
  readonly #client: KafkaClient;
  readonly #admin: GroupAdmin;
  #coordinator: number | null = null;
  /** Offsets that were shown. */
  count = 0;

  constructor(home: WorkloadHome, shared: GroupHistory, options: OffsetWatcherOptions) {
    super(home, { ...options, oneAtATime: true });
    this.#shared = shared;
    this.#options = options;
    this.#client = home.client(options.name, { requestTimeoutMs: TIMEOUT_MS });
    this.#admin = new GroupAdmin(this.#client);
  }

  protected override async act(): Promise<void> {
    const { group, topic } = this.#options;
    const coordinator = this.#coordinator ?? (await this.#admin.coordinator(group));
    // Unless it answers.
    this.#coordinator = null;
    const offsets = await fetchOffsets(this.#client, coordinator, group, topic);
    if (offsets === null) return;
    this.#coordinator = coordinator;
    for (const [partition, offset] of offsets) {
      this.count += 1;
      this.#shared.show(partition, offset);
    }
  }
}
