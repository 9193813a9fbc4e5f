/**
 * An application moves from the classic protocol to the consumer protocol and back, member by member, while its group goes on.
 */
import { describe, expect, test } from 'vitest';
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../src/wire/index.ts';
import { NodeBench, topicId } from './node-bench.ts';

const ORDERS = topicId(1);
const GROUP = { groupId: 'g', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 20_000, protocolType: 'consumer' };

class Play {
  readonly bench: NodeBench;

  constructor(settings: ConstructorParameters<typeof NodeBench>[0] = {}) {
    this.bench = new NodeBench(settings);
  }

  async #settled<Answer>(answer: Promise<Answer>): Promise<Answer> {
    await this.bench.clock.advance(0);
    return answer;
  }

  #prefixed(version: number, parts: readonly Uint8Array[]): Buffer {
    const head = Buffer.alloc(2);
    head.writeInt16BE(version);
    return Buffer.concat([head, ...parts]);
  }

  subscription(owned: readonly number[] | null = null, topics: readonly string[] = ['orders']): Buffer {
    const version = owned === null ? 0 : 3;
    const ownedPartitions = owned === null ? [] : [{ topic: 'orders', partitions: owned }];
    const body = { topics, userData: null, ownedPartitions, generationId: -1, rackId: null };
    return this.#prefixed(version, this.bench.codec.encodeData(consumerProtocolSubscription, version, body).finish());
  }

  assignment(partitions: readonly number[]): Buffer {
    const assignedPartitions = partitions.length === 0 ? [] : [{ topic: 'orders', partitions }];
    const body = { assignedPartitions, userData: null };
    return this.#prefixed(0, this.bench.codec.encodeData(consumerProtocolAssignment, 0, body).finish());
  }

  /** JoinGroup 3: no id is required. */
  join(memberId: string, more: { metadata?: Buffer; name?: string; groupInstanceId?: string; version?: number } = {}) {
    const { metadata = this.subscription(), name = 'range', groupInstanceId = null, version = 5 } = more;
    const request = { ...GROUP, memberId, groupInstanceId, protocols: [{ name, metadata }] };
    return this.bench.ask('joinGroup', groupInstanceId === null && version === 5 ? 3 : version, request);
  }

  joined(memberId: string, more: Parameters<Play['join']>[1] = {}) {
    return this.#settled(this.join(memberId, more));
  }

  async sync(memberId: string, generationId: number, assignments: Record<string, readonly number[]> = {}) {
    const list = Object.entries(assignments).map(([id, partitions]) => ({
      memberId: id,
      assignment: this.assignment(partitions),
    }));
    const answer = await this.#settled(
      this.bench.ask('syncGroup', 3, { groupId: 'g', memberId, generationId, assignments: list }),
    );
    if (answer.errorCode !== 0) return -answer.errorCode;
    const version = Buffer.from(answer.assignment).readInt16BE(0);
    const read = this.bench.codec.decodeData(consumerProtocolAssignment, version, answer.assignment, 2);
    return read.assignedPartitions.flatMap(({ partitions }) => partitions);
  }

  async beat(memberId: string, generationId: number): Promise<number> {
    const answer = await this.#settled(this.bench.ask('heartbeat', 3, { groupId: 'g', memberId, generationId }));
    return answer.errorCode;
  }

  async leave(memberId: string, groupInstanceId: string | null = null): Promise<number | undefined> {
    const answer = await this.#settled(
      this.bench.ask('leaveGroup', 3, { groupId: 'g', members: [{ memberId, groupInstanceId }] }),
    );
    return answer.errorCode === 0 ? answer.members[0]?.errorCode : answer.errorCode;
  }

  /** A heartbeat of a consumer member: [epoch, partitions | null], or [-error, null]. */
  async consumer(memberId: string, memberEpoch: number, owned: readonly number[] | null = null, more: object = {}) {
    const first = memberEpoch === 0 ? { rebalanceTimeoutMs: 20_000, subscribedTopicNames: ['orders'] } : {};
    const topicPartitions = memberEpoch === 0 ? [] : owned === null ? null : [{ topicId: ORDERS, partitions: owned }];
    const request = { groupId: 'g', memberId, memberEpoch, topicPartitions, ...first, ...more };
    const answer = await this.#settled(this.bench.ask('consumerGroupHeartbeat', 1, request));
    if (answer.errorCode !== 0) return [-answer.errorCode, null];
    return [answer.memberEpoch, answer.assignment?.topicPartitions.flatMap(({ partitions }) => partitions) ?? null];
  }

  async type(): Promise<string> {
    const { groups } = await this.bench.ask('listGroups', 5, {});
    return groups.map(({ groupType, groupState }) => `${groupType} ${groupState}`).join();
  }

  /** A classic group with one member that has all of orders, Stable in generation 1; its id. */
  async classic(metadata = this.subscription()): Promise<string> {
    await this.bench.lead();
    const { memberId } = await this.joined('', { metadata });
    expect(await this.sync(memberId, 1, { [memberId]: [0, 1, 2] })).toEqual([0, 1, 2]);
    return memberId;
  }
}

