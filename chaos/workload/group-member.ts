/**
 * A member of a consumer group, as small as one can be: join, sync, fetch, commit after processing, heartbeat; and again from
 * the beginning whenever the group says so. With whims it is as users are: it stalls beyond its session and goes on as if nothing
 * were, leaves, vanishes without a word, commits in storms, and for generations that are over.
 *
 * What the group owes it is in `group-history.ts`.
 */
import { ClientError, Consumer, GroupAdmin } from '../../src/client/index.ts';
import type { Random } from '../../raft/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE, consumerProtocolAssignment, errorName, WireCodec } from '../../src/wire/index.ts';
import type { GroupHistory } from './group-history.ts';
import { fetchOffsets } from './group-offsets.ts';
import type { History } from './history.ts';
import type { Pace } from './pace.ts';
import type { PollSession } from './poll-history.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface GroupMemberOptions {
  readonly name: string;
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
  /** Virtual milliseconds that it rests after each poll; default 0. */
  readonly restMs?: number;
  /** Whims are drawn from it; absent: it has none. */
  readonly whims?: Random;
  /** When it is busy, and when quiet; default: always busy. */
  readonly pace?: Pace;
}

export interface Membership {
  readonly generation: number;
  readonly member: string;
  readonly partitions: readonly number[];
}

const SESSION_MS = 6000;
const HEARTBEAT_MS = 500;
/** When it is quiet: three of a session. */
const QUIET_HEARTBEAT_MS = 2000;

type Whim = 'stall' | 'leave' | 'vanish' | 'storm' | 'old-commit';

/** One poll in so many. */
const WHIMS: readonly (readonly [Whim, number])[] = [
  ['stall', 60],
  ['leave', 50],
  ['vanish', 100],
  ['storm', 12],
  ['old-commit', 12],
];
const STORM = 8;

export class GroupMember {
  readonly #cluster: WorkloadHome;
  readonly #history: History;
  readonly #shared: GroupHistory;
  readonly #options: GroupMemberOptions;
  readonly #client: KafkaClient;
  readonly #admin: GroupAdmin;
  readonly #codec = new WireCodec();
  #running = false;
  /** It behaves from now on. */
  #tame = false;
  #member = '';
  #membership: Membership | null = null;
  /** One that it had before. */
  #former: Membership | null = null;
  /** Records processed. */
  count = 0;

  constructor(cluster: WorkloadHome, history: History, shared: GroupHistory, options: GroupMemberOptions) {
    this.#cluster = cluster;
    this.#history = history;
    this.#shared = shared;
    this.#options = options;
    this.#client = cluster.client(options.name, { requestTimeoutMs: 5000 });
    this.#admin = new GroupAdmin(this.#client);
  }

  start(): this {
    this.#running = true;
    void this.#loop().catch((error: unknown) => this.#cluster.world.fail(error));
    return this;
  }

