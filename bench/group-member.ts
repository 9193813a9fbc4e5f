/**
 * A member of a group that costs as little as it can: joins, reads the first record of each partition that it is given, and says that
 * it lives. Both protocols; with them the cluster's part of a rebalance is seen, not that of a client's loops.
 *
 * ```
 *  classic   JoinGroup ─▶ SyncGroup ─▶ first records ─▶ Heartbeat … 27 ─▶ JoinGroup …      assigned by the member that leads
 *  consumer  Heartbeat ─▶ first records ─▶ Heartbeat …                                      assigned by the coordinator (KIP-848)
 * ```
 */
import { refusal } from '../src/client/client-error.ts';
import { findCoordinator } from '../src/client/find-coordinator.ts';
import type { KafkaClient } from '../src/client/index.ts';
import { API_TABLE, consumerProtocolAssignment, consumerProtocolSubscription, WireCodec } from '../src/wire/index.ts';

export type GroupProtocol = 'classic' | 'consumer';

export interface GroupMemberOptions {
  readonly protocol: GroupProtocol;
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
  readonly sessionMs: number;
  /** How often a member says that it lives; with it it learns of a rebalance. */
  readonly heartbeatMs: number;
}

const REBALANCE_IN_PROGRESS = 27;
const MEMBER_ID_REQUIRED = 79;
/** Loading, not available, not here. */
const NOT_YET: ReadonlySet<number> = new Set([14, 15, 16]);
const codec = new WireCodec();

function versioned(bytes: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from([0, 0]), ...bytes]);
}

export class GroupMember {
  readonly #client: KafkaClient;
  readonly #options: GroupMemberOptions;
  readonly #name: string;
  #alive = true;
  /** Partition → when its first record was here, of those that it has now. */
  readonly #read = new Map<number, number>();

  constructor(client: KafkaClient, name: string, options: GroupMemberOptions) {
    this.#client = client;
    this.#name = name;
    this.#options = options;
  }

  /** When it had its first record of all. */
  firstRead: number | null = null;

  /** Partitions whose first record it has read since it was given them, and when. */
  get read(): ReadonlyMap<number, number> {
    return this.#read;
  }

  /** Runs until {@link kill}; rejects when the cluster refuses something that it should not. */
  async run(): Promise<void> {
    try {
      const node = await this.#coordinator();
      await (this.#options.protocol === 'classic' ? this.#runClassic(node) : this.#runConsumer(node));
    } catch (error) {
      if (this.#alive) throw error;
    }
  }

  /** Ends without a word, as a process that died. */
  kill(): void {
    this.#alive = false;
    this.#client.close();
  }

  /** Of a group that the coordinator knows: a new coordinator reads its log first. */
  async #coordinator(): Promise<number> {
    const { group } = this.#options;
    return this.#client.retry(async () => {
      const node = await findCoordinator(this.#client, 'group', group);
      const { groups } = await this.#client.on(node, API_TABLE.describeGroups.schema, { groups: [group] });
      const code = groups[0]?.errorCode ?? 0;
      if (NOT_YET.has(code)) throw refusal(code, `group ${group}`);
      return node;
    });
  }

