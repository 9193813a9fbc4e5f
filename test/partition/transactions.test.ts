/**
 * Transactions in one partition: what holds the last stable offset back, what readers of committed transactions are told,
 * who may end a transaction, and that saved states of all versions restore.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId, offset } from '../../raft/index.ts';
import { overlapping } from '../../src/partition/aborted-index.ts';
import type { AbortedEntry } from '../../src/partition/aborted-index.ts';
import { producerEntryOf } from '../../src/partition/producer-entry.ts';
import { ProducerState } from '../../src/partition/producer-state.ts';
import { ALL_BYTES, batchOf, DAY, markerBatch, NO_VIEW, PartitionRig, WALL } from './partition-rig.ts';
import type { Sequenced } from './partition-rig.ts';

const inside = (producerId: number, sequence: number, producerEpoch = 0): Sequenced => ({
  producerId,
  sequence,
  producerEpoch,
  transactional: true,
});

/** What a reader of committed transactions finds from `from` on: bases of batches, and first offsets of aborted transactions. */
function committed(rig: PartitionRig, from = 0): unknown {
  const read = rig.partition().read(from, ALL_BYTES, true, { ...NO_VIEW, isolation: 'committed' });
  if (read instanceof Promise || read.kind !== 'read') throw new Error('a read from memory');
  const aborted = read.aborted?.map(({ producerId, firstOffset }) => `${producerId}@${firstOffset}`);
  return { end: read.end, bases: read.run?.positions.map(({ base }) => base) ?? [], aborted };
}

describe('last stable offset', () => {
  it('is the high watermark, until a transaction begins; then its first offset, until the marker is committed (N=3)', async () => {
    const rig = await new PartitionRig().lead();
    rig.produce(batchOf(2));
    rig.produce(batchOf(1, inside(7, 0)));
    rig.produce(batchOf(1));
    await rig.clock.advance(300);
    const partition = rig.partition();
    expect([partition.highWatermark, partition.lastStableOffset()]).toEqual([4, 2]);
    expect(partition.latest('committed')).toBe(2);
    for (const node of [2, 3]) rig.at(node).log.automatic = false;
    const marked = rig.mark({ producerId: 7, committed: true });
    await rig.clock.advance(20);
    // Appended, not committed: for readers it is still open.
    expect([partition.logEnd, partition.lastStableOffset(), marked.outcome]).toEqual([5, 2, null]);
    for (const node of [2, 3]) rig.at(node).log.flush();
    await rig.clock.advance(500);
    expect([partition.lastStableOffset(), marked.outcome]).toEqual([5, { kind: 'written', end: 5 }]);
  });

  it('never falls while a replica leads, nor rises above the first undecided record (model)', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('data' as const), producerId: fc.integer({ min: 1, max: 3 }) }),
      fc.record({
        kind: fc.constant('mark' as const),
        producerId: fc.integer({ min: 1, max: 3 }),
        committed: fc.boolean(),
      }),
      fc.constantFrom({ kind: 'plain' as const }, { kind: 'hold' as const }, { kind: 'flush' as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const rig = await new PartitionRig().lead();
        const partition = rig.partition();
        const sequences = new Map<number, number>();
        let before = 0;
        for (const each of steps) {
          if (each.kind === 'data') {
            const sequence = sequences.get(each.producerId) ?? 0;
            sequences.set(each.producerId, sequence + 1);
            rig.produce(batchOf(1, inside(each.producerId, sequence)), 'none');
          } else if (each.kind === 'mark') rig.mark(each);
          else if (each.kind === 'plain') rig.produce(batchOf(1), 'none');
          else {
            for (const node of [2, 3]) {
              rig.at(node).log.automatic = each.kind === 'flush';
              if (each.kind === 'flush') rig.at(node).log.flush();
            }
          }
          await rig.clock.advance(each.kind === 'flush' ? 300 : 5);
          const stable = partition.lastStableOffset() ?? -1;
          expect(stable).toBeGreaterThanOrEqual(before);
          expect(stable).toBe(stableEnd(rig));
          before = stable;
        }
      }),
      { numRuns: 25, seed: 11 },
    );
  });

  it('does not lie below the log start: what a deleted transaction began with is nobody’s business', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    rig.produce(batchOf(1, inside(7, 0)));
    rig.produce(batchOf(1));
    await rig.clock.advance(20);
    rig.at(1).replica.input({ kind: 'advance-log-start', to: offset(2) });
    await rig.clock.advance(20);
    expect(rig.partition().lastStableOffset()).toBe(2);
  });

  it('is unknown while producers are read from the log; readers are woken when it is known', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    rig.produce(batchOf(1));
    await rig.clock.advance(20);
    const { log } = rig.at(1);
    log.readsHeld = true;
    rig.partition().producers.rebuild();
    expect(rig.partition().lastStableOffset()).toBeNull();
    expect(rig.partition().latest('committed')).toEqual({ kind: 'offset-not-available' });
    expect(committed(rig)).toEqual({ end: 0, bases: [], aborted: [] });
    let news = 0;
    rig.partition().watch(() => (news += 1));
    log.openReads();
    await rig.clock.advance(5);
    expect([news, rig.partition().lastStableOffset()]).toEqual([1, 1]);
  });

  it('survives a change of leaders: the new one knows what is open, and a marker cut off opens it again', async () => {
    const rig = await new PartitionRig().lead();
    rig.produce(batchOf(1, inside(7, 0)));
    await rig.clock.advance(300);
    rig.network.cut(1, 2);
    rig.network.cut(1, 3);
    rig.mark({ producerId: 7, committed: true });
    await rig.clock.advance(20);
    rig.assign(2, 2, { isr: [nodeId(2), nodeId(3)] });
    await rig.clock.advance(300);
    expect(rig.partition(2).lastStableOffset()).toBe(0);
    expect(rig.mark({ producerId: 7, committed: false }, 1, 2).outcome).toBeNull();
    await rig.clock.advance(300);
    expect([rig.partition(2).lastStableOffset(), rig.partition(2).highWatermark]).toEqual([2, 2]);
  });
});

