/**
 * Requests about consumer groups as bytes of all their versions, with a coordinator and its log behind them.
 */
import { expect, describe, test } from 'vitest';
import { decodeConsumerRecord } from '../../src/coordinator/consumer-record.ts';
import { image, NodeBench, topic, topicId } from './node-bench.ts';
import { OFFSETS_TOPIC } from '../../src/coordinator/index.ts';

type Bench = NodeBench;
const HEARTBEAT = { groupId: 'g', memberId: 'a', memberEpoch: 0, rebalanceTimeoutMs: 30_000 };
const JOIN = { ...HEARTBEAT, subscribedTopicNames: ['orders'], topicPartitions: [] };
const ORDERS = topicId(1);

async function ready(settings: ConstructorParameters<typeof NodeBench>[0] = {}): Promise<Bench> {
  const bench = new NodeBench(settings);
  await bench.lead();
  return bench;
}

/** Asks and lets the log commit. */
async function settled<Answer>(bench: Bench, answer: Promise<Answer>): Promise<Answer> {
  await bench.clock.advance(0);
  return answer;
}

async function beat(bench: Bench, more: Record<string, unknown>, version = 1) {
  return settled(bench, bench.ask('consumerGroupHeartbeat', version, { ...JOIN, ...more }));
}

/** A later heartbeat: it says only what is given. */
async function goOn(bench: Bench, memberEpoch: number, more: Record<string, unknown> = {}) {
  const request = { groupId: 'g', memberId: 'a', memberEpoch, ...more };
  return settled(bench, bench.ask('consumerGroupHeartbeat', 1, request));
}

const commitAs = async (bench: Bench, memberEpoch: number, version = 9, memberId = 'a', partitionIndex = 0) => {
  const partitions = [{ partitionIndex, committedOffset: 5, committedMetadata: '' }];
  const topics = [{ name: 'orders', topicId: ORDERS, partitions }];
  const request = { groupId: 'g', generationIdOrMemberEpoch: memberEpoch, memberId, topics };
  const { topics: answered } = await settled(bench, bench.ask('offsetCommit', version, request));
  return answered[0]?.partitions[0]?.errorCode;
};

const fetchAs = async (bench: Bench, memberId: string | null, memberEpoch: number, version = 9) => {
  const topics = [{ name: 'orders', topicId: ORDERS, partitionIndexes: [0] }];
  const groups = [{ groupId: 'g', memberId, memberEpoch, topics }];
  const { groups: answered } = await settled(bench, bench.ask('offsetFetch', version, { groups }));
  return [answered[0]?.errorCode, answered[0]?.topics[0]?.partitions[0]?.committedOffset];
};

