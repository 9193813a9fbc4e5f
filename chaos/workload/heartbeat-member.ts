/**
 * A member of a group of the newer protocol (KIP-848): heartbeats carry what it has and bring what it shall have.
 *
 * ```
 *  epoch 0 ─▶ told an epoch and partitions ─▶ give up what is not among them, say so ─▶ read what is, commit under the epoch ─▶ …
 *     ▲                                         └── fenced (110), unknown (25): everything is given up
 *     └───────────────────────────────────────────────┘
 * ```
 * With whims it stalls beyond its session, leaves, vanishes, repeats itself in full or in part, commits what it no longer has.
 */
import type { Random } from '../../raft/index.ts';
import { ClientError, Consumer, findCoordinator } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE, errorName } from '../../src/wire/index.ts';
import type { GroupHistory } from './group-history.ts';
import { fetchOffsets } from './group-offsets.ts';
import { violated } from './history.ts';
import type { History } from './history.ts';
import type { Holder, OwnershipHistory } from './ownership-history.ts';
import type { Pace } from './pace.ts';
import type { PollSession } from './poll-history.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface HeartbeatMemberOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
  readonly random: Random;
  readonly whims: boolean;
  readonly assignor: 'uniform' | 'range' | null;
  readonly pace: Pace;
}

/** One that it was and is no more. */
interface FormerMember {
  readonly id: string;
  readonly epoch: number;
  readonly partition: number;
  /** Heartbeats that had been answered when it gave the partition up; the next one tells the coordinator so. */
  readonly answered: number;
}

const HEARTBEAT_MS = 500;
const STALL_MS = 9000;
const REBALANCE_MS = 3000;

export class HeartbeatMember {
  readonly #home: WorkloadHome;
  readonly #history: History;
  readonly #shared: GroupHistory;
  readonly #ownership: OwnershipHistory;
  readonly #options: HeartbeatMemberOptions;
  readonly #client: KafkaClient;
  #running = false;
  #tame = false;
  #id = '';
  #lives = 0;
  #epoch = 0;
  #holder: Holder;
  /** The coordinator is to be told everything: an answer may have been lost. */
  #inFull = true;
  #consumer: Consumer | null = null;
  readonly #sessions = new Map<number, PollSession>();
  readonly #positions = new Map<number, number>();
  #former: FormerMember | null = null;
  /** Heartbeats, well. */
  #answered = 0;
  #beatAt = 0;

  constructor(
    home: WorkloadHome,
    history: History,
    shared: GroupHistory,
    ownership: OwnershipHistory,
    options: HeartbeatMemberOptions,
  ) {
    this.#home = home;
    this.#history = history;
    this.#shared = shared;
    this.#ownership = ownership;
    this.#options = options;
    this.#client = home.client(options.name, { requestTimeoutMs: 3000, callTimeoutMs: 10_000 });
    this.#holder = ownership.begin(options.name);
  }

  get name(): string {
    return this.#options.name;
  }

  /** Of the topic. */
  get partitions(): number {
    return this.#options.partitions;
  }

  get running(): boolean {
    return this.#running;
  }

  /** What it has, as far as it knows. */
  get owned(): readonly number[] {
    return [...this.#holder.held.keys()].sort((left, right) => left - right);
  }

  get epoch(): number {
    return this.#epoch;
  }

  start(): this {
    this.#running = true;
    void this.#loop().catch((error: unknown) => this.#home.world.fail(error));
    return this;
  }

  stop(): void {
    this.#running = false;
  }

  /** No more whims. */
  tame(): void {
    this.#tame = true;
  }

  async #loop(): Promise<void> {
    while (this.#running) {
      try {
        if (this.#id === '') this.#beginLife();
        const coordinator = await findCoordinator(this.#client, 'group', this.#options.group);
        while (this.#running && (await this.#turn(coordinator))) {
          const pause = this.#epoch === 0 ? 100 : Math.min(20 + (this.#options.pace.pause() ?? 0), 2000);
          await this.#client.sleep(pause);
        }
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        this.#inFull = true;
      }
      await this.#client.sleep(100);
    }
  }

  #beginLife(): void {
    this.#lives += 1;
    this.#id = `${this.name}-${this.#lives}`;
    this.#rejoin();
  }

  /** Everything is given up: it joins anew under its id. */
  #rejoin(): void {
    const [partition] = this.owned;
    if (partition !== undefined)
      this.#former = { id: this.#id, epoch: this.#epoch, partition, answered: this.#answered };
    this.#ownership.end(this.#holder);
    this.#holder = this.#ownership.begin(`${this.#id} (life ${this.#lives}, from epoch ${this.#epoch} on anew)`);
    this.#epoch = 0;
    this.#inFull = true;
    this.#consumer = null;
  }

