/** flush=always: what the journal holds goes to its segment later, together. */
import { expect, it } from 'vitest';
import { byteCount, groupId, offset } from '../../raft/index.ts';
import { change, makeBatch, StoreRig } from './store-rig.ts';

const SEGMENT = '/data/logs/topic-a-0/00000000000000000000.log';

/** The writes that reach segments, by path. */
function watchWrites(rig: StoreRig): string[] {
  const writes: string[] = [];
  rig.machine.disk.watch = (operation, phase, path) => {
    if (operation === 'write' && phase === 'done' && path.endsWith('.log')) writes.push(path);
  };
  return writes;
}

it('batches that come one by one are one write, and are served meanwhile', async () => {
  const rig = new StoreRig('together');
  const log = await rig.openLog(await rig.open({ segmentLagMs: 50 }));
  const writes = watchWrites(rig);
  for (let base = 0; base < 5; base += 1) await rig.persist(log, { append: [makeBatch(base, 1)] });
  expect(writes).toEqual([]);
  expect(log.sizeBytes).toBe(500);
  const run = log.read(offset(0), { end: offset(5), bytesMax: byteCount(1000), atLeastOne: true });
  expect(run).toMatchObject({ bytes: 500 });
  await rig.world.runFor(200);
  expect(writes).toEqual([SEGMENT]);
  expect(rig.machine.disk.cachedBytes(SEGMENT)?.length).toBe(500);
});

it('batches of some size do not wait, and what they follow goes with them', async () => {
  const rig = new StoreRig('large');
  const log = await rig.openLog(await rig.open({ segmentLagMs: 50 }));
  const writes = watchWrites(rig);
  await rig.persist(log, { append: [makeBatch(0, 1)] });
  await rig.persist(log, { append: [makeBatch(1, 1, { bytes: 70_000 })] });
  expect(writes).toEqual([SEGMENT]);
});

it('a cut does not wait: what it follows is written, then it is made', async () => {
  const rig = new StoreRig('cut');
  const log = await rig.openLog(await rig.open({ segmentLagMs: 60_000 }));
  await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 1)] });
  await rig.persist(log, { truncateTo: 1, append: [makeBatch(1, 2, { bytes: 90 })] });
  await rig.world.runFor(100);
  expect(rig.machine.disk.cachedBytes(SEGMENT)?.length).toBe(190);
});

it('a checkpoint does not wait, and a crash while they lag loses nothing', async () => {
  for (const checkpoint of [true, false]) {
    const rig = new StoreRig(`crash ${checkpoint}`);
    const store = await rig.open({ segmentLagMs: 60_000 });
    const log = await rig.openLog(store);
    for (let base = 0; base < 5; base += 1) await rig.persist(log, { append: [makeBatch(base, 1)] });
    if (checkpoint) await rig.run(store.checkpoint());
    expect(rig.machine.disk.cachedBytes(SEGMENT)?.length ?? 0).toBe(checkpoint ? 500 : 0);
    rig.powerLoss();
    const again = await rig.openLog(await rig.open());
    expect((await rig.readAll(again)).map(({ position }) => position.base)).toEqual([0, 1, 2, 3, 4]);
  }
});

it('none of many logs is forgotten', async () => {
  const rig = new StoreRig('many');
  const store = await rig.open({ segmentLagMs: 50 });
  const logs = [];
  for (let index = 0; index < 40; index += 1) logs.push(await rig.openLog(store, {}, groupId(`t:${index}`)));
  await rig.world.runFor(100);
  const writes = watchWrites(rig);
  for (const log of logs) log.persist(change({ append: [makeBatch(0, 1)] }), () => undefined);
  await rig.world.runFor(200);
  expect(new Set(writes).size).toBe(40);
});
