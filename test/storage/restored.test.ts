/** A damaged log whose files somebody brought back: used again when everything is there that it ever took on, and not before. */
import { describe, expect, it } from 'vitest';
import type { ReplicaLog } from '../../storage/index.ts';
import { change, makeBatch, StoreRig, vote } from './store-rig.ts';

const SMALL = { segmentBytesMax: 10_000, indexIntervalBytes: 1500 };
const LOG = '/data/logs/topic-a-0/00000000000000000000.log';
const LAST = '/data/logs/topic-a-0/00000000000000000030.log';
const batches = Array.from({ length: 44 }, (_, index) => makeBatch(index, 1, { bytes: 1000 }));

/** Forty batches, closed in order, in segments of ten. */
async function closed(seed: string, flush: 'always' | 'os' = 'always'): Promise<StoreRig> {
  const rig = new StoreRig(seed);
  const store = await rig.open();
  const log = await rig.openLog(store, { ...SMALL, flush });
  for (let at = 0; at < 40; at += 10) await rig.persist(log, { append: batches.slice(at, at + 10) });
  await rig.run(store.close());
  rig.kill();
  return rig;
}

async function read(rig: StoreRig, log: ReplicaLog): Promise<number> {
  const found = await rig.readAll(log);
  expect(Buffer.concat(found.map(({ bytes }) => bytes))).toEqual(
    Buffer.concat(batches.slice(0, found.length).map(({ bytes }) => Buffer.from(bytes))),
  );
  return found.length;
}

describe('a log that failed under a running node', () => {
  it('is whole again with its file; what was appended after its last checkpoint is not forgotten', async () => {
    const rig = await closed('runtime');
    rig.machine.disk.flipBit(LOG, 4500 * 8);
    const store = await rig.open();
    const log = await rig.openLog(store, SMALL);
    await rig.persist(log, { append: batches.slice(40, 42), hardState: vote(3) });
    await rig.readAll(log).catch(() => undefined);
    expect(log.failure).toMatchObject({ path: LOG, position: 4000 });
    await rig.run(store.checkpoint());
    rig.kill();
    rig.machine.disk.flipBit(LOG, 4500 * 8);
    const again = await rig.openLog(await rig.open(), SMALL);
    expect([again.failure, again.logEnd, again.recovered.hardState.term]).toEqual([null, 42, 3]);
    await rig.persist(again, { append: batches.slice(42) });
    rig.kill();
    const third = await rig.openLog(await rig.open(), SMALL);
    expect(await read(rig, third)).toBe(44);
  });

  it('stays offline while its file is damaged elsewhere, and says where', async () => {
    const rig = await closed('elsewhere');
    rig.machine.disk.flipBit(LOG, 4500 * 8);
    const store = await rig.open();
    await rig.readAll(await rig.openLog(store, SMALL)).catch(() => undefined);
    await rig.run(store.close());
    rig.kill();
    rig.machine.disk.flipBit(LOG, 4500 * 8);
    rig.machine.disk.flipBit(LOG, 7500 * 8);
    const again = await rig.open();
    expect(again.groups).toMatchObject([{ failed: true }]);
    expect((await rig.openLog(again, SMALL)).failure).toMatchObject({ path: LOG, position: 7000 });
  });

  it('by a write stays offline: its segments may lack what was acknowledged', async () => {
    const rig = await closed('write');
    const store = await rig.open();
    const log = await rig.openLog(store, SMALL);
    rig.machine.disk.inject({ operation: 'write', path: /30\.log$|40\.log$/ });
    log.persist(change({ append: batches.slice(40) }), () => undefined);
    await rig.world.runFor(100);
    expect(log.failure).toMatchObject({ kind: 'disk' });
    await rig.run(store.close());
    rig.kill();
    expect((await rig.openLog(await rig.open(), SMALL)).failure).toMatchObject({ kind: 'disk' });
  });
});

describe('a log that a start finds damaged', () => {
  /** Killed by a power loss after four more batches: these are in the journal only. */
  async function damagedAtStart(seed: string): Promise<{ readonly rig: StoreRig; readonly kept: Buffer }> {
    const rig = await closed(seed);
    const store = await rig.open();
    await rig.persist(await rig.openLog(store, SMALL), { append: batches.slice(40) });
    rig.powerLoss('lose-all');
    const kept = Buffer.from(rig.machine.disk.durableBytes(LOG) ?? []);
    rig.machine.disk.truncateAtRest(LOG, 9500);
    const failed = await rig.openLog(await rig.open(), SMALL);
    expect(failed.failure).toMatchObject({ path: LOG, position: 9500 });
    rig.kill();
    return { rig, kept };
  }

  async function bringBack(rig: StoreRig, bytes: Buffer): Promise<void> {
    const { disk } = rig.machine.ports();
    const file = await rig.run(disk.open(LOG, 'write'));
    await rig.run(Promise.resolve(file.write([bytes], 0)));
    await rig.run(file.datasync());
    await rig.run(file.close());
    rig.kill();
  }

  it('is whole again with its file: what only the journal held was rescued from it', async () => {
    const { rig, kept } = await damagedAtStart('start');
    // Once more with the damage: nothing of what was rescued goes.
    expect((await rig.openLog(await rig.open(), SMALL)).failure).toMatchObject({ position: 9500 });
    rig.kill();
    await bringBack(rig, kept);
    const store = await rig.open();
    const again = await rig.openLog(store, SMALL);
    expect([again.failure, again.logEnd]).toEqual([null, 44]);
    expect(await read(rig, again)).toBe(44);
    expect(rig.machine.disk.paths().filter((path) => path.endsWith('rescued.journal'))).toEqual([]);
    rig.powerLoss('lose-all');
    expect(await read(rig, await rig.openLog(await rig.open(), SMALL))).toBe(44);
  });

  it('stays offline with a file that is shorter than what was acknowledged', async () => {
    const { rig, kept } = await damagedAtStart('short');
    await bringBack(rig, kept.subarray(0, 9000));
    expect((await rig.openLog(await rig.open(), SMALL)).failure).toMatchObject({ path: LOG });
  });

  it('and that was not journaled (os) is whole again too', async () => {
    const rig = await closed('os', 'os');
    const kept = Buffer.from(rig.machine.disk.cachedBytes(LAST) ?? []);
    rig.machine.disk.truncateAtRest(LAST, 5000);
    const first = await rig.openLog(await rig.open(), { ...SMALL, flush: 'os' });
    expect(first.failure).toMatchObject({ path: LAST });
    rig.kill();
    const { disk } = rig.machine.ports();
    const file = await rig.run(disk.open(LAST, 'write'));
    await rig.run(Promise.resolve(file.write([kept], 0)));
    rig.kill();
    const again = await rig.openLog(await rig.open(), { ...SMALL, flush: 'os' });
    expect([again.failure, await read(rig, again)]).toEqual([null, 40]);
  });
});