  stop(): void {
    this.#running = false;
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

  /** No more whims. */
  tame(): void {
    this.#tame = true;
  }

  /** As far as it knows; null: in none. */
  get membership(): Membership | null {
    return this.#membership;
  }

  async #loop(): Promise<void> {
    while (this.#running) {
      try {
        const coordinator = await this.#admin.coordinator(this.#options.group);
        this.#membership = await this.#join(coordinator);
        if (this.#membership !== null) await this.#consume(coordinator, this.#membership);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
      }
      this.#former = this.#membership ?? this.#former;
      this.#membership = null;
      await this.#client.sleep(50);
    }
  }

  /** Null: to be tried again. */
  async #join(coordinator: number): Promise<Membership | null> {
    const { group } = this.#options;
    const joined = await this.#client.on(coordinator, API_TABLE.joinGroup.schema, {
      groupId: group,
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: 3000,
      memberId: this.#member,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array([0, 0, 0, 0, 0, 0, 255, 255, 255, 255]) }],
    });
    if (joined.errorCode === 79) this.#member = joined.memberId;
    if (joined.errorCode !== 0) return this.#refused(joined.errorCode);
    this.#member = joined.memberId;
    const leads = joined.leader === joined.memberId;
    const synced = await this.#client.on(coordinator, API_TABLE.syncGroup.schema, {
      groupId: group,
      generationId: joined.generationId,
      memberId: joined.memberId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: leads ? this.#assign(joined.members.map(({ memberId }) => memberId)) : [],
    });
    if (synced.errorCode !== 0) return this.#refused(synced.errorCode);
    const { assignedPartitions } = this.#codec.decodeData(consumerProtocolAssignment, 0, synced.assignment, 2);
    const partitions = assignedPartitions.flatMap((each) => each.partitions);
    this.#shared.join(joined.generationId);
    for (const partition of partitions) this.#shared.own(joined.generationId, partition, this.#options.name);
    return { generation: joined.generationId, member: joined.memberId, partitions };
  }

  #refused(code: number): null {
    // Unknown member: a new life in the group.
    if (errorName(code) === 'UNKNOWN_MEMBER_ID') this.#member = '';
    return null;
  }

  #assign(members: readonly string[]): readonly { readonly memberId: string; readonly assignment: Uint8Array }[] {
    const sorted = [...members].sort();
    return sorted.map((memberId, index) => {
      const partitions = Array.from({ length: this.#options.partitions }, (_, each) => each).filter(
        (each) => each % sorted.length === index,
      );
      const body = { assignedPartitions: [{ topic: this.#options.topic, partitions }], userData: null };
      const bytes = this.#codec.encodeData(consumerProtocolAssignment, 0, body).finish();
      return { memberId, assignment: Buffer.concat([Buffer.from([0, 0]), ...bytes]) };
    });
  }

  async #consume(coordinator: number, membership: Membership): Promise<void> {
    const { topic, group, name, restMs = 0 } = this.#options;
    const floors = new Map(membership.partitions.map((partition) => [partition, this.#shared.committed(partition)]));
    const offsets = await fetchOffsets(this.#client, coordinator, group, topic);
    if (offsets === null) return;
    const sessions: PollSession[] = [];
    const assignments = membership.partitions.map((partition) => {
      const offset = offsets.get(partition) ?? 0;
      this.#shared.resume(partition, offset, floors.get(partition) ?? 0);
      sessions[partition] = this.#history.polls.begin(name, topic, partition, offset);
      return { topic, partition, from: { offset } };
    });
    const consumer = assignments.length === 0 ? null : new Consumer(this.#client, { assignments, maxWaitMs: 200 });
    let beatAt = this.#cluster.world.now();
    while (this.#running) {
      const isQuiet = this.#options.pace?.busy === false;
      if (this.#cluster.world.now() - beatAt >= (isQuiet ? QUIET_HEARTBEAT_MS : HEARTBEAT_MS)) {
        const answer = await this.#client.on(coordinator, API_TABLE.heartbeat.schema, {
          groupId: group,
          generationId: membership.generation,
          memberId: membership.member,
        });
        if (answer.errorCode !== 0) return void this.#refused(answer.errorCode);
        beatAt = this.#cluster.world.now();
      }
      if (consumer === null) {
        await this.#client.sleep(200);
        continue;
      }
      for (const { partition, records, position } of await consumer.poll()) {
        const polled = records.map(({ offset, value }) => ({ offset, value: Buffer.from(value ?? []).toString() }));
        sessions[partition]?.note(this.#cluster.world.now(), polled);
        for (const { offset, value } of polled) this.#history.noteRead(topic, partition, offset, value, name);
        this.count += records.length;
        this.#shared.process(partition, position);
        if (!(await this.#commit(coordinator, membership, partition, position))) return;
      }
      if (!(await this.#followWhim(coordinator, membership))) return;
      const pause = Math.min(this.#options.pace?.pause() ?? 0, QUIET_HEARTBEAT_MS);
      if (pause + restMs > 0) await this.#client.sleep(Math.max(pause, restMs));
    }
  }

  /** False: it is no member any more. */
  async #followWhim(coordinator: number, membership: Membership): Promise<boolean> {
    const { whims, group } = this.#options;
    const whim =
      whims === undefined || this.#tame ? undefined : WHIMS.find(([, oneIn]) => whims.below(oneIn) === 0)?.[0];
    if (whims === undefined || whim === undefined) return true;
    switch (whim) {
      case 'stall':
        await this.#client.sleep(SESSION_MS / 2 + whims.below(SESSION_MS));
        return true;
      case 'leave': {
        const members = [{ memberId: membership.member }];
        this.#member = '';
        await this.#client.on(coordinator, API_TABLE.leaveGroup.schema, { groupId: group, memberId: '', members });
        await this.#client.sleep(whims.below(2000));
        return false;
      }
      case 'vanish':
        this.#member = '';
        return false;
      case 'storm':
        return this.#storm(coordinator, membership);
      case 'old-commit':
        return this.#commitOfThePast(coordinator, membership);
    }
  }

  /** Many commits at a time, all of what was committed last. */
  async #storm(coordinator: number, membership: Membership): Promise<boolean> {
    const [partition] = membership.partitions;
    const offset = partition === undefined ? 0 : this.#shared.committed(partition);
    if (partition === undefined || offset === 0) return true;
    const commits = Array.from({ length: STORM }, () => this.#commit(coordinator, membership, partition, offset));
    return (await Promise.all(commits)).every((accepted) => accepted);
  }

  /** For a generation that is over: it is refused, and lowers nothing. */
  async #commitOfThePast(coordinator: number, { generation }: Membership): Promise<boolean> {
    const former = this.#former;
    if (former !== null && former.generation < generation) await this.#commit(coordinator, former, 0, 0);
    return true;
  }

  async #commit(
    coordinator: number,
    { generation, member }: Membership,
    partition: number,
    offset: number,
  ): Promise<boolean> {
    const { group, topic } = this.#options;
    const { id } = await this.#client.topic(topic);
    const newest = this.#shared.generations;
    const answer = await this.#client.on(coordinator, API_TABLE.offsetCommit.schema, {
      groupId: group,
      generationIdOrMemberEpoch: generation,
      memberId: member,
      topics: [
        {
          name: topic,
          topicId: id,
          partitions: [{ partitionIndex: partition, committedOffset: offset, committedMetadata: null }],
        },
      ],
    });
    const code = answer.topics[0]?.partitions[0]?.errorCode ?? -1;
    if (code === 0) {
      this.#shared.judgeCommit(this.name, generation, newest);
      this.#shared.commit(partition, offset);
      return true;
    }
    if (generation < newest) this.#shared.refused += 1;
    if (member === this.#member) this.#refused(code);
    return false;
  }
}
