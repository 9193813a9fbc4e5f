/** What a log offers besides appending: retention, search by time, saved states, settings, memory and descriptors. */
import { describe, expect, it } from 'vitest';
import { byteCount, directoryId, groupId, nodeId, offset } from '../../raft/index.ts';
import { buildBatch } from '../../storage/batch/index.ts';
import type { BatchRun, StoredBatch } from '../../storage/index.ts';
import { change, makeBatch, StoreRig, vote } from './store-rig.ts';

/** A batch with one real record for each of `times`. */
function timedBatch(base: number, times: readonly number[]): StoredBatch {
  const value = Buffer.alloc(200);
  const bytes = buildBatch({
    records: times.map((timestamp) => ({ key: null, value, timestamp })),
    baseOffset: base,
    term: 1,
  });
  return {
    bytes,
    position: { ...makeBatch(base, 1, { records: times.length }).position, bytes: byteCount(bytes.length) },
  };
}

const everything = { end: offset(1_000_000), bytesMax: byteCount(1_000_000), atLeastOne: true };

describe('reading', () => {
  it('answers at once from memory with the same buffers, and from disk with a promise', async () => {
    const rig = new StoreRig('tail');
    const log = await rig.openLog(await rig.open({ tailBytesPerLogMax: 3000 }));
    const batches = Array.from({ length: 10 }, (_, index) => makeBatch(index, 1, { bytes: 1000 }));
    for (const batch of batches) await rig.persist(log, { append: [batch] });
    const recent = log.read(offset(8), everything) as BatchRun;
    expect(recent.buffers[0]).toBe(batches[8]?.bytes);
    expect(recent.positions.map(({ base }) => base)).toEqual([8, 9]);
    expect(log.read(offset(1), everything)).toBeInstanceOf(Promise);
    await rig.run(log.read(offset(1), everything) as Promise<unknown>);
  });

  it('is visible before anything is durable', async () => {
    const rig = new StoreRig('visible');
    const log = await rig.openLog(await rig.open());
    log.persist(
      { hardState: null, truncateTo: null, reset: null, openTerm: null, append: [makeBatch(0, 1)], logStart: null },
      () => undefined,
    );
    expect((log.read(offset(0), everything) as BatchRun).positions.length).toBe(1);
  });

  it.each([3000, 1_000_000])('keeps its limits, from memory or disk (tail of %i bytes)', async (tailBytesPerLogMax) => {
    const rig = new StoreRig('limits');
    const log = await rig.openLog(await rig.open({ tailBytesPerLogMax }));
    for (let index = 0; index < 10; index += 1)
      await rig.persist(log, { append: [makeBatch(index * 2, 1, { records: 2, bytes: 1000 })] });
    const read = async (from: number, end: number, bytesMax: number, atLeastOne: boolean): Promise<number[]> => {
      const answer = log.read(offset(from), { end: offset(end), bytesMax: byteCount(bytesMax), atLeastOne });
      const run = answer instanceof Promise ? await rig.run(answer) : answer;
      return run.positions.map(({ base }) => base);
    };
    expect(await read(3, 20, 2500, true)).toEqual([2, 4]);
    expect(await read(3, 20, 10, true)).toEqual([2]);
    expect(await read(3, 20, 10, false)).toEqual([]);
    expect(await read(3, 7, 10_000, true)).toEqual([2, 4]);
    expect(await read(3, 3, 10_000, true)).toEqual([]);
    expect(await read(20, 30, 10_000, true)).toEqual([]);
  });

  it('bounds the memory of all logs together: the one written least recently gives first', async () => {
    const rig = new StoreRig('budget');
    const store = await rig.open({ tailBytesMax: 5000 });
    const first = await rig.openLog(store, {}, groupId('first:0'));
    const second = await rig.openLog(store, {}, groupId('second:0'));
    for (let index = 0; index < 4; index += 1)
      await rig.persist(first, { append: [makeBatch(index, 1, { bytes: 1000 })] });
    for (let index = 0; index < 4; index += 1)
      await rig.persist(second, { append: [makeBatch(index, 1, { bytes: 1000 })] });
    expect(second.read(offset(0), everything)).not.toBeInstanceOf(Promise);
    expect(first.read(offset(0), everything)).toBeInstanceOf(Promise);
    expect(first.read(offset(3), everything)).not.toBeInstanceOf(Promise);
  });

  it('of a batch larger than any read buffer gives it whole', async () => {
    const rig = new StoreRig('large');
    const log = await rig.openLog(
      await rig.open({ tailBytesPerLogMax: 10, journalFileBytes: 2_000_000, checkpointBytes: 8_000_000 }),
    );
    const large = makeBatch(1, 1, { bytes: 700_000 });
    await rig.persist(log, { append: [makeBatch(0, 1), large, makeBatch(2, 1)] });
    expect((await rig.readAll(log)).map(({ bytes }) => bytes.length)).toEqual([100, 700_000, 100]);
  });

  it('keeps no more files open than allowed', async () => {
    const rig = new StoreRig('descriptors');
    const store = await rig.open({ openFilesMax: 4, tailBytesPerLogMax: 10 });
    const log = await rig.openLog(store, { segmentBytesMax: 500 });
    for (let index = 0; index < 30; index += 1)
      await rig.persist(log, { append: [makeBatch(index, 1, { bytes: 400 })] });
    expect((await rig.readAll(log)).length).toBe(30);
    expect(store.status().openFiles).toBeLessThanOrEqual(5);
  });
});