describe('ConsumerGroupHeartbeat', () => {
  test('a member joins, is told its partitions and the interval, and leaves', async () => {
    const bench = await ready();
    expect(await beat(bench, {})).toMatchObject({
      errorCode: 0,
      memberId: 'a',
      memberEpoch: 1,
      heartbeatIntervalMs: 5_000,
      assignment: { topicPartitions: [{ topicId: ORDERS, partitions: [0, 1, 2] }] },
    });
    expect(await goOn(bench, 1)).toMatchObject({ errorCode: 0, memberEpoch: 1, assignment: null });
    expect(await goOn(bench, -1)).toMatchObject({ errorCode: 0, memberEpoch: -1, memberId: 'a' });
    expect(await goOn(bench, 1)).toMatchObject({ errorCode: 25 });
  });

  test('version 0 gives an id to a member that has none', async () => {
    const bench = await ready();
    const answer = await beat(bench, { memberId: '' }, 0);
    expect(answer.errorCode).toBe(0);
    expect(answer.memberId).toMatch(/^[\w-]{22}$/);
  });

  test('a senseless request is refused with 42 and says why', async () => {
    const bench = await ready();
    const bad: readonly [Record<string, unknown>, string, number?][] = [
      [{ groupId: '' }, "GroupId can't be empty."],
      [{ memberId: '' }, "MemberId can't be empty."],
      [{ memberId: '', memberEpoch: 1 }, "MemberId can't be empty.", 0],
      [{ memberId: '', memberEpoch: -1 }, "MemberId can't be empty.", 0],
      [{ instanceId: '' }, "InstanceId can't be empty."],
      [{ rackId: '' }, "RackId can't be empty."],
      [{ rebalanceTimeoutMs: -1 }, 'RebalanceTimeoutMs must be provided in first request.'],
      [{ topicPartitions: null }, 'TopicPartitions must be empty when (re-)joining.'],
      [{ topicPartitions: [{ topicId: ORDERS, partitions: [1] }] }, 'TopicPartitions must be empty when (re-)joining.'],
      [
        { subscribedTopicNames: null },
        'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.',
      ],
      [{ memberEpoch: -2 }, "InstanceId can't be null."],
      [{ memberEpoch: -3 }, 'MemberEpoch is invalid.'],
      [{ subscribedTopicNames: ['x'.repeat(600_000)] }, 'SubscribedTopicNames are too many.'],
      [{ memberId: 'x'.repeat(1_001) }, 'MemberId is too long.'],
      [{ instanceId: 'x'.repeat(250) }, 'InstanceId is too long.'],
      [{ rackId: 'x'.repeat(250) }, 'RackId is too long.'],
      [
        {
          memberEpoch: 1,
          topicPartitions: [{ topicId: ORDERS, partitions: Array.from({ length: 100_000 }, () => 0) }],
        },
        'TopicPartitions are too many.',
      ],
    ];
    for (const [more, errorMessage, version] of bad)
      expect(await beat(bench, more, version ?? 1), errorMessage).toMatchObject({ errorCode: 42, errorMessage });
    expect(bench.log.records()).toEqual([]);
    expect(await beat(bench, { serverAssignor: 'mine' })).toMatchObject({
      errorCode: 112,
      errorMessage: 'ServerAssignor mine is not supported. Supported assignors: uniform, range.',
    });
    expect(await goOn(bench, 7)).toMatchObject({ errorCode: 69, errorMessage: 'Consumer group g not found.' });
  });

  test('the coordinator must be here, loaded, and able to write', async () => {
    const bench = new NodeBench();
    expect(await beat(bench, {})).toMatchObject({ errorCode: 16 });
    await bench.lead();
    bench.log.refuse = 'not-enough-replicas';
    expect(await beat(bench, {})).toMatchObject({ errorCode: 15 });
    bench.log.refuse = null;
    expect(await beat(bench, {})).toMatchObject({ errorCode: 0, memberEpoch: 1 });
  });

  test('an expression is followed; one that is none is refused', async () => {
    const bench = await ready();
    const regex = { subscribedTopicNames: null, subscribedTopicRegex: 'ord.*' };
    expect(await beat(bench, regex)).toMatchObject({
      assignment: { topicPartitions: [{ topicId: ORDERS, partitions: [0, 1, 2] }] },
    });
    expect(await beat(bench, { ...regex, memberId: 'b', subscribedTopicRegex: '(' })).toMatchObject({ errorCode: 128 });
    expect(await beat(bench, { ...regex, memberId: 'b', subscribedTopicRegex: 'x'.repeat(1_001) })).toMatchObject({
      errorCode: 128,
    });
  });

  test('a topic that grows reaches the members with their next heartbeats', async () => {
    const bench = await ready();
    await beat(bench, {});
    bench.image = image([topic(OFFSETS_TOPIC, topicId(0), [1]), topic('orders', ORDERS, [1, 1, 1, 1])]);
    expect(await goOn(bench, 1)).toMatchObject({
      memberEpoch: 2,
      assignment: { topicPartitions: [{ topicId: ORDERS, partitions: [0, 1, 2, 3] }] },
    });
  });
});

describe('a later coordinator', () => {
  test('goes on where the earlier one was, and takes out who is silent', async () => {
    const bench = await ready();
    await beat(bench, {});
    await beat(bench, { memberId: 'b', subscribedTopicNames: null, subscribedTopicRegex: 'o.*' });
    await bench.lead();
    expect(await goOn(bench, 1)).toMatchObject({ errorCode: 0, memberEpoch: 1 });
    expect(await goOn(bench, 1, { topicPartitions: [] })).toMatchObject({ errorCode: 0, memberEpoch: 2 });
    await bench.clock.advance(44_000);
    expect(await goOn(bench, 2)).toMatchObject({ errorCode: 0, memberEpoch: 2 });
    await bench.clock.advance(2_000);
    const members = await bench.ask('consumerGroupDescribe', 1, {
      groupIds: ['g'],
      includeAuthorizedOperations: false,
    });
    expect(members.groups[0]?.members.map(({ memberId }) => memberId)).toEqual(['a']);
  });

  test('what a step wrote is in the log as Kafka writes it: member, epoch, target, its epoch, progress', async () => {
    const bench = await ready();
    await beat(bench, {});
    const kinds = bench.log.records().map((record) => {
      const decoded = decodeConsumerRecord(bench.codec, record);
      return decoded.kind === 'consumer' ? decoded.record.kind : decoded.kind;
    });
    expect(kinds).toEqual(['member', 'epoch', 'target', 'target-epoch', 'progress']);
  });
});

