/** A disk that refuses: what ends the process, what takes one replica offline, what waits. */
import { describe, expect, it } from 'vitest';
import { METADATA_GROUP } from '../../raft/index.ts';
import { change, GROUP, makeBatch, OTHER, StoreRig } from './store-rig.ts';

const FREE = 60_000;

describe('the journal', () => {
  it.each(['write', 'datasync'] as const)(
    'ends the process when a %s of it fails, and tells nobody that it was durable',
    async (operation) => {
      const rig = new StoreRig(`journal ${operation}`);
      const log = await rig.openLog(await rig.open());
      rig.machine.disk.inject({ operation, path: '.journal' });
      const told: number[] = [];
      log.persist(change({ append: [makeBatch(0, 1)] }), () => told.push(1));
      await rig.world.run(() => rig.fatal.length > 0).catch(() => undefined);
      expect(rig.fatal).toHaveLength(1);
      expect(told).toEqual([]);
    },
  );

  it('waits for space, and goes on with nothing lost', async () => {
    const rig = new StoreRig('journal full');
    const store = await rig.open({ journalFileBytes: 16_000, checkpointBytes: 8000 });
    const log = await rig.openLog(store);
    const undo = rig.machine.disk.inject({
      operation: 'write',
      path: '.journal',
      error: 'full',
      times: Number.POSITIVE_INFINITY,
    });
    const told: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      log.persist(change({ append: [makeBatch(index, 1, { bytes: 2000 })] }), () => told.push(index));
    }
    await rig.world.runFor(2000);
    expect([rig.fatal, told]).toEqual([[], []]);
    expect(store.status().journalWaitingBytes).toBeGreaterThan(10_000);
    undo();
    await rig.world.runFor(2000);
    expect(told).toEqual([0, 1, 2, 3, 4]);
    rig.powerLoss('lose-all');
    expect((await rig.openLog(await rig.open())).logEnd).toBe(5);
  });
});

describe('the metadata log', () => {
  it('ends the process when its segment cannot be synced, and is written again from the journal by the next start', async () => {
    const rig = new StoreRig('metadata sync');
    const store = await rig.open();
    const log = await rig.openLog(store, { flush: 'always' }, METADATA_GROUP);
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    rig.machine.disk.inject({ operation: 'datasync', path: 'logs/metadata' });
    void store.checkpoint().catch(() => undefined);
    await rig.world.run(() => rig.fatal.length > 0, { milliseconds: 1000 }).catch(() => undefined);
    expect(rig.fatal).toHaveLength(1);
    rig.powerLoss('mixed');
    const again = await rig.openLog(await rig.open(), { flush: 'always' }, METADATA_GROUP);
    expect([again.failure, again.logEnd]).toEqual([null, 1]);
  });
});

describe('a segment', () => {
  it.each(['always', 'os'] as const)(
    'that cannot be written takes its log offline and no other (flush=%s)',
    async (flush) => {
      const rig = new StoreRig(`segment write ${flush}`);
      const store = await rig.open();
      const log = await rig.openLog(store, { flush });
      const other = await rig.openLog(store, { flush }, OTHER);
      await rig.persist(log, { append: [makeBatch(0, 1)] });
      const told: number[] = [];
      rig.machine.disk.inject({ operation: 'write', path: 'topic-a-0' });
      log.persist(change({ append: [makeBatch(1, 1)] }), () => told.push(1));
      await rig.world.runFor(100);
      expect(log.failure).toMatchObject({ kind: 'disk', path: '/data/logs/topic-a-0/00000000000000000000.log' });
      if (flush === 'os') expect(told).toEqual([]);
      log.persist(change({ append: [makeBatch(2, 1)] }), () => told.push(2));
      await rig.world.runFor(100);
      expect(told).not.toContain(2);
      await rig.persist(other, { append: [makeBatch(0, 1)] });
      expect(rig.fatal).toEqual([]);
    },
  );

  it('whose sync failed is never trusted again, though the next sync succeeds', async () => {
    const rig = new StoreRig('fsyncgate');
    const store = await rig.open();
    const log = await rig.openLog(store);
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    rig.machine.disk.inject({ operation: 'datasync', path: 'topic-a-0' });
    await rig.run(store.checkpoint());
    expect(log.failure).toMatchObject({ kind: 'disk' });
    await rig.run(store.checkpoint());
    rig.kill();
    const again = await rig.openLog(await rig.open());
    expect(again.failure).toMatchObject({ kind: 'disk' });
  });

  it.each(['write', 'datasync'] as const)(
    'that failed by a %s keeps no start from succeeding when the disk is sound, though the journal has records of it',
    async (operation) => {
      const rig = new StoreRig(`failed before ${operation}`);
      const store = await rig.open();
      const log = await rig.openLog(store);
      const other = await rig.openLog(store, {}, OTHER);
      await rig.persist(log, { append: [makeBatch(0, 1)] });
      const sound = rig.machine.disk.inject({ operation, path: 'topic-a-0', times: 100 });
      for (let index = 1; index < 20; index += 1)
        log.persist(change({ append: [makeBatch(index, 1)] }), () => undefined);
      void store.checkpoint();
      for (let index = 20; index < 40; index += 1)
        log.persist(change({ append: [makeBatch(index, 1)] }), () => undefined);
      await rig.world.runFor(200);
      await rig.persist(other, { append: [makeBatch(0, 1)] });
      expect(log.failure).toMatchObject({ kind: 'disk' });
      rig.kill();
      sound();
      const again = await rig.open();
      expect((await rig.openLog(again)).failure).toMatchObject({ kind: 'disk' });
      expect((await rig.openLog(again, {}, OTHER)).failure).toBeNull();
    },
  );

  it('counts a sync that failed for want of space as failed', async () => {
    const rig = new StoreRig('sync full');
    const store = await rig.open();
    const log = await rig.openLog(store);
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    rig.machine.disk.inject({ operation: 'datasync', path: 'topic-a-0', error: 'full' });
    await rig.run(store.checkpoint());
    expect(log.failure).toMatchObject({ kind: 'disk' });
  });
});

