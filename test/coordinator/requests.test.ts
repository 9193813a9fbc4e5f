/**
 * Requests as bytes of their versions: what is refused, and how each version says it.
 */
import { describe, expect, test } from 'vitest';
import { API_TABLE, consumerProtocolSubscription, coordinatorPartition, ZERO_UUID } from '../../src/wire/index.ts';
import { OFFSETS_TOPIC } from '../../src/coordinator/index.ts';
import { image, NodeBench, topic, topicId } from './node-bench.ts';

async function ready(settings: ConstructorParameters<typeof NodeBench>[0] = {}): Promise<NodeBench> {
  const bench = new NodeBench(settings);
  await bench.lead();
  return bench;
}

const JOIN = {
  groupId: 'g',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  memberId: '',
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: Buffer.from('x') }],
};
const versionsOf = (api: keyof typeof API_TABLE): number[] => {
  const [low, high] = API_TABLE[api].schema.versions;
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
};

describe('FindCoordinator', () => {
  test('every version names the leader of the group’s partition', async () => {
    const bench = await ready();
    for (const version of versionsOf('findCoordinator')) {
      const answer = await bench.ask(
        'findCoordinator',
        version,
        version < 4 ? { key: 'g' } : { coordinatorKeys: ['g', 'h'] },
      );
      const found = version < 4 ? [answer] : answer.coordinators;
      expect(found.map(({ nodeId, host, port, errorCode }) => [nodeId, host, port, errorCode])).toEqual(
        Array(version < 4 ? 1 : 2).fill([1, 'host1', 9001, 0]),
      );
    }
  });

  test('while the internal topic is missing it is asked for, and the answer is 15', async () => {
    const bench = new NodeBench();
    bench.image = image([]);
    const answer = await bench.ask('findCoordinator', 2, { key: 'g' });
    expect(answer).toMatchObject({ errorCode: 15, nodeId: -1, host: '', port: -1 });
    expect(answer.errorMessage).not.toBe(null);
    expect(bench.topicsAsked).toBe(1);
  });

  test('a partition without a leader is 15; transactions are 15; a type that does not exist is 42', async () => {
    const bench = await ready();
    bench.image = image([topic(OFFSETS_TOPIC, topicId(0), [null])]);
    expect((await bench.ask('findCoordinator', 1, { key: 'g' })).errorCode).toBe(15);
    expect((await bench.ask('findCoordinator', 1, { key: 'g', keyType: 1 })).errorCode).toBe(15);
    expect(
      (await bench.ask('findCoordinator', 6, { coordinatorKeys: ['g'], keyType: 7 })).coordinators[0]?.errorCode,
    ).toBe(42);
  });
});

