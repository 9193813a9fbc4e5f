/**
 * Which node coordinates a group, and what a node that does not says.
 */
import { describe, expect, test } from 'vitest';
import { API_TABLE, coordinatorPartition } from '../../src/wire/index.ts';
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

  test('a partition without a leader is 15; transactions without their topic are 15; a type that does not exist is 42', async () => {
    const bench = await ready();
    bench.image = image([topic(OFFSETS_TOPIC, topicId(0), [null])]);
    expect((await bench.ask('findCoordinator', 1, { key: 'g' })).errorCode).toBe(15);
    expect((await bench.ask('findCoordinator', 1, { key: 'g', keyType: 1 })).errorCode).toBe(15);
    expect(
      (await bench.ask('findCoordinator', 6, { coordinatorKeys: ['g'], keyType: 7 })).coordinators[0]?.errorCode,
    ).toBe(42);
  });

  test('transactional ids have a topic of their own', async () => {
    const bench = await ready();
    bench.image = image([topic(OFFSETS_TOPIC, topicId(0), [null]), topic('__transaction_state', topicId(1), [1])]);
    expect(await bench.ask('findCoordinator', 1, { key: 'pay', keyType: 1 })).toMatchObject({
      errorCode: 0,
      nodeId: 1,
    });
    expect((await bench.ask('findCoordinator', 1, { key: 'pay', keyType: 0 })).errorCode).toBe(15);
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
