/** Damage below the durable point: found, named by file and byte, never silently cut off; indexes are rebuilt instead. */
import { describe, expect, it } from 'vitest';
import { byteCount, offset } from '../../raft/index.ts';
import { LogFailed } from '../../storage/index.ts';
import type { ReplicaLog } from '../../storage/index.ts';
import { GROUP, makeBatch, StoreRig } from './store-rig.ts';

const batches = Array.from({ length: 40 }, (_, index) => makeBatch(index, 1, { bytes: 1000 }));
const LOG = '/data/logs/topic-a-0/00000000000000000000.log';

/** A log of forty batches of a thousand bytes, in segments of ten, closed in order. */
async function closed(seed: string): Promise<StoreRig> {
  const rig = new StoreRig(seed);
  const store = await rig.open();
  const log = await rig.openLog(store, { segmentBytesMax: 10_000, indexIntervalBytes: 1500 });
  for (let at = 0; at < batches.length; at += 10) await rig.persist(log, { append: batches.slice(at, at + 10) });
  await rig.run(store.close());
  rig.kill();
  return rig;
}

/** The same, checkpointed, and then killed: the next start is thorough. */
async function killed(seed: string): Promise<StoreRig> {
  const rig = await closed(seed);
  await rig.open();
  rig.kill();
  return rig;
}

