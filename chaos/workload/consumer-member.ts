/**
 * A member of a consumer group of KIP-848, as small as one can be: heartbeats that say what it has, partitions given up before it
 * says so, fetches, commits with its epoch; and again from epoch 0 when it is fenced.
 *
 * ```
 *  heartbeat ─▶ assignment: less ─▶ commit, give up, say so ─▶ …      more ─▶ committed offset ─▶ read
 * ```
 *
 * What the group owes it is in `reader-ledger.ts`.
 */
import { ClientError, Consumer, GroupAdmin } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE, errorName } from '../../src/wire/index.ts';
import type { History } from './history.ts';
import type { ReaderLedger } from './reader-ledger.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface ConsumerMemberOptions {
  readonly name: string;
  readonly group: string;
  readonly topic: string;
  /** Follows an expression instead of the topic's name. */
  readonly regex?: string;
  readonly instanceId?: string;
  readonly heartbeatMs?: number;
}

const REBALANCE_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 300;
const FENCED = new Set(['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID', 'GROUP_ID_NOT_FOUND']);

export class ConsumerMember {
  readonly #cluster: WorkloadHome;
  readonly #history: History;
  readonly #ledger: ReaderLedger;
  readonly #options: ConsumerMemberOptions;
  readonly #client: KafkaClient;
  readonly #admin: GroupAdmin;
  #running = false;
  #life = 0;
  #epoch = 0;
  /** The next heartbeat says everything. */
  #full = true;
  /** Next position of each partition that it reads. */
  readonly #reading = new Map<number, number>();
  #consumer: Consumer | null = null;
  /** Records processed. */
  count = 0;
  /** Loops that have not ended: 0 or 1 but while one life follows another. */
  pending = 0;

  constructor(cluster: WorkloadHome, history: History, ledger: ReaderLedger, options: ConsumerMemberOptions) {
    this.#cluster = cluster;
    this.#history = history;
    this.#ledger = ledger;
    this.#options = options;
    this.#client = cluster.client(options.name, { requestTimeoutMs: 5000 });
    this.#admin = new GroupAdmin(this.#client);
  }

  get name(): string {
    return this.#options.name;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get reading(): readonly number[] {
    return [...this.#reading.keys()].toSorted((a, b) => a - b);
  }

  start(): this {
    this.#running = true;
    this.#life += 1;
    this.pending += 1;
    void this.#loop(this.#life)
      .catch((error: unknown) => this.#cluster.world.fail(error))
      .finally(() => (this.pending -= 1));
    return this;
  }

  /** Stops without a word. */
  stop(): void {
    this.#running = false;
    this.#giveUp([...this.#reading.keys()]);
  }

  /** Stops and says so; a static member (`forAWhile`) keeps its place. */
  async leave(forAWhile = false): Promise<void> {
    const memberId = this.#memberId();
    this.stop();
    const coordinator = await this.#admin.coordinator(this.#options.group);
    await this.#ask(coordinator, { memberId, memberEpoch: forAWhile ? -2 : -1 });
  }

  #memberId(): string {
    return `${this.#options.name}-${this.#life}`;
  }

  async #loop(life: number): Promise<void> {
    this.#epoch = 0;
    while (this.#running && this.#life === life) {
      try {
        const coordinator = await this.#admin.coordinator(this.#options.group);
        await this.#attend(coordinator);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
      }
      // Whatever was asked last, its answer may be lost.
      this.#full = true;
      await this.#client.sleep(50);
    }
  }

