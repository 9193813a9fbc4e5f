/** The orders that only one schedule in thousands shows, each as the schedule that shows it. */
import { describe, expect, it } from 'vitest';
import { byteCount, offset } from '../../raft/index.ts';
import type { ReplicaLog } from '../../storage/index.ts';
import { change, GROUP, makeBatch, OTHER, SETTINGS, StoreRig } from './store-rig.ts';

const JOURNAL = '/data/journal/00000001.journal';
const LOG = '/data/logs/topic-a-0/00000000000000000000.log';

/** Runs until the disk has begun or done what `when` says, and then kills the process. */
async function killAt(
  rig: StoreRig,
  when: (operation: string, phase: string, path: string) => boolean,
  begin: () => void,
): Promise<void> {
  rig.machine.disk.watch = (operation, phase, path) => {
    if (when(operation, phase, path)) rig.kill();
  };
  begin();
  await rig.world.run(() => !rig.machine.running);
  expect(rig.machine.running).toBe(false);
  rig.machine.disk.watch = null;
}

describe('a process that was killed', () => {
  it('before it synced the name of a journal file leaves a file that later records are safe in', async () => {
    const rig = new StoreRig('name');
    const { openStore } = await import('../../storage/index.ts');
    await killAt(
      rig,
      (operation, phase, path) => operation === 'syncDirectory' && phase === 'start' && path === '/data/journal',
      () => void openStore(rig.options()),
    );
    const log = await rig.openLog(await rig.open());
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    rig.powerLoss('lose-all');
    expect((await rig.openLog(await rig.open())).logEnd).toBe(1);
  });

  it('before its journal was synced leaves records that are synced before they cut anything', async () => {
    const rig = new StoreRig('cut');
    const store = await rig.open();
    const log = await rig.openLog(store, { flush: 'os' });
    await rig.persist(log, { append: [0, 1, 2, 3].map((base) => makeBatch(base, 1)) });
    await rig.run(store.checkpoint());
    await killAt(
      rig,
      (operation, phase, path) => operation === 'datasync' && phase === 'start' && path === JOURNAL,
      () => log.persist(change({ truncateTo: 2 }), () => undefined),
    );
    const { openStore } = await import('../../storage/index.ts');
    // The next start reads the truncation from the page cache, cuts the file, syncs it, and dies too.
    await killAt(
      rig,
      (operation, phase, path) => operation === 'datasync' && phase === 'done' && path === LOG,
      () => void openStore(rig.options()),
    );
    rig.powerLoss('lose-all');
    const again = await rig.openLog(await rig.open(), { flush: 'os' });
    expect([again.failure, again.logEnd]).toEqual([null, 2]);
  });

  it('after it removed a file and before it synced that does not bring the old batches back', async () => {
    const rig = new StoreRig('removed');
    const store = await rig.open();
    const log = await rig.openLog(store, { flush: 'os' });
    await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 1)] });
    await rig.run(store.checkpoint());
    await killAt(
      rig,
      (operation, phase, path) => operation === 'removeFile' && phase === 'done' && path === LOG,
      () => log.persist(change({ truncateTo: 0 }), () => undefined),
    );
    const again = await rig.openLog(await rig.open(), { flush: 'os' });
    expect(again.logEnd).toBe(0);
    await rig.persist(again, { append: [makeBatch(0, 2)] });
    rig.powerLoss('lose-all');
    const last = await rig.openLog(await rig.open(), { flush: 'os' });
    expect([last.failure, last.logEnd, last.lossy]).toEqual([null, 0, true]);
  });

  it('while it recovered a log does not bring back what it had cut off', async () => {
    const rig = new StoreRig('recovering');
    const store = await rig.open();
    const log = await rig.openLog(store, { flush: 'os' });
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    await rig.run(store.checkpoint());
    // A batch that reaches the disk, while the mark in the journal that there is one is torn.
    log.persist(change({ append: [makeBatch(1, 1)] }), () => undefined);
    await rig.world.run(() => rig.machine.disk.cachedBytes(LOG)?.length === 200);
    rig.powerLoss('keep-all');
    const journal = Buffer.from(rig.machine.disk.cachedBytes(JOURNAL) ?? []);
    rig.machine.disk.flipBit(JOURNAL, (journal.lastIndexOf('FLJR') + 20) * 8);
    const recovering = await rig.open();
    await killAt(
      rig,
      (operation, phase, path) => operation === 'truncate' && phase === 'done' && path === LOG,
      () => void recovering.openLog(GROUP, 'topic-a-0', { ...SETTINGS, flush: 'os' }),
    );
    const again = await rig.openLog(await rig.open(), { flush: 'os' });
    expect(again.logEnd).toBe(1);
    expect(rig.machine.disk.durableBytes(LOG)?.length).toBe(100);
  });

  it('leaves segment bytes that the journal does not know; they are cut off, not just ignored', async () => {
    const rig = new StoreRig('rest');
    const store = await rig.open();
    const log = await rig.openLog(store);
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    await rig.run(store.checkpoint());
    log.persist(change({ append: [makeBatch(1, 1), makeBatch(2, 1), makeBatch(3, 1)] }), () => undefined);
    await rig.world.run(() => (rig.machine.disk.cachedBytes(LOG)?.length ?? 0) === 400);
    rig.kill();
    // The round is torn at its beginning.
    const journal = Buffer.from(rig.machine.disk.cachedBytes(JOURNAL) ?? []);
    rig.machine.disk.flipBit(JOURNAL, (journal.indexOf('FLJR', journal.indexOf('FLJR') + 1) + 1) * 8);
    const again = await rig.openLog(await rig.open(), { flush: 'os' });
    expect(again.logEnd).toBe(1);
    await rig.persist(again, { append: [makeBatch(1, 1, { fill: 9 })] });
    rig.kill();
    expect((await rig.openLog(await rig.open(), { flush: 'os' })).logEnd).toBe(2);
  });
});

