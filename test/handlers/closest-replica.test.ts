/** KIP-392: the leader sends consumers to an in-sync replica in their rack, and followers serve what is committed. */
import { describe, expect, it } from 'vitest';
import { nodeId, seededRandom } from '../../raft/index.ts';
import { fetchHandler, FetchSessions } from '../../src/handlers/index.ts';
import type { MetadataRecord } from '../../src/metadata/index.ts';
import { batchOf } from '../partition/partition-rig.ts';
import { fetching, first, produce, size } from './fetch-rig.ts';
import { HandlerRig, registered, topicIdOf } from './handler-rig.ts';

/** Node `node` lives in `rack` from now on. */
function inRack(node: number, rack: string): readonly MetadataRecord[] {
  return registered(node).map((record) => (record.kind === 'broker-registered' ? { ...record, rack } : record));
}

function isrOf(...nodes: readonly number[]): MetadataRecord {
  const isr = nodes.map((node) => nodeId(node));
  const same = { replicas: null, elr: null, lossy: null, leadership: null } as const;
  return { kind: 'partition-changed', topicId: topicIdOf(1), partition: 0, version: 1, isr, ...same };
}

describe('the leader', () => {
  it('names the in-sync replica in the rack of the consumer, and sends no records', async () => {
    const { rig, hosted, ask } = await fetching(10, 1e9, 'rack-aware');
    rig.apply(...inRack(1, 'a'), ...inRack(2, 'b'), ...inRack(3, 'c'));
    await produce(hosted, 2);
    const asked = await ask([{ partition: 0 }], { rackId: 'b', maxWaitMs: 1000 });
    expect(first(asked)).toMatchObject({ errorCode: 0, preferredReadReplica: 2, highWatermark: 2 });
    expect(size(asked)).toBe(0);
    for (const rackId of ['a', '', 'nowhere']) {
      const served = await ask([{ partition: 0 }], { rackId });
      expect([first(served)?.preferredReadReplica, size(served) > 0], rackId).toEqual([-1, true]);
    }
    expect(first(await ask([{ partition: 0 }], { version: 10 }))?.records?.length).toBeGreaterThan(0);
    rig.apply(isrOf(1, 3));
    expect(first(await ask([{ partition: 0 }], { rackId: 'b' }))?.preferredReadReplica).toBe(-1);
    expect(first(await ask([{ partition: 0 }], { rackId: 'c' }))?.preferredReadReplica).toBe(3);
  });

  it('itself refuses what lies outside of its log or term', async () => {
    const { rig, hosted, ask } = await fetching(10, 1e9, 'rack-aware');
    rig.apply(...inRack(2, 'b'));
    await produce(hosted, 2);
    expect(first(await ask([{ partition: 0, fetchOffset: 9 }], { rackId: 'b' }))?.errorCode).toBe(1);
    expect(first(await ask([{ partition: 0, currentLeaderEpoch: 9 }], { rackId: 'b' }))?.errorCode).toBe(76 - 1);
  });

  it('serves everybody itself unless told otherwise', async () => {
    const { rig, hosted, ask } = await fetching();
    rig.apply(...inRack(2, 'b'));
    await produce(hosted, 2);
    expect(size(await ask([{ partition: 0 }], { rackId: 'b' }))).toBeGreaterThan(0);
  });
});

describe('a follower', () => {
  it('serves consumers that know of it what it knows to be committed', async () => {
    const rig = new HandlerRig();
    const replicas = await rig.host(1, 0, { nodes: 3 });
    replicas.produce(batchOf(3));
    await rig.clock.advance(2000);
    const partition = replicas.partition(2);
    expect([partition.leading, partition.highWatermark]).toEqual([null, 3]);
    const sessions = new FetchSessions(10, seededRandom('sessions'));
    const limits = { fetchBytesMax: 1 << 20, bytesLeft: () => 1 << 20 };
    const handler = fetchHandler({ ...rig.broker, partition: () => partition }, sessions, limits);
    const ask = (version: number, fetchOffset: number, rackId = 'b'): Promise<unknown> =>
      rig.ask(handler, version, {
        ...(version >= 11 ? { rackId } : {}),
        maxWaitMs: 0,
        minBytes: 1,
        topics: [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1000 }] }],
      });
    const told = (errorCode: number, highWatermark: number): object => ({
      responses: [{ partitions: [{ errorCode, highWatermark }] }],
    });
    expect(await ask(12, 0)).toMatchObject(told(0, 3));
    expect(await ask(12, 4)).toMatchObject(told(1, -1));
    expect(await ask(10, 0)).toMatchObject(told(6, -1));
    expect(await ask(12, 0, '')).toMatchObject(told(6, -1));
  });
});
