/**
 * The life of a coordinator: loading, changes of term, commits in flight.
 */
import { describe, expect, test } from 'vitest';
import { term } from '../../raft/index.ts';
import { NodeBench } from './node-bench.ts';

const LOADING = 14;
const NOT_AVAILABLE = 15;
const NOT_COORDINATOR = 16;

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