  /** False: the coordinator is to be found again. */
  async #turn(coordinator: number): Promise<boolean> {
    const now = this.#home.world.now();
    if (this.#epoch === 0 || this.#inFull || now - this.#beatAt >= HEARTBEAT_MS) {
      if (!(await this.#beat(coordinator))) return false;
      this.#beatAt = now;
    }
    if (this.#epoch === 0) return true;
    if (this.#consumer === null && !(await this.#assign(coordinator))) return true;
    if (this.#consumer !== null) await this.#consume(coordinator, this.#consumer);
    return this.#followWhim(coordinator);
  }

  async #beat(coordinator: number, memberEpoch = this.#epoch): Promise<boolean> {
    const { group, topic, random, assignor } = this.#options;
    const isFull = memberEpoch === 0 || this.#inFull || random.below(4) === 0;
    const { id } = await this.#client.topic(topic);
    const partitions = this.owned;
    const owned = partitions.length === 0 ? [] : [{ topicId: id, partitions }];
    this.#inFull = true;
    const answer = await this.#client.on(coordinator, API_TABLE.consumerGroupHeartbeat.schema, {
      groupId: group,
      memberId: this.#id,
      memberEpoch,
      ...(isFull
        ? {
            rebalanceTimeoutMs: REBALANCE_MS,
            subscribedTopicNames: [topic],
            serverAssignor: assignor,
            topicPartitions: memberEpoch === 0 ? [] : owned,
          }
        : {}),
    });
    const code = errorName(answer.errorCode);
    if (code === 'FENCED_MEMBER_EPOCH' || code === 'UNKNOWN_MEMBER_ID') {
      this.#rejoin();
      return true;
    }
    if (answer.errorCode !== 0) return false;
    this.#answered += 1;
    this.#inFull = false;
    if (answer.memberEpoch < this.#epoch)
      violated('C2', `${this.#id} is at epoch ${this.#epoch}, and was told ${answer.memberEpoch}`);
    this.#epoch = answer.memberEpoch;
    if (answer.assignment !== null) {
      const told = answer.assignment.topicPartitions.flatMap((each) => (each.topicId === id ? each.partitions : []));
      this.#take(new Set(told));
    }
    return true;
  }

  #take(told: ReadonlySet<number>): void {
    let changed = false;
    for (const partition of this.owned) {
      if (told.has(partition)) continue;
      this.#former = { id: this.#id, epoch: this.#epoch - 1, partition, answered: this.#answered };
      this.#ownership.release(this.#holder, partition);
      this.#inFull = true;
      changed = true;
    }
    for (const partition of told) {
      if (this.#holder.held.has(partition)) continue;
      this.#ownership.hold(this.#holder, partition);
      this.#positions.delete(partition);
      // It says what it has taken over.
      this.#inFull = true;
      changed = true;
    }
    if (changed) this.#consumer = null;
  }

  /** Begins to read what it has: what is new from the committed offset on. False: that is not known yet. */
  async #assign(coordinator: number): Promise<boolean> {
    const { topic, group, name } = this.#options;
    const { owned } = this;
    if (owned.length === 0) return true;
    const floors = new Map(owned.map((partition) => [partition, this.#shared.committed(partition)]));
    const offsets = await fetchOffsets(this.#client, coordinator, group, topic);
    if (offsets === null) return false;
    for (const partition of owned) {
      if (this.#positions.has(partition)) continue;
      const offset = Math.max(0, offsets.get(partition) ?? 0);
      this.#shared.resume(partition, offset, floors.get(partition) ?? 0);
      this.#positions.set(partition, offset);
    }
    const assignments = owned.map((partition) => {
      const offset = this.#positions.get(partition) ?? 0;
      this.#sessions.set(partition, this.#history.polls.begin(name, topic, partition, offset));
      return { topic, partition, from: { offset } };
    });
    this.#consumer = new Consumer(this.#client, { assignments, maxWaitMs: 150 });
    return true;
  }

  async #consume(coordinator: number, consumer: Consumer): Promise<void> {
    const { topic, name } = this.#options;
    const polls = await consumer.poll();
    // All of it first: the consumer goes on behind what it has given, whatever becomes of the commits.
    for (const { partition, records, position } of polls) {
      const polled = records.map(({ offset, value }) => ({ offset, value: Buffer.from(value ?? []).toString() }));
      this.#sessions.get(partition)?.note(this.#home.world.now(), polled);
      for (const { offset, value } of polled) this.#history.noteRead(topic, partition, offset, value, name);
      this.#shared.process(partition, position);
      this.#positions.set(partition, position);
    }
    for (const { partition, position } of polls) {
      const judge = this.#ownership.commits(this.#holder, partition);
      if (!(await this.#commit(coordinator, this.#id, this.#epoch, partition, position))) return;
      judge();
      this.#shared.commit(partition, position);
    }
  }

  /** False: refused. */
  async #commit(coordinator: number, id: string, epoch: number, partition: number, offset: number): Promise<boolean> {
    const { group, topic } = this.#options;
    const known = await this.#client.topic(topic);
    const partitions = [{ partitionIndex: partition, committedOffset: offset, committedMetadata: null }];
    const answer = await this.#client.on(coordinator, API_TABLE.offsetCommit.schema, {
      groupId: group,
      generationIdOrMemberEpoch: epoch,
      memberId: id,
      topics: [{ name: topic, topicId: known.id, partitions }],
    });
    const code = answer.topics[0]?.partitions[0]?.errorCode ?? -1;
    const name = errorName(code);
    if (name === 'UNKNOWN_MEMBER_ID' || name === 'FENCED_MEMBER_EPOCH' || name === 'STALE_MEMBER_EPOCH') {
      this.#ownership.refused += 1;
      // The next heartbeat tells what is the matter.
      this.#inFull = true;
    }
    return code === 0;
  }

  /** False: it is no member any more. */
  async #followWhim(coordinator: number): Promise<boolean> {
    const { random, whims, group } = this.#options;
    if (!whims || this.#tame) return true;
    const draw = random.below(400);
    if (draw < 6) await this.#client.sleep(STALL_MS / 2 + random.below(STALL_MS));
    else if (draw < 12) {
      const { owned } = this;
      for (const partition of owned) this.#ownership.release(this.#holder, partition);
      const id = this.#id;
      this.#id = '';
      await this.#client.on(coordinator, API_TABLE.consumerGroupHeartbeat.schema, {
        groupId: group,
        memberId: id,
        memberEpoch: -1,
      });
      return false;
    } else if (draw < 16) {
      this.#id = '';
      return false;
    } else if (draw < 40) await this.#commitOfThePast(coordinator);
    return true;
  }

  /** What it had once, under the epoch of that time: it is refused. */
  async #commitOfThePast(coordinator: number): Promise<void> {
    const former = this.#former;
    if (former === null || this.#holder.held.has(former.partition) || former.epoch <= 0) return;
    if (former.id === this.#id && former.epoch >= this.#epoch) return;
    // Until the coordinator has heard that it was given up, the partition is its own, and may be committed (KIP-1251).
    if (this.#answered <= former.answered) return;
    if (await this.#commit(coordinator, former.id, former.epoch, former.partition, 0))
      violated(
        'C2',
        `${former.id} has committed partition ${former.partition} under epoch ${former.epoch}, which is over`,
      );
  }
}