describe('retention', () => {
  async function aged(retention: { readonly retentionMs?: number | null; readonly retentionBytes?: number | null }) {
    const rig = new StoreRig('retention');
    const store = await rig.open();
    const log = await rig.openLog(store, { segmentBytesMax: 3000, ...retention });
    for (let index = 0; index < 12; index += 1)
      await rig.persist(log, { append: [makeBatch(index, 1, { bytes: 1000, timestamp: 1000 * index })] });
    return { rig, store, log };
  }

  it('by age takes whole segments whose newest record is too old', async () => {
    const { log } = await aged({ retentionMs: 5000 });
    expect(log.retentionTarget(7000, offset(12))).toBe(null);
    expect(log.retentionTarget(7001, offset(12))).toBe(3);
    expect(log.retentionTarget(10_500, offset(12))).toBe(6);
    expect(log.retentionTarget(10_500, offset(5))).toBe(3);
    expect(log.retentionTarget(100_000, offset(12))).toBe(12);
  });

  it('by bytes takes the oldest closed segments that are too much', async () => {
    const { log } = await aged({ retentionBytes: 7000 });
    expect(log.retentionTarget(0, offset(12))).toBe(3);
    await log.configure({ ...log.settings, retentionBytes: 0 });
    expect(log.retentionTarget(0, offset(12))).toBe(9);
  });

  it('deletes the files once the new log start is durable, and remembers the term before it', async () => {
    const { rig, store, log } = await aged({ retentionMs: 5000 });
    const count = (): number => rig.machine.disk.paths().filter((path) => path.endsWith('.log')).length;
    expect(count()).toBe(4);
    await rig.persist(log, { logStart: 7 });
    await rig.run(store.checkpoint());
    expect(count()).toBe(2);
    expect((await rig.readAll(log)).map(({ position }) => position.base)).toEqual([7, 8, 9, 10, 11]);
    rig.powerLoss('lose-all');
    const again = await rig.openLog(await rig.open());
    expect(again.recovered).toMatchObject({ logStart: 7, logStartTerm: 1, logEnd: 12, terms: [{ term: 1, start: 7 }] });
  });

  it('never lowers the log start', async () => {
    const { rig, log } = await aged({});
    await rig.persist(log, { logStart: 7 });
    await rig.persist(log, { logStart: 4 });
    expect(log.logStart).toBe(7);
  });
});

describe('a search by time', () => {
  it.each([10, 1_000_000])(
    'finds the first record at or after it, in memory or on disk (tail of %i bytes)',
    async (tailBytesPerLogMax) => {
      const rig = new StoreRig('time');
      const log = await rig.openLog(await rig.open({ tailBytesPerLogMax }), {
        segmentBytesMax: 2000,
        indexIntervalBytes: 300,
      });
      const times = [10, 30, 20, 40, 70, 60, 50, 90, 80, 100, 100, 5];
      for (const [base, timestamp] of times.entries())
        await rig.persist(log, { append: [timedBatch(base, [timestamp])] });
      const wanted = (timestamp: number, start: number, end: number): number | null => {
        const found = times.findIndex((time, index) => index >= start && index < end && time >= timestamp);
        return found === -1 ? null : found;
      };
      const search = async (timestamp: number, end: number) =>
        (await rig.run(log.findTimestamp(timestamp, offset(end))))?.offset ?? null;
      for (const timestamp of [0, 5, 10, 11, 25, 40, 55, 65, 75, 95, 100, 101]) {
        expect(await search(timestamp, 12)).toBe(wanted(timestamp, 0, 12));
        expect(await search(timestamp, 6)).toBe(wanted(timestamp, 0, 6));
      }
      expect(await rig.run(log.findMaxTimestamp(offset(12)))).toEqual({ offset: 9, timestamp: 100 });
      expect(await rig.run(log.findMaxTimestamp(offset(6)))).toEqual({ offset: 4, timestamp: 70 });
      await rig.persist(log, { logStart: 8 });
      expect(await search(20, 12)).toBe(wanted(20, 8, 12));
    },
  );
});

describe('a search by time within a batch', () => {
  it('finds the record', async () => {
    const rig = new StoreRig('within');
    const log = await rig.openLog(await rig.open());
    await rig.persist(log, { append: [timedBatch(0, [10, 50, 30]), timedBatch(3, [40, 70, 60])] });
    expect(await rig.run(log.findTimestamp(20, offset(6)))).toEqual({ offset: 1, timestamp: 50 });
    expect(await rig.run(log.findTimestamp(55, offset(6)))).toEqual({ offset: 4, timestamp: 70 });
    expect(await rig.run(log.findMaxTimestamp(offset(6)))).toEqual({ offset: 4, timestamp: 70 });
  });
});