describe('offsets', () => {
  test('a member commits in its epoch, or in an older one what it had then', async () => {
    const bench = await ready();
    await beat(bench, {});
    for (const version of [9, 10]) expect(await commitAs(bench, 1, version)).toBe(0);
    expect(await commitAs(bench, 1, 8)).toBe(35);
    expect(await commitAs(bench, 2)).toBe(113);
    expect(await commitAs(bench, 1, 9, 'z')).toBe(25);
    expect(await commitAs(bench, -1, 9, '')).toBe(25);
    // b takes partition 2 in epoch 2; a, which keeps 0 and 1 since epoch 1, goes on committing with the older epoch.
    await beat(bench, { memberId: 'b' });
    await goOn(bench, 1, { topicPartitions: [{ topicId: ORDERS, partitions: [0, 1] }] });
    await settled(bench, bench.ask('consumerGroupHeartbeat', 1, { groupId: 'g', memberId: 'b', memberEpoch: 2 }));
    expect(await commitAs(bench, 1, 9, 'a', 0)).toBe(0);
    expect(await commitAs(bench, 1, 9, 'a', 2)).toBe(113);
    expect(await commitAs(bench, 1, 9, 'b', 2)).toBe(113);
    expect(await commitAs(bench, 2, 9, 'b', 2)).toBe(0);
  });

  test('a fetch with a member id and epoch is checked, one without is not', async () => {
    const bench = await ready();
    await beat(bench, {});
    await commitAs(bench, 1);
    for (const version of [9, 10]) {
      expect(await fetchAs(bench, 'a', 1, version)).toEqual([0, 5]);
      expect(await fetchAs(bench, 'a', 0, version)).toEqual([113, undefined]);
      expect(await fetchAs(bench, 'z', 1, version)).toEqual([25, undefined]);
      expect(await fetchAs(bench, null, -1, version)).toEqual([0, 5]);
    }
  });

  test('once nobody is left, everybody may commit', async () => {
    const bench = await ready();
    await beat(bench, {});
    await goOn(bench, -1);
    expect(await commitAs(bench, -1, 9, '')).toBe(0);
    expect(await commitAs(bench, 1, 9, 'a')).toBe(25);
  });

  test('those of topics that are read are not deleted', async () => {
    const bench = await ready();
    await beat(bench, {});
    const topics = [
      { name: 'orders', partitions: [{ partitionIndex: 0 }] },
      { name: 'bills', partitions: [{ partitionIndex: 0 }] },
    ];
    const deleted = await settled(bench, bench.ask('offsetDelete', 0, { groupId: 'g', topics }));
    expect(deleted.topics.map(({ partitions }) => partitions[0]?.errorCode)).toEqual([86, 0]);
  });

  test('those of topics that nobody reads expire while the group lives; the empty group goes with its last', async () => {
    const day = 86_400_000;
    const bench = await ready({ offsetsRetentionMs: day, consumerSessionTimeoutMs: 10 * day });
    await beat(bench, { subscribedTopicNames: ['bills'] });
    await commitAs(bench, 1);
    await bench.clock.advance(day + 600_000);
    expect(await fetchAs(bench, null, -1)).toEqual([0, -1]);
    expect((await bench.ask('listGroups', 5, {})).groups.length).toBe(1);
    await goOn(bench, -1);
    await bench.clock.advance(600_000);
    expect((await bench.ask('listGroups', 5, {})).groups).toEqual([]);
    await bench.lead();
    expect((await bench.ask('listGroups', 5, {})).groups).toEqual([]);
  });
});

