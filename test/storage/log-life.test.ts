/** Old segments are closed, also of a log that nobody writes; a pass that cannot remember all keys goes on where it stopped. */
import { describe, expect, it } from 'vitest';
import { byteCount, offset, term } from '../../raft/index.ts';
import { buildBatch, readBatchHeader, readRecords } from '../../storage/batch/index.ts';
import { compressStream, decompressStream } from '../../storage/compression/index.ts';
import type { Compression } from '../../storage/batch/index.ts';
import { writeBatchHeader } from '../../storage/batch/index.ts';
import { PLAIN_LIFE } from '../../storage/index.ts';
import type { LogLife, LogSettings, ReplicaLog, StoredBatch } from '../../storage/index.ts';
import { StoreRig } from './store-rig.ts';

const LIMITS = { keyBytesMax: 24 * 1024, pace: () => undefined } as const;

/** Records `key`, all of one batch, with values that say their offset. */
function keyed(
  base: number,
  keys: readonly string[],
  timestamp: number,
  compression: Compression = 'none',
): StoredBatch {
  const records = keys.map((key, at) => ({ key: Buffer.from(key), value: Buffer.from(`v${base + at}`), timestamp }));
  const plain = Buffer.from(buildBatch({ records, baseOffset: base, term: 1 }));
  const { bytes: packed } = compressStream(compression, plain.subarray(61));
  const bytes = Buffer.concat([plain.subarray(0, 61), packed]);
  writeBatchHeader(bytes, { ...readBatchHeader(plain), compression });
  const position = {
    base: offset(base),
    end: offset(base + keys.length),
    term: term(1),
    bytes: byteCount(bytes.length),
    control: null,
  };
  return { position, bytes };
}

async function opened(seed: string, life: Partial<LogLife>, more: Partial<LogSettings> = {}) {
  const rig = new StoreRig(seed);
  const store = await rig.open({ tailBytesPerLogMax: 0 });
  const settings = { compact: true, segmentBytesMax: 4000, life: { ...PLAIN_LIFE, ...life }, ...more };
  return { rig, store, log: await rig.openLog(store, settings) };
}

async function contents(rig: StoreRig, log: ReplicaLog): Promise<readonly string[]> {
  const all = await rig.readAll(log);
  return all.flatMap(({ bytes }) => {
    const read = readRecords(bytes, decompressStream, 1e7);
    if (read.kind === 'refused') throw new Error(read.detail);
    return read.records.map(({ key, offset: at }) => `${at}:${Buffer.from(key ?? []).toString()}`);
  });
}

describe('the active segment', () => {
  it('is closed when it has been there for too long, although nobody writes, and not twice', async () => {
    const { rig, log } = await opened('idle', { segmentMs: 1000 });
    await rig.persist(log, { append: [keyed(0, ['a'], 5), keyed(1, ['a'], 6)] });
    await rig.run(log.rollIfOld(10_000));
    expect(log.compactionNeed(10_000, offset(2))).toBe(null);
    await rig.run(log.rollIfOld(11_001));
    await rig.run(log.rollIfOld(99_000));
    expect(log.compactionNeed(11_001, offset(2))).toMatchObject({ ratio: 1, isDue: true });
    expect(log.compactionNeed(11_001, offset(1))).toBe(null);
    await rig.persist(log, { append: [keyed(2, ['b'], 7)] });
    expect(await contents(rig, log)).toEqual(['0:a', '1:a', '2:b']);
  });

  it('is closed when its records are further apart than it may be old', async () => {
    const { rig, log } = await opened('apart', { segmentMs: 1000 });
    await rig.persist(log, { append: [keyed(0, ['a'], 5), keyed(1, ['a'], 1006)] });
    await rig.run(log.rollIfOld(1010));
    expect(log.compactionNeed(1010, offset(2))).not.toBe(null);
  });

  it('closed while empty of new records is there after a crash, or not, and the log goes on', async () => {
    for (const crash of ['kill', 'power'] as const) {
      const { rig, log, store } = await opened(`closed ${crash}`, { segmentMs: 10 });
      await rig.persist(log, { append: [keyed(0, ['a'], 5), keyed(1, ['a'], 6)] });
      await rig.run(log.rollIfOld(100));
      await rig.run(log.rollIfOld(200));
      await rig.run(store.checkpoint());
      if (crash === 'kill') rig.kill();
      else rig.powerLoss();
      const again = await rig.openLog(await rig.open({ tailBytesPerLogMax: 0 }), {
        compact: true,
        segmentBytesMax: 4000,
      });
      expect([again.failure, again.logEnd]).toEqual([null, 2]);
      await rig.persist(again, { append: [keyed(2, ['b'], 7)] });
      expect(await contents(rig, again)).toEqual(['0:a', '1:a', '2:b']);
    }
  });
});

describe('a compaction', () => {
  it('that has room for few keys does the rest in later passes, and none is done twice', async () => {
    const { rig, log } = await opened('few keys', {});
    const names = Array.from({ length: 1500 }, (_, at) => `k${at}`);
    let base = 0;
    for (const round of [names, names, ['last']]) {
      for (let at = 0; at < round.length; at += 50) {
        const batch = keyed(base, round.slice(at, at + 50), 1);
        await rig.persist(log, { append: [batch] });
        base += batch.position.end - batch.position.base;
      }
    }
    let passes = 0;
    for (; (log.compactionNeed(5, log.logEnd)?.ratio ?? 0) > 0.05 && passes < 9; passes += 1)
      await rig.run(log.compact(5, log.logEnd, [], LIMITS));
    expect(passes).toBeGreaterThan(2);
    expect(passes).toBeLessThan(9);
    const left = await contents(rig, log);
    const keys = left.map((each) => each.split(':')[1]);
    for (const name of names) expect(keys).toContain(name);
    // Only what the active segment holds stands twice.
    expect(left.length).toBeLessThan(1700);
  });

  it('leaves alone what is younger than min.compaction.lag.ms, and is due when something is older than max.compaction.lag.ms', async () => {
    const { rig, log } = await opened(
      'lag',
      { minLagMs: 100, maxLagMs: 1000, minDirtyRatio: 1 },
      { segmentBytesMax: 100 },
    );
    for (let at = 0; at < 8; at += 1) await rig.persist(log, { append: [keyed(at, ['k'], at * 1000)] });
    expect(log.compactionNeed(50, log.logEnd)).toBe(null);
    expect(log.compactionNeed(150, log.logEnd)).toMatchObject({ isDue: false });
    expect(log.compactionNeed(1001, log.logEnd)).toMatchObject({ isDue: true });
    await rig.run(log.compact(2150, log.logEnd, []));
    expect(await contents(rig, log)).toEqual(['2:k', '3:k', '4:k', '5:k', '6:k', '7:k']);
  });

  it.each(['gzip', 'snappy', 'lz4'] as const)('writes what is left of a batch by %s again', async (compression) => {
    const { rig, log } = await opened(`codec ${compression}`, {}, { segmentBytesMax: 300 });
    await rig.persist(log, { append: [keyed(0, ['a', 'b', 'a', 'c'], 1, compression)] });
    for (let at = 0; at < 6; at += 1) await rig.persist(log, { append: [keyed(4 + at, ['b'], 1)] });
    await rig.run(log.compact(5, log.logEnd, []));
    expect((await contents(rig, log)).slice(0, 2)).toEqual(['2:a', '3:c']);
    const [first] = await rig.readAll(log);
    expect(readBatchHeader(first?.bytes ?? Buffer.alloc(61))).toMatchObject({
      compression,
      recordCount: 2,
      lastOffsetDelta: 3,
    });
  });
});
