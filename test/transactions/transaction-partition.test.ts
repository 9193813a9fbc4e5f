/** The transaction coordinator over its log: nothing is answered before it is committed, and every term goes on from the log. */
import { describe, expect, test } from 'vitest';
import { TransactionBench } from './transaction-bench.ts';
import type { Identity } from './transaction-bench.ts';

async function ready(settings = {}): Promise<{ bench: TransactionBench; producer: Identity }> {
  const bench = new TransactionBench(settings);
  await bench.lead();
  const { errorCode, ...producer } = await bench.init();
  expect(errorCode).toBe(0);
  return { bench, producer };
}

describe('a transaction', () => {
  test('of TV1 goes from Empty to CompleteCommit and on', async () => {
    const { bench, producer } = await ready();
    expect(producer).toEqual({ producerId: 100, producerEpoch: 0 });
    for (let round = 0; round < 3; round += 1) {
      expect(await bench.add(producer, [0, 2])).toEqual([0, 0]);
      expect(await bench.addOffsets(producer)).toBe(0);
      expect(await bench.end(producer, true)).toMatchObject({ errorCode: 0 });
      expect(bench.state()?.status).toBe('PrepareCommit');
      expect(await bench.end(producer, true)).toMatchObject({ errorCode: 51 });
      expect(await bench.add(producer)).toEqual([51]);
      expect(bench.jobs[0]).toMatchObject({
        marker: { producerId: 100, producerEpoch: 0, committed: true, coordinatorTerm: 1, transactionVersion: 1 },
        partitions: new Map([
          ['t', new Set([0, 2])],
          ['__consumer_offsets', new Set([0])],
        ]),
      });
      await bench.written();
      expect(bench.state()?.status).toBe('CompleteCommit');
      expect(await bench.end(producer, true)).toMatchObject({ errorCode: 0 });
      expect(await bench.end(producer, false)).toMatchObject({ errorCode: 48 });
    }
  });

  test('of TV2 gets its partitions from leaders and a new epoch at its end', async () => {
    const { bench, producer } = await ready();
    expect(await bench.leader(producer, true)).toEqual([120]);
    expect(await bench.leader(producer, false, [0, 1])).toEqual([0, 0]);
    expect(await bench.leader(producer, true, [1, 2])).toEqual([0, 120]);
    const next = await bench.end(producer, true, 5);
    expect(next).toEqual({ errorCode: 0, producerId: 100, producerEpoch: 1 });
    expect(bench.jobs[0]?.marker).toMatchObject({ producerEpoch: 1, transactionVersion: 2 });
    await bench.written();
    expect(await bench.end(producer, true, 5)).toEqual(next);
    expect(await bench.leader(producer, false)).toEqual([90]);
    expect(await bench.leader(next, false)).toEqual([0]);
  });

  test('that has no partitions ends at once', async () => {
    const { bench, producer } = await ready();
    expect(await bench.end(producer, false, 5)).toMatchObject({ errorCode: 0, producerEpoch: 1 });
    await bench.written();
    expect(bench.state()?.status).toBe('CompleteAbort');
  });

  test('of another producer id, an empty id or an unknown one is refused', async () => {
    const { bench, producer } = await ready();
    expect(await bench.add({ ...producer, producerId: 7 })).toEqual([49]);
    expect(await bench.add(producer, [0], 3, 'other')).toEqual([49]);
    expect(await bench.add(producer, [0], 3, '')).toEqual([42]);
    expect(await bench.end(producer, true, 3, 'other')).toMatchObject({ errorCode: 49 });
    expect(await bench.init('')).toMatchObject({ errorCode: 42 });
    expect(await bench.init('x'.repeat(1001))).toMatchObject({ errorCode: 42 });
  });

  test('one partition that does not exist fails all others with 55, and nothing is written', async () => {
    const { bench, producer } = await ready();
    expect(await bench.add(producer, [0, 3, 1])).toEqual([55, 3, 55]);
    expect(await bench.leader(producer, false, [-1])).toEqual([3]);
    expect(bench.state()?.status).toBe('Empty');
  });
});

describe('versions', () => {
  test('that do not know PRODUCER_FENCED are told INVALID_PRODUCER_EPOCH', async () => {
    const { bench, producer } = await ready();
    const old = { ...producer, producerEpoch: 9 };
    for (const version of [0, 1, 2, 3]) {
      const code = version < 2 ? 47 : 90;
      expect(await bench.add(old, [0], version)).toEqual([code]);
      expect(await bench.addOffsets(old, version)).toBe(code);
      expect(await bench.end(old, true, version)).toMatchObject({ errorCode: code });
    }
    for (const version of [3, 4, 5]) {
      const more = { producerId: 100, producerEpoch: 9 };
      expect(await bench.init('pay', version, more)).toMatchObject({ errorCode: version < 4 ? 47 : 90 });
    }
  });

  test('timeouts out of range, and half an identity, are refused', async () => {
    const { bench } = await ready();
    for (const timeoutMs of [0, -1, 900_001])
      expect(await bench.init('pay', 4, { timeoutMs })).toMatchObject({ errorCode: 50 });
    expect(await bench.init('pay', 4, { timeoutMs: 900_000 })).toMatchObject({ errorCode: 0 });
    expect(await bench.init('pay', 4, { producerId: 100 })).toMatchObject({ errorCode: 42 });
    expect(await bench.init('pay', 4, { producerEpoch: 1 })).toMatchObject({ errorCode: 42 });
  });
});

