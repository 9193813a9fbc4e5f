/** Logs in which something was planted are told apart from those that are as they should be. */
import { describe, expect, it } from 'vitest';
import { judgeIndexes, judgeKnownProducers, judgeTerms } from '../../../chaos/checkers/derived-state.ts';
import { judgeProducers } from '../../../chaos/checkers/producer-batches.ts';
import type { LoggedBatch, WholeLog } from '../../../chaos/checkers/replica-log.ts';
import { compareLogs } from '../../../chaos/checkers/whole-logs.ts';
import { byteCount, offset, term } from '../../../raft/index.ts';
import type { CoreState } from '../../../raft/index.ts';
import { ProducerState } from '../../../src/partition/producer-state.ts';

function batch(base: number, end: number, extra: Partial<LoggedBatch> = {}): LoggedBatch {
  return { base, end, term: 1, sum: base, crc: base, producer: null, ...extra };
}

/** Of producer 7, in that epoch. */
function written(base: number, end: number, sequence: number | null, epoch = 0): LoggedBatch {
  return batch(base, end, { producer: { id: 7, epoch, sequence, transactional: false, marker: null } });
}

function logOf(...batches: LoggedBatch[]): WholeLog {
  const end = batches.at(-1)?.end ?? 0;
  return { start: batches[0]?.base ?? 0, end, highWatermark: end, batches };
}

describe('producers in a log', () => {
  it('sequences that go on, a new epoch, a control batch and a wrap are as they should be', () => {
    const last = 2 ** 31 - 1;
    judgeProducers('t-0', [written(0, 2, 0), batch(2, 3), written(3, 4, 2), written(4, 5, null), written(5, 6, 0, 1)]);
    judgeProducers('t-0', [written(0, 1, last), written(1, 2, 0)]);
    judgeProducers('t-0', [written(40, 41, 12), written(41, 42, 13)]);
  });

  it('a sequence that stands twice is E1', () => {
    expect(() => judgeProducers('t-0', [written(0, 1, 0), written(1, 2, 0)])).toThrow(/^E1: .*sequence 0 at 1/);
    expect(() => judgeProducers('t-0', [written(0, 2, 0), written(2, 4, 1)])).toThrow(/^E1: /);
  });

  it('a sequence that is left out is E1', () => {
    expect(() => judgeProducers('t-0', [written(0, 1, 0), written(1, 2, 2)])).toThrow(/^E1: /);
  });

  it('an older epoch behind a newer one is E2, also in a control batch', () => {
    expect(() => judgeProducers('t-0', [written(0, 1, 0, 3), written(1, 2, 1, 2)])).toThrow(/^E2: /);
    expect(() => judgeProducers('t-0', [written(0, 1, 0, 3), written(1, 2, null, 2)])).toThrow(/^E2: /);
  });
});

describe('what is kept beside a log', () => {
  const log = logOf(batch(0, 2), batch(2, 3, { term: 3 }), batch(3, 6, { term: 3 }), batch(6, 7, { term: 4 }));
  const core = (...terms: readonly (readonly [number, number])[]): Pick<CoreState, 'log'> => ({
    log: {
      start: offset(0),
      startTerm: term(0),
      end: offset(7),
      terms: terms.map(([start, its]) => ({ start: offset(start), term: term(its) })),
      baseVoters: null,
      voters: [],
    },
  });

  it('the index of terms is that of the batches, opened terms without records included', () => {
    judgeTerms('t-0', core([0, 1], [2, 3], [6, 4], [7, 5]), log);
    expect(() => judgeTerms('t-0', core([0, 1], [3, 3], [6, 4]), log)).toThrow(/^P9: .*batch at 2 is of term 3/);
    expect(() => judgeTerms('t-0', core([0, 1], [2, 3]), log)).toThrow(/^P9: .*batch at 6/);
  });

  it('producers are those of the batches, the newest five each', () => {
    const batches = Array.from({ length: 7 }, (_, index) => written(index, index + 1, index));
    const state = new ProducerState();
    for (const { base, end, producer } of batches)
      state.apply(
        {
          kind: 'data',
          batch: {
            producerId: producer?.id ?? 0,
            producerEpoch: 0,
            firstSequence: base,
            lastSequence: base,
            base,
            end,
            timestamp: 0,
            transactional: false,
          },
        },
        0,
      );
    const known = state.describe().map(({ producerId: id, producerEpoch: epoch, batches: its }) => ({
      id,
      epoch,
      batches: its,
      openFrom: null,
      coordinatorTerm: null,
    }));
    judgeKnownProducers('t-0', known, logOf(...batches));
    expect(() => judgeKnownProducers('t-0', [], logOf(...batches))).toThrow(/^P9: .*knows nothing/);
    expect(() => judgeKnownProducers('t-0', known, logOf(...batches, written(7, 8, 7)))).toThrow(/^P9: /);
    expect(() => judgeKnownProducers('t-0', known, logOf(batch(0, 1)))).toThrow(/^P9: .*holds nothing of it/);
    // Retention took them away; who wrote them is still remembered.
    judgeKnownProducers('t-0', known, { ...logOf(), start: 7, end: 7 });
  });

  it('a read begins with the batch that holds the offset', async () => {
    const read = (shift: number) => (from: number) => {
      const at = log.batches.findIndex(({ end }) => end > from) + shift;
      const found = log.batches[at] ?? batch(0, 0);
      const position = {
        base: offset(found.base),
        end: offset(found.end),
        term: term(found.term),
        bytes: byteCount(1),
        control: null,
      };
      return { positions: [position], buffers: [], bytes: byteCount(1), release: (): void => undefined };
    };
    await judgeIndexes('t-0', { read: read(0) }, log);
    await expect(judgeIndexes('t-0', { read: read(1) }, log)).rejects.toThrow(/^P9: .*a read from/);
  });
});

describe('logs of two replicas', () => {
  it('differ below both high watermarks: P4', () => {
    const one = { node: 1, log: logOf(batch(0, 2), batch(2, 3)) };
    compareLogs('t-0', one, { node: 2, log: logOf(batch(0, 2), batch(2, 3)) });
    expect(() => compareLogs('t-0', one, { node: 2, log: logOf(batch(0, 2), batch(2, 3, { sum: 9 })) })).toThrow(
      /^P4: /,
    );
    expect(() => compareLogs('t-0', one, { node: 2, log: { ...logOf(batch(0, 2)), highWatermark: 3 } })).toThrow(
      /^P4: /,
    );
    const shorter = { ...logOf(batch(0, 2), batch(2, 3, { sum: 9 })), highWatermark: 2 };
    compareLogs('t-0', one, { node: 2, log: shorter });
  });
});
