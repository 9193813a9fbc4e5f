/**
 * The life of a coordinator: loading, changes of term, commits in flight, retention, and a log that stays small.
 */
import { describe, expect, test } from 'vitest';
import { CoordinatorImage } from '../../src/coordinator/coordinator-image.ts';
import { offset, term } from '../../raft/index.ts';
import { OFFSETS_TOPIC } from '../../src/coordinator/index.ts';
import { image, NodeBench, topic, topicId } from './node-bench.ts';

const LOADING = 14;
const NOT_AVAILABLE = 15;
const NOT_COORDINATOR = 16;
const DAY = 24 * 3_600_000;

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

describe('loading', () => {
  test('offsets and members survive a change of coordinator', async () => {
    const bench = new NodeBench();
    await bench.lead();
    const member = await bench.stable('g');
    expect(await bench.commit('g', 41, member)).toBe(0);
    expect(await bench.commit('g', 42, member)).toBe(0);
    await bench.lead();
    expect(await bench.fetch('g')).toBe(42);
    expect(await bench.beat('g', member)).toBe(0);
    expect((await bench.ask('describeGroups', 5, { groups: ['g'] })).groups[0]).toMatchObject({
      groupState: 'Stable',
      protocolData: 'range',
      members: [{ memberId: member.id, memberAssignment: Buffer.from('all') }],
    });
  });

  test('restored members that stay silent fall out after their session', async () => {
    const bench = new NodeBench();
    await bench.lead();
    await bench.stable('g');
    await bench.lead();
    await bench.clock.advance(10_000);
    expect((await bench.ask('listGroups', 4, {})).groups).toMatchObject([{ groupId: 'g', groupState: 'Empty' }]);
  });

  test('while the log is read, and before everything of earlier terms is committed, requests are refused with 14', async () => {
    const bench = new NodeBench();
    await bench.lead();
    await bench.commit('g', 7);
    bench.log.held = true;
    const unanswered = bench.commit('g', 8);
    bench.coordinator.lead(bench.log.lead(true));
    expect(await unanswered).toBe(NOT_COORDINATOR);
    await bench.clock.settle();
    expect(await bench.fetch('g')).toBe(-100 - LOADING);
    bench.log.held = false;
    bench.log.readsHeld = true;
    bench.log.commit();
    await bench.clock.settle();
    expect(await bench.fetch('g')).toBe(-100 - LOADING);
    expect((await bench.ask('listGroups', 2, {})).errorCode).toBe(LOADING);
    bench.log.openReads();
    await bench.loaded();
    expect(await bench.fetch('g')).toBe(8);
  });

  test('a term that ends while the log is read leaves nothing behind', async () => {
    const bench = new NodeBench();
    await bench.lead();
    await bench.commit('g', 7);
    bench.log.readsHeld = true;
    bench.coordinator.lead(bench.log.lead(true));
    await bench.clock.settle();
    bench.coordinator.resign(0, term(2));
    bench.log.openReads();
    await bench.clock.settle();
    expect(await bench.fetch('g')).toBe(-100 - NOT_COORDINATOR);
    expect(bench.clock.timers).toBe(0);
  });

  test('a term that ends in the turn in which it began does not come to life', async () => {
    const bench = new NodeBench();
    bench.coordinator.lead(bench.log.lead(true));
    const [partition] = bench.coordinator.partitions();
    bench.coordinator.resign(0, term(1));
    await bench.clock.settle();
    expect(partition?.unavailable()).toBe(NOT_COORDINATOR);
    expect(bench.clock.timers).toBe(0);
  });

  test('a log that cannot be read answers 15', async () => {
    const bench = new NodeBench();
    await bench.lead();
    await bench.commit('g', 7);
    bench.log.damage = new Error('damaged');
    await bench.lead();
    expect(await bench.fetch('g')).toBe(-100 - NOT_AVAILABLE);
  });

  test('an older term that resigns late does not end the new one', async () => {
    const bench = new NodeBench();
    await bench.lead();
    await bench.lead();
    bench.coordinator.resign(0, term(1));
    expect(await bench.commit('g', 1)).toBe(0);
  });
});

