/** Compaction: the newest record of each key stays, offsets stay, and no crash leaves half of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { byteCount, offset, term } from '../../raft/index.ts';
import { buildBatch, readRecords } from '../../storage/batch/index.ts';
import { decompressStream } from '../../storage/compression/index.ts';
import type { ReplicaLog, StoredBatch } from '../../storage/index.ts';
import { scanSegmentBytes } from '../../storage/segment/batch-scan.ts';
import { positionOf } from '../../storage/segment/segment-read.ts';
import { change, makeBatch, StoreRig } from './store-rig.ts';

const SETTINGS = { compact: true, deleteRetentionMs: 1000, segmentBytesMax: 700 } as const;

/** A batch of records `key=value`; `key=` alone is a tombstone. */
function keyed(base: number, ...pairs: string[]): StoredBatch {
  const records = pairs.map((pair) => {
    const [key = '', value = ''] = pair.split('=');
    return { key: Buffer.from(key), value: value === '' ? null : Buffer.from(value), timestamp: 1000 + base };
  });
  const bytes = buildBatch({ records, baseOffset: base, term: 1 });
  const position = {
    base: offset(base),
    end: offset(base + pairs.length),
    term: term(1),
    bytes: byteCount(bytes.length),
    control: null,
  };
  return { position, bytes };
}

async function records(rig: StoreRig, log: ReplicaLog): Promise<string[]> {
  const read = await rig.readAll(log);
  return read.flatMap(({ bytes }) => contentOf(bytes));
}

function contentOf(bytes: Buffer): string[] {
  const found = readRecords(bytes, decompressStream, 1e8);
  if (found.kind === 'refused') throw new Error(found.detail);
  const text = (part: Uint8Array | null): string => (part === null ? '' : Buffer.from(part).toString());
  return found.records.map((record) => `${record.offset}:${text(record.key)}=${text(record.value)}`);
}

async function written(seed: string) {
  const rig = new StoreRig(seed);
  const store = await rig.open({ tailBytesPerLogMax: 100 });
  const log = await rig.openLog(store, SETTINGS);
  const pairs: string[][] = [
    ['a=1', 'b=1', 'c=1'],
    ['a=2', 'd=1'],
    ['c=', 'b=2'],
    ['e=1', 'a=3'],
    ['f=1'],
    ['b=3', 'f=2'],
  ];
  let base = 0;
  for (let round = 0; round < 6; round += 1) {
    for (const each of pairs) {
      await rig.persist(log, { append: [keyed(base, ...each)] });
      base += each.length;
    }
  }
  await rig.run(store.checkpoint());
  return { rig, store, log };
}

/** Of keys that hardly come again, so that segments are thin after a pass, and many. */
async function sparse(seed: string) {
  const rig = new StoreRig(seed);
  const store = await rig.open({ tailBytesPerLogMax: 0 });
  const log = await rig.openLog(store, SETTINGS);
  const append: StoredBatch[] = [];
  for (let base = 0; base < 160; base += 1) append.push(keyed(base, base % 16 === 0 ? `once${base}=1` : 'k=1'));
  await rig.persist(log, { append });
  await rig.run(store.checkpoint());
  return { rig, store, log };
}

function segmentFiles(rig: StoreRig): readonly string[] {
  return rig.machine.disk.paths().filter((path) => path.includes('/logs/') && /\.log(\.cleaned)?$/.test(path));
}

