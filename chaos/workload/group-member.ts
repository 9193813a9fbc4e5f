/**
 * A member of a consumer group, as small as one can be: join, sync, fetch, commit after processing, heartbeat; and again from
 * the beginning whenever the group says so.
 *
 *   C1 an acknowledged commit is never lost nor lowered       C2 one owner per partition and generation
 *   C3 what a commit covers was processed before it
 */
import { ClientError, Consumer, GroupAdmin } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE, consumerProtocolAssignment, errorName, WireCodec } from '../../src/wire/index.ts';
import { violated } from './history.ts';
import type { History } from './history.ts';
import type { WorkloadHome } from './workload-home.ts';
import type { PollSession } from './poll-history.ts';

export interface GroupMemberOptions {
  readonly name: string;
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
}

/** What the members of one group share that the code under test must not see. */
export class GroupHistory {
  readonly #owners = new Map<string, string>();
  /** Per partition: highest acknowledged commit, and one past the highest offset processed without a gap. */
  readonly #committed: number[] = [];
  readonly #processed: number[] = [];
  commits = 0;
  generations = 0;

  own(generation: number, partition: number, member: string): void {
    this.generations = Math.max(this.generations, generation);
    const key = `${generation}/${partition}`;
    const before = this.#owners.get(key);
    if (before !== undefined && before !== member)
      violated('C2', `${before} and ${member} both own partition ${partition} in generation ${generation}`);
    this.#owners.set(key, member);
  }

  /** A member begins at the offset that the group committed. */
  resume(partition: number, offset: number): void {
    const committed = this.committed(partition);
    if (offset < committed) violated('C1', `partition ${partition} resumes at ${offset}, committed was ${committed}`);
    if (offset > (this.#processed[partition] ?? 0))
      violated(
        'C3',
        `partition ${partition} resumes at ${offset}, processed is only ${this.#processed[partition] ?? 0}`,
      );
  }

  process(partition: number, position: number): void {
    this.#processed[partition] = Math.max(this.#processed[partition] ?? 0, position);
  }

  commit(partition: number, offset: number): void {
    this.commits += 1;
    this.#committed[partition] = Math.max(this.committed(partition), offset);
  }

  committed(partition: number): number {
    return this.#committed[partition] ?? 0;
  }
}

interface Membership {
  readonly generation: number;
  readonly member: string;
  readonly partitions: readonly number[];
}

const SESSION_MS = 6000;
const HEARTBEAT_MS = 500;

export class GroupMember {
  readonly #cluster: WorkloadHome;
  readonly #history: History;
  readonly #shared: GroupHistory;
  readonly #options: GroupMemberOptions;
  readonly #client: KafkaClient;
  readonly #admin: GroupAdmin;
  readonly #codec = new WireCodec();
  #running = false;
  #member = '';
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

  async #loop(): Promise<void> {
    while (this.#running) {
      try {
        const coordinator = await this.#admin.coordinator(this.#options.group);
        const membership = await this.#join(coordinator);
        if (membership !== null) await this.#consume(coordinator, membership);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
      }
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
    const { topic, group, name } = this.#options;
    const offsets = await this.#committed(coordinator);
    if (offsets === null) return;
    const sessions: PollSession[] = [];
    const assignments = membership.partitions.map((partition) => {
      const offset = offsets.get(partition) ?? 0;
      this.#shared.resume(partition, offset);
      sessions[partition] = this.#history.polls.begin(name, topic, partition, offset);
      return { topic, partition, from: { offset } };
    });
    const consumer = assignments.length === 0 ? null : new Consumer(this.#client, { assignments, maxWaitMs: 200 });
    let beatAt = this.#cluster.world.now();
    while (this.#running) {
      if (this.#cluster.world.now() - beatAt >= HEARTBEAT_MS) {
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
    }
  }

  async #committed(coordinator: number): Promise<ReadonlyMap<number, number> | null> {
    const { group, topic } = this.#options;
    const answer = await this.#client.on(coordinator, API_TABLE.offsetFetch.schema, {
      groups: [{ groupId: group, topics: null }],
      requireStable: true,
    });
    const [found] = answer.groups;
    if (found === undefined || found.errorCode !== 0) return null;
    const partitions = found.topics.filter(({ name }) => name === topic).flatMap((each) => each.partitions);
    if (partitions.some(({ errorCode }) => errorCode !== 0)) return null;
    return new Map(partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]));
  }

  async #commit(
    coordinator: number,
    { generation, member }: Membership,
    partition: number,
    offset: number,
  ): Promise<boolean> {
    const { group, topic } = this.#options;
    const { id } = await this.#client.topic(topic);
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
    if (code === 0) this.#shared.commit(partition, offset);
    else this.#refused(code);
    return code === 0;
  }
}
