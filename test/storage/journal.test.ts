/** Rounds, order, back-pressure, recycling: the journal as the logs of a node share it. */
import { describe, expect, it } from 'vitest';
import { groupId } from '../../raft/index.ts';
import type { ReplicaLog, Store } from '../../storage/index.ts';
import { change, GROUP, makeBatch, OTHER, StoreRig, vote } from './store-rig.ts';

function syncsOf(rig: StoreRig, pattern: string): { count: number } {
  const seen = { count: 0 };
  rig.machine.disk.watch = (operation, phase, path) => {
    if (operation === 'datasync' && phase === 'start' && path.includes(pattern)) seen.count += 1;
  };
  return seen;
}

async function logs(rig: StoreRig, store: Store, count: number): Promise<ReplicaLog[]> {
  const opened: ReplicaLog[] = [];
  for (let index = 0; index < count; index += 1) opened.push(await rig.openLog(store, {}, groupId(`many:${index}`)));
  return opened;
}

describe('a round', () => {
  it('makes the changes of all logs in one turn durable with one sync', async () => {
    const rig = new StoreRig('one sync');
    const store = await rig.open();
    const many = await logs(rig, store, 20);
    const syncs = syncsOf(rig, '');
    const told: number[] = [];
    for (const [index, log] of many.entries())
      log.persist(change({ append: [makeBatch(0, 1)] }), () => told.push(index));
    await rig.world.run(() => told.length === 20);
    expect(syncs.count).toBe(1);
    expect(told).toEqual(many.map((_, index) => index));
    expect(store.status().journalRounds).toBe(1);
  });

  it('forms while the one before it is synced', async () => {
    const rig = new StoreRig('forming');
    const store = await rig.open();
    const log = await rig.openLog(store);
    rig.machine.disk.stall();
    const told: number[] = [];
    log.persist(change({ append: [makeBatch(0, 1)] }), () => told.push(0));
    await rig.world.runFor(10);
    for (let index = 1; index < 9; index += 1) {
      log.persist(change({ append: [makeBatch(index, 1)] }), () => told.push(index));
      await rig.world.runFor(1);
    }
    expect(told).toEqual([]);
    rig.machine.disk.unstall();
    await rig.world.run(() => told.length === 9);
    expect(store.status().journalRounds).toBe(2);
  });

  it('tells nobody before its sync has returned', async () => {
    const rig = new StoreRig('not before');
    const log = await rig.openLog(await rig.open());
    let synced = false;
    let toldEarly = false;
    rig.machine.disk.watch = (operation, phase, path) => {
      if (operation === 'datasync' && phase === 'done' && path.endsWith('.journal')) synced = true;
    };
    let told = false;
    log.persist(change({ hardState: vote(3) }), () => {
      told = true;
      toldEarly = !synced;
    });
    expect(told).toBe(false);
    await rig.world.run(() => told);
    expect(toldEarly).toBe(false);
  });

  it('answers a change of nothing in a turn of its own, after those before it', async () => {
    const rig = new StoreRig('nothing');
    const log = await rig.openLog(await rig.open());
    const told: string[] = [];
    log.persist(change({ append: [makeBatch(0, 1)] }), () => told.push('batch'));
    log.persist(change({}), () => told.push('nothing'));
    expect(told).toEqual([]);
    await rig.world.run(() => told.length === 2);
    expect(told).toEqual(['batch', 'nothing']);
  });
});

describe('under flush=os', () => {
  it('batches do not go through the journal, except for the mark that some were written', async () => {
    const rig = new StoreRig('os');
    const store = await rig.open();
    const log = await rig.openLog(store, { flush: 'os' });
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    expect(store.status().journalRounds).toBe(1);
    const syncs = syncsOf(rig, '');
    for (let index = 1; index < 10; index += 1)
      await rig.persist(log, { append: [makeBatch(index, 1, { bytes: 5000 })] });
    expect(syncs.count).toBe(0);
    expect(store.status().journalRounds).toBe(1);
  });

  it('done means that the write has returned: bytes held in memory do not count', async () => {
    const rig = new StoreRig('written');
    const log = await rig.openLog(await rig.open(), { flush: 'os' });
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    await rig.persist(log, { append: [makeBatch(1, 1, { bytes: 700 })] });
    expect(rig.machine.disk.cachedBytes('/data/logs/topic-a-0/00000000000000000000.log')?.length).toBe(800);
  });

  it('a vote waits for the journal', async () => {
    const rig = new StoreRig('os vote');
    const log = await rig.openLog(await rig.open(), { flush: 'os' });
    const syncs = syncsOf(rig, '.journal');
    await rig.persist(log, { hardState: vote(2) });
    expect(syncs.count).toBe(1);
  });

  it('a cut is synced before the next batch is written', async () => {
    const rig = new StoreRig('cut');
    const log = await rig.openLog(await rig.open(), { flush: 'os' });
    await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 1)] });
    const events: string[] = [];
    rig.machine.disk.watch = (operation, phase, path) => {
      if (phase === 'done' && path.endsWith('.log')) events.push(operation);
    };
    await rig.persist(log, { truncateTo: 1, append: [makeBatch(1, 2)] });
    const cut = events.indexOf('truncate');
    expect(events.slice(cut).filter((event) => event !== 'open' && event !== 'read')).toEqual([
      'truncate',
      'datasync',
      'write',
    ]);
  });
});

