/** What recovery makes of a checkpoint and journal records, computed without a disk. */
import { describe, expect, it } from 'vitest';
import { offset, term } from '../../raft/index.ts';
import type { JournalOperation } from '../../storage/journal/journal-record.ts';
import type { PlacedRecord } from '../../storage/journal/journal-replay.ts';
import type { GroupRecord } from '../../storage/log/group-record.ts';
import { planRecovery } from '../../storage/log/recovery-plan.ts';
import type { RecoveryPlan } from '../../storage/log/recovery-plan.ts';
import { DamageError } from '../../storage/segment/damage.ts';
import { GROUP, makeBatch } from './store-rig.ts';

/** A log of [0, 100) in one segment. */
function checkpointed(flush: GroupRecord['flush']): GroupRecord {
  return {
    group: GROUP,
    log: 1,
    directory: 'a-0',
    flush,
    facts: {
      hardState: { term: term(1), votedFor: null },
      logStart: offset(0),
      logStartTerm: term(0),
      logEnd: offset(100),
      terms: [{ term: term(1), start: offset(0) }],
      voters: [],
    },
    highWatermark: offset(0),
    segments: [{ base: offset(0), end: offset(100), bytes: 1000, lastBatch: 900, largest: null }],
    moving: [],
    cleaned: offset(0),
    states: [],
    lossy: false,
    gaps: false,
    failure: null,
    whole: false,
  };
}

/** Records 1, 2, 3 … of the operations; each says the log end before it. */
function plan(
  flush: GroupRecord['flush'],
  ...operations: readonly (readonly [end: number, operation: JournalOperation, bytes?: Uint8Array])[]
): RecoveryPlan {
  const records = operations.map(([end, operation, bytes], index): PlacedRecord => ({
    path: '/journal',
    position: index,
    record: {
      group: GROUP,
      log: 1,
      operation,
      end,
      bytes: bytes === undefined ? null : Buffer.from(bytes),
      generation: { life: 1, file: 1 },
      sequence: index + 1,
      synced: index,
      length: 60,
    },
  }));
  const made = planRecovery(checkpointed(flush), records);
  if (made instanceof DamageError) throw made;
  return made;
}

const cutTo = (to: number): JournalOperation => ({ kind: 'truncate', to: offset(to) });
const append = (base: number): readonly [number, JournalOperation, Uint8Array] => {
  const batch = makeBatch(base, 2);
  return [base, { kind: 'append', position: batch.position }, batch.bytes];
};

describe('flush=always', () => {
  it('keeps the files up to the lowest cut and writes what the journal has from there', () => {
    const made = plan('always', append(100), [101, cutTo(60)], append(60), append(61), [62, cutTo(61)]);
    expect(made).toMatchObject({
      keep: 60,
      scan: null,
      facts: { logEnd: 61, terms: [{ term: 1 }, { term: 2, start: 60 }] },
    });
    expect(made.batches.map((batch) => batch.position.base)).toEqual([60]);
  });

  it('keeps nothing of before a reset', () => {
    const reset: JournalOperation = { kind: 'reset', to: { end: offset(500), term: term(3) } };
    expect(plan('always', append(100), [101, reset], append(500))).toMatchObject({
      keep: null,
      from: 500,
      facts: { logStart: 500, logStartTerm: 3, logEnd: 501 },
    });
  });

  it('leaves out what lies below the log start', () => {
    const made = plan('always', append(100), append(101), [
      102,
      { kind: 'log-start', to: offset(101), before: term(2) },
    ]);
    expect(made.batches.map((batch) => batch.position.base)).toEqual([101]);
  });

  it('refuses a gap', () => {
    expect(() => plan('always', append(100), append(105))).toThrow(/there is a gap/);
  });

  it('refuses a cut that is beyond the end or below the start', () => {
    expect(() => plan('always', [100, cutTo(150)])).toThrow(/beyond the log end/);
    expect(() =>
      plan('always', [100, { kind: 'log-start', to: offset(50), before: term(1) }], [100, cutTo(40)]),
    ).toThrow(/below the log start/);
  });
});

describe('flush=os', () => {
  it('scans from the checkpoint when something was written without the journal', () => {
    expect(plan('os', [100, { kind: 'unsynced' }])).toMatchObject({ keep: 100, scan: { limit: null }, unsynced: true });
    expect(plan('os').scan).toBe(null);
  });

  it('believes nothing above a cut that may not have been carried out', () => {
    expect(plan('os', [100, cutTo(60)])).toMatchObject({ keep: 60, scan: { limit: 60 } });
    expect(plan('os', [100, cutTo(60)], [60, { kind: 'cut-done', cut: 1 }])).toMatchObject({
      keep: 60,
      scan: { limit: null },
    });
  });

  it('does not take the mark of an earlier cut for that of a later one', () => {
    expect(plan('os', [100, cutTo(60)], [80, cutTo(50)], [50, { kind: 'cut-done', cut: 1 }])).toMatchObject({
      keep: 50,
      scan: { limit: 50 },
    });
    expect(plan('os', [100, cutTo(60)], [80, cutTo(0)], [0, { kind: 'cut-done', cut: 1 }])).toMatchObject({
      keep: null,
      from: 0,
      scan: { limit: 0 },
    });
  });

  it('does not guess terms above what the checkpoint covers', () => {
    const start: JournalOperation = { kind: 'log-start', to: offset(110), before: term(5) };
    const { facts } = plan(
      'os',
      [100, { kind: 'unsynced' }],
      [130, cutTo(120)],
      [120, { kind: 'cut-done', cut: 2 }],
      [120, start],
    );
    expect(facts).toMatchObject({ logStart: 110, logStartTerm: 5, logEnd: 110, terms: [] });
  });

  it('does not forget a cut that is pending because a higher one came after it', () => {
    expect(plan('os', [100, cutTo(50)], [80, cutTo(70)])).toMatchObject({ keep: 50, scan: { limit: 50 } });
    expect(plan('os', [100, cutTo(50)], [80, cutTo(70)], [70, { kind: 'cut-done', cut: 1 }])).toMatchObject({
      keep: 50,
      scan: { limit: 70 },
    });
  });
});