describe('group ids', () => {
  test('an empty or endless one is 24 for members; the empty one may store offsets', async () => {
    const bench = await ready();
    expect((await bench.ask('joinGroup', 5, { ...JOIN, groupId: '' })).errorCode).toBe(24);
    expect((await bench.ask('joinGroup', 5, { ...JOIN, groupId: 'g'.repeat(1_001) })).errorCode).toBe(24);
    expect((await bench.ask('heartbeat', 4, { groupId: '', generationId: 1, memberId: 'm' })).errorCode).toBe(24);
    expect(await bench.commit('', 3)).toBe(0);
    expect(await bench.fetch('')).toBe(3);
  });

  test('names of prototype properties are ids like all others', async () => {
    const bench = await ready();
    for (const id of ['__proto__', 'constructor', 'toString']) {
      expect(await bench.fetch(id)).toBe(-1);
      expect(await bench.commit(id, 7)).toBe(0);
      expect(await bench.fetch(id)).toBe(7);
    }
    await bench.lead();
    expect(await bench.fetch('__proto__')).toBe(7);
  });

  test('a group whose partition is not led here is 16', async () => {
    const bench = await ready();
    bench.image = image([topic(OFFSETS_TOPIC, topicId(0), [1, 2, 2, 2, 2, 2, 2]), topic('orders', topicId(1), [1])]);
    const far = ['a', 'b', 'c'].find((id) => coordinatorPartition(id, 7) !== 0) ?? '';
    expect((await bench.ask('joinGroup', 5, { ...JOIN, groupId: far })).errorCode).toBe(16);
    expect(
      (await bench.ask('syncGroup', 3, { groupId: far, generationId: 1, memberId: 'm', assignments: [] })).errorCode,
    ).toBe(16);
    expect((await bench.ask('leaveGroup', 4, { groupId: far, members: [{ memberId: 'm' }] })).errorCode).toBe(16);
    expect(await bench.commit(far, 1)).toBe(16);
    expect((await bench.ask('describeGroups', 5, { groups: [far] })).groups[0]?.errorCode).toBe(16);
    expect((await bench.ask('deleteGroups', 2, { groupsNames: [far] })).results[0]?.errorCode).toBe(16);
  });

  test('a partition has only so many groups, and those that nothing is known of do not count', async () => {
    const bench = await ready({ partitionGroupsMax: 2 });
    expect([await bench.commit('a', 1), await bench.commit('b', 1), await bench.commit('c', 1)]).toEqual([0, 0, 15]);
    expect((await bench.ask('joinGroup', 3, { ...JOIN, groupId: 'd' })).errorCode).toBe(15);
    const other = await ready({ partitionGroupsMax: 2 });
    for (let index = 0; index < 5; index += 1)
      expect((await other.ask('joinGroup', 3, { ...JOIN, groupId: `bad ${index}`, protocols: [] })).errorCode).toBe(23);
    expect(await other.commit('bad', 1, {}, 99)).toBe(3);
    expect((await other.ask('listGroups', 0, {})).groups).toEqual([]);
  });
});