/** Where the first transaction without a committed marker begins, else the high watermark: the dumb way. */
function stableEnd(rig: PartitionRig): number {
  const { highWatermark } = rig.partition();
  const open = new Map<number, number>();
  for (const { bytes, position } of rig.at(1).log.batches) {
    const entry = producerEntryOf(bytes);
    if (entry?.kind === 'marker') {
      if (position.base < highWatermark) open.delete(entry.producerId);
    } else if (entry?.batch.transactional && !open.has(entry.batch.producerId))
      open.set(entry.batch.producerId, position.base);
  }
  return Math.min(highWatermark, ...open.values());
}

describe('readers of committed transactions', () => {
  it('get what lies below, with the aborted transactions that overlap it, ascending by first offset', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    rig.produce(batchOf(1, inside(1, 0)));
    rig.produce(batchOf(1, inside(2, 0)));
    rig.mark({ producerId: 2, committed: false });
    rig.produce(batchOf(1, inside(3, 0)));
    rig.mark({ producerId: 1, committed: false });
    rig.produce(batchOf(1));
    await rig.clock.advance(20);
    expect(committed(rig)).toEqual({ end: 3, bases: [0, 1, 2], aborted: ['1@0', '2@1'] });
    rig.mark({ producerId: 3, committed: true });
    await rig.clock.advance(20);
    expect(committed(rig)).toEqual({ end: 7, bases: [0, 1, 2, 3, 4, 5, 6], aborted: ['1@0', '2@1'] });
    expect(committed(rig, 3)).toEqual({ end: 7, bases: [3, 4, 5, 6], aborted: ['1@0'] });
    expect(committed(rig, 5)).toEqual({ end: 7, bases: [5, 6], aborted: [] });
    const all = rig.partition().read(0, ALL_BYTES, true, NO_VIEW);
    expect(all).toMatchObject({ kind: 'read', end: 7, aborted: null, lastStableOffset: 7 });
  });

  it('the index answers as a search of all entries does', () => {
    const history = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(history, fc.nat(45), fc.nat(45), (steps, from, length) => {
        const state = new ProducerState();
        steps.forEach(([producerId, ends], base) => {
          const bytes = ends ? markerBatch({ producerId, committed: false }) : batchOf(1, inside(producerId, base));
          bytes.writeBigInt64BE(BigInt(base), 0);
          const entry = producerEntryOf(bytes);
          if (entry !== null) state.apply(entry, 0);
        });
        const { entries } = state.aborted;
        const dumb = entries
          .filter(({ firstOffset, markerOffset }) => firstOffset < from + length && markerOffset >= from)
          .toSorted((a: AbortedEntry, b: AbortedEntry) => a.firstOffset - b.firstOffset);
        expect(overlapping(entries, from, from + length)).toEqual(dumb);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('a read under way keeps what it needs of the index while the log start passes it', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    rig.produce(batchOf(1, inside(1, 0)));
    rig.mark({ producerId: 1, committed: false });
    await rig.clock.advance(20);
    const { log } = rig.at(1);
    log.readsHeld = true;
    const read = rig.partition().read(0, ALL_BYTES, true, { ...NO_VIEW, isolation: 'committed' });
    rig.at(1).replica.input({ kind: 'advance-log-start', to: offset(2) });
    rig.produce(batchOf(1));
    await rig.clock.advance(20);
    expect(rig.partition().producers.state.aborted.entries).toEqual([]);
    log.openReads();
    await expect(read).resolves.toMatchObject({ aborted: [{ producerId: 1, firstOffset: 0 }] });
  });
});

describe('compaction', () => {
  it('is of what is decided, and is told what was aborted; nothing while producers are read from the log', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    rig.produce(batchOf(1, inside(1, 0)));
    rig.mark({ producerId: 1, committed: false });
    rig.produce(batchOf(1, inside(2, 0)));
    await rig.clock.advance(20);
    const { log } = rig.at(1);
    const asked: unknown[] = [];
    log.compact = (...args: readonly unknown[]) => {
      asked.push(args);
      return Promise.resolve(7);
    };
    await expect(rig.partition().compact()).resolves.toBe(7);
    expect(asked).toMatchObject([[WALL, 2, [{ producerId: 1, firstOffset: 0, markerOffset: 1 }], undefined]]);
    log.readsHeld = true;
    rig.partition().producers.rebuild();
    await expect(rig.partition().compact()).resolves.toBe(0);
  });
});

describe('markers', () => {
  it('of an older epoch or an older coordinator are fenced, and nothing is written', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    rig.produce(batchOf(1, inside(1, 0, 4)));
    await rig.clock.advance(20);
    const marker = { producerId: 1, committed: true, producerEpoch: 4, coordinatorTerm: 6 };
    expect(rig.mark({ ...marker, producerEpoch: 3 }).outcome).toMatchObject({ kind: 'producer-fenced' });
    expect(rig.mark(marker, 2).outcome).toMatchObject({ kind: 'producer-fenced' });
    rig.mark({ ...marker, producerEpoch: 5 }, 2);
    await rig.clock.advance(20);
    expect(rig.stored()).toEqual(['0:1', '1:1']);
    const late = { ...marker, producerEpoch: 5, coordinatorTerm: 5 };
    expect(rig.mark(late, 2).outcome).toEqual({ kind: 'coordinator-fenced', known: 6 });
    expect(rig.produce(batchOf(1, inside(1, 1, 4))).outcome).toMatchObject({ kind: 'producer-fenced' });
    expect(rig.produce(batchOf(1, inside(1, 1, 5))).outcome).toMatchObject({ kind: 'out-of-order-sequence' });
    expect(rig.stored()).toHaveLength(2);
  });

  it('wait for the commit in the term they were written in', async () => {
    const rig = await new PartitionRig().lead();
    for (const node of [2, 3]) rig.at(node).log.automatic = false;
    const marked = rig.mark({ producerId: 1, committed: true });
    await rig.clock.advance(20);
    rig.assign(2, 2);
    expect(marked.outcome).toMatchObject({ kind: 'not-leader' });
    expect(rig.mark({ producerId: 1, committed: true }).outcome).toMatchObject({ kind: 'not-leader' });
  });
});

