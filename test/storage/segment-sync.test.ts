/** What a sync of a log's files says to be durable is, also of what goes on beside it. */
import { describe, expect, it } from 'vitest';
import { offset } from '../../raft/index.ts';
import { BufferPool } from '../../storage/segment/buffer-pool.ts';
import { FileCache } from '../../storage/segment/file-cache.ts';
import { SegmentSet } from '../../storage/segment/segment-set.ts';
import { makeBatch, StoreRig } from './store-rig.ts';

type Sizes = readonly (number | null)[];

/** Two segments of two batches, synced; the next batch goes to the second. */
async function twoSegments(): Promise<{
  readonly rig: StoreRig;
  readonly set: SegmentSet;
  readonly durable: () => Sizes;
}> {
  const rig = new StoreRig('sync');
  rig.machine.disk.lateWriteOneIn = 1;
  const { disk } = rig.machine.ports();
  await rig.run(disk.makeDirectory('/log'));
  await rig.run(disk.syncDirectory('/'));
  const ports = { disk, files: new FileCache(disk, 10), buffers: new BufferPool(10_000, 2) };
  const set = new SegmentSet(
    ports,
    '/log',
    { segmentBytesMax: 200, indexIntervalBytes: 4096, compact: false },
    [],
    offset(0),
  );
  await rig.run(Promise.resolve(set.append([0, 1, 2, 3].map((base) => makeBatch(base, 1)))));
  await rig.run(set.sync());
  set.shape = { segmentBytesMax: 1000, indexIntervalBytes: 4096, compact: false };
  const paths = set.segments.map((segment) => segment.path);
  const durable = (): Sizes => paths.map((path) => rig.machine.disk.durableBytes(path)?.length ?? null);
  expect(durable()).toEqual([200, 200]);
  return { rig, set, durable };
}

describe('a sync that begins while', () => {
  it.each<readonly [string, (set: SegmentSet) => unknown, Sizes]>([
    ['a batch is being written', (set) => set.append([makeBatch(4, 1)]), [200, 300]],
    ['a file is being cut', (set) => set.truncate(offset(3)), [200, 100]],
    ['a file is being removed', (set) => set.truncate(offset(2)), [200, null]],
  ])('%s does not make the next one forget it (crash seed 301869)', async (_, change, expected) => {
    // Which moment does harm is the disk's secret.
    for (let delay = 0; delay < 0.5; delay += 0.02) {
      const { rig, set, durable } = await twoSegments();
      const changed = Promise.resolve(change(set));
      await rig.world.runFor(delay);
      const early = set.sync();
      await rig.run(changed);
      await rig.run(early);
      await rig.run(set.sync());
      rig.powerLoss('lose-all');
      expect([delay, ...durable()]).toEqual([delay, ...expected]);
    }
  });

  it('another runs is not done before what that one syncs is durable', async () => {
    const { rig, set, durable } = await twoSegments();
    await rig.run(Promise.resolve(set.append([makeBatch(4, 1)])));
    void set.sync();
    await rig.world.runFor(0.01);
    await rig.run(set.sync());
    expect(durable()).toEqual([200, 300]);
  });

  it('another fails, fails: the disk would call durable what it has dropped', async () => {
    const { rig, set } = await twoSegments();
    await rig.run(Promise.resolve(set.append([makeBatch(4, 1)])));
    rig.machine.disk.inject({ operation: 'datasync', path: '/log' });
    const syncs = [set.sync(), set.sync()].map((sync) =>
      sync.then(
        () => 'durable',
        () => 'failed',
      ),
    );
    expect(await rig.run(Promise.all(syncs))).toEqual(['failed', 'failed']);
  });
});