describe('a full disk', () => {
  it.each(['always', 'os'] as const)(
    'refuses, keeps what was acknowledged readable, and goes on when space returns (flush=%s)',
    async (flush) => {
      const rig = new StoreRig(`full ${flush}`);
      const store = await rig.open({ tailBytesPerLogMax: 1000 });
      const log = await rig.openLog(store, { flush, segmentBytesMax: 8000 });
      const batches = Array.from({ length: 30 }, (_, index) => makeBatch(index, 1, { bytes: 1500 }));
      for (const batch of batches.slice(0, 10)) await rig.persist(log, { append: [batch] });
      rig.machine.disk.capacityBytes = rig.machine.disk.usedBytes() + 10_000;
      const told: number[] = [];
      for (const batch of batches.slice(10))
        log.persist(change({ append: [batch] }), () => told.push(batch.position.base));
      await rig.world.runFor(3000);
      expect(log.failure).toMatchObject({ kind: 'full' });
      if (flush === 'os') expect(told.length).toBeLessThan(20);
      const early = await rig.readAll(log);
      expect(early.map(({ bytes }) => bytes)).toEqual(batches.map(({ bytes }) => bytes));
      rig.machine.disk.capacityBytes = Number.POSITIVE_INFINITY;
      await rig.world.runFor(3000);
      expect(log.failure).toBe(null);
      expect(told).toEqual(batches.slice(10).map((batch) => batch.position.base));
      await rig.run(store.close());
      rig.kill();
      const again = await rig.openLog(await rig.open(), { flush });
      expect((await rig.readAll(again)).map(({ bytes }) => bytes)).toEqual(batches.map(({ bytes }) => bytes));
      expect(rig.fatal).toEqual([]);
    },
  );

  it('in the middle of a write over two segments: the first part is not written again', async () => {
    const rig = new StoreRig('two segments');
    const log = await rig.openLog(await rig.open(), { flush: 'os', segmentBytesMax: 1000 });
    const batches = [makeBatch(0, 1, { bytes: 800 }), makeBatch(1, 1), makeBatch(2, 1), makeBatch(3, 1)];
    await rig.persist(log, { append: batches.slice(0, 1) });
    rig.machine.disk.capacityBytes = rig.machine.disk.usedBytes() + 250;
    const told: number[] = [];
    log.persist(change({ append: batches.slice(1) }), () => told.push(1));
    await rig.world.runFor(100);
    expect([log.failure?.kind, told]).toEqual(['full', []]);
    rig.machine.disk.capacityBytes = Number.POSITIVE_INFINITY;
    await rig.world.runFor(2000);
    expect([log.failure, told]).toEqual([null, [1]]);
    rig.kill();
    const again = await rig.openLog(await rig.open(), { flush: 'os' });
    expect((await rig.readAll(again)).map(({ bytes }) => bytes)).toEqual(batches.map(({ bytes }) => bytes));
  });

  it('leaves half a batch behind a kill, which the next start cuts off', async () => {
    const rig = new StoreRig('half');
    const log = await rig.openLog(await rig.open(), { flush: 'os' });
    await rig.persist(log, { append: [makeBatch(0, 1, { bytes: 1000 })] });
    rig.machine.disk.capacityBytes = rig.machine.disk.usedBytes() + 400;
    log.persist(change({ append: [makeBatch(1, 1, { bytes: 1000 })] }), () => undefined);
    await rig.world.runFor(100);
    rig.kill();
    rig.machine.disk.capacityBytes = Number.POSITIVE_INFINITY;
    const again = await rig.openLog(await rig.open(), { flush: 'os' });
    expect([again.failure, again.logEnd]).toEqual([null, 1]);
    await rig.persist(again, { append: [makeBatch(1, 2)] });
    expect((await rig.readAll(again)).length).toBe(2);
  });

  it('is announced before it is full, by the free bytes', async () => {
    const rig = new StoreRig('free bytes');
    rig.machine.disk.capacityBytes = 10_000_000;
    const store = await rig.open({ freeBytesMin: FREE });
    const log = await rig.openLog(store);
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    await rig.world.runFor(1500);
    expect(log.failure).toBe(null);
    rig.machine.disk.capacityBytes = rig.machine.disk.usedBytes() + FREE - 1;
    await rig.persist(log, { append: [makeBatch(1, 1)] });
    await rig.world.runFor(1500);
    expect(log.failure).toMatchObject({ kind: 'full' });
    expect(store.status().freeBytes).toBeLessThan(FREE);
    rig.machine.disk.capacityBytes = 10_000_000;
    await rig.world.runFor(1500);
    expect(log.failure).toBe(null);
  });

  it('is not known where the file system does not say how much is free: writes go on, and it is asked again', async () => {
    const rig = new StoreRig('silent space');
    rig.machine.disk.capacityBytes = 10_000_000;
    const store = await rig.open({ freeBytesMin: FREE });
    const log = await rig.openLog(store);
    const takeBack = rig.machine.disk.inject({ operation: 'freeBytes', error: 'io', times: Number.POSITIVE_INFINITY });
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    await rig.world.runFor(3000);
    expect(log.failure).toBe(null);
    expect(store.status().freeBytes).toBe(null);
    takeBack();
    await rig.persist(log, { append: [makeBatch(1, 1)] });
    await rig.world.runFor(1500);
    expect(store.status().freeBytes).toBeGreaterThan(FREE);
  });

  it('does not hold up the close', async () => {
    const rig = new StoreRig('close full');
    const store = await rig.open();
    const log = await rig.openLog(store);
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    rig.machine.disk.inject({ operation: 'write', path: 'topic-a-0', error: 'full', times: Number.POSITIVE_INFINITY });
    await rig.persist(log, { append: [makeBatch(1, 1)] });
    await rig.world.runFor(100);
    await rig.run(store.close());
    rig.kill();
    rig.machine.disk.faults.clear();
    const again = await rig.open();
    expect(again.standing.kind).toBe('same-boot');
    expect((await rig.openLog(again)).logEnd).toBe(2);
  });
});