describe('upgrade', () => {
  test('a consumer member joins a classic group; the eager member gives up all, and both share', async () => {
    const play = new Play();
    const classic = await play.classic();
    expect(await play.consumer('a', 0)).toEqual([2, []]);
    expect(await play.type()).toBe('consumer Reconciling');
    expect(await play.beat(classic, 1)).toBe(27);
    expect(await play.joined(classic)).toMatchObject({ errorCode: 0, generationId: 2, leader: '', members: [] });
    expect(await play.sync(classic, 2)).toEqual([0, 1]);
    expect(await play.beat(classic, 2)).toBe(0);
    expect(await play.consumer('a', 2)).toEqual([2, [2]]);
    expect(await play.type()).toBe('consumer Stable');
    const described = await play.bench.ask('consumerGroupDescribe', 1, {
      groupIds: ['g'],
      includeAuthorizedOperations: false,
    });
    expect(described.groups[0]?.members.map(({ memberType }) => memberType)).toEqual([0, 1]);
  });

  test('a cooperative member goes on with what stays, and is asked to join once more', async () => {
    const play = new Play();
    const classic = await play.classic(play.subscription([]));
    await play.consumer('a', 0);
    expect(await play.beat(classic, 1)).toBe(27);
    const first = await play.joined(classic, { metadata: play.subscription([0, 1, 2]) });
    expect(first.generationId).toBe(1);
    expect(await play.sync(classic, 1)).toEqual([0, 1]);
    expect(await play.consumer('a', 2)).toEqual([2, null]);
    expect(await play.beat(classic, 1)).toBe(27);
    expect((await play.joined(classic, { metadata: play.subscription([0, 1]) })).generationId).toBe(2);
    expect(await play.consumer('a', 2)).toEqual([2, [2]]);
    expect(await play.sync(classic, 2)).toEqual([0, 1]);
    expect(await play.beat(classic, 2)).toBe(0);
  });

  test('who waits in the classic group is told to join again', async () => {
    const play = new Play();
    const classic = await play.classic();
    // Another one joins, and waits for the first.
    const waiting = play.join('');
    await play.bench.clock.advance(0);
    await play.consumer('a', 0);
    const told = await waiting;
    expect(told.errorCode).toBe(27);
    expect((await play.joined(told.memberId)).errorCode).toBe(0);
    expect(await play.beat(classic, 1)).toBe(27);
  });

  test('a later coordinator goes on with both kinds of members', async () => {
    const play = new Play();
    const classic = await play.classic();
    await play.consumer('a', 0);
    await play.joined(classic);
    await play.bench.lead();
    expect(await play.sync(classic, 2)).toEqual([0, 1]);
    expect(await play.consumer('a', 2)).toEqual([2, [2]]);
    expect(await play.type()).toBe('consumer Stable');
  });

  test('it is refused by policy, of groups of another kind, and of members that cannot be read', async () => {
    for (const consumerMigrationPolicy of ['downgrade', 'disabled'] as const) {
      const play = new Play({ consumerMigrationPolicy });
      await play.classic();
      expect(await play.consumer('a', 0)).toEqual([-69, null]);
      expect(await play.type()).toBe('classic Stable');
    }
    const play = new Play();
    const classic = await play.classic(Buffer.from('x'));
    expect(await play.consumer('a', 0)).toEqual([-69, null]);
    expect(await play.beat(classic, 1)).toBe(0);
  });

  test('what a leader gave to two members is kept by one', async () => {
    const play = new Play();
    await play.bench.lead();
    const first = await play.joined('');
    await play.sync(first.memberId, 1, { [first.memberId]: [0, 1, 2] });
    const second = play.join('');
    await play.bench.clock.advance(0);
    await play.joined(first.memberId);
    const other = (await second).memberId;
    await play.sync(first.memberId, 2, { [first.memberId]: [0, 1, 2], [other]: [2, 7] });
    await play.consumer('a', 0);
    const members = await play.bench.ask('consumerGroupDescribe', 1, {
      groupIds: ['g'],
      includeAuthorizedOperations: false,
    });
    const counts = members.groups[0]?.members.map(({ assignment }) => assignment.topicPartitions[0]?.partitions.length);
    expect(counts).toEqual([3, undefined, undefined]);
  });
});