  async #runClassic(node: number): Promise<void> {
    const { group, sessionMs, heartbeatMs } = this.#options;
    let memberId = '';
    while (this.#alive) {
      const joined = await this.#client.on(
        node,
        API_TABLE.joinGroup.schema,
        {
          groupId: group,
          sessionTimeoutMs: sessionMs,
          rebalanceTimeoutMs: 60_000,
          memberId,
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata: this.#subscription() }],
        },
        70_000,
      );
      memberId = joined.memberId;
      if (joined.errorCode === MEMBER_ID_REQUIRED) continue;
      if (joined.errorCode !== 0) throw new Error(`join: error ${joined.errorCode}`);
      const { generationId } = joined;
      const isLeader = joined.leader === memberId;
      const synced = await this.#client.on(
        node,
        API_TABLE.syncGroup.schema,
        {
          groupId: group,
          generationId,
          memberId,
          protocolType: 'consumer',
          protocolName: 'range',
          assignments: isLeader ? this.#assign(joined.members.map((member) => member.memberId)) : [],
        },
        70_000,
      );
      if (synced.errorCode === REBALANCE_IN_PROGRESS) continue;
      if (synced.errorCode !== 0) throw new Error(`sync: error ${synced.errorCode}`);
      const { assignedPartitions } = codec.decodeData(consumerProtocolAssignment, 0, synced.assignment, 2);
      await this.#take(assignedPartitions.flatMap((each) => each.partitions));
      while (this.#alive) {
        await this.#client.sleep(heartbeatMs);
        const { errorCode } = await this.#client.on(node, API_TABLE.heartbeat.schema, {
          groupId: group,
          generationId,
          memberId,
        });
        if (errorCode === REBALANCE_IN_PROGRESS) break;
        if (errorCode !== 0) throw new Error(`heartbeat: error ${errorCode}`);
      }
    }
  }

  #subscription(): Buffer {
    const body = { topics: [this.#options.topic], userData: null };
    return versioned(codec.encodeData(consumerProtocolSubscription, 0, body).finish());
  }

  #assign(members: readonly string[]): readonly { readonly memberId: string; readonly assignment: Buffer }[] {
    const { partitions: count, topic } = this.#options;
    return members.map((memberId, index) => {
      const partitions = Array.from({ length: count }, (_, each) => each).filter(
        (each) => each % members.length === index,
      );
      const body = { assignedPartitions: [{ topic, partitions }], userData: null };
      return { memberId, assignment: versioned(codec.encodeData(consumerProtocolAssignment, 0, body).finish()) };
    });
  }

  async #runConsumer(node: number): Promise<void> {
    const { group, topic, heartbeatMs } = this.#options;
    const { id: topicId } = await this.#client.topic(topic);
    let memberEpoch = 0;
    while (this.#alive) {
      const owned = [...this.#read.keys()];
      const answer = await this.#client.on(node, API_TABLE.consumerGroupHeartbeat.schema, {
        groupId: group,
        memberId: this.#name,
        memberEpoch,
        rebalanceTimeoutMs: 60_000,
        subscribedTopicNames: [topic],
        topicPartitions: memberEpoch === 0 || owned.length === 0 ? [] : [{ topicId, partitions: owned }],
      });
      if (answer.errorCode !== 0) throw new Error(`heartbeat: error ${answer.errorCode}`);
      memberEpoch = answer.memberEpoch;
      const told = answer.assignment?.topicPartitions.flatMap((each) => each.partitions);
      // Something given up or taken over is told at once.
      if (told !== undefined && (await this.#take(told))) continue;
      await this.#client.sleep(heartbeatMs);
    }
  }

  /** Drops what it has not any more and reads a record of what is new. True: something changed. */
  async #take(partitions: readonly number[]): Promise<boolean> {
    let changed = false;
    for (const partition of [...this.#read.keys()]) {
      if (partitions.includes(partition)) continue;
      this.#read.delete(partition);
      changed = true;
    }
    const fresh = partitions.filter((partition) => !this.#read.has(partition));
    const { topic } = this.#options;
    await this.#client.topic(topic);
    const byLeader = new Map<number, number[]>();
    for (const partition of fresh) {
      const leader = this.#client.leaderOf(topic, partition)?.leader ?? 1;
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition]);
    }
    await Promise.all([...byLeader].map(([leader, each]) => this.#readFirst(leader, each)));
    return changed || fresh.length > 0;
  }

  async #readFirst(node: number, partitions: readonly number[]): Promise<void> {
    const { topic } = this.#options;
    const topicId = this.#client.metadata.topics.get(topic)?.id ?? '';
    const asked = partitions.map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 1 << 16 }));
    const answer = await this.#client.on(node, API_TABLE.fetch.schema, {
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1 << 24,
      topics: [{ topic, topicId, partitions: asked }],
      forgottenTopicsData: [],
    });
    for (const { partitionIndex, errorCode, records } of answer.responses[0]?.partitions ?? []) {
      if (errorCode !== 0 || records === null || records.length === 0)
        throw new Error(`no first record of ${topic}-${partitionIndex}: error ${errorCode}`);
      this.#read.set(partitionIndex, performance.now());
      this.firstRead ??= performance.now();
    }
  }
}
