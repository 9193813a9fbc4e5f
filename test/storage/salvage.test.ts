/** Going on with what is left of a damaged log: cut before the damage, the rest put aside, nothing of it forgotten or brought back. */
import { describe, expect, it } from 'vitest';
import type { ReplicaLog, Store } from '../../storage/index.ts';
import { GROUP, makeBatch, StoreRig } from './store-rig.ts';

const SMALL = { segmentBytesMax: 10_000, indexIntervalBytes: 1500 };
const DIRECTORY = '/data/logs/topic-a-0';
const batches = Array.from({ length: 40 }, (_, index) => makeBatch(index, 1 + Math.floor(index / 20), { bytes: 1000 }));

function segment(base: number): string {
  return `${DIRECTORY}/${String(base).padStart(20, '0')}.log`;
}

/** Forty batches in segments of ten; `flipped` is damaged, found by a read, and the store still open. */
async function damaged(
  seed: string,
  flipped: { readonly base: number; readonly byte: number },
  logStart = 0,
): Promise<{ readonly rig: StoreRig; readonly store: Store; readonly log: ReplicaLog; readonly was: Buffer }> {
  const rig = new StoreRig(seed);
  const first = await rig.open();
  const filled = await rig.openLog(first, SMALL);
  for (let at = 0; at < 40; at += 10) await rig.persist(filled, { append: batches.slice(at, at + 10) });
  filled.saveState('producers', filled.logEnd, Buffer.from('state'));
  if (logStart > 0) await rig.persist(filled, { logStart });
  await rig.run(first.close());
  rig.kill();
  rig.machine.disk.flipBit(segment(flipped.base), flipped.byte * 8);
  const was = Buffer.from(rig.machine.disk.cachedBytes(segment(flipped.base)) ?? []);
  const store = await rig.open();
  const log = await rig.openLog(store, SMALL);
  await rig.readAll(log).catch(() => undefined);
  expect(log.failure).toMatchObject({ kind: 'damaged' });
  return { rig, store, log, was };
}