describe('saved states', () => {
  it('are kept by checkpoints, the newest three of each name, and dropped by cuts below them', async () => {
    const rig = new StoreRig('states');
    const store = await rig.open();
    const log = await rig.openLog(store);
    for (let index = 0; index < 10; index += 1) await rig.persist(log, { append: [makeBatch(index, 1)] });
    for (const end of [2, 4, 6, 8]) log.saveState('producers', offset(end), Buffer.from(`p${end}`));
    const load = async (of: typeof log, atMost: number) => {
      const found = await rig.run(of.loadState('producers', offset(atMost)));
      return found === null ? null : `${found.end}:${Buffer.from(found.state).toString()}`;
    };
    expect(await load(log, 10)).toBe('8:p8');
    expect(await load(log, 7)).toBe('6:p6');
    expect(await load(log, 3)).toBe(null);
    await rig.run(store.checkpoint());
    expect(await load(log, 7)).toBe('6:p6');
    await rig.persist(log, { truncateTo: 7 });
    expect(await load(log, 10)).toBe('6:p6');
    rig.powerLoss('lose-all');
    const again = await rig.openLog(await rig.open());
    expect(again.logEnd).toBe(7);
    expect(await load(again, 10)).toBe('6:p6');
  });
});

describe('a change of flush', () => {
  it.each([
    ['always', 'os'],
    ['os', 'always'],
  ] as const)('from %s to %s loses nothing, whenever the power goes', async (from, to) => {
    for (let event = 1; event < 40; event += 3) {
      const rig = new StoreRig(`configure ${from} ${event}`);
      const store = await rig.open();
      const log = await rig.openLog(store, { flush: from });
      for (let index = 0; index < 3; index += 1) await rig.persist(log, { append: [makeBatch(index, 1)] });
      let left = event;
      let done = 3;
      rig.machine.disk.watch = () => {
        left -= 1;
        if (left === 0) rig.machine.kill();
      };
      const changed = log.configure({ ...log.settings, flush: to });
      for (let index = 3; index < 8; index += 1) {
        log.persist(
          {
            hardState: null,
            truncateTo: null,
            reset: null,
            openTerm: null,
            append: [makeBatch(index, 1)],
            logStart: null,
          },
          () => (done = index + 1),
        );
      }
      void changed;
      await rig.world.run(() => !rig.machine.running || done === 8);
      rig.machine.disk.watch = null;
      rig.kill();
      const again = await rig.openLog(await rig.open(), { flush: to });
      expect(again.failure).toBe(null);
      expect(again.logEnd).toBeGreaterThanOrEqual(done);
      expect((await rig.readAll(again)).length).toBe(again.logEnd);
    }
  });
});

describe('changes of flush that follow each other', () => {
  it('are made one after the other, and the last one counts', async () => {
    const rig = new StoreRig('configured twice');
    const log = await rig.openLog(await rig.open(), { flush: 'always' });
    const { settings } = log;
    const changes = (['os', 'always', 'interval', 'os'] as const).map((flush, index) => {
      const changed = log.configure({ ...settings, flush });
      expect(log.settings.flush).toBe(flush);
      log.persist(change({ append: [makeBatch(index, 1)] }), () => undefined);
      return changed;
    });
    for (const changed of changes) await rig.run(changed);
    await rig.persist(log, { append: [makeBatch(4, 1)] });
    expect(log.settings.flush).toBe('os');
    expect((await rig.readAll(log)).length).toBe(5);
    rig.kill();
    const again = await rig.openLog(await rig.open(), { flush: 'os' });
    expect([again.failure, again.logEnd]).toEqual([null, 5]);
  });
});

describe('what a restart begins with', () => {
  it('is the checkpointed high watermark, within the log', async () => {
    const rig = new StoreRig('hw');
    const store = await rig.open();
    const log = await rig.openLog(store);
    await rig.persist(log, { append: [makeBatch(0, 1), makeBatch(1, 1), makeBatch(2, 1)] });
    log.noteHighWatermark(offset(2));
    await rig.run(store.checkpoint());
    rig.kill();
    expect((await rig.openLog(await rig.open())).recovered.highWatermark).toBe(2);
  });

  it('is the newest voters named in the log, also when their batch is gone, and not when it was cut off', async () => {
    const rig = new StoreRig('voters');
    const store = await rig.open();
    const log = await rig.openLog(store);
    const voters = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ node: nodeId(index), directory: directoryId(`d${index}`) }));
    const naming = (base: number, count: number) => {
      const batch = makeBatch(base, 1);
      return { ...batch, position: { ...batch.position, control: { kind: 'voters', voters: voters(count) } as const } };
    };
    await rig.persist(log, { append: [naming(0, 1), makeBatch(1, 1), naming(2, 3), makeBatch(3, 1), naming(4, 5)] });
    await rig.persist(log, { truncateTo: 4 });
    await rig.persist(log, { logStart: 3 });
    rig.powerLoss('lose-all');
    const again = await rig.openLog(await rig.open());
    expect(again.recovered.voters).toEqual([{ base: 3, voters: voters(3) }]);
    await rig.persist(again, { hardState: vote(2) });
  });
});