describe('files below a new log start', () => {
  it('go only when the journal holds it', async () => {
    const rig = new StoreRig('trim');
    const log = await rig.openLog(await rig.open(), { segmentBytesMax: 300 });
    for (let base = 0; base < 9; base += 1) await rig.persist(log, { append: [makeBatch(base, 1)] });
    const events: string[] = [];
    rig.machine.disk.watch = (operation, phase, path) => {
      if (operation === 'datasync' && phase === 'done' && path === JOURNAL) events.push('durable');
      if (operation === 'removeFile' && phase === 'start' && path === LOG) events.push('removed');
    };
    await rig.persist(log, { logStart: 5 });
    await rig.world.runFor(50);
    expect(events).toEqual(['durable', 'removed']);
  });
});

describe('a truncation', () => {
  it('touches the file only when the journal holds it', async () => {
    const rig = new StoreRig('cut later');
    const log = await rig.openLog(await rig.open());
    await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 1)] });
    const events: string[] = [];
    rig.machine.disk.watch = (operation, phase, path) => {
      if (operation === 'datasync' && phase === 'done' && path === JOURNAL) events.push('durable');
      if (operation === 'truncate' && phase === 'start' && path === LOG) events.push('cut');
    };
    await rig.persist(log, { truncateTo: 1 });
    await rig.world.runFor(50);
    expect(events).toEqual(['durable', 'cut']);
  });

  it('takes the terms above it out of the index at once', async () => {
    const rig = new StoreRig('terms');
    const store = await rig.open();
    const log = await rig.openLog(store);
    await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 2), makeBatch(2, 3)] });
    await rig.persist(log, { truncateTo: 1 });
    rig.kill();
    expect((await rig.openLog(await rig.open())).recovered.terms).toEqual([{ term: 1, start: 0 }]);
  });
});

describe('a read that is under way', () => {
  const all = { end: offset(100), bytesMax: byteCount(100_000), atLeastOne: true };

  async function onDisk(seed: string): Promise<{ readonly rig: StoreRig; readonly log: ReplicaLog }> {
    const rig = new StoreRig(seed);
    const log = await rig.openLog(await rig.open({ tailBytesPerLogMax: 0, openFilesMax: 1 }), { segmentBytesMax: 500 });
    for (let base = 0; base < 10; base += 1) await rig.persist(log, { append: [makeBatch(base, 1)] });
    return { rig, log };
  }

  it('while the log is truncated and written anew sees the log as it is now', async () => {
    for (let delay = 0; delay < 12; delay += 1) {
      const { rig, log } = await onDisk(`truncate ${delay}`);
      const reading = log.read(offset(0), all);
      await rig.world.runFor(delay / 20);
      log.persist(change({ truncateTo: 5, append: [makeBatch(5, 2), makeBatch(6, 2)] }), () => undefined);
      const run = await rig.run(Promise.resolve(reading));
      expect(
        run.positions.filter((position) => position.term === 1).every((position) => position.end <= 5 || delay > 0),
      ).toBe(true);
      await rig.world.runFor(50);
      expect(log.failure).toBe(null);
    }
  });

  it('and fails beside a cut is not taken for a damaged log', async () => {
    const { rig, log } = await onDisk('beside');
    rig.machine.disk.inject({ operation: 'read', path: LOG });
    const reading = log.read(offset(0), all);
    log.persist(change({ truncateTo: 5 }), () => undefined);
    const run = await rig.run(Promise.resolve(reading));
    expect(run.positions.at(-1)?.end).toBe(5);
    expect(log.failure).toBe(null);
  });

  it('while the log is reset finds nothing, and no damage', async () => {
    for (let delay = 0; delay < 12; delay += 1) {
      const { rig, log } = await onDisk(`reset ${delay}`);
      rig.machine.disk.slowness = 5;
      const reading = log.read(offset(0), all);
      log.persist(change({ reset: { end: 50, term: 7 } }), () => undefined);
      await rig.world.runFor(delay / 4);
      const run = await rig.run(Promise.resolve(reading));
      expect(run.positions).toEqual([]);
      expect(log.failure).toBe(null);
    }
  });
});

describe('an index', () => {
  it('whose entries lead to other batches than they name is found out', async () => {
    const rig = new StoreRig('liar');
    const store = await rig.open();
    const log = await rig.openLog(store, { indexIntervalBytes: 250 });
    for (let base = 0; base < 12; base += 1) await rig.persist(log, { append: [makeBatch(base, 1)] });
    await rig.openLog(store, {}, OTHER);
    await rig.run(store.close());
    rig.kill();
    const { disk } = rig.machine.ports();
    const index = await rig.run(disk.open(LOG.replace('.log', '.index'), 'write'));
    const entry = Buffer.alloc(8);
    entry.writeInt32BE(2, 0);
    entry.writeInt32BE(700, 4);
    await rig.run(index.truncate(8));
    await rig.run(Promise.resolve(index.write([entry], 0)));
    rig.kill();
    const again = await rig.openLog(await rig.open());
    expect((await rig.readAll(again, 3)).map(({ position }) => position.base)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(again.failure).toBe(null);
  });
});