describe('a zombie', () => {
  test('is fenced together with its open transaction; its successor comes back for an epoch', async () => {
    const { bench, producer } = await ready();
    await bench.add(producer);
    expect(await bench.init()).toMatchObject({ errorCode: 51 });
    expect(bench.jobs[0]?.marker).toMatchObject({ committed: false, producerEpoch: 2 });
    expect(await bench.init()).toMatchObject({ errorCode: 51 });
    await bench.written();
    expect(await bench.init()).toMatchObject({ errorCode: 0, producerEpoch: 3 });
    expect(await bench.add(producer)).toEqual([90]);
    expect(await bench.end(producer, true, 5)).toMatchObject({ errorCode: 90 });
  });

  test('without a producer id at hand a new id waits, and is told 14', async () => {
    const bench = new TransactionBench();
    await bench.lead();
    bench.nextId = null;
    expect(await bench.init()).toMatchObject({ errorCode: 14 });
    expect(bench.state()).toBeNull();
  });
});

describe('commits', () => {
  test('come before answers, verification and markers', async () => {
    const { bench, producer } = await ready();
    bench.log.held = true;
    const adding = bench.add(producer);
    await bench.clock.advance(1);
    expect(await bench.leader(producer, true)).toEqual([120]);
    expect(await bench.end(producer, true)).toMatchObject({ errorCode: 51 });
    bench.log.commit();
    expect(await adding).toEqual([0]);
    expect(await bench.leader(producer, true)).toEqual([0]);
    const ending = bench.end(producer, true);
    await bench.clock.advance(1);
    expect(bench.jobs).toEqual([]);
    bench.log.commit();
    expect(await ending).toMatchObject({ errorCode: 0 });
    expect(bench.jobs).toHaveLength(1);
  });

  test('that come after the deadline still count: the answer was 15, the repeat finds it done', async () => {
    const { bench, producer } = await ready();
    bench.log.held = true;
    const adding = bench.add(producer);
    await bench.clock.advance(6000);
    expect(await adding).toEqual([15]);
    expect(await bench.add(producer)).toEqual([51]);
    bench.log.commit();
    bench.log.held = false;
    expect(await bench.add(producer)).toEqual([0]);
    expect(bench.state()?.status).toBe('Ongoing');
  });

  test('that are refused change nothing', async () => {
    const { bench, producer } = await ready();
    for (const [refusal, code] of [
      ['not-enough-replicas', 15],
      ['not-leader', 16],
      ['unwritable', 16],
      ['too-large', -1],
    ] as const) {
      bench.log.refuse = refusal;
      expect(await bench.add(producer)).toEqual([code]);
    }
    bench.log.refuse = null;
    expect(bench.state()?.status).toBe('Empty');
    expect(await bench.add(producer)).toEqual([0]);
  });

  test('of the end are tried again until there are enough replicas', async () => {
    const { bench, producer } = await ready();
    await bench.add(producer);
    await bench.end(producer, true);
    bench.log.refuse = 'not-enough-replicas';
    await bench.written();
    expect(bench.state()?.status).toBe('PrepareCommit');
    bench.log.refuse = null;
    await bench.clock.advance(100);
    expect(bench.state()?.status).toBe('CompleteCommit');
  });

  test('of the end do not hold up what follows it: both are written, and neither is answered before', async () => {
    const { bench, producer } = await ready({ endingWaitMs: 500 });
    await bench.add(producer);
    await bench.end(producer, true);
    const waiting = bench.add(producer, [1]);
    await bench.clock.advance(1);
    bench.log.held = true;
    const { logEnd } = bench.log;
    await bench.written();
    // CompleteCommit, and the next transaction behind it.
    expect(bench.log.logEnd).toBe(logEnd + 2);
    expect(bench.state()?.status).toBe('PrepareCommit');
    expect(await bench.leader(producer, true, [1])).toEqual([51]);
    // A third one waits for the second, and is told nothing that may be lost.
    const repeat = bench.end(producer, true);
    await bench.clock.advance(400);
    expect(bench.log.logEnd).toBe(logEnd + 2);
    bench.log.commit();
    expect(await waiting).toEqual([0]);
    expect(bench.state()).toMatchObject({ status: 'Ongoing', partitions: new Map([['t', new Set([1])]]) });
    bench.log.held = false;
    bench.log.commit();
    expect(await repeat).toMatchObject({ errorCode: 0 });
  });

  test.each([0, 1, 2])(
    'of the end and of what follows it are lost together, or the later one alone (%i kept)',
    async (kept) => {
      const { bench, producer } = await ready({ endingWaitMs: 500 });
      await bench.add(producer);
      await bench.end(producer, true);
      const waiting = bench.add(producer, [1]);
      await bench.clock.advance(1);
      bench.log.held = true;
      await bench.written();
      bench.log.batches.splice(bench.log.batches.length - 2 + kept);
      await bench.lead(true);
      expect(await waiting).toEqual([16]);
      expect(bench.state()?.status).toBe(['PrepareCommit', 'CompleteCommit', 'Ongoing'][kept]);
      bench.log.held = false;
      await bench.written();
      expect(await bench.add(producer, [1])).toEqual([0]);
      expect(bench.state()?.partitions).toEqual(new Map([['t', new Set([1])]]));
    },
  );

  test('requests wait for the transition under way, as long as they may', async () => {
    const { bench, producer } = await ready({ endingWaitMs: 500 });
    await bench.add(producer);
    await bench.end(producer, true);
    const adding = bench.add(producer);
    await bench.clock.advance(400);
    await bench.written();
    expect(await adding).toEqual([0]);
    await bench.end(producer, true);
    const late = bench.add(producer);
    await bench.clock.advance(501);
    expect(await late).toEqual([51]);
  });
});