async function readBack(rig: StoreRig, log: ReplicaLog): Promise<readonly number[]> {
  return (await rig.readAll(log)).map(({ position }) => position.base);
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

describe('a log that is salvaged', () => {
  it('ends before the damage; the damaged file and all after it lie aside as they were', async () => {
    const { rig, store, was } = await damaged('middle', { base: 20, byte: 4500 });
    const salvaged = await rig.run(store.salvageLog(GROUP));
    expect(salvaged).toEqual({
      end: 24,
      lostTo: 40,
      damage: { kind: 'damaged', path: segment(20), position: 4000, reason: 'the CRC does not match' },
      aside: [`${segment(20)}.damaged`, `${segment(30)}.damaged`],
    });
    expect(Buffer.from(rig.machine.disk.durableBytes(`${segment(20)}.damaged`) ?? [])).toEqual(was);
    const log = await rig.openLog(store, SMALL);
    expect([log.failure, log.lossy, log.recovered.terms]).toMatchObject([null, true, [{ term: 1 }, { term: 2 }]]);
    expect(await readBack(rig, log)).toEqual(numbers(0, 24));
    expect(await rig.run(log.loadState('producers', log.logEnd))).toBe(null);
    await rig.persist(log, { append: [makeBatch(24, 3)] });
    rig.powerLoss('lose-all');
    expect(await readBack(rig, await rig.openLog(await rig.open(), SMALL))).toEqual(numbers(0, 25));
  });

  it.each([
    { title: 'in its first batch', base: 0, byte: 500, logStart: 0, left: numbers(0, 0), end: 0 },
    { title: 'in the first batch of a later segment', base: 20, byte: 500, logStart: 0, left: numbers(0, 20), end: 20 },
    { title: 'above a log start', base: 10, byte: 7500, logStart: 13, left: numbers(13, 17), end: 17 },
    { title: 'in what lies below the log start', base: 10, byte: 1500, logStart: 13, left: [], end: 13 },
  ])('with the damage $title', async ({ title, base, byte, logStart, left, end }) => {
    const rig = new StoreRig(title);
    const first = await rig.open();
    const filled = await rig.openLog(first, SMALL);
    for (let at = 0; at < 40; at += 10) await rig.persist(filled, { append: batches.slice(at, at + 10) });
    if (logStart > 0) await rig.persist(filled, { logStart });
    await rig.run(first.close());
    rig.kill();
    rig.machine.disk.flipBit(segment(base), byte * 8);
    // Below the log start nobody reads: there another segment is damaged too.
    if (byte === 1500) rig.machine.disk.flipBit(segment(30), 500 * 8);
    const store = await rig.open();
    await rig.readAll(await rig.openLog(store, SMALL)).catch(() => undefined);
    expect(await rig.run(store.salvageLog(GROUP))).toMatchObject({ end, lostTo: 40 });
    const log = await rig.openLog(store, SMALL);
    expect([log.failure, log.logStart, log.logEnd]).toEqual([null, logStart, end]);
    expect((await readBack(rig, log)).filter((at) => at >= logStart)).toEqual(left);
    await rig.persist(log, { append: [makeBatch(end, 3)] });
    rig.kill();
    expect((await rig.openLog(await rig.open(), SMALL)).logEnd).toBe(end + 1);
  });

  it('is not another one after a crash at any moment: it can be asked for again', async () => {
    for (let steps = 1; steps < 150; steps += 1) {
      const { rig, store, was } = await damaged(`crash ${steps}`, { base: 20, byte: 4500 });
      let left = steps;
      rig.machine.disk.watch = (_operation, _phase, path) => {
        if (!path.startsWith(DIRECTORY)) return;
        left -= 1;
        if (left === 0) rig.kill();
      };
      const whole = await rig.run(store.salvageLog(GROUP)).then(
        () => true,
        () => false,
      );
      rig.machine.disk.watch = null;
      if (!whole) rig.powerLoss();
      const again = whole ? store : await rig.open();
      const log = await rig.openLog(again, SMALL);
      // Killed before a checkpoint has seen the damage: it is found again.
      await rig.readAll(log).catch(() => undefined);
      if (log.failure !== null) expect(await rig.run(again.salvageLog(GROUP))).toMatchObject({ end: 24, lostTo: 40 });
      expect(await readBack(rig, await rig.openLog(again, SMALL))).toEqual(numbers(0, 24));
      const aside = rig.machine.disk.paths().filter((path) => path.startsWith(`${segment(20)}.damaged`));
      expect(aside.map((path) => Buffer.from(rig.machine.disk.cachedBytes(path) ?? []).equals(was))).toContain(true);
      if (whole) return;
    }
    expect.unreachable('the salvage never ended');
  });

  it('that has not failed is left alone', async () => {
    const rig = new StoreRig('well');
    const store = await rig.open();
    await rig.persist(await rig.openLog(store), { append: batches.slice(0, 2) });
    expect(await rig.run(store.salvageLog(GROUP))).toBe(null);
    expect(rig.machine.disk.paths().filter((path) => path.includes('damaged'))).toEqual([]);
  });

  it('whose write failed keeps everything that reached its files', async () => {
    const rig = new StoreRig('write failed');
    const store = await rig.open();
    const log = await rig.openLog(store, SMALL);
    await rig.persist(log, { append: batches.slice(0, 5) });
    await rig.run(store.checkpoint());
    await rig.persist(log, { append: batches.slice(5, 9) });
    await rig.world.runFor(20);
    rig.machine.disk.inject({ operation: 'datasync', path: /00\.log$/ });
    await rig.run(store.checkpoint());
    expect(log.failure).toMatchObject({ kind: 'disk' });
    expect(await rig.run(store.salvageLog(GROUP))).toMatchObject({ end: 9, damage: null, aside: [] });
    expect(await readBack(rig, await rig.openLog(store, SMALL))).toEqual(numbers(0, 9));
  });
});