describe('a change of term', () => {
  test('commits in flight, parked Joins and parked Syncs fail with 16, and their timers are gone', async () => {
    const bench = new NodeBench();
    await bench.lead();
    const join = (groupId: string): Promise<number> =>
      bench
        .ask('joinGroup', 3, {
          groupId,
          sessionTimeoutMs: 10_000,
          rebalanceTimeoutMs: 60_000,
          memberId: '',
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata: Buffer.from('x') }],
        })
        .then(({ errorCode }) => errorCode);
    await bench.stable('g');
    const parkedJoin = join('g');
    bench.log.held = true;
    const parkedSync = bench.stable('h').then(() => 'answered');
    const commit = bench.commit('c', 5);
    const read = bench.fetch('c');
    await bench.clock.settle();
    bench.coordinator.resign(0, term(1));
    expect(await parkedJoin).toBe(NOT_COORDINATOR);
    expect(await parkedSync).toBe('answered');
    expect(await commit).toBe(NOT_COORDINATOR);
    expect(await read).toBe(-100 - NOT_COORDINATOR);
    expect(bench.clock.timers).toBe(0);
    // A log that goes on telling of commits is not listened to.
    bench.log.commit();
    expect(await bench.commit('c', 6)).toBe(NOT_COORDINATOR);
  });

  test('a deposed coordinator never completes a commit from what a later leader commits', async () => {
    const bench = new NodeBench();
    await bench.lead();
    bench.log.held = true;
    const old = bench.coordinator.partitions()[0];
    const commit = bench.commit('g', 5);
    await bench.clock.settle();
    bench.log.loseTerm();
    expect(await commit).toBe(NOT_COORDINATOR);
    expect(old?.unavailable()).toBe(NOT_COORDINATOR);
    await bench.lead(true);
    expect(await bench.beat('g', { id: 'm', generation: 1 })).toBe(25);
  });

  test('what was not committed may be lost, and was shown to nobody', async () => {
    const bench = new NodeBench();
    await bench.lead();
    expect(await bench.commit('g', 5)).toBe(0);
    bench.log.held = true;
    const commit = bench.commit('g', 6);
    let seen: number | null = null;
    const read = bench.fetch('g').then((position) => (seen = position));
    await bench.clock.advance(1_000);
    expect(seen).toBe(null);
    bench.log.held = false;
    await bench.lead(false);
    expect(await commit).toBe(NOT_COORDINATOR);
    expect(await read).toBe(-100 - NOT_COORDINATOR);
    expect(await bench.fetch('g')).toBe(5);
  });

  test('an append that is not committed in time is answered with 15, and counts when it is committed later', async () => {
    const bench = new NodeBench();
    await bench.lead();
    bench.log.held = true;
    const commit = bench.commit('g', 5);
    await bench.clock.advance(5_000);
    expect(await commit).toBe(NOT_AVAILABLE);
    bench.log.held = false;
    bench.log.commit();
    expect(await bench.fetch('g')).toBe(5);
  });

  test('a refused append changes nothing: too few replicas 15, not leading 16, too large 28', async () => {
    const bench = new NodeBench();
    await bench.lead();
    await bench.commit('g', 5);
    for (const [reason, error] of [
      ['not-enough-replicas', NOT_AVAILABLE],
      ['not-leader', NOT_COORDINATOR],
      ['unwritable', NOT_COORDINATOR],
      ['too-large', 28],
    ] as const) {
      bench.log.refuse = reason;
      expect(await bench.commit('g', 6)).toBe(error);
    }
    expect(await bench.fetch('g')).toBe(5);
  });

  test('a leader’s Sync that is refused ends in a new rebalance, not in silence', async () => {
    const bench = new NodeBench();
    await bench.lead();
    bench.log.refuse = 'not-enough-replicas';
    const member = await bench.stable('g');
    expect(await bench.beat('g', member)).toBe(27);
  });

  test('waiting appends are bounded', async () => {
    const bench = new NodeBench({ pendingAppendsMax: 3 });
    await bench.lead();
    bench.log.held = true;
    const commits = Array.from({ length: 5 }, (_, index) => bench.commit('g', index));
    expect(await Promise.all(commits.slice(3))).toEqual([NOT_AVAILABLE, NOT_AVAILABLE]);
    bench.log.commit();
    expect(await Promise.all(commits.slice(0, 3))).toEqual([0, 0, 0]);
  });
});