describe('administration', () => {
  test('ConsumerGroupDescribe shows epochs, members and both assignments', async () => {
    const bench = await ready();
    await beat(bench, { instanceId: 'i', rackId: 'r' });
    const request = { groupIds: ['g', 'none'], includeAuthorizedOperations: true };
    for (const version of [0, 1]) {
      const { groups } = await bench.ask('consumerGroupDescribe', version, request);
      const topicPartitions = [{ topicId: ORDERS, topicName: 'orders', partitions: [0, 1, 2] }];
      expect(groups).toMatchObject([
        {
          errorCode: 0,
          groupState: 'Stable',
          groupEpoch: 1,
          assignmentEpoch: 1,
          assignorName: 'uniform',
          authorizedOperations: 3400,
          members: [
            {
              memberId: 'a',
              instanceId: 'i',
              rackId: 'r',
              memberEpoch: 1,
              clientId: 'client',
              clientHost: '/127.0.0.1',
              subscribedTopicNames: ['orders'],
              assignment: { topicPartitions },
              targetAssignment: { topicPartitions },
              memberType: version === 0 ? -1 : 1,
            },
          ],
        },
        { errorCode: 69, errorMessage: 'Group none not found.' },
      ]);
    }
  });

  test('groups are listed by type and state; each describe knows its own kind', async () => {
    const bench = await ready();
    await beat(bench, {});
    expect(await bench.commit('simple', 1)).toBe(0);
    const list = async (filter: Record<string, readonly string[]>) =>
      (await bench.ask('listGroups', 5, filter)).groups.map(({ groupId }) => groupId);
    expect(await list({})).toEqual(['simple', 'g']);
    expect(await list({ typesFilter: ['consumer'] })).toEqual(['g']);
    expect(await list({ typesFilter: ['Classic'] })).toEqual(['simple']);
    expect(await list({ typesFilter: ['share'] })).toEqual([]);
    expect(await list({ statesFilter: ['stable'] })).toEqual(['g']);
    expect((await bench.ask('listGroups', 5, { typesFilter: ['consumer'] })).groups[0]).toMatchObject({
      protocolType: 'consumer',
      groupState: 'Stable',
      groupType: 'consumer',
    });
    const described = await bench.ask('describeGroups', 6, { groups: ['g'] });
    expect(described.groups[0]).toMatchObject({ errorCode: 69, errorMessage: 'Group g is not a classic group.' });
    const other = await bench.ask('consumerGroupDescribe', 1, {
      groupIds: ['simple'],
      includeAuthorizedOperations: false,
    });
    expect(other.groups[0]).toMatchObject({ errorCode: 69, errorMessage: 'Group simple is not a consumer group.' });
  });

  test('a group with members is not deleted, an empty one with everything', async () => {
    const bench = await ready();
    await beat(bench, {});
    await commitAs(bench, 1);
    const remove = async () =>
      (await settled(bench, bench.ask('deleteGroups', 2, { groupsNames: ['g'] }))).results[0]?.errorCode;
    expect(await remove()).toBe(68);
    await goOn(bench, -1);
    expect(await remove()).toBe(0);
    expect(await remove()).toBe(69);
    await bench.lead();
    expect((await bench.ask('listGroups', 5, {})).groups).toEqual([]);
    expect(await fetchAs(bench, null, -1)).toEqual([0, -1]);
  });

  test('an empty group goes to the other protocol, and keeps its offsets', async () => {
    const bench = await ready();
    expect(await bench.commit('g', 9)).toBe(0);
    await beat(bench, {});
    expect((await bench.ask('listGroups', 5, {})).groups).toMatchObject([{ groupId: 'g', groupType: 'consumer' }]);
    await goOn(bench, -1);
    // Nobody comes of this one, but the group of the other protocol is there then.
    const stranger = { groupId: 'g', sessionTimeoutMs: 10_000, memberId: 'x', protocolType: 'consumer', protocols: [] };
    expect((await bench.ask('joinGroup', 3, stranger)).errorCode).toBeGreaterThan(0);
    expect((await bench.ask('listGroups', 5, {})).groups).toMatchObject([{ groupId: 'g', groupType: 'classic' }]);
    const joining = { groupId: 'g', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, memberId: '' };
    const protocols = [{ name: 'range', metadata: Buffer.from('x') }];
    const joined = await bench.ask('joinGroup', 3, { ...joining, protocolType: 'consumer', protocols });
    expect(joined.errorCode).toBe(0);
    expect((await bench.ask('listGroups', 5, {})).groups).toMatchObject([{ groupId: 'g', groupType: 'classic' }]);
    await bench.lead();
    expect(await fetchAs(bench, null, -1)).toEqual([0, 9]);
  });
});