describe('a coordinator that moves', () => {
  test('answers 14 while it reads, and what waits is told 16', async () => {
    const { bench, producer } = await ready();
    bench.log.held = true;
    const adding = bench.add(producer);
    await bench.clock.advance(1);
    bench.log.readsHeld = true;
    bench.coordinator.lead(bench.log.lead(true));
    expect(await adding).toEqual([16]);
    expect(await bench.add(producer)).toEqual([14]);
    bench.log.commit();
    bench.log.openReads();
    await bench.clock.advance(1);
    bench.log.held = false;
    expect(await bench.add(producer)).toEqual([0]);
    bench.coordinator.close();
    expect(await bench.add(producer)).toEqual([16]);
  });

  test('goes on in every state from what the log says', async () => {
    for (const keep of [true, false]) {
      for (const committed of [true, false]) {
        const { bench, producer } = await ready();
        await bench.lead(keep);
        expect(await bench.add(producer, [1])).toEqual([0]);
        await bench.lead(keep);
        expect(bench.state()?.status).toBe('Ongoing');
        expect(await bench.leader(producer, true, [1])).toEqual([0]);
        await bench.end(producer, committed);
        bench.jobs.length = 0;
        await bench.lead(keep);
        expect(bench.state()?.status).toBe(committed ? 'PrepareCommit' : 'PrepareAbort');
        expect(bench.jobs[0]?.marker).toMatchObject({ committed, coordinatorTerm: 4, producerId: 100 });
        await bench.written();
        await bench.lead(keep);
        expect(bench.state()?.status).toBe(committed ? 'CompleteCommit' : 'CompleteAbort');
        expect(await bench.end(producer, committed)).toMatchObject({ errorCode: 0 });
        expect(await bench.init()).toMatchObject({ errorCode: 0, producerId: 100, producerEpoch: 1 });
      }
    }
  });

  test('does nothing any more for the term that is over', async () => {
    const { bench, producer } = await ready();
    await bench.add(producer);
    await bench.end(producer, true);
    const [old] = bench.jobs.splice(0);
    await bench.lead();
    expect(old?.active()).toBe(false);
    const records = bench.log.records().length;
    old?.done();
    await bench.clock.advance(1);
    expect(bench.log.records()).toHaveLength(records);
  });
});

describe('time', () => {
  test('aborts what takes longer than its timeout, under a newer epoch', async () => {
    const bench = new TransactionBench();
    await bench.lead();
    const producer = await bench.init('pay', 4, { timeoutMs: 15_000 });
    await bench.add(producer);
    await bench.clock.advance(14_000);
    expect(bench.state()?.status).toBe('Ongoing');
    await bench.clock.advance(7000);
    expect(bench.state()?.status).toBe('PrepareAbort');
    await bench.written();
    expect(await bench.end(producer, true)).toMatchObject({ errorCode: 90 });
    expect(await bench.init()).toMatchObject({ errorCode: 0, producerEpoch: 3 });
  });

  test('forgets ids that are not used, and their records', async () => {
    const { bench } = await ready({ idExpirationMs: 60_000, expiryScanMs: 10_000 });
    await bench.clock.advance(71_000);
    expect(bench.state()).toBeNull();
    await bench.lead();
    expect(bench.state()).toBeNull();
    expect(await bench.init()).toMatchObject({ errorCode: 0, producerId: 101, producerEpoch: 0 });
  });

  test('a coordinator with nothing to do sets no timer', async () => {
    const bench = new TransactionBench();
    await bench.lead();
    expect(bench.clock.timers).toBe(0);
  });
});

test('the log is written anew when most of it is superseded, and says the same', async () => {
  const { bench, producer } = await ready({ compactionBytesMin: 2000 });
  for (let round = 0; round < 40; round += 1) {
    expect(await bench.add(producer)).toEqual([0]);
    await bench.end(producer, round % 2 === 0);
    await bench.written();
    await bench.clock.advance(1);
  }
  expect(bench.log.logStart).toBeGreaterThan(0);
  await bench.lead();
  expect(bench.state()).toMatchObject({ status: 'CompleteAbort', producerId: 100 });
});