  /** Returns when there is trouble with the coordinator. */
  async #attend(coordinator: number): Promise<void> {
    let beatAt = -Infinity;
    const life = this.#life;
    while (this.#running && this.#life === life) {
      const now = this.#cluster.world.now();
      if (this.#full || now - beatAt >= (this.#options.heartbeatMs ?? HEARTBEAT_MS)) {
        beatAt = now;
        if (!(await this.#beat(coordinator))) return;
        continue;
      }
      if (this.#consumer === null) await this.#client.sleep(100);
      else await this.#poll(coordinator, this.#consumer);
    }
  }

  async #ask(coordinator: number, more: { readonly memberId: string; readonly memberEpoch: number } & object) {
    const { group, instanceId } = this.#options;
    return this.#client.on(coordinator, API_TABLE.consumerGroupHeartbeat.schema, {
      groupId: group,
      ...(instanceId === undefined ? {} : { instanceId }),
      ...more,
    });
  }

  /** False: look for the coordinator again. */
  async #beat(coordinator: number): Promise<boolean> {
    const { topic, regex } = this.#options;
    const { id } = await this.#client.topic(topic);
    const owned = this.#reading.size === 0 ? [] : [{ topicId: id, partitions: this.reading }];
    const everything = {
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      subscribedTopicNames: regex === undefined ? [topic] : null,
      subscribedTopicRegex: regex ?? null,
      topicPartitions: owned,
    };
    const full = this.#full;
    this.#full = true;
    const identity = { memberId: this.#memberId(), memberEpoch: this.#epoch };
    const answer = await this.#ask(coordinator, { ...identity, ...(full ? everything : {}) });
    if (!this.#running) return false;
    const error = errorName(answer.errorCode) ?? '';
    if (FENCED.has(error)) {
      this.#ledger.fenced += 1;
      this.#epoch = 0;
      this.#giveUp([...this.#reading.keys()]);
      return true;
    }
    if (answer.errorCode !== 0) return false;
    this.#full = false;
    this.#epoch = answer.memberEpoch;
    if (answer.assignment !== null) {
      const wanted = answer.assignment.topicPartitions.filter(({ topicId }) => topicId === id);
      await this.#follow(coordinator, new Set(wanted.flatMap(({ partitions }) => partitions)));
    }
    return true;
  }

  /** Gives up what it shall not have, then takes what is new; whatever changed is told with the next heartbeat. */
  async #follow(coordinator: number, wanted: ReadonlySet<number>): Promise<void> {
    const lost = [...this.#reading.keys()].filter((partition) => !wanted.has(partition));
    const fresh = [...wanted].filter((partition) => !this.#reading.has(partition));
    if (lost.length + fresh.length === 0) return;
    this.#giveUp(lost);
    this.#full = true;
    for (const partition of fresh) {
      const floor = this.#ledger.committed(partition);
      const offset = await this.#committed(coordinator, partition);
      if (offset === null || !this.#running) continue;
      this.#ledger.take(partition, this.name, offset, floor);
      this.#reading.set(partition, offset);
    }
    this.#renew();
  }

  #giveUp(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.#reading.delete(partition);
      this.#ledger.give(partition, this.name);
    }
    this.#renew();
  }

  #renew(): void {
    const { topic } = this.#options;
    const assignments = [...this.#reading].map(([partition, offset]) => ({ topic, partition, from: { offset } }));
    this.#consumer = assignments.length === 0 ? null : new Consumer(this.#client, { assignments, maxWaitMs: 100 });
  }

  async #poll(coordinator: number, consumer: Consumer): Promise<void> {
    const { topic } = this.#options;
    for (const { partition, records, position } of await consumer.poll()) {
      if (!this.#running || !this.#reading.has(partition)) continue;
      for (const { offset, value } of records)
        this.#history.noteRead(topic, partition, offset, Buffer.from(value ?? []).toString(), this.name);
      this.count += records.length;
      this.#reading.set(partition, position);
      await this.#commit(coordinator, partition, position);
    }
  }

  /** A refused commit is made again with what comes next, by this member or another. */
  async #commit(coordinator: number, partition: number, committedOffset: number): Promise<void> {
    const { group, topic } = this.#options;
    const { id: topicId } = await this.#client.topic(topic);
    const partitions = [{ partitionIndex: partition, committedOffset, committedMetadata: null }];
    const answer = await this.#client.on(coordinator, API_TABLE.offsetCommit.schema, {
      groupId: group,
      generationIdOrMemberEpoch: this.#epoch,
      memberId: this.#memberId(),
      topics: [{ name: topic, topicId, partitions }],
    });
    const code = answer.topics[0]?.partitions[0]?.errorCode ?? -1;
    if (code === 0) this.#ledger.commit(partition, committedOffset);
    else this.#full = true;
  }

  /** Null: not known now. */
  async #committed(coordinator: number, partition: number): Promise<number | null> {
    const { group, topic } = this.#options;
    const { id: topicId } = await this.#client.topic(topic);
    const memberId = this.#memberId();
    const topics = [{ name: topic, topicId, partitionIndexes: [partition] }];
    const groups = [{ groupId: group, memberId, memberEpoch: this.#epoch, topics }];
    const answer = await this.#client.on(coordinator, API_TABLE.offsetFetch.schema, { groups });
    const [found] = answer.groups;
    const [one] = found?.topics[0]?.partitions ?? [];
    if (found === undefined || found.errorCode !== 0 || one === undefined || one.errorCode !== 0) return null;
    return Math.max(0, one.committedOffset);
  }
}