describe('JoinGroup and SyncGroup', () => {
  test('every version brings a lone member to its assignment', async () => {
    for (const version of versionsOf('joinGroup')) {
      const bench = await ready();
      let joined = await bench.ask('joinGroup', version, JOIN, 'worker');
      if (version >= 4) {
        expect(joined).toMatchObject({ errorCode: 79, generationId: -1, protocolName: version >= 7 ? null : '' });
        joined = await bench.ask('joinGroup', version, { ...JOIN, memberId: joined.memberId }, 'worker');
      }
      expect(joined).toMatchObject({
        errorCode: 0,
        generationId: 1,
        protocolName: 'range',
        leader: joined.memberId,
        protocolType: version >= 7 ? 'consumer' : null,
      });
      expect(joined.memberId).toMatch(/^worker-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(joined.members).toMatchObject([{ memberId: joined.memberId, metadata: Buffer.from('x') }]);
      for (const syncVersion of versionsOf('syncGroup')) {
        const synced = bench.ask('syncGroup', syncVersion, {
          groupId: 'g',
          generationId: 1,
          memberId: joined.memberId,
          protocolType: 'consumer',
          protocolName: 'range',
          assignments: [{ memberId: joined.memberId, assignment: Buffer.from('all') }],
        });
        await bench.clock.advance(0);
        expect(await synced).toMatchObject({
          errorCode: 0,
          assignment: Buffer.from('all'),
          protocolName: syncVersion >= 5 ? 'range' : null,
        });
      }
    }
  });

  test('a session timeout out of range is 26, and an absurd member is 42', async () => {
    const bench = await ready();
    expect((await bench.ask('joinGroup', 5, { ...JOIN, sessionTimeoutMs: 5_999 })).errorCode).toBe(26);
    expect((await bench.ask('joinGroup', 5, { ...JOIN, sessionTimeoutMs: 1_800_001 })).errorCode).toBe(26);
    expect((await bench.ask('joinGroup', 5, { ...JOIN, groupInstanceId: '' })).errorCode).toBe(42);
    expect(
      (await bench.ask('joinGroup', 5, { ...JOIN, protocols: [{ name: 'range', metadata: Buffer.alloc(600_000) }] }))
        .errorCode,
    ).toBe(42);
  });

  test('an id for a group that does not exist is 25, and no group is made', async () => {
    const bench = await ready();
    expect((await bench.ask('joinGroup', 5, { ...JOIN, memberId: 'm' })).errorCode).toBe(25);
    expect(
      (await bench.ask('syncGroup', 3, { groupId: 'g', generationId: 1, memberId: 'm', assignments: [] })).errorCode,
    ).toBe(25);
    expect((await bench.ask('listGroups', 0, {})).groups).toEqual([]);
  });

  test('version 5 of Sync must name protocol and type', async () => {
    const bench = await ready();
    const member = await bench.stable('g');
    expect(
      (
        await bench.ask('syncGroup', 5, {
          groupId: 'g',
          generationId: member.generation,
          memberId: member.id,
          assignments: [],
        })
      ).errorCode,
    ).toBe(23);
  });

  test('a storm of joins and leaves leaves neither requests nor timers behind', async () => {
    const bench = await ready({ initialRebalanceDelayMs: 100 });
    const answers: Promise<number>[] = [];
    for (let round = 0; round < 20; round += 1) {
      for (let member = 0; member < 10; member += 1)
        answers.push(bench.ask('joinGroup', 3, JOIN).then(({ errorCode }) => errorCode));
      await bench.clock.advance(37);
    }
    await bench.clock.advance(700_000);
    const errors = await Promise.all(answers);
    expect(errors.length).toBe(200);
    expect(new Set(errors)).toEqual(new Set([0]));
    expect((await bench.ask('describeGroups', 0, { groups: ['g'] })).groups[0]).toMatchObject({
      groupState: 'Dead',
      members: [],
    });
    expect(bench.clock.timers).toBe(1);
  });
});

describe('LeaveGroup', () => {
  test('versions 0 to 2 tell the one error, later ones an error per member', async () => {
    for (const version of versionsOf('leaveGroup')) {
      const bench = await ready();
      expect(
        (
          await bench.ask(
            'leaveGroup',
            version,
            version < 3 ? { groupId: 'g', memberId: 'm' } : { groupId: 'g', members: [{ memberId: 'm' }] },
          )
        ).errorCode,
      ).toBe(version < 3 ? 25 : 0);
      const member = await bench.stable('g');
      if (version < 3) {
        expect((await bench.ask('leaveGroup', version, { groupId: 'g', memberId: member.id })).errorCode).toBe(0);
      } else {
        const answer = await bench.ask('leaveGroup', version, {
          groupId: 'g',
          members: [{ memberId: member.id }, { memberId: 'stranger' }],
        });
        expect(answer.members.map(({ errorCode }) => errorCode)).toEqual([0, 25]);
      }
      expect(await bench.beat('g', member)).toBe(25);
    }
  });
});

describe('OffsetCommit', () => {
  const commit = async (
    bench: NodeBench,
    version: number,
    topics: readonly {
      name?: string;
      topicId?: string;
      partitions: readonly { partitionIndex: number; committedOffset: number; committedMetadata: string | null }[];
    }[],
  ): Promise<readonly number[]> => {
    const filled = topics.map((one) => ({
      name: one.name ?? '',
      topicId: one.topicId ?? ZERO_UUID,
      partitions: one.partitions,
    }));
    const answer = bench.ask('offsetCommit', version, { groupId: 'g', memberId: '', topics: filled });
    await bench.clock.advance(0);
    return (await answer).topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode));
  };
  const at = (
    partitionIndex: number,
    committedMetadata: string | null = null,
  ): { partitionIndex: number; committedOffset: number; committedMetadata: string | null } => ({
    partitionIndex,
    committedOffset: 5,
    committedMetadata,
  });

  test('every version stores, by name and from version 10 by id', async () => {
    for (const version of versionsOf('offsetCommit')) {
      const bench = await ready();
      const topics = [
        version >= 10 ? { topicId: topicId(1), partitions: [at(0)] } : { name: 'orders', partitions: [at(0)] },
      ];
      expect(await commit(bench, version, topics)).toEqual([0]);
      expect(await bench.fetch('g')).toBe(5);
    }
  });

  test('an unknown topic or partition is 3 (by id 100), too much metadata 12; the rest of the request is stored', async () => {
    const bench = await ready();
    const errors = await commit(bench, 9, [
      { name: 'nothing', partitions: [at(0)] },
      { name: 'orders', partitions: [at(0), at(3), at(-1), at(1, 'm'.repeat(4_097)), at(2, 'm'.repeat(4_096))] },
    ]);
    expect(errors).toEqual([3, 0, 3, 3, 12, 0]);
    expect([await bench.fetch('g', 0), await bench.fetch('g', 1), await bench.fetch('g', 2)]).toEqual([5, -1, 5]);
    expect(await commit(bench, 10, [{ topicId: topicId(7), partitions: [at(0)] }])).toEqual([100]);
  });

  test('with a generation for a group that does not exist: 22, from version 9 on 69', async () => {
    const bench = await ready();
    const request = {
      groupId: 'g',
      memberId: 'm',
      generationIdOrMemberEpoch: 1,
      topics: [{ name: 'orders', partitions: [at(0)] }],
    };
    expect((await bench.ask('offsetCommit', 8, request)).topics[0]?.partitions[0]?.errorCode).toBe(22);
    expect((await bench.ask('offsetCommit', 9, request)).topics[0]?.partitions[0]?.errorCode).toBe(69);
  });

  test('members commit with their generation; an old generation, a stranger and nobody at all are refused', async () => {
    const bench = await ready();
    const member = await bench.stable('g');
    expect(await bench.commit('g', 1, member)).toBe(0);
    expect(await bench.commit('g', 0, { ...member, generation: member.generation - 1 })).toBe(22);
    expect(await bench.commit('g', 0, { id: 'stranger', generation: member.generation })).toBe(25);
    expect(await bench.commit('g', 0)).toBe(25);
    expect(await bench.fetch('g')).toBe(1);
  });
});

