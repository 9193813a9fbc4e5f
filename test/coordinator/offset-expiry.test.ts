/**
 * Offsets end with their retention, or with their topic.
 */
import { describe, expect, test } from 'vitest';
import { CoordinatorImage } from '../../src/coordinator/coordinator-image.ts';
import { OFFSETS_TOPIC } from '../../src/coordinator/index.ts';
import { consumerProtocolSubscription } from '../../src/wire/index.ts';
import { image, NodeBench, topic, topicId } from './node-bench.ts';

const DAY = 24 * 3_600_000;
function replayed(bench: NodeBench): CoordinatorImage {
  const fresh = new CoordinatorImage(bench.codec);
  for (const record of bench.log.records()) fresh.apply(record);
  return fresh;
}

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

  test('of a Stable group that says what it reads, offsets of other topics go', async () => {
    const bench = new NodeBench();
    await bench.lead();
    const body = { topics: ['bills'], userData: null };
    const bytes = bench.codec.encodeData(consumerProtocolSubscription, 0, body).finish();
    const member = await bench.stable('g', 3, null, Buffer.concat([Buffer.alloc(2), ...bytes]));
    await bench.commit('g', 5, member);
    const group = bench.coordinator.partitions()[0]?.group('g');
    for (const one of group?.members.values() ?? []) one.deadline = null;
    await bench.clock.advance(6.9 * DAY);
    expect(await bench.fetch('g')).toBe(5);
    await bench.clock.advance(0.2 * DAY);
    expect(await bench.fetch('g')).toBe(-1);
    expect((await bench.ask('listGroups', 4, {})).groups[0]?.groupState).toBe('Stable');
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
    expect(bench.coordinator.partitions()[0]?.image.hasOffsets('g')).toBe(false);
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
