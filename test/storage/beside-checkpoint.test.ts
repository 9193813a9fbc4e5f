/** Files that go away while a checkpoint is at them: that is no fault of the disk. */
import { expect, it } from 'vitest';
import { change, GROUP, makeBatch, SETTINGS, StoreRig, vote } from './store-rig.ts';

const BATCHES = 24;
/** The moments of syncs and removals are drawn from the seed: enough of them to meet in every way. */
const SEEDS = Array.from({ length: 12 }, (_, index) => index);

/**
 * A log of many small segments, most of them closed, none of them synced; `begin` is called when the checkpoint syncs
 * the first of them.
 */
async function checkpointed(rig: StoreRig, begin: () => void) {
  const store = await rig.open({ openFilesMax: 2 });
  const failures: unknown[] = [];
  store.onLogFailure((_, failure) => failures.push(failure));
  const log = await rig.openLog(store, { segmentBytesMax: 150 });
  for (let base = 0; base < BATCHES; base += 1) await rig.persist(log, { append: [makeBatch(base, 1)] });
  let isBegun = false;
  rig.machine.disk.watch = (operation, phase, path) => {
    if (isBegun || operation !== 'datasync' || phase !== 'start' || !path.endsWith('.log')) return;
    isBegun = true;
    begin();
  };
  return { store, log, failures };
}

it.each(['truncation', 'raise of the log start'])('a %s beside a checkpoint takes no log offline', async (kind) => {
  for (const seed of SEEDS) {
    const rig = new StoreRig(`${kind} ${seed}`);
    const part = kind === 'truncation' ? { truncateTo: 1 } : { logStart: BATCHES - 1 };
    const { store, log, failures } = await checkpointed(rig, () => log.persist(change(part), () => undefined));
    await rig.run(store.checkpoint());
    await rig.world.runFor(1000);
    expect(failures).toEqual([]);
    rig.kill();
    const again = await rig.openLog(await rig.open());
    expect([again.failure, again.logStart, again.logEnd]).toEqual([null, log.logStart, log.logEnd]);
  }
});

it('a log that is deleted beside a checkpoint says nothing of the one that takes its place', async () => {
  for (const seed of SEEDS) {
    const rig = new StoreRig(`deleted ${seed}`);
    let made: Promise<unknown> | null = null;
    const { store, failures } = await checkpointed(rig, () => {
      made = store.deleteLog(GROUP).then(() => store.openLog(GROUP, 'topic-a-0', SETTINGS));
    });
    await rig.run(store.checkpoint());
    expect(made).not.toBe(null);
    await rig.run(Promise.resolve(made));
    await rig.world.runFor(1000);
    expect(failures).toEqual([]);
    rig.kill();
    const again = await rig.openLog(await rig.open());
    expect([again.failure, again.logEnd]).toEqual([null, 0]);
  }
});

it.each(['always', 'os'] as const)(
  'a log (flush=%s) whose deletion a crash interrupts beside a checkpoint is whole or gone',
  async (flush) => {
    const found = new Set<boolean>();
    for (const seed of SEEDS) {
      for (const kills of [1, 2]) {
        const rig = new StoreRig(`whole or gone ${seed}`);
        const store = await rig.open();
        const log = await rig.openLog(store, { flush });
        await rig.persist(log, { hardState: vote(3), append: [makeBatch(0, 1)] });
        let left = kills;
        rig.machine.disk.watch = (operation, phase, path) => {
          if (operation !== 'datasync' || phase !== 'done' || path !== '/data/meta') return;
          left -= 1;
          if (left === 0) rig.kill();
        };
        void store.deleteLog(GROUP);
        // Nothing else has changed: it goes to the key-value store at once, while the deletion is still being prepared.
        rig.world.after(0.01, () => void store.checkpoint());
        await rig.world.run(() => !rig.machine.running);
        rig.machine.disk.watch = null;
        const again = await rig.open();
        const isThere = again.groups.length > 0;
        found.add(isThere);
        if (!isThere) continue;
        const { logEnd, recovered } = await rig.openLog(again, { flush });
        expect([logEnd, recovered.hardState.term]).toEqual([1, 3]);
      }
    }
    expect(found.size).toBeGreaterThan(0);
  },
);