describe('classic members of a consumer group', () => {
  test('one joins with its own id, or is given one; it is checked as everywhere', async () => {
    const play = new Play();
    await play.bench.lead();
    await play.consumer('a', 0);
    const required = await play.joined('', { version: 6 });
    expect(required.errorCode).toBe(79);
    expect((await play.joined(required.memberId, { version: 6 })).errorCode).toBe(0);
    expect(await play.beat(required.memberId, 1)).toBe(22);
    expect(await play.beat('nobody', 2)).toBe(25);
    expect(await play.sync('nobody', 2)).toBe(-25);
    expect(await play.sync('a', 1)).toBe(-25);
    expect((await play.joined('', { name: 'mine' })).errorCode).toBe(23);
    expect((await play.joined('', { metadata: Buffer.from('x') })).errorCode).toBe(23);
    expect((await play.joined('', { metadata: Buffer.from('x'), version: 6 })).errorCode).toBe(79);
    const commit = await play.bench.commit('g', 5, { id: required.memberId, generation: 3 });
    expect(commit).toBe(22);
    expect(await play.bench.commit('g', 5, { id: required.memberId, generation: 2 })).toBe(0);
  });

  test('one that does not join again, or does not ask for its assignment, in time is taken out', async () => {
    const play = new Play();
    const classic = await play.classic();
    await play.consumer('a', 0);
    for (let beat = 0; beat < 4; beat += 1) {
      expect(await play.beat(classic, 1)).toBe(27);
      await play.bench.clock.advance(5_000);
    }
    expect(await play.beat(classic, 1)).toBe(25);
    expect(await play.consumer('a', 2)).toEqual([3, [0, 1, 2]]);
    const { memberId } = await play.joined('');
    await play.bench.clock.advance(9_000);
    await play.beat(memberId, 4);
    await play.bench.clock.advance(9_000);
    await play.beat(memberId, 4);
    await play.bench.clock.advance(3_000);
    expect(await play.beat(memberId, 4)).toBe(25);
  });

  test('one that has a step to make must do it in time also when the coordinator moves', async () => {
    const play = new Play();
    const classic = await play.classic();
    await play.consumer('a', 0);
    await play.bench.lead();
    for (const [waitMs, answer] of [
      [9_000, 27],
      [9_000, 27],
      [3_000, 25],
    ] as const) {
      await play.bench.clock.advance(waitMs);
      expect(await play.beat(classic, 1)).toBe(answer);
    }
  });

  test('a static member goes over to the other protocol under its instance id', async () => {
    const play = new Play();
    await play.bench.lead();
    await play.consumer('other', 0);
    const joined = await play.joined('', { groupInstanceId: 'i' });
    expect(joined.errorCode).toBe(0);
    expect(await play.consumer('new', 0, null, { instanceId: 'i' })).toEqual([2, []]);
    expect(await play.beat(joined.memberId, 2)).toBe(25);
    expect(await play.leave('', 'nobody')).toBe(25);
    expect(await play.leave('z', 'i')).toBe(82);
    expect(await play.leave('', 'i')).toBe(0);
    expect(await play.leave('other')).toBe(0);
  });
});

