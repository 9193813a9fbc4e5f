/**
 * Commits and reads of offsets as bytes of all their versions.
 */
import { describe, expect, test } from 'vitest';
import { API_TABLE, ZERO_UUID } from '../../src/wire/index.ts';
import { NodeBench, topicId } from './node-bench.ts';

async function ready(settings: ConstructorParameters<typeof NodeBench>[0] = {}): Promise<NodeBench> {
  const bench = new NodeBench(settings);
  await bench.lead();
  return bench;
}
const versionsOf = (api: keyof typeof API_TABLE): number[] => {
  const [low, high] = API_TABLE[api].schema.versions;
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
};

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

  test('an offset beyond 2^53 is refused (28), a retention beyond it is for ever', async () => {
    const bench = await ready();
    const partitions = [{ ...at(0), committedOffset: (2n ** 63n - 1n) as never }, at(1)];
    expect(await commit(bench, 9, [{ name: 'orders', partitions }])).toEqual([28, 0]);
    for (const retentionTimeMs of [2n ** 63n - 1n, BigInt(Number.MAX_SAFE_INTEGER)]) {
      const topics = [{ name: 'orders', partitions: [at(0)] }];
      const body = { groupId: 'g', memberId: '', retentionTimeMs: retentionTimeMs as never, topics };
      const answer = bench.ask('offsetCommit', 3, body);
      await bench.clock.advance(0);
      expect((await answer).topics[0]?.partitions[0]?.errorCode).toBe(0);
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
