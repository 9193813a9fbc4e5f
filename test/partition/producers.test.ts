/** The producer state is a function of the log: rebuilt, cut, grown into while it is rebuilt, it equals a replay. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offset } from '../../raft/index.ts';
import { readBatchHeader } from '../../storage/batch/index.ts';
import { producerEntryOf } from '../../src/partition/producer-entry.ts';
import { ProducerState, sequenceAfter } from '../../src/partition/producer-state.ts';
import type { ProducerEntry } from '../../src/partition/producer.ts';
import { WaitingAcks } from '../../src/partition/waiting-acks.ts';
import { batchOf, DAY, markerBatch, PartitionRig } from './partition-rig.ts';

function replayed(rig: PartitionRig, node = 1): Uint8Array {
  const state = new ProducerState();
  for (const { bytes } of rig.at(node).log.batches) {
    const entry = producerEntryOf(bytes);
    if (entry !== null) state.apply(entry, 0);
  }
  return state.encode();
}

/** Where the first transaction without marker begins, else the log's end: the dumb way. All is committed. */
function stableEnd(rig: PartitionRig): number {
  const open = new Map<number, number>();
  for (const { bytes, position } of rig.at(1).log.batches) {
    const { producerId, transactional, control } = readBatchHeader(bytes);
    if (control) open.delete(producerId);
    else if (transactional && !open.has(producerId)) open.set(producerId, position.base);
  }
  return Math.min(rig.partition().logEnd, ...open.values());
}

describe('sequence check', () => {
  const batch = (firstSequence: number, count: number, producerEpoch = 0): Parameters<ProducerState['check']>[0] => ({
    producerId: 1,
    producerEpoch,
    firstSequence,
    lastSequence: sequenceAfter(firstSequence, count - 1),
    timestamp: 0,
    transactional: false,
  });
  const logged = (sent: ReturnType<typeof batch>, base: number, end: number): ProducerEntry => ({
    kind: 'data',
    batch: { ...sent, base, end },
  });

  it('remembers exactly five batches of the current epoch', () => {
    const state = new ProducerState();
    for (let at = 0; at < 6; at += 1) state.apply(logged(batch(at * 2, 2), at * 2, at * 2 + 2), 0);
    expect(state.check(batch(0, 2))).toMatchObject({ kind: 'out-of-order' });
    for (let at = 1; at < 6; at += 1)
      expect(state.check(batch(at * 2, 2))).toMatchObject({ kind: 'duplicate', original: { base: at * 2 } });
    expect(state.check(batch(12, 2))).toEqual({ kind: 'next' });
    expect(state.check(batch(2, 1))).toMatchObject({ kind: 'out-of-order', expected: 12 });
    expect(state.check(batch(2, 2, 1))).toMatchObject({ kind: 'out-of-order', expected: 0 });
    state.apply(logged(batch(0, 1, 1), 12, 13), 0);
    expect(state.check(batch(10, 2))).toEqual({ kind: 'fenced', producerEpoch: 1 });
    expect(state.check(batch(0, 1, 1))).toMatchObject({ kind: 'duplicate', original: { base: 12 } });
  });

  it('forgets producers by what this process saw of them, oldest first', () => {
    const state = new ProducerState();
    state.apply(logged(batch(0, 1), 0, 1), 1000);
    state.apply(logged({ ...batch(0, 1), producerId: 2 }, 1, 2), 2000);
    state.apply(logged(batch(1, 1), 2, 3), 3000);
    state.expire(2500);
    expect(state.describe().map(({ producerId }) => producerId)).toEqual([1]);
  });
});