describe('producers', () => {
  it('with an open transaction are not forgotten, however long they say nothing', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    rig.produce(batchOf(1, inside(1, 0)));
    rig.produce(batchOf(1, { producerId: 2, sequence: 0 }));
    await rig.clock.advance(2 * DAY);
    rig.produce(batchOf(1));
    await rig.clock.advance(1);
    const known = (): readonly number[] =>
      rig
        .partition()
        .producers.state.describe()
        .map(({ producerId }) => producerId);
    expect(known()).toEqual([1]);
    rig.mark({ producerId: 1, committed: false });
    await rig.clock.advance(2 * DAY);
    rig.produce(batchOf(1));
    await rig.clock.advance(1);
    expect(known()).toEqual([]);
  });

  it('a state saved before there were transactions restores', () => {
    const batch = {
      producerId: 9,
      producerEpoch: 2,
      firstSequence: 0,
      lastSequence: 4,
      base: 3,
      end: 8,
      timestamp: 55,
    };
    const state = new ProducerState();
    state.restore(Buffer.from(JSON.stringify([[9, 2, [batch]]])), 0);
    expect(state.describe()).toMatchObject([{ producerId: 9, lastSequence: 4, lastTimestamp: 55, openFrom: null }]);
    expect(state.check({ ...batch, transactional: false })).toMatchObject({ kind: 'duplicate', original: { base: 3 } });
  });

  it('the state after any prefix of a log is what a state saved anywhere before gives with the rest', () => {
    const step = fc.record({
      producerId: fc.integer({ min: 1, max: 3 }),
      what: fc.constantFrom('plain' as const, 'inside' as const, 'commit' as const, 'abort' as const),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), fc.nat(40), (steps, at) => {
        const whole = new ProducerState();
        const resumed = new ProducerState();
        steps.forEach(({ producerId, what }, base) => {
          const transactional = what === 'inside';
          const bytes =
            what === 'commit' || what === 'abort'
              ? markerBatch({ producerId, committed: what === 'commit' })
              : batchOf(1, { producerId, sequence: base, transactional });
          bytes.writeBigInt64BE(BigInt(base), 0);
          const entry = producerEntryOf(bytes);
          if (entry === null) throw new Error('every step says something of its producer');
          if (base === at) resumed.restore(whole.encode(), 0);
          whole.apply(entry, 0);
          if (base >= at) resumed.apply(entry, 0);
        });
        if (at >= steps.length) return;
        expect(Buffer.from(resumed.encode()).toString()).toBe(Buffer.from(whole.encode()).toString());
        expect(resumed.transactions.oldestOpen).toBe(whole.transactions.oldestOpen);
      }),
      { numRuns: 200, seed: 13 },
    );
  });
});