describe('a log whose files cannot be removed', () => {
  it('may be made anew in their place, and the next start removes nothing of the new one', async () => {
    const rig = new StoreRig('removal');
    const store = await rig.open();
    const old = await rig.openLog(store);
    await rig.persist(old, { append: [makeBatch(0, 1)] });
    rig.machine.disk.inject({ operation: 'removeTree', path: 'topic-a-0' });
    const refused = await rig.run(store.deleteLog(GROUP).then(() => null, String));
    expect(refused).toContain('removeTree');
    const log = await rig.openLog(store);
    expect([log.failure, log.logEnd]).toEqual([null, 0]);
    await rig.persist(log, { append: [makeBatch(0, 2), makeBatch(1, 2)] });
    await rig.run(store.checkpoint());
    // Nor does this life, when it would try again.
    await rig.world.runFor(30_000);
    rig.kill();
    const again = await rig.openLog(await rig.open());
    expect([again.failure, again.logEnd]).toEqual([null, 2]);
  });

  it.each(['removeTree', 'list', 'syncDirectory'] as const)(
    'because the disk refuses to %s loses them as soon as it does not',
    async (operation) => {
      const rig = new StoreRig(`refused ${operation}`);
      const store = await rig.open();
      await rig.persist(await rig.openLog(store), { append: [makeBatch(0, 1)] });
      const sound = rig.machine.disk.inject({ operation, path: '/logs', times: 1000 });
      expect(await rig.run(store.deleteLog(GROUP).then(() => null, String))).toContain(operation);
      await rig.world.runFor(60_000);
      sound();
      await rig.world.runFor(10_000);
      expect(rig.machine.disk.find('/data/logs/topic-a-0')).toBeNull();
      await rig.run(store.close());
      rig.kill();
      expect((await rig.open()).groups).toEqual([]);
    },
  );
});