describe('rebuild', () => {
  it('a replica that starts with a log knows its producers before it takes a write', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    for (let at = 0; at < 7; at += 1) rig.produce(batchOf(1, { producerId: 5, sequence: at }));
    await rig.clock.advance(10);
    const after = new PartitionRig({ nodes: 1, log: () => rig.at(1).log.crash() });
    after.at(1).log.readsHeld = true;
    await after.lead();
    const repeat = after.produce(batchOf(1, { producerId: 5, sequence: 6 }));
    await after.clock.advance(50);
    expect(repeat.outcome).toBeNull();
    after.at(1).log.openReads();
    await after.clock.advance(50);
    expect(repeat.outcome).toMatchObject({ kind: 'acknowledged', base: 6, end: 7 });
    expect(Buffer.from(after.partition().producers.state.encode())).toEqual(Buffer.from(replayed(after)));
  });

  it('begins with the newest saved state, not with what lies above a cut', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    for (let at = 0; at < 4; at += 1) rig.produce(batchOf(1, { producerId: 5, sequence: at }));
    await rig.clock.advance(10);
    const { log } = rig.at(1);
    log.saveState('producers', offset(4), rig.partition().producers.state.encode());
    for (let at = 4; at < 6; at += 1) rig.produce(batchOf(1, { producerId: 5, sequence: at }));
    await rig.clock.advance(10);
    const reads = log.reads;
    rig.partition().producers.rebuild();
    await rig.clock.advance(10);
    expect(log.reads).toBe(reads + 1);
    expect(Buffer.from(rig.partition().producers.state.encode())).toEqual(Buffer.from(replayed(rig)));
  });

  it('a read of an overtaken rebuild changes nothing: the cut batches’ producers stay unknown', async () => {
    const rig = await new PartitionRig().lead();
    rig.network.cut(1, 2);
    rig.network.cut(1, 3);
    rig.produce(batchOf(1, { producerId: 9, sequence: 0 }), 'none');
    await rig.clock.advance(10);
    const { log } = rig.at(1);
    log.readsHeld = true;
    rig.partition().producers.rebuild();
    await rig.clock.advance(1);
    // 1. the read of this rebuild hangs; 2. the log is cut to nothing and rebuilt at once; 3. the old read ends.
    rig.at(1).replica.receive(
      2 as never,
      {
        kind: 'append',
        term: 2,
        progressId: 1,
        prevOffset: 0,
        prevTerm: 0,
        termStart: 0,
        highWatermark: 0,
        logStart: 0,
        round: 0,
        batches: [],
      } as never,
      Buffer.alloc(0),
    );
    expect(log.logEnd).toBe(0);
    log.openReads();
    await rig.clock.advance(10);
    expect(rig.partition().producers.state.describe()).toEqual([]);
  });

  it('a log that cannot be read refuses writes as storage, and those that waited for it', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    rig.produce(batchOf(1));
    await rig.clock.advance(10);
    rig.at(1).log.damage = new Error('bad sector');
    rig.partition().producers.rebuild();
    const waiting = rig.produce(batchOf(1));
    await rig.clock.advance(10);
    expect(waiting.outcome).toMatchObject({ kind: 'storage' });
    expect(rig.produce(batchOf(1)).outcome).toMatchObject({ kind: 'storage' });
    expect(rig.lines.join()).toMatch(/producer state cannot be rebuilt/);
  });

  it('equals a replay of the log, whatever is appended while rebuilds run, hang and overtake each other', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('append' as const),
        producerId: fc.integer({ min: 1, max: 3 }),
        count: fc.integer({ min: 1, max: 3 }),
        transactional: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant('mark' as const),
        producerId: fc.integer({ min: 1, max: 3 }),
        committed: fc.boolean(),
      }),
      fc.constantFrom(
        { kind: 'rebuild' as const },
        { kind: 'hold' as const },
        { kind: 'open' as const },
        { kind: 'turn' as const },
        { kind: 'save' as const },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const rig = await new PartitionRig({ nodes: 1 }).lead();
        const next = new Map<number, number>();
        const { producers } = rig.partition();
        const { log, replica } = rig.at(1);
        for (const each of steps) {
          if (each.kind === 'append') {
            const { producerId, count, transactional } = each;
            const sequence = next.get(producerId) ?? 0;
            next.set(producerId, sequence + count);
            replica.propose([{ bytes: batchOf(count, { producerId, sequence, transactional }), offsets: count }]);
          } else if (each.kind === 'mark') replica.propose([{ bytes: markerBatch(each), offsets: 1 }]);
          else if (each.kind === 'rebuild') producers.rebuild();
          else if (each.kind === 'hold') log.readsHeld = true;
          else if (each.kind === 'open') log.openReads();
          else if (each.kind === 'save') {
            if (producers.ready) log.saveState('producers', log.logEnd, producers.state.encode());
          } else await rig.clock.advance(1);
        }
        log.openReads();
        await rig.clock.advance(5);
        expect(producers.ready).toBe(true);
        expect(Buffer.from(producers.state.encode()).toString()).toBe(Buffer.from(replayed(rig)).toString());
        expect(rig.partition().lastStableOffset()).toBe(stableEnd(rig));
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('producers that nobody has seen for a day are forgotten when others write', async () => {
    const rig = await new PartitionRig({ nodes: 1 }).lead();
    rig.produce(batchOf(1, { producerId: 1, sequence: 0 }));
    await rig.clock.advance(DAY + 1);
    rig.produce(batchOf(1, { producerId: 2, sequence: 0 }));
    await rig.clock.advance(1);
    expect(
      rig
        .partition()
        .producers.state.describe()
        .map(({ producerId }) => producerId),
    ).toEqual([2]);
  });
});

describe('waiting acknowledgements', () => {
  it('complete in order of their ends, whatever their done does (model)', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ add: fc.integer({ min: 1, max: 20 }) }),
            fc.record({ reach: fc.integer({ min: 0, max: 20 }) }),
            fc.record({ refuse: fc.constant(true) }),
            fc.constant({ lose: true }),
          ),
          { maxLength: 300 },
        ),
        (steps) => {
          const waits = new WaitingAcks();
          const seen: string[] = [];
          let model: { readonly end: number; readonly id: number }[] = [];
          const expected: string[] = [];
          steps.forEach((each, id) => {
            if ('add' in each) {
              const refuse = (reason: string): unknown => seen.push(`${id} ${reason}`);
              const done = (result: string): unknown => seen.push(`${id} ${result}`);
              waits.add({ end: offset(each.add), done, ...(id % 3 > 0 ? { refuse } : {}) });
              model.push({ end: each.add, id });
            } else if ('reach' in each) {
              waits.complete(offset(each.reach));
              const done = model.filter(({ end }) => end <= each.reach).sort((a, b) => a.end - b.end || a.id - b.id);
              model = model.filter(({ end }) => end > each.reach);
              expected.push(...done.map(({ id: which }) => `${which} reached`));
            } else if ('refuse' in each) {
              waits.refuse('refused');
              const refused = model.filter(({ id: which }) => which % 3 > 0);
              refused.sort((a, b) => a.end - b.end || a.id - b.id);
              expected.push(...refused.map(({ id: which }) => `${which} refused`));
              model = model.filter((wait) => !refused.includes(wait));
            } else {
              waits.lose();
              expected.push(
                ...model.sort((a, b) => a.end - b.end || a.id - b.id).map(({ id: which }) => `${which} lost`),
              );
              model = [];
            }
            expect(waits.size).toBe(model.length);
          });
          expect(seen).toEqual(expected);
        },
      ),
      { numRuns: 100, seed: 3 },
    );
  });
});
