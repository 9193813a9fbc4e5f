/** Fields of a batch that its CRC does not cover, damaged at rest: a start must notice what contradicts what it knows. */
import { expect, it } from 'vitest';
import { makeBatch, StoreRig } from './store-rig.ts';

const TERM_FIELD = 12;
const LENGTH_FIELD = 8;

it.each([0, 1, 2])('a term that was damaged in batch %i of an os log does not bring the node down', async (index) => {
  const rig = new StoreRig(`damaged term ${index}`);
  const log = await rig.openLog(await rig.open(), { flush: 'os' });
  await rig.persist(log, {
    openTerm: { term: 1, start: 0 },
    append: [makeBatch(0, 1), makeBatch(1, 1), makeBatch(2, 1)],
  });
  await rig.persist(log, { openTerm: { term: 2, start: 3 }, append: [makeBatch(3, 2)] });
  await rig.world.runFor(1000);
  rig.kill();
  const path = rig.machine.disk.paths().find((each) => each.endsWith('.log')) ?? '';
  // 1 becomes 5: big-endian, bit 2 of the last byte.
  rig.machine.disk.flipBit(path, (index * 100 + TERM_FIELD + 3) * 8 + 2);
  const again = await rig.openLog(await rig.open(), { flush: 'os' });
  expect(again.failure?.kind).toBe('damaged');
});

it('a length that was damaged in an os log is no torn end: what lies behind it was not written after it', async () => {
  const rig = new StoreRig('damaged length');
  const log = await rig.openLog(await rig.open(), { flush: 'os' });
  await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 1), makeBatch(2, 1), makeBatch(3, 1)] });
  await rig.world.runFor(1000);
  rig.kill();
  const path = rig.machine.disk.paths().find((each) => each.endsWith('.log')) ?? '';
  // 88 becomes 65624.
  rig.machine.disk.flipBit(path, (100 + LENGTH_FIELD + 1) * 8);
  const again = await rig.openLog(await rig.open(), { flush: 'os' });
  expect(again.failure).toMatchObject({ kind: 'damaged', path, position: 100 });
});

it('the last batch of an os log may end too early: the process died while it wrote', async () => {
  const rig = new StoreRig('torn end');
  const log = await rig.openLog(await rig.open(), { flush: 'os' });
  await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 1)] });
  await rig.world.runFor(1000);
  rig.kill();
  const path = rig.machine.disk.paths().find((each) => each.endsWith('.log')) ?? '';
  rig.machine.disk.truncateAtRest(path, 180);
  const again = await rig.openLog(await rig.open(), { flush: 'os' });
  expect([again.failure, again.logEnd]).toEqual([null, 1]);
});

it.each(['always', 'os'] as const)(
  'a term that was damaged in the last batch of a checkpoint is found at the start (flush=%s)',
  async (flush) => {
    const rig = new StoreRig('checkpointed term');
    const store = await rig.open();
    const log = await rig.openLog(store, { flush });
    await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 1)] });
    await rig.run(store.checkpoint());
    rig.kill();
    const path = rig.machine.disk.paths().find((each) => each.endsWith('.log')) ?? '';
    // 1 becomes 5.
    rig.machine.disk.flipBit(path, (100 + TERM_FIELD + 3) * 8 + 2);
    const again = await rig.openLog(await rig.open(), { flush });
    expect(again.failure).toMatchObject({
      kind: 'damaged',
      path,
      position: 100,
      reason: expect.stringContaining('term 5'),
    });
  },
);
