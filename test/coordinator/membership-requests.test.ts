/**
 * Membership requests as bytes of all their versions.
 */
import { describe, expect, test } from 'vitest';
import { API_TABLE } from '../../src/wire/index.ts';
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
