/** Names of files that a killed process had made, and nobody had synced: the next checkpoint must not build on them. */
import { expect, it } from 'vitest';
import { makeBatch, StoreRig } from './store-rig.ts';

it('a segment that a start finds by scanning is durable, its name included, once a checkpoint names it', async () => {
  const rig = new StoreRig('unsynced name');
  const log = await rig.openLog(await rig.open(), { flush: 'os' });
  await rig.persist(log, { append: [makeBatch(0, 1)] });
  rig.kill();
  // Opening ends with a checkpoint; the machine then loses what was never synced.
  await rig.open();
  rig.powerLoss('lose-all');
  const again = await rig.openLog(await rig.open(), { flush: 'os' });
  expect(again.failure).toBeNull();
});