describe('retention', () => {
  test('offsets of a group without members go seven days after the commit, and the group with them', async () => {
    const bench = new NodeBench();
    await bench.lead();
    await bench.commit('g', 5);
    await bench.clock.advance(6.9 * DAY);
    expect(await bench.fetch('g')).toBe(5);
    await bench.clock.advance(0.2 * DAY);
    expect(await bench.fetch('g')).toBe(-1);
    expect((await bench.ask('listGroups', 0, {})).groups).toEqual([]);
    expect(replayed(bench).names()).toEqual([]);
  });

  test('nothing expires while somebody is in the group, or while it rebalances', async () => {
    const bench = new NodeBench();
    await bench.lead();
    const member = await bench.stable('g');
    await bench.commit('g', 5, member);
    for (let hour = 0; hour < 24 * 8; hour += 1) {
      for (let beat = 0; beat < 4; beat += 1)
        bench.coordinator
          .partitions()[0]
          ?.group('g')
          ?.members.forEach((one) => (one.deadline = null));
      await bench.clock.advance(3_600_000);
    }
    expect(await bench.fetch('g')).toBe(5);
    const join = {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      memberId: '',
      protocolType: 'consumer',
    };
    const parked = bench.ask('joinGroup', 3, { ...join, protocols: [{ name: 'range', metadata: Buffer.from('x') }] });
    bench.coordinator.partitions()[0]?.expireOffsets();
    expect(await bench.fetch('g')).toBe(5);
    await bench.clock.advance(60_000);
    expect((await parked).errorCode).toBe(0);
    await bench.clock.advance(120_000);
    expect((await bench.ask('listGroups', 4, {})).groups[0]?.groupState).toBe('Empty');
    await bench.lead();
    bench.coordinator.partitions()[0]?.expireOffsets();
    expect(await bench.fetch('g'), 'retention begins when the group is empty, not with the commit').toBe(5);
  });

  test('retention begins when the group became empty, also across a change of coordinator', async () => {
    const bench = new NodeBench();
    await bench.lead();
    const member = await bench.stable('g');
    await bench.commit('g', 5, member);
    await bench.clock.advance(10_000);
    await bench.clock.advance(5 * DAY);
    await bench.lead();
    await bench.clock.advance(1.9 * DAY);
    expect(await bench.fetch('g')).toBe(5);
    await bench.clock.advance(0.2 * DAY);
    expect(await bench.fetch('g')).toBe(-1);
  });

  test('an offset that was set while the group was empty is kept as long as any other', async () => {
    const bench = new NodeBench();
    await bench.lead();
    const member = await bench.stable('g');
    await bench.commit('g', 5, member);
    await bench.clock.advance(6 * DAY);
    expect(await bench.commit('g', 2)).toBe(0);
    await bench.clock.advance(3 * DAY);
    expect(await bench.fetch('g')).toBe(2);
  });

  test('an expiry chosen by an old client counts', async () => {
    const bench = new NodeBench();
    await bench.lead();
    const commit = bench.ask('offsetCommit', 3, {
      groupId: 'g',
      memberId: '',
      retentionTimeMs: 3_600_000,
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: null }] }],
    });
    await bench.clock.advance(0);
    expect((await commit).topics[0]?.partitions[0]?.errorCode).toBe(0);
    await bench.lead();
    await bench.clock.advance(2 * 3_600_000);
    expect(await bench.fetch('g')).toBe(-1);
  });

  test('the offsets of a deleted topic go; a new topic of that name does not inherit them', async () => {
    const bench = new NodeBench();
    await bench.lead();
    await bench.commit('g', 5);
    bench.coordinator.topicDeleted('bills', topicId(2));
    expect(await bench.fetch('g')).toBe(5);
    const before = bench.image;
    bench.image = image([topic(OFFSETS_TOPIC, topicId(0), [1]), topic('orders', topicId(9), [1])]);
    expect(await bench.fetch('g')).toBe(-1);
    bench.coordinator.topicDeleted('orders', topicId(9));
    bench.image = before;
    expect(await bench.fetch('g')).toBe(5);
    bench.coordinator.topicDeleted('orders', topicId(1));
    expect(live(bench).hasOffsets('g')).toBe(false);
    await bench.clock.advance(0);
    expect(replayed(bench).hasOffsets('g')).toBe(false);
  });

  test('a topic that is deleted while the log is read is dropped afterwards', async () => {
    const bench = new NodeBench();
    await bench.lead();
    await bench.commit('g', 5);
    bench.log.readsHeld = true;
    bench.coordinator.lead(bench.log.lead(true));
    await bench.clock.settle();
    bench.coordinator.topicDeleted('orders', topicId(1));
    bench.log.openReads();
    await bench.clock.advance(0);
    expect(await bench.fetch('g')).toBe(-1);
  });
});

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
    log.append([unknown], 0, () => undefined);
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