describe('OffsetFetch', () => {
  test('every version reads what was committed; nothing committed is -1 without an error', async () => {
    const bench = await ready();
    await bench.commit('g', 42);
    for (const version of versionsOf('offsetFetch')) {
      const topics = [{ name: 'orders', topicId: topicId(1), partitionIndexes: [0, 1] }];
      const answer = await bench.ask(
        'offsetFetch',
        version,
        version < 8
          ? { groupId: 'g', topics }
          : {
              groups: [
                { groupId: 'g', topics },
                { groupId: 'none', topics },
              ],
            },
      );
      const groups = version < 8 ? [answer] : answer.groups;
      const read = groups.map((group) =>
        group.topics.flatMap(({ partitions }) =>
          partitions.map(({ committedOffset, metadata, errorCode }) => [committedOffset, metadata, errorCode]),
        ),
      );
      expect(read[0]).toEqual([
        [42, 'm', 0],
        [-1, '', 0],
      ]);
      if (version >= 8)
        expect(read[1]).toEqual([
          [-1, '', 0],
          [-1, '', 0],
        ]);
    }
  });

  test('null for the topics reads all of them', async () => {
    const bench = await ready();
    await bench.commit('g', 1);
    await bench.commit('g', 2, {}, 2);
    expect((await bench.ask('offsetFetch', 2, { groupId: 'g', topics: null })).topics).toMatchObject([
      { name: 'orders', partitions: [{ committedOffset: 1 }, { partitionIndex: 2, committedOffset: 2 }] },
    ]);
    expect(
      (await bench.ask('offsetFetch', 10, { groups: [{ groupId: 'g', topics: null }] })).groups[0]?.topics,
    ).toMatchObject([{ topicId: topicId(1) }]);
    expect(
      (
        await bench.ask('offsetFetch', 10, {
          groups: [{ groupId: 'g', topics: [{ topicId: topicId(7), partitionIndexes: [0] }] }],
        })
      ).groups[0]?.topics[0]?.partitions[0]?.errorCode,
    ).toBe(100);
  });

  test('version 1 tells the group’s error at each partition, later ones once', async () => {
    const bench = new NodeBench();
    const topics = [{ name: 'orders', partitionIndexes: [0] }];
    expect((await bench.ask('offsetFetch', 1, { groupId: 'g', topics })).topics[0]?.partitions[0]?.errorCode).toBe(16);
    expect(await bench.ask('offsetFetch', 5, { groupId: 'g', topics })).toMatchObject({ errorCode: 16, topics: [] });
    expect((await bench.ask('offsetFetch', 8, { groups: [{ groupId: 'g', topics }] })).groups).toMatchObject([
      { groupId: 'g', errorCode: 16 },
    ]);
  });
});

