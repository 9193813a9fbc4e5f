/** The store as its driver sees it, on a simulated disk: create, append, read, kill, recover. */
import { describe, expect, it } from 'vitest';
import { offset } from '../../raft/index.ts';
import { makeBatch, StoreRig, vote } from './store-rig.ts';

describe.each(['always', 'os'] as const)('a log with flush=%s', (flush) => {
  it('gives back after a kill what was done, byte for byte', async () => {
    const rig = new StoreRig(`kill ${flush}`);
    const store = await rig.open();
    expect(store.standing.kind).toBe('new');
    expect(store.empty).toBe(true);
    const log = await rig.openLog(store, { flush });
    const batches = Array.from({ length: 30 }, (_, index) => makeBatch(index * 3, 1, { records: 3, bytes: 500 }));
    await rig.persist(log, { hardState: vote(1), openTerm: { term: 1, start: 0 } });
    for (const batch of batches) await rig.persist(log, { append: [batch] });
    expect((await rig.readAll(log)).map(({ bytes }) => bytes)).toEqual(batches.map(({ bytes }) => bytes));
    rig.kill();
    const again = await rig.open();
    expect(again.standing.kind).toBe('same-boot');
    const reopened = await rig.openLog(again, { flush });
    expect(reopened.failure).toBe(null);
    expect(reopened.recovered).toMatchObject({
      logStart: 0,
      logEnd: 90,
      hardState: { term: 1 },
      terms: [{ term: 1, start: 0 }],
    });
    const read = await rig.readAll(reopened);
    expect(read.map(({ bytes }) => bytes)).toEqual(batches.map(({ bytes }) => bytes));
    expect(read.map(({ position }) => position)).toEqual(batches.map(({ position }) => position));
  });

  it('closes in order and opens clean, with its segments rolled', async () => {
    const rig = new StoreRig(`close ${flush}`);
    const store = await rig.open({ tailBytesPerLogMax: 1000 });
    const log = await rig.openLog(store, { flush, segmentBytesMax: 2000 });
    const batches = Array.from({ length: 40 }, (_, index) => makeBatch(index, 1, { bytes: 300 }));
    for (const batch of batches) await rig.persist(log, { append: [batch] });
    expect((await rig.readAll(log)).map(({ bytes }) => bytes)).toEqual(batches.map(({ bytes }) => bytes));
    await rig.run(store.close());
    rig.kill();
    const again = await rig.open();
    expect(again.standing.kind).toBe('clean');
    const reopened = await rig.openLog(again, { flush });
    expect(reopened.logEnd).toBe(offset(40));
    expect((await rig.readAll(reopened)).map(({ bytes }) => bytes)).toEqual(batches.map(({ bytes }) => bytes));
    expect(rig.machine.disk.paths().filter((path) => path.endsWith('.log')).length).toBeGreaterThan(5);
  });

  it('truncates, goes on in another term, and recovers so', async () => {
    const rig = new StoreRig(`truncate ${flush}`);
    const store = await rig.open();
    const log = await rig.openLog(store, { flush, segmentBytesMax: 1500 });
    const old = Array.from({ length: 20 }, (_, index) => makeBatch(index, 1, { bytes: 200 }));
    for (const batch of old) await rig.persist(log, { append: [batch] });
    await rig.run(store.checkpoint());
    const fresh = Array.from({ length: 3 }, (_, index) => makeBatch(7 + index, 2, { bytes: 250 }));
    await rig.persist(log, { truncateTo: 7, append: fresh });
    const expected = [...old.slice(0, 7), ...fresh].map(({ bytes }) => bytes);
    expect((await rig.readAll(log)).map(({ bytes }) => bytes)).toEqual(expected);
    rig.kill();
    const reopened = await rig.openLog(await rig.open(), { flush });
    expect(reopened.failure).toBe(null);
    expect(reopened.recovered.terms).toEqual([
      { term: 1, start: 0 },
      { term: 2, start: 7 },
    ]);
    expect((await rig.readAll(reopened)).map(({ bytes }) => bytes)).toEqual(expected);
  });

  it('is reset to a position far away', async () => {
    const rig = new StoreRig(`reset ${flush}`);
    const store = await rig.open();
    const log = await rig.openLog(store, { flush });
    for (let index = 0; index < 5; index += 1) await rig.persist(log, { append: [makeBatch(index, 1)] });
    await rig.persist(log, { reset: { end: 1000, term: 4 } });
    await rig.persist(log, { append: [makeBatch(1000, 5)] });
    rig.kill();
    const reopened = await rig.openLog(await rig.open(), { flush });
    expect(reopened.recovered).toMatchObject({
      logStart: 1000,
      logStartTerm: 4,
      logEnd: 1001,
      terms: [{ term: 5, start: 1000 }],
    });
    expect((await rig.readAll(reopened)).length).toBe(1);
  });
});

it('a start removes what a crash left of a log that was being made, and nothing else', async () => {
  const rig = new StoreRig('unmade');
  await rig.openLog(await rig.open());
  rig.kill();
  const { disk } = rig.machine.ports();
  await rig.run(disk.makeDirectory('/data/logs/being-made-0'));
  await rig.run(disk.makeDirectory('/data/logs/of-somebody/notes'));
  rig.kill();
  await rig.openLog(await rig.open());
  expect(rig.machine.disk.find('/data/logs/being-made-0')).toBe(null);
  expect(rig.machine.disk.find('/data/logs/of-somebody/notes')).not.toBe(null);
  expect(rig.machine.disk.find('/data/logs/topic-a-0')).not.toBe(null);
});
