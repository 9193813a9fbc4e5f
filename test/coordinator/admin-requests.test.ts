/**
 * What administrators see of groups and do to them, in all versions.
 */
import { describe, expect, test } from 'vitest';
import { API_TABLE, consumerProtocolSubscription } from '../../src/wire/index.ts';
import { NodeBench } from './node-bench.ts';

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