describe('compaction', () => {
  it('keeps the newest record of each key at its offset, and all that is above the high watermark', async () => {
    const { rig, log } = await written('newest');
    const before = await records(rig, log);
    const sizeBefore = log.sizeBytes;
    const freed = await rig.run(log.compact(5000, offset(60), []));
    expect(log.sizeBytes).toBe(sizeBefore - freed);
    expect(freed).toBeGreaterThan(0);
    const left = await records(rig, log);
    const activeBase = log.logEnd - 12;
    for (const record of left) expect(before).toContain(record);
    const keptBelow = left.filter((record) => Number(record.split(':')[0]) < 40);
    expect(keptBelow).toEqual([]);
    expect(left.filter((record) => Number(record.split(':')[0]) >= activeBase)).toEqual(
      before.filter((record) => Number(record.split(':')[0]) >= activeBase),
    );
    expect(log.logEnd).toBe(72);
  });

  it.each([0, 60, 100, 200, 400, 700, 1000])(
    'leaves no offset from which nothing can be read, wherever the tail begins (%i bytes)',
    async (tailBytesPerLogMax) => {
      const rig = new StoreRig(`holes ${tailBytesPerLogMax}`);
      const store = await rig.open({ tailBytesPerLogMax });
      const log = await rig.openLog(store, { ...SETTINGS, segmentBytesMax: 1000 });
      for (let base = 0; base < 60; base += 1) await rig.persist(log, { append: [keyed(base, `k=${base}`)] });
      await rig.run(store.checkpoint());
      expect(await rig.run(log.compact(5000, log.logEnd, []))).toBeGreaterThan(0);
      for (let from = 0; from < 60; from += 1) {
        for (const [bytesMax, atLeastOne] of [
          [1 << 20, false],
          [1, true],
        ] as const) {
          const limit = { end: log.logEnd, bytesMax: byteCount(bytesMax), atLeastOne };
          const run = await rig.run(Promise.resolve(log.read(offset(from), limit)));
          expect(run.positions[0]?.end ?? 0, `from ${from}`).toBeGreaterThan(from);
          run.release();
        }
        const none = { end: log.logEnd, bytesMax: byteCount(1), atLeastOne: false };
        const run = await rig.run(Promise.resolve(log.read(offset(from), none)));
        expect(run.positions).toEqual([]);
        run.release();
      }
    },
  );

  it('is seen by readers at once, also where the batches were still in memory', async () => {
    const rig = new StoreRig('in memory');
    const log = await rig.openLog(await rig.open(), SETTINGS);
    for (let base = 0; base < 60; base += 1) await rig.persist(log, { append: [keyed(base, `k=${base}`)] });
    expect((await records(rig, log)).length).toBe(60);
    await rig.run(log.compact(5000, offset(30), []));
    const left = await records(rig, log);
    expect(left.length).toBeLessThan(40);
    expect(left.slice(-30)).toEqual(Array.from({ length: 30 }, (_, at) => `${30 + at}:k=${30 + at}`));
    await rig.run(log.compact(5000, log.logEnd, []));
    expect((await records(rig, log)).length).toBeLessThan(12);
    rig.powerLoss();
    const again = await rig.openLog(await rig.open(), SETTINGS);
    expect((await records(rig, again)).length).toBeLessThan(12);
  });

  it('does nothing without the setting; what no checkpoint covers is recorded by one first', async () => {
    const rig = new StoreRig('nothing');
    const log = await rig.openLog(await rig.open(), { ...SETTINGS, compact: false });
    for (let base = 0; base < 30; base += 1) await rig.persist(log, { append: [keyed(base, 'k=v')] });
    expect(await rig.run(log.compact(5000, offset(30), []))).toBe(0);
    await log.configure({ ...log.settings, compact: true });
    expect(await rig.run(log.compact(5000, offset(30), []))).toBeGreaterThan(0);
  });

  it('drops a tombstone when its horizon has passed, not before', async () => {
    const rig = new StoreRig('tombstone');
    const store = await rig.open({ tailBytesPerLogMax: 0 });
    const log = await rig.openLog(store, { ...SETTINGS, segmentBytesMax: 200 });
    for (const [base, pair] of ['k=v', 'k=', 'x=1', 'y=1', 'z=1', 'w=1', 'v=1', 'u=1'].entries()) {
      await rig.persist(log, { append: [keyed(base, pair)] });
    }
    await rig.run(store.checkpoint());
    const keys = async (wallNow: number): Promise<string> => {
      await rig.run(log.compact(wallNow, log.logEnd, []));
      await rig.run(store.checkpoint());
      return (await records(rig, log)).map((record) => record.split(':')[1]).join(' ');
    };
    expect(await keys(10_000)).toContain('k=');
    expect(await keys(10_900)).toContain('k=');
    expect(await keys(11_100)).not.toContain('k=');
  });

  it('of Kafka’s own log leaves the records that Kafka’s cleaner left', async () => {
    const file = (name: string): Buffer =>
      readFileSync(join(import.meta.dirname, 'fixtures/kafka', name, '00000000000000000000.log'));
    const source = file('golden-compact-0');
    const batches = scanSegmentBytes(source).batches.map(({ header, position }) => ({
      position: positionOf(header),
      bytes: source.subarray(position, position + header.bytes),
    }));
    const rig = new StoreRig('golden');
    const store = await rig.open({ journalFileBytes: 4_000_000, checkpointBytes: 8_000_000, tailBytesPerLogMax: 0 });
    const log = await rig.openLog(store, { ...SETTINGS, segmentBytesMax: source.length });
    await rig.persist(log, { append: batches });
    await rig.persist(log, { append: [makeBatch(log.logEnd, batches.at(-1)?.position.term ?? 0)] });
    await rig.run(store.checkpoint());
    const end = batches.at(-1)?.position.end ?? offset(0);
    await rig.run(log.compact(1_000_000_000_000, end, []));
    const cleaned = file('cleaned');
    const expected = scanSegmentBytes(cleaned).batches.flatMap(({ header, position }) =>
      contentOf(cleaned.subarray(position, position + header.bytes)),
    );
    const left = (await rig.readAll(log))
      .filter(({ position }) => position.end <= end)
      .flatMap(({ bytes }) => contentOf(bytes));
    expect(left).toEqual(expected);
  });

  it.each(['kill', 'power'] as const)('is whole or not at all, after a %s at any moment', async (crash) => {
    for (let event = 1; event < 90; event += 4) {
      const { rig, log, store } = await written(`crash ${crash} ${event}`);
      const before = await records(rig, log);
      let left = event;
      let isDone = false;
      rig.machine.disk.watch = () => {
        left -= 1;
        if (left !== 0) return;
        if (crash === 'kill') rig.kill();
        else rig.powerLoss();
      };
      void log.compact(5000, offset(60), []).then(() => (isDone = true));
      if (event % 3 === 0) void store.checkpoint();
      await rig.world.run(() => isDone || !rig.machine.running);
      rig.machine.disk.watch = null;
      rig.powerLoss();
      const again = await rig.openLog(await rig.open({ tailBytesPerLogMax: 100 }), SETTINGS);
      expect([again.failure, again.logEnd]).toEqual([null, 72]);
      const found = await records(rig, again);
      for (const record of found) expect(before).toContain(record);
      const newest = new Map(before.map((record) => [record.split(':')[1]?.split('=')[0], record]));
      for (const record of newest.values()) expect(found).toContain(record);
      await rig.persist(again, { append: [keyed(72, 'q=1')] });
    }
  });

  it('writes small neighbours into one file, up to the size of a segment', async () => {
    const { rig, log } = await sparse('merged');
    expect(segmentFiles(rig).length).toBeGreaterThan(15);
    const before = await records(rig, log);
    await rig.run(log.compact(5000, log.logEnd, []));
    const thinned = segmentFiles(rig).length;
    await rig.run(log.compact(5000, log.logEnd, []));
    // What is left, and the segment that is written.
    const left = log.sizeBytes;
    expect(segmentFiles(rig).length).toBeLessThanOrEqual(2 + (2 * left) / SETTINGS.segmentBytesMax);
    expect(segmentFiles(rig).length).toBeLessThan(thinned / 3);
    const found = await records(rig, log);
    expect(found).toEqual(before.filter((record) => found.includes(record)));
    for (let from = 0; from < log.logEnd; from += 1)
      expect((await rig.readAll(log, from))[0]?.position.end).toBeGreaterThan(from);
    rig.powerLoss();
    const again = await rig.openLog(await rig.open({ tailBytesPerLogMax: 0 }), SETTINGS);
    expect(again.failure).toBe(null);
    expect(await records(rig, again)).toEqual(found);
  });

  it.each(['kill', 'power'] as const)(
    'of neighbours is whole or not at all, after a %s at any moment',
    async (crash) => {
      for (let event = 1; event < 70; event += 4) {
        const { rig, log, store } = await sparse(`merged ${crash} ${event}`);
        await rig.run(log.compact(5000, log.logEnd, []));
        const before = await records(rig, log);
        let left = event;
        let isDone = false;
        rig.machine.disk.watch = () => {
          left -= 1;
          if (left !== 0) return;
          if (crash === 'kill') rig.kill();
          else rig.powerLoss();
        };
        void log.compact(5000, log.logEnd, []).then(() => (isDone = true));
        if (event % 3 === 0) void store.checkpoint();
        await rig.world.run(() => isDone || !rig.machine.running);
        rig.machine.disk.watch = null;
        for (let life = 0; life < 2; life += 1) {
          rig.powerLoss();
          const again = await rig.openLog(await rig.open({ tailBytesPerLogMax: 0 }), SETTINGS);
          expect([again.failure, again.logEnd], `event ${event}`).toEqual([null, log.logEnd + life]);
          expect((await records(rig, again)).slice(0, before.length)).toEqual(before);
          const bytes = segmentFiles(rig).reduce(
            (sum, path) => sum + (rig.machine.disk.cachedBytes(path)?.length ?? 0),
            0,
          );
          expect(bytes, `event ${event}: no file is left over`).toBe(again.sizeBytes);
          await rig.persist(again, { append: [keyed(log.logEnd + life, 'q=1')] });
        }
      }
    },
  );

  it('does not see what is being cut off: the record before it is the newest of its key', async () => {
    const rig = new StoreRig('being cut');
    const store = await rig.open({ tailBytesPerLogMax: 0 });
    const log = await rig.openLog(store, { ...SETTINGS, segmentBytesMax: 200 });
    const append = [...'kxyzuvkwabc'].map((key, base) => keyed(base, `${key}=old`));
    await rig.persist(log, { append });
    await rig.run(store.checkpoint());
    const again = [...'tsrqp'].map((key, index) => keyed(6 + index, `${key}=new`));
    log.persist(change({ truncateTo: 6, append: again }), () => undefined);
    await rig.run(log.compact(5000, log.logEnd, []));
    await rig.run(store.checkpoint());
    await rig.run(log.compact(5000, log.logEnd, []));
    expect(await records(rig, log)).toContain('0:k=old');
    expect(log.failure).toBe(null);
  });

  it('beside a raise of the log start leaves out what goes', async () => {
    for (let event = 1; event < 30; event += 1) {
      const { rig, log, store } = await written(`raised ${event}`);
      let left = event;
      rig.machine.disk.watch = () => {
        left -= 1;
        if (left === 0) log.persist(change({ logStart: 40 }), () => undefined);
      };
      await rig.run(log.compact(5000, offset(60), []));
      rig.machine.disk.watch = null;
      await rig.run(store.checkpoint());
      expect(log.failure).toBe(null);
      const names = rig.machine.disk.paths().filter((path) => path.endsWith('.cleaned'));
      expect(names).toEqual([]);
    }
  });

  it('beside a raise of the log start comes back to what it could not replace', async () => {
    for (let event = 1; event < 60; event += 3) {
      const { rig, log, store } = await sparse(`group raised ${event}`);
      await rig.run(log.compact(5000, log.logEnd, []));
      const again = Array.from({ length: 10 }, (_, at) => keyed(160 + at, `once${at * 16}=2`));
      const filling = Array.from({ length: 10 }, (_, at) => keyed(170 + at, 'k=2'));
      await rig.persist(log, { append: [...again, ...filling] });
      await rig.run(store.checkpoint());
      let left = event;
      rig.machine.disk.watch = () => {
        left -= 1;
        if (left === 0) log.persist(change({ logStart: 20 }), () => undefined);
      };
      await rig.run(log.compact(5000, log.logEnd, []));
      rig.machine.disk.watch = null;
      await rig.run(store.checkpoint());
      await rig.run(log.compact(5000, log.logEnd, []));
      const old = (await records(rig, log)).filter((record) => record.endsWith('=1') && record.includes('once'));
      // Those that were written again behind where segments are closed.
      expect(old.length, `event ${event}: ${old.join(' ')}`).toBeLessThan(2);
    }
  });

  it('after a start that finished an earlier one is not taken for that by the next start', async () => {
    const rig = new StoreRig('twice');
    const limits = { tailBytesPerLogMax: 0 };
    const settings = { ...SETTINGS, segmentBytesMax: 200 };
    const compactUntil = async (pairs: readonly string[], operation: string, suffix: string): Promise<void> => {
      const store = await rig.open(limits);
      const log = await rig.openLog(store, settings);
      for (const pair of pairs) await rig.persist(log, { append: [keyed(log.logEnd, pair)] });
      await rig.run(store.checkpoint());
      rig.machine.disk.watch = (seen, phase, path) => {
        if (seen === operation && phase === 'done' && path.endsWith(suffix)) rig.kill();
      };
      void log.compact(5000, log.logEnd, []);
      await rig.world.run(() => !rig.machine.running);
      rig.machine.disk.watch = null;
    };
    await compactUntil(['a=1', 'b=1', 'a=2', 'x=1', 'y=1', 'z=1'], 'rename', '.cleaned');
    await compactUntil(['b=2', 'w=1', 'v=1', 'u=1'], 'close', '.cleaned');
    const log = await rig.openLog(await rig.open(limits), settings);
    expect([log.failure, log.logEnd]).toEqual([null, 10]);
    expect(await records(rig, log)).toEqual(expect.arrayContaining(['1:b=1', '2:a=2', '6:b=2']));
  });

  it('in the leader leaves a gap that a follower takes over, beside a term that it opened and never wrote in', async () => {
    for (const flush of ['always', 'os'] as const)
      for (const power of [false, true]) {
        const rig = new StoreRig(`gap ${flush} ${power}`);
        const settings = { ...SETTINGS, flush };
        const log = await rig.openLog(await rig.open(), settings);
        await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 3)] });
        await rig.persist(log, { openTerm: { term: 4, start: 2 } });
        await rig.persist(log, { truncateTo: 2, append: [makeBatch(9, 3), makeBatch(10, 5)] });
        if (power) rig.powerLoss('keep-all');
        else rig.kill();
        const again = await rig.openLog(await rig.open(), settings);
        const terms = [
          { term: 1, start: 0 },
          { term: 3, start: 1 },
          { term: 5, start: 10 },
        ];
        expect(again.recovered).toMatchObject({ logEnd: 11, terms });
      }
  });

  it('lets reads and appends go on', async () => {
    const { rig, log } = await written('beside');
    let isDone = false;
    void log.compact(5000, offset(60), []).then(() => (isDone = true));
    let base = 72;
    while (!isDone) {
      await rig.persist(log, { append: [keyed(base, 'b=9')] });
      base += 1;
      await records(rig, log);
    }
    expect(log.failure).toBe(null);
    expect((await records(rig, log)).at(-1)).toBe(`${base - 1}:b=9`);
  });
});
