/**
 * The log of a coordinator stays small, and loses nothing by it.
 */
import { describe, expect, test } from 'vitest';
import { CoordinatorImage } from '../../src/coordinator/coordinator-image.ts';
import { offset } from '../../raft/index.ts';
import { NodeBench } from './node-bench.ts';

function replayed(bench: NodeBench): CoordinatorImage {
  const fresh = new CoordinatorImage(bench.codec);
  for (const record of bench.log.records()) fresh.apply(record);
  return fresh;
}
const contents = (of: CoordinatorImage): unknown =>
  of
    .names()
    .map((name) => [name, of.record(name)])
    .map((line) => JSON.stringify(line))
    .sort();
const live = (bench: NodeBench): CoordinatorImage => {
  const [partition] = bench.coordinator.partitions();
  if (partition === undefined) throw new Error('leads nothing');
  return partition.image;
};

describe('the log stays small', () => {
  const small = { compactionBytesMin: 20_000, compactionFactor: 3, rewriteBatchBytes: 1_000 };

  test('a storm of commits leaves a log of a few times the live records, and nothing is lost', async () => {
    const bench = new NodeBench(small);
    await bench.lead();
    const member = await bench.stable('members');
    let largest = 0;
    for (let round = 1; round <= 1_500; round += 1) {
      expect(await bench.commit(`group ${round % 20}`, round)).toBe(0);
      largest = Math.max(largest, bench.log.bytes);
    }
    await bench.clock.advance(1_000);
    expect(bench.log.logStart).toBeGreaterThan(0);
    expect(largest).toBeLessThan(2 * small.compactionBytesMin);
    expect(bench.log.bytesAppended, 'writing again costs less than a half').toBeLessThan(1_500 * 1.5 * 150);
    expect(contents(replayed(bench))).toEqual(contents(live(bench)));
    await bench.lead();
    for (let index = 0; index < 20; index += 1)
      expect(await bench.fetch(`group ${index}`)).toBe(1_500 - ((1_500 - index) % 20));
    expect(await bench.beat('members', member)).toBe(0);
  });

  test('the log start moves only after the whole rewrite is committed', async () => {
    const bench = new NodeBench({ ...small, compactionBytesMin: 5_000 });
    await bench.lead();
    for (let index = 0; bench.log.bytes < 4_800; index += 1) await bench.commit(`group ${index % 8}`, index);
    bench.log.held = true;
    for (let index = 0; index < 10; index += 1) bench.commit('more', index).catch(() => undefined);
    await bench.clock.settle();
    expect(bench.coordinator.partitions()[0]?.writer.rewrite.underWay).toBe(true);
    for (let commits = 0; bench.coordinator.partitions()[0]?.writer.rewrite.underWay === true; commits += 1) {
      expect(bench.log.logStart).toBe(0);
      expect(commits).toBeLessThan(20);
      bench.log.commit();
      await bench.clock.settle();
    }
    expect(bench.log.logStart).toBeGreaterThan(0);
    expect(contents(replayed(bench))).toEqual(contents(live(bench)));
  });

  test('a change of term in the middle of a rewrite loses nothing, and what was deleted meanwhile stays deleted', async () => {
    const bench = new NodeBench({ ...small, compactionBytesMin: 5_000, rewriteBatchBytes: 200 });
    await bench.lead();
    for (let index = 0; bench.log.bytes < 4_900; index += 1) await bench.commit(`group ${index % 8}`, index);
    bench.log.held = true;
    const last = bench.commit('group 0', 999);
    await bench.clock.settle();
    expect(bench.coordinator.partitions()[0]?.writer.rewrite.underWay).toBe(true);
    const deleted = bench.ask('deleteGroups', 1, { groupsNames: ['group 7'] });
    await bench.clock.settle();
    bench.log.commit();
    await bench.clock.settle();
    expect(await last).toBe(0);
    expect((await deleted).results[0]?.errorCode).toBe(0);
    bench.log.held = false;
    const before = contents(live(bench));
    await bench.lead(true);
    expect(contents(live(bench))).toEqual(before);
    expect(await bench.fetch('group 0')).toBe(999);
    expect(await bench.fetch('group 7')).toBe(-1);
  });

  test('a deleted group does not come back by a rewrite that had begun', async () => {
    const bench = new NodeBench({ ...small, compactionBytesMin: 3_000, rewriteBatchBytes: 1 });
    await bench.lead();
    for (let index = 0; bench.coordinator.partitions()[0]?.writer.rewrite.underWay !== true; index += 1) {
      bench.log.held = true;
      bench.commit(`group ${index % 6}`, index).catch(() => undefined);
      await bench.clock.settle();
      if (bench.coordinator.partitions()[0]?.writer.rewrite.underWay !== true) bench.log.commit();
      await bench.clock.settle();
    }
    const deleted = bench.ask('deleteGroups', 1, { groupsNames: ['group 1', 'group 2'] });
    await bench.clock.settle();
    bench.log.held = false;
    bench.log.commit();
    await bench.clock.advance(100);
    expect((await deleted).results.map(({ errorCode }) => errorCode)).toEqual([0, 0]);
    expect(bench.log.logStart).toBeGreaterThan(0);
    await bench.lead();
    expect(await bench.fetch('group 1')).toBe(-1);
    expect(await bench.fetch('group 2')).toBe(-1);
    for (const kept of [0, 3, 4, 5]) expect(await bench.fetch(`group ${kept}`)).toBeGreaterThanOrEqual(kept);
  });

  test('records of unknown type survive a rewrite', async () => {
    const bench = new NodeBench({ ...small, compactionBytesMin: 1_500 });
    const log = bench.log.lead(true);
    const unknown = { key: Buffer.from('0063616263', 'hex'), value: Buffer.from('00017879', 'hex') };
    log.append([unknown], 0, () => undefined, null);
    await bench.lead();
    for (let index = 0; bench.log.logStart === 0; index += 1) await bench.commit('g', index);
    await bench.lead();
    expect(bench.log.records().map(({ key }) => Buffer.from(key).toString('hex'))).toContain('0063616263');
    expect(
      live(bench)
        .names()
        .some(({ kind }) => kind === 'other'),
    ).toBe(true);
  });

  test('rewriting an image in which nothing lives only moves the log start', async () => {
    const bench = new NodeBench({ ...small, compactionBytesMin: 2_000 });
    await bench.lead();
    for (let index = 0; bench.log.logStart === 0; index += 1) {
      await bench.commit('g', index);
      const deleted = bench.ask('deleteGroups', 1, { groupsNames: ['g'] });
      await bench.clock.advance(0);
      await deleted;
    }
    expect(offset(bench.log.logStart)).toBeGreaterThan(0);
    expect(replayed(bench).names().length).toBeLessThanOrEqual(1);
  });
});