describe('under flush=interval', () => {
  it('segments are synced after the interval, without anybody waiting for it', async () => {
    const rig = new StoreRig('interval');
    const log = await rig.openLog(await rig.open({ flushIntervalMs: 500 }), { flush: 'interval' });
    const syncs = syncsOf(rig, '.log');
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    expect(syncs.count).toBe(0);
    await rig.world.runFor(700);
    expect(syncs.count).toBe(1);
    await rig.world.runFor(2000);
    expect(syncs.count).toBe(1);
  });

  it('what was on its way when the sync began is synced after another interval', async () => {
    for (let early = 0; early < 0.3; early += 0.02) {
      const rig = new StoreRig('late');
      rig.machine.disk.lateWriteOneIn = 1;
      const log = await rig.openLog(await rig.open({ flushIntervalMs: 500 }), { flush: 'interval' });
      log.persist(change({ append: [makeBatch(0, 1)] }), () => undefined);
      await rig.world.runFor(500 - early);
      log.persist(change({ append: [makeBatch(1, 1)] }), () => undefined);
      await rig.world.runFor(1100);
      const path = rig.machine.disk.paths().find((each) => each.endsWith('.log')) ?? '';
      expect([early, rig.machine.disk.durableBytes(path)?.length]).toEqual([early, 200]);
    }
  });
});

describe('the journal files', () => {
  it('are recycled by checkpoints, so that they stay few under any load', async () => {
    const rig = new StoreRig('recycle');
    const store = await rig.open({ journalFileBytes: 8000, checkpointBytes: 16_000 });
    const log = await rig.openLog(store);
    for (let index = 0; index < 150; index += 1)
      await rig.persist(log, { append: [makeBatch(index, 1, { bytes: 1000 })] });
    const files = rig.machine.disk.paths().filter((path) => path.endsWith('.journal'));
    expect(files.length).toBeLessThan(8);
    expect(store.status().journalBytes).toBeLessThan(40_000);
    expect(store.status().lastCheckpointSequence).toBeGreaterThan(50);
    rig.powerLoss('lose-all');
    expect((await rig.openLog(await rig.open())).logEnd).toBe(150);
  });

  it('take no more than twice the checkpoint bytes: appends wait while a checkpoint cannot end', async () => {
    const rig = new StoreRig('pressure');
    const store = await rig.open({ journalFileBytes: 8000, checkpointBytes: 16_000 });
    const [slow, log] = [await rig.openLog(store, {}, OTHER), await rig.openLog(store)];
    // The checkpoint cannot end: this log's segment waits for space.
    rig.machine.disk.inject({ operation: 'write', path: 'topic-b-0', error: 'full', times: Number.POSITIVE_INFINITY });
    await rig.persist(slow, { append: [makeBatch(0, 1)] });
    const told: number[] = [];
    for (let index = 0; index < 100; index += 1) {
      log.persist(change({ append: [makeBatch(index, 1, { bytes: 1000 })] }), () => told.push(index));
      await rig.world.runFor(5);
    }
    expect(told.length).toBeLessThan(40);
    expect(store.status().journalBytes).toBeLessThan(40_000);
    expect(store.status().journalWaitingBytes).toBeGreaterThan(50_000);
    rig.machine.disk.faults.clear();
    await rig.world.run(() => told.length === 100);
    expect(told.length).toBe(100);
  });

  it('of an older life say nothing in a later one, even where its sequences go on', async () => {
    const rig = new StoreRig('generations');
    const log = await rig.openLog(await rig.open());
    // A round that is torn in the middle: its last records are there, its first are not.
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    log.persist(change({ append: [makeBatch(1, 1), makeBatch(2, 1), makeBatch(3, 1)] }), () => undefined);
    await rig.world.run(() => lastWrite(rig) >= 4);
    const path = '/data/journal/00000001.journal';
    rig.powerLoss('keep-all');
    const magic = [...occurrences(rig.machine.disk.cachedBytes(path) ?? new Uint8Array())];
    rig.machine.disk.flipBit(path, (magic[1] ?? 0) * 8 + 1);
    const again = await rig.openLog(await rig.open());
    expect(again.logEnd).toBe(1);
    // The same sequence, written over the hole by the next life, must not bring the stale rest behind it back.
    await rig.persist(again, { append: [makeBatch(1, 2)] });
    rig.powerLoss('lose-all');
    expect((await rig.openLog(await rig.open())).recovered).toMatchObject({
      logEnd: 2,
      terms: [{ term: 1 }, { term: 2, start: 1 }],
    });
  });

  it('cannot be forged by a batch that holds a journal record', async () => {
    const rig = new StoreRig('forged');
    const log = await rig.openLog(await rig.open());
    const forged = makeBatch(0, 1, { bytes: 400 });
    const bytes = Buffer.from(forged.bytes);
    bytes.write('FLJR', 100, 'latin1');
    await rig.persist(log, { append: [makeBatch(0, 1)] });
    rig.kill();
    expect((await rig.openLog(await rig.open())).logEnd).toBe(1);
    expect(GROUP).toBe('topic-a:0');
  });
});

function* occurrences(bytes: Uint8Array): Generator<number> {
  const source = Buffer.from(bytes);
  for (let at = source.indexOf('FLJR'); at !== -1; at = source.indexOf('FLJR', at + 1)) yield at;
}

/** Journal records in the cache of the first file. */
function lastWrite(rig: StoreRig): number {
  return [...occurrences(rig.machine.disk.cachedBytes('/data/journal/00000001.journal') ?? new Uint8Array())].length;
}
