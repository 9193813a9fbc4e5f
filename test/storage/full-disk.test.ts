/** No space where the node needs it besides its segments: all logs refuse, nothing that was told is lost, and it goes on by itself. */
import { describe, expect, it } from 'vitest';
import type { LogFailure, Store } from '../../storage/index.ts';
import { change, GROUP, makeBatch, OTHER, StoreRig } from './store-rig.ts';

const SPARSE = { journalFileBytes: 16_000, checkpointBytes: 8000 };

function failuresOf(store: Store): LogFailure[] {
  const failures: LogFailure[] = [];
  store.onLogFailure((_, failure) => failures.push(failure));
  return failures;
}

/** The journal cannot be written, although bytes are free: a quota, or blocks that are reserved for others. */
function fillJournal(rig: StoreRig): () => void {
  return rig.machine.disk.inject({
    operation: 'write',
    path: '.journal',
    error: 'full',
    times: Number.POSITIVE_INFINITY,
  });
}

function fillDisk(rig: StoreRig): () => void {
  const { disk } = rig.machine;
  disk.capacityBytes = disk.usedBytes();
  return () => {
    disk.capacityBytes = Number.POSITIVE_INFINITY;
  };
}

/** Whether it ends by itself; the store's own waits are of a second. */
async function endsWithin(rig: StoreRig, milliseconds: number, work: Promise<void>): Promise<boolean> {
  let isDone = false;
  void work.then(() => (isDone = true));
  await rig.world.runFor(milliseconds);
  return isDone;
}

it('no handle for the file that only people and tools read: nothing fails because of it', async () => {
  const rig = new StoreRig('journal');
  const store = await rig.open(SPARSE);
  const failures = failuresOf(store);
  const log = await rig.openLog(store);
  await rig.persist(log, { append: [makeBatch(0, 1)] });
  rig.machine.disk.inject({ operation: 'open', path: 'leader-epoch-checkpoint', error: 'handles' });
  await rig.world.complete(store.checkpoint());
  expect([log.failure, failures, rig.fatal]).toEqual([null, [], []]);
});

describe('a journal without space', () => {
  it('makes all logs refuse, whatever is free, and read what they have', async () => {
    const rig = new StoreRig('journal');
    const store = await rig.open(SPARSE);
    const failures = failuresOf(store);
    const log = await rig.openLog(store);
    const other = await rig.openLog(store, { flush: 'os' }, OTHER);
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    const undo = fillJournal(rig);
    const told: number[] = [];
    log.persist(change({ append: [makeBatch(1, 1)] }), () => told.push(1));
    await rig.world.runFor(20);
    expect([log.failure, other.failure]).toMatchObject([{ kind: 'full' }, { kind: 'full' }]);
    expect(failures).toMatchObject([{ kind: 'full', path: expect.stringContaining('.journal') }]);
    expect((await rig.readAll(log)).length).toBe(2);
    await rig.world.runFor(5000);
    expect([told, log.failure?.kind, rig.fatal]).toEqual([[], 'full', []]);
    undo();
    await rig.world.runFor(500);
    expect([told, log.failure, other.failure]).toEqual([[1], null, null]);
    rig.powerLoss('lose-all');
    expect((await rig.openLog(await rig.open())).logEnd).toBe(2);
  });

  it('does not hold up the close, though cuts wait for it', async () => {
    const rig = new StoreRig('journal close');
    const store = await rig.open(SPARSE);
    const log = await rig.openLog(store);
    await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 1)] });
    const undo = fillJournal(rig);
    log.persist(change({ truncateTo: 1, append: [makeBatch(1, 2)] }), () => undefined);
    await rig.world.runFor(20);
    expect(await endsWithin(rig, 3000, store.close())).toBe(true);
    rig.kill();
    undo();
    const again = await rig.open();
    expect(again.standing.kind).toBe('same-boot');
    const found = await rig.openLog(again);
    // The cut was never told, so it may be there or not.
    expect([found.failure, found.logEnd >= 1]).toEqual([null, true]);
  });

  it('that runs out of it while the store closes does not hold it up either', async () => {
    const rig = new StoreRig('journal closing');
    const store = await rig.open(SPARSE);
    const log = await rig.openLog(store);
    await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 1)] });
    log.persist(change({ truncateTo: 1, append: [makeBatch(1, 2)] }), () => undefined);
    fillJournal(rig);
    expect(await endsWithin(rig, 3000, store.close())).toBe(true);
  });
});

describe('a key-value store without space', () => {
  it('makes all logs refuse, waits to be opened again, and then takes the checkpoint', async () => {
    const rig = new StoreRig('key values');
    const store = await rig.open();
    const failures = failuresOf(store);
    const log = await rig.openLog(store);
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    log.saveState('state', log.logEnd, Buffer.from('one'));
    await rig.run(store.checkpoint());
    const before = store.status().lastCheckpointSequence;
    await rig.persist(log, { append: [makeBatch(1, 1)] });
    const undo = fillDisk(rig);
    const checkpoint = store.checkpoint();
    expect(await endsWithin(rig, 5000, checkpoint)).toBe(false);
    expect([log.failure?.kind, failures.length, rig.fatal]).toEqual(['full', 1, []]);
    expect((await rig.readAll(log)).length).toBe(2);
    const state = log.loadState('state', log.logEnd);
    undo();
    await rig.run(checkpoint);
    expect(log.failure).toBe(null);
    expect(Buffer.from((await rig.run(state))?.state ?? []).toString()).toBe('one');
    expect(store.status().lastCheckpointSequence).toBeGreaterThan(before);
  });

  it.each(['before it closes', 'while it is closed'])(
    '(%s) is closed all the same, and nothing is lost',
    async (when) => {
      const rig = new StoreRig(`key values ${when}`);
      const store = await rig.open();
      const log = await rig.openLog(store);
      await rig.persist(log, { append: [makeBatch(0, 1)] });
      const undo = fillDisk(rig);
      if (when === 'before it closes') {
        void store.checkpoint();
        await rig.world.runFor(3000);
      }
      expect(await endsWithin(rig, 5000, store.close())).toBe(true);
      rig.kill();
      undo();
      const again = await rig.open();
      expect(again.standing.kind).toBe('same-boot');
      expect((await rig.openLog(again)).logEnd).toBe(1);
    },
  );

  it('does not take a deletion for done', async () => {
    const rig = new StoreRig('deletion');
    const store = await rig.open();
    const log = await rig.openLog(store);
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    await rig.run(store.checkpoint());
    const undo = fillDisk(rig);
    void store.deleteLog(GROUP);
    await rig.world.runFor(100);
    expect(await endsWithin(rig, 5000, store.close())).toBe(true);
    rig.kill();
    undo();
    const again = await rig.openLog(await rig.open());
    expect([again.failure, again.logEnd]).toEqual([null, 1]);
  });
});

it('a start without space is refused with the reason, and the next one finds everything', async () => {
  const rig = new StoreRig('start');
  const log = await rig.openLog(await rig.open());
  await rig.persist(log, { append: [makeBatch(0, 1)] });
  rig.kill();
  const undo = fillDisk(rig);
  expect(await rig.tryOpen()).toMatchObject({ kind: 'disk', reason: expect.stringContaining('no space') });
  rig.kill();
  undo();
  const faults = rig.machine.disk.inject({ operation: 'datasync', path: 'meta', error: 'full' });
  expect(await rig.tryOpen()).toMatchObject({ kind: 'disk', path: '/data/meta' });
  rig.kill();
  faults();
  expect((await rig.openLog(await rig.open())).logEnd).toBe(1);
});