describe('administration', () => {
  test('an unknown group is Dead without an error, from version 6 on with 69', async () => {
    const bench = await ready();
    for (const version of versionsOf('describeGroups')) {
      expect((await bench.ask('describeGroups', version, { groups: ['g'] })).groups).toMatchObject([
        { groupState: 'Dead', errorCode: version >= 6 ? 69 : 0 },
      ]);
    }
  });

  test('a stable group shows its members and what may be done with it', async () => {
    const bench = await ready();
    const member = await bench.stable('g', 5, 'one');
    for (const version of versionsOf('describeGroups')) {
      const [group] = (
        await bench.ask('describeGroups', version, { groups: ['g'], includeAuthorizedOperations: version >= 3 })
      ).groups;
      expect(group).toMatchObject({
        groupState: 'Stable',
        protocolType: 'consumer',
        protocolData: 'range',
        authorizedOperations: version >= 3 ? 3400 : -0x8000_0000,
      });
      expect(group?.members).toMatchObject([
        {
          memberId: member.id,
          groupInstanceId: version >= 4 ? 'one' : null,
          clientId: 'client',
          clientHost: '/127.0.0.1',
          memberAssignment: Buffer.from('all'),
        },
      ]);
    }
  });

  test('groups are listed by state and type', async () => {
    const bench = await ready();
    await bench.stable('g');
    await bench.commit('h', 1);
    for (const version of versionsOf('listGroups'))
      expect((await bench.ask('listGroups', version, {})).groups.map(({ groupId }) => groupId)).toEqual(['g', 'h']);
    const listed = async (statesFilter: string[], typesFilter: string[]): Promise<string[]> =>
      (await bench.ask('listGroups', 5, { statesFilter, typesFilter })).groups.map(({ groupId }) => groupId);
    expect(await listed(['stable'], [])).toEqual(['g']);
    expect(await listed(['Empty', 'Dead'], ['Classic'])).toEqual(['h']);
    expect(await listed([], ['consumer'])).toEqual([]);
  });

  test('only empty groups are deleted: 68 otherwise, 69 when there is none', async () => {
    const bench = await ready();
    await bench.stable('g');
    await bench.commit('h', 1);
    const deleted = bench.ask('deleteGroups', 2, { groupsNames: ['g', 'h', 'none'] });
    await bench.clock.advance(0);
    expect((await deleted).results.map(({ errorCode }) => errorCode)).toEqual([68, 0, 69]);
    expect(await bench.fetch('h')).toBe(-1);
    await bench.lead();
    expect(await bench.fetch('h')).toBe(-1);
  });

  test('offsets are deleted unless a member reads the topic: 86', async () => {
    const bench = await ready();
    const subscription = Buffer.concat([
      Buffer.from([0, 1]),
      ...bench.codec.encodeData(consumerProtocolSubscription, 1, { topics: ['orders'], ownedPartitions: [] }).finish(),
    ]);
    const partitions = [{ partitionIndex: 0 }];
    const remove = async (groupId: string, name: string): Promise<readonly number[]> => {
      const answer = bench.ask('offsetDelete', 0, { groupId, topics: [{ name, partitions }] });
      await bench.clock.advance(0);
      const { errorCode, topics } = await answer;
      return [errorCode, ...topics.flatMap((one) => one.partitions.map((partition) => partition.errorCode))];
    };
    await bench.commit('g', 1);
    expect(
      (await bench.ask('joinGroup', 3, { ...JOIN, protocols: [{ name: 'range', metadata: subscription }] })).errorCode,
    ).toBe(0);
    expect(await remove('g', 'orders')).toEqual([0, 86]);
    expect(await remove('g', 'bills')).toEqual([0, 0]);
    expect(await remove('g', 'nothing')).toEqual([0, 3]);
    expect(await remove('none', 'orders')).toEqual([69]);
    await bench.commit('h', 1);
    expect(await remove('h', 'orders')).toEqual([0, 0]);
    expect(await bench.fetch('h')).toBe(-1);
    expect((await bench.ask('joinGroup', 3, { ...JOIN, groupId: 'opaque', protocolType: 'connect' })).errorCode).toBe(
      0,
    );
    expect(await remove('opaque', 'orders')).toEqual([68]);
  });
});