describe('downgrade', () => {
  test('when the last consumer member leaves, the classic ones rebalance among themselves', async () => {
    const play = new Play();
    const classic = await play.classic();
    await play.consumer('a', 0);
    await play.joined(classic);
    await play.sync(classic, 2);
    expect(await play.consumer('a', -1)).toEqual([-1, null]);
    expect(await play.type()).toBe('classic PreparingRebalance');
    expect(await play.beat(classic, 2)).toBe(27);
    const joined = await play.joined(classic);
    expect(joined).toMatchObject({ errorCode: 0, generationId: 3, leader: classic });
    expect(await play.sync(classic, 3, { [classic]: [0, 1, 2] })).toEqual([0, 1, 2]);
    await play.bench.lead();
    expect(await play.type()).toBe('classic Stable');
    expect(await play.beat(classic, 3)).toBe(0);
  });

  test('a silent last consumer member counts as one that left; a later coordinator finds the classic group', async () => {
    const play = new Play({ consumerSessionTimeoutMs: 6_000 });
    const classic = await play.classic();
    await play.consumer('a', 0);
    await play.joined(classic);
    await play.sync(classic, 2);
    await play.bench.clock.advance(6_000);
    expect(await play.type()).toBe('classic PreparingRebalance');
    // What the member had that left is nobody's yet, whoever coordinates.
    await play.bench.lead();
    expect(await play.type()).toBe('classic PreparingRebalance');
    expect(await play.beat(classic, 2)).toBe(27);
    expect(await play.joined(classic)).toMatchObject({ errorCode: 0, generationId: 3, leader: classic });
    expect(await play.sync(classic, 3, { [classic]: [0, 1, 2] })).toEqual([0, 1, 2]);
    await play.bench.lead();
    expect(await play.type()).toBe('classic Stable');
  });

  test('without the policy the group stays what it is, and goes on', async () => {
    const play = new Play({ consumerMigrationPolicy: 'upgrade' });
    const classic = await play.classic();
    await play.consumer('a', 0);
    await play.joined(classic);
    await play.sync(classic, 2);
    await play.consumer('a', -1);
    expect(await play.type()).toBe('consumer Assigning');
    expect(await play.beat(classic, 2)).toBe(27);
    expect((await play.joined(classic)).generationId).toBe(3);
    expect(await play.sync(classic, 3)).toEqual([0, 1, 2]);
    expect(await play.leave(classic)).toBe(0);
    expect(await play.type()).toBe('consumer Empty');
  });

  test('what is refused by the log changes nothing', async () => {
    const play = new Play();
    const classic = await play.classic();
    play.bench.log.refuse = 'not-enough-replicas';
    expect(await play.consumer('a', 0)).toEqual([-15, null]);
    expect(await play.beat(classic, 1)).toBe(0);
    play.bench.log.refuse = null;
    await play.consumer('a', 0);
    await play.joined(classic);
    play.bench.log.refuse = 'not-enough-replicas';
    expect(await play.consumer('a', -1)).toEqual([-15, null]);
    expect(await play.type()).toBe('consumer Reconciling');
    play.bench.log.refuse = null;
    expect(await play.consumer('a', 2)).toEqual([2, [2]]);
  });
});