async function reopened(rig: StoreRig): Promise<ReplicaLog> {
  return rig.openLog(await rig.open(), { segmentBytesMax: 10_000, indexIntervalBytes: 1500 });
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

describe('a segment', () => {
  it('that has lost its end is refused with the byte where it ends', async () => {
    const rig = await killed('short');
    rig.machine.disk.truncateAtRest(LOG, 9500);
    const log = await reopened(rig);
    expect(log.failure).toMatchObject({ kind: 'damaged', path: LOG, position: 9500 });
    await expect(
      rig.run(log.read(offset(0), { end: offset(1), bytesMax: byteCount(1), atLeastOne: true }) as Promise<unknown>),
    ).rejects.toThrow(LogFailed);
  });

  it('that is missing is refused by name', async () => {
    const rig = await closed('missing');
    const { disk } = rig.machine.ports();
    await rig.run(disk.removeFile(LOG));
    rig.kill();
    expect((await reopened(rig)).failure).toMatchObject({ kind: 'damaged', path: LOG, position: null });
  });

  it('whose last batch is damaged is refused with its place', async () => {
    const rig = await closed('last');
    const path = LOG.replace('00.log', '30.log');
    rig.machine.disk.flipBit(path, 9500 * 8);
    expect((await reopened(rig)).failure).toMatchObject({ kind: 'damaged', path, position: 9000 });
  });

  it.each([
    ['far above the segment', 4],
    ['back into the batch before it', 7],
  ])('whose batch has an offset %s, which no CRC covers, is found by the read', async (_, byte) => {
    const rig = await closed('offset');
    rig.machine.disk.flipBit(LOG, (3000 + byte) * 8);
    const log = await reopened(rig);
    expect(await rejection(rig.readAll(log))).toBeInstanceOf(LogFailed);
    expect(log.failure).toMatchObject({ kind: 'damaged', path: LOG, position: 3000 });
  });

  it.each([...Array.from({ length: 16 }, (_, byte) => byte * 8 + (byte % 8)), 56, 57, 58, 59])(
    'whose batch has a wrong bit %i in its header, which no CRC covers, serves nothing of it',
    async (bit) => {
      const rig = await closed(`header bit ${bit}`);
      rig.machine.disk.flipBit(LOG, 3000 * 8 + bit);
      for (const from of [0, 3]) {
        const log = await reopened(rig);
        const readOne = async (at: number): Promise<Buffer> => {
          const limit = { end: offset(at + 1), bytesMax: byteCount(1), atLeastOne: true };
          return Buffer.concat((await rig.run(Promise.resolve(log.read(offset(at), limit)))).buffers);
        };
        for (let at = from; at < 3; at += 1) expect(await readOne(at)).toEqual(batches[at]?.bytes);
        expect(await rejection(readOne(3))).toBeInstanceOf(LogFailed);
        expect(log.failure).toMatchObject({ kind: 'damaged', path: LOG });
        rig.kill();
      }
    },
  );

  it('that is damaged in the middle is found by the read, which takes the log offline', async () => {
    const rig = await closed('middle');
    rig.machine.disk.flipBit(LOG, 4500 * 8 + 3);
    const store = await rig.open();
    const failures: unknown[] = [];
    store.onLogFailure((group, failure) => failures.push({ group, ...failure }));
    const log = await rig.openLog(store, { segmentBytesMax: 10_000, indexIntervalBytes: 1500 });
    expect(log.failure).toBe(null);
    const error = await rejection(rig.readAll(log));
    expect(error).toBeInstanceOf(LogFailed);
    const expected = { kind: 'damaged', path: LOG, position: 4000, reason: 'the CRC does not match' };
    expect(log.failure).toEqual(expected);
    expect(failures).toEqual([{ group: GROUP, ...expected }]);
  });

  it('that is damaged stays so after a restart, until the log is deleted', async () => {
    const rig = await closed('again');
    rig.machine.disk.flipBit(LOG, 4500 * 8);
    const store = await rig.open();
    const log = await rig.openLog(store, { segmentBytesMax: 10_000 });
    await rejection(rig.readAll(log));
    await rig.run(store.close());
    rig.kill();
    const again = await rig.open();
    expect((await rig.openLog(again)).failure).toMatchObject({ position: 4000 });
    await rig.run(again.deleteLog(GROUP));
    const fresh = await rig.openLog(again);
    expect([fresh.failure, fresh.logEnd]).toEqual([null, 0]);
  });

  it('that a start has found damaged lends its open file to no other log of that name', async () => {
    const rig = await closed('lent');
    rig.machine.disk.flipBit(LOG.replace('00.log', '30.log'), 9500 * 8);
    const store = await rig.open();
    expect((await rig.openLog(store)).failure).toMatchObject({ kind: 'damaged' });
    await rig.run(store.deleteLog(GROUP));
    const settings = { flush: 'os', segmentBytesMax: 10_000 } as const;
    const fresh = await rig.openLog(store, settings);
    await rig.persist(fresh, { append: batches });
    rig.kill();
    expect((await rig.openLog(await rig.open(), settings)).logEnd).toBe(40);
  });
});

describe('an index file', () => {
  const bytesOf = async (rig: StoreRig): Promise<Buffer> => {
    const read = await rig.readAll(await reopened(rig), 5, 1500);
    return Buffer.concat(read.map(({ bytes }) => bytes));
  };
  const expected = Buffer.concat(batches.slice(5).map(({ bytes }) => bytes));

  it('that is missing is rebuilt', async () => {
    const rig = await closed('no index');
    const { disk } = rig.machine.ports();
    for (const path of rig.machine.disk.paths().filter((name) => name.endsWith('index')))
      await rig.run(disk.removeFile(path));
    rig.kill();
    expect(await bytesOf(rig)).toEqual(expected);
  });

  it('that is damaged or leads elsewhere is rebuilt, whichever bit is wrong', async () => {
    for (let bit = 0; bit < 128; bit += 41) {
      const rig = await closed(`index bit ${bit}`);
      for (const path of rig.machine.disk.paths().filter((name) => name.endsWith('.index')))
        rig.machine.disk.flipBit(path, bit);
      expect(await bytesOf(rig)).toEqual(expected);
    }
  });
});

describe('the journal', () => {
  async function journaled(seed: string): Promise<StoreRig> {
    const rig = new StoreRig(seed);
    const log = await rig.openLog(await rig.open());
    for (let index = 0; index < 6; index += 1)
      await rig.persist(log, { append: [makeBatch(index, 1, { bytes: 3000 })] });
    rig.powerLoss('lose-all');
    return rig;
  }
  const JOURNAL = '/data/journal/00000001.journal';

  it('that is damaged below what was synced refuses the directory, with the byte', async () => {
    const rig = await journaled('journal damage');
    rig.machine.disk.flipBit(JOURNAL, 5000 * 8);
    const refusal = await rig.tryOpen();
    expect(refusal).toMatchObject({ kind: 'damaged', path: JOURNAL });
    expect('kind' in refusal && refusal.kind === 'damaged' ? refusal.position : null).toBeGreaterThan(3000);
  });

  it('whose file was lost refuses the directory', async () => {
    const rig = new StoreRig('journal lost');
    const log = await rig.openLog(await rig.open({ journalFileBytes: 8000 }));
    await rig.persist(log, { append: [makeBatch(0, 1, { bytes: 3000 }), makeBatch(1, 1, { bytes: 3000 })] });
    // The next file is made meanwhile, so no checkpoint is needed to free one.
    await rig.world.runFor(50);
    await rig.persist(log, { append: [makeBatch(2, 1, { bytes: 3000 })] });
    rig.powerLoss('lose-all');
    const { disk } = rig.machine.ports();
    await rig.run(disk.removeFile(JOURNAL));
    rig.kill();
    expect(await rig.tryOpen()).toMatchObject({ kind: 'damaged' });
  });

  it('whose last round is torn is cut there: nobody was told of it', async () => {
    const rig = await journaled('journal torn');
    const records = rig.machine.disk.durableBytes(JOURNAL) ?? new Uint8Array();
    const last = Buffer.from(records).lastIndexOf(Buffer.from('FLJR'));
    rig.machine.disk.flipBit(JOURNAL, (last + 2000) * 8);
    const log = await rig.openLog(await rig.open());
    expect([log.failure, log.logEnd]).toEqual([null, 5]);
  });
});
