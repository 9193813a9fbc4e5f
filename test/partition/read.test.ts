/** Reads of a leader: below the high watermark only, terms checked, limits kept; and who is woken when. */
import { describe, expect, it } from 'vitest';
import { byteCount, nodeId, offset } from '../../raft/index.ts';
import type { Partition } from '../../src/partition/index.ts';
import { ALL_BYTES, batchOf, NO_VIEW, PartitionRig } from './partition-rig.ts';

/** What a read answers, in short. */
function short(
  partition: Partition,
  from: number,
  view = NO_VIEW as { term: number | null; lastFetchedTerm: number | null },
): unknown {
  const read = partition.read(from, ALL_BYTES, true, view);
  if (read instanceof Promise) throw new Error('a read from memory');
  return read.kind === 'read' ? (read.run?.positions.map(({ base }) => base) ?? []) : read.kind;
}

/** Three batches of two records; the last one is not committed. */
async function filled(): Promise<PartitionRig> {
  const rig = await new PartitionRig().lead();
  rig.produce(batchOf(2));
  rig.produce(batchOf(2));
  await rig.clock.advance(300);
  for (const node of [2, 3]) rig.at(node).log.automatic = false;
  rig.produce(batchOf(2));
  await rig.clock.advance(10);
  return rig;
}

describe('reads', () => {
  it('give nothing at or above the high watermark, and an offset beyond the log is out of range', async () => {
    const rig = await filled();
    const partition = rig.partition();
    expect([partition.logEnd, partition.highWatermark]).toEqual([6, 4]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((from) => short(partition, from))).toEqual([
      [0, 2],
      [0, 2],
      [2],
      [2],
      [],
      [],
      [],
      'offset-out-of-range',
    ]);
    expect(short(partition, -1)).toBe('offset-out-of-range');
  });

  it('below the log start are out of range, also when the reader’s last term has ended', async () => {
    const rig = await filled();
    rig.at(1).replica.input({ kind: 'advance-log-start', to: 2 as never });
    expect(short(rig.partition(), 1)).toBe('offset-out-of-range');
    expect(short(rig.partition(), 1, { term: null, lastFetchedTerm: 1 })).toBe('offset-out-of-range');
    expect(short(rig.partition(), 2)).toEqual([2]);
  });

  it('that are under way when the log start passes them are out of range: what follows must not pass for it', async () => {
    const rig = await filled();
    const { log } = rig.at(1);
    const fromMemory = log.read.bind(log);
    // As a log on disk does, which reads again when something was cut off meanwhile.
    log.read = (from, limit) =>
      new Promise((resolve) => rig.clock.defer(() => resolve(fromMemory(offset(Math.max(from, log.logStart)), limit))));
    const reads = [1, 2].map((from) => rig.partition().read(from, ALL_BYTES, true, NO_VIEW));
    rig.at(1).replica.input({ kind: 'advance-log-start', to: 2 as never });
    await rig.clock.advance(1);
    expect(await reads[0]).toMatchObject({ kind: 'offset-out-of-range', logStart: 2 });
    expect(await reads[1]).toMatchObject({ kind: 'read' });
  });

  it('check the reader’s view of the term first, on followers too (M34)', async () => {
    const rig = await filled();
    rig.assign(1, 3, { version: 3 });
    await rig.clock.advance(1);
    const view = (term: number): { term: number; lastFetchedTerm: null } => ({ term, lastFetchedTerm: null });
    expect([2, 3, 4].map((term) => short(rig.partition(1), 0, view(term)))).toEqual([
      'stale-term',
      [0, 2],
      'unknown-term',
    ]);
    expect([2, 3, 4].map((term) => short(rig.partition(2), 0, view(term)))).toEqual([
      'stale-term',
      'not-leader',
      'unknown-term',
    ]);
    expect(short(rig.partition(2), 0)).toBe('not-leader');
  });

  it('tell a reader whose last term ended below its offset where it diverged; a term never heard of is out of range', async () => {
    const rig = await filled();
    for (const node of [2, 3]) {
      rig.at(node).log.automatic = true;
      rig.at(node).log.flush();
    }
    await rig.clock.advance(300);
    rig.assign(2, 4);
    await rig.clock.advance(300);
    rig.produce(batchOf(1), 'all', 2);
    await rig.clock.advance(300);
    const partition = rig.partition(2);
    const read = partition.read(7, ALL_BYTES, true, { term: 4, lastFetchedTerm: 1 });
    expect(read).toMatchObject({ kind: 'diverged', term: 1, end: 6 });
    expect(partition.read(7, ALL_BYTES, true, { term: 4, lastFetchedTerm: 3 })).toMatchObject({
      kind: 'diverged',
      term: 1,
      end: 6,
    });
    expect(short(partition, 6, { term: 4, lastFetchedTerm: 1 })).toEqual([6]);
    expect(short(partition, 7, { term: 4, lastFetchedTerm: 5 })).toBe('offset-out-of-range');
  });

  it('a batch larger than the limit is given whole only when at least one is asked for', async () => {
    const rig = await filled();
    const bytesOf = (bytes: number, atLeastOne: boolean): unknown => {
      const read = rig.partition().read(0, byteCount(bytes), atLeastOne, NO_VIEW);
      return 'run' in read ? (read.run?.positions.length ?? 0) : read;
    };
    expect([bytesOf(0, true), bytesOf(1, true), bytesOf(0, false), bytesOf(1, false)]).toEqual([1, 1, 0, 0]);
  });

  it('terms of records, and of what comes next', async () => {
    const rig = await filled();
    rig.assign(1, 2);
    await rig.clock.advance(1);
    rig.produce(batchOf(1), 'none');
    expect([0, 5, 6, 7, 8].map((at) => rig.partition().termAt(at))).toEqual([1, 1, 2, 2, null]);
  });
});

describe('a new leader', () => {
  it('does not tell its end before its high watermark has reached the start of its term (M40)', async () => {
    const rig = await filled();
    rig.assign(2, 2);
    await rig.clock.advance(10);
    expect(rig.partition(2).logEnd).toBe(6);
    expect(rig.partition(2).latest()).toEqual({ kind: 'offset-not-available' });
    expect(short(rig.partition(2), 0)).toEqual([0, 2]);
    for (const node of [2, 3]) {
      rig.at(node).log.automatic = true;
      rig.at(node).log.flush();
    }
    await rig.clock.advance(1000);
    expect(rig.partition(2).latest()).toBe(6);
  });
});

describe('watchers', () => {
  it('are woken when the high watermark moves, leadership is lost, or the partition is closed', async () => {
    const rig = await filled();
    let woken = 0;
    rig.partition().watch(() => (woken += 1));
    for (const node of [2, 3]) rig.at(node).log.flush();
    await rig.clock.advance(20);
    expect(woken).toBe(1);
    rig.assign(2, 2, { isr: [nodeId(1), nodeId(2)] });
    expect(woken).toBe(2);
    rig.partition().close();
    expect(woken).toBe(3);
  });
});
