/**
 * The log view against an array that holds the term of every record, and the rules that an array cannot show.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteCount, offset, type Offset, type RecoveredLog, term } from '../../raft/index.ts';
import {
  advanceViewStart,
  appendToView,
  floorOfTerm,
  isUpToDate,
  lastPosition,
  loggedVoters,
  openTermInView,
  recoverLogView,
  resetView,
  termAt,
  termBefore,
  truncateView,
} from '../../raft/log-view.ts';
import { voters } from './cluster/configs.ts';

const empty: RecoveredLog = {
  hardState: { term: term(0), votedFor: null },
  logStart: offset(0),
  logStartTerm: term(0),
  logEnd: offset(0),
  terms: [],
  voters: [],
  initialVoters: null,
  highWatermark: offset(0),
};

function batch(
  base: number,
  end: number,
  of: number,
  control: null | { kind: 'voters'; voters: ReturnType<typeof voters> } = null,
) {
  return { base: offset(base), end: offset(end), term: term(of), bytes: byteCount(10), control };
}

/** The dumb twin: the term of every record in an array. */
class SlowLog {
  start = 0;
  startTerm = 0;
  terms: number[] = [];
  get end(): number {
    return this.start + this.terms.length;
  }
  before(end: number): number {
    return end === this.start ? this.startTerm : (this.terms[end - this.start - 1] ?? -1);
  }
  floor(ceiling: number): { term: number; end: number } | null {
    for (let end = this.end; end > this.start; end -= 1)
      if (this.before(end) <= ceiling) return { term: this.before(end), end };
    return this.startTerm <= ceiling ? { term: this.startTerm, end: this.start } : null;
  }
}

describe('the log as the core sees it', () => {
  it('answers as an array of terms does, over appends, truncations, trims and resets', () => {
    const operation = fc.record({
      kind: fc.constantFrom('append', 'append', 'append', 'truncate', 'trim', 'reset'),
      a: fc.nat(99),
      b: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        const log = recoverLogView(empty);
        const slow = new SlowLog();
        for (const { kind, a, b } of operations) {
          const inside = slow.start + (a % (slow.end - slow.start + 1));
          if (kind === 'append') {
            const of = Math.max(1, slow.before(slow.end) + b);
            const length = 1 + (a % 3);
            appendToView(log, batch(slow.end, slow.end + length, of));
            for (let index = 0; index < length; index += 1) slow.terms.push(of);
          } else if (kind === 'truncate') {
            truncateView(log, offset(inside));
            slow.terms.length = inside - slow.start;
          } else if (kind === 'trim') {
            advanceViewStart(log, offset(inside));
            slow.startTerm = slow.before(inside);
            slow.terms.splice(0, inside - slow.start);
            slow.start = inside;
          } else if (a % 4 === 0) {
            resetView(log, { end: offset(slow.end + 5), term: term(slow.before(slow.end) + b) }, null);
            slow.startTerm = slow.before(slow.end) + b;
            slow.start = slow.end + 5;
            slow.terms = [];
          }
          for (let end = slow.start; end <= slow.end; end += 1)
            expect(termBefore(log, offset(end))).toBe(slow.before(end));
          for (let at = slow.start; at < slow.end; at += 1) expect(termAt(log, offset(at))).toBe(slow.before(at + 1));
          for (let ceiling = 0; ceiling < 12; ceiling += 1)
            expect(floorOfTerm(log, term(ceiling))).toEqual(slow.floor(ceiling));
          const again = recoverLogView({
            ...empty,
            logStart: log.start,
            logStartTerm: log.startTerm,
            logEnd: log.end,
            terms: log.terms,
          });
          expect(lastPosition(again)).toEqual(lastPosition(log));
        }
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('an opened term holds no batch: it is no term of the log end, and gives way', () => {
    const log = recoverLogView(empty);
    appendToView(log, batch(0, 2, 1));
    openTermInView(log, { term: term(3), start: offset(2) });
    expect(lastPosition(log)).toEqual({ end: 2, term: 1 });
    expect(floorOfTerm(log, term(3))).toEqual({ term: 1, end: 2 });
    openTermInView(log, { term: term(4), start: offset(2) });
    expect(log.terms).toEqual([
      { term: 1, start: 0 },
      { term: 4, start: 2 },
    ]);
  });

  it('voters entries go with the truncation that cuts them, and stay through trims and resets', () => {
    const log = recoverLogView(empty);
    appendToView(log, batch(0, 1, 1, { kind: 'voters', voters: voters(1, 2) }));
    appendToView(log, batch(1, 2, 1, { kind: 'voters', voters: voters(1, 2, 3) }));
    truncateView(log, offset(1));
    expect(loggedVoters(log)).toEqual(voters(1, 2));
    advanceViewStart(log, offset(1));
    expect(loggedVoters(log)).toEqual(voters(1, 2));
    resetView(log, { end: offset(9), term: term(2) }, null);
    expect(loggedVoters(log)).toEqual(voters(1, 2));
    truncateView(log, offset(9));
    expect(loggedVoters(log)).toEqual(voters(1, 2));
  });

  it('a voters entry at a log start above 0 came with the snapshot and survives a truncation to there', () => {
    const log = recoverLogView({
      ...empty,
      logStart: offset(5),
      logEnd: offset(6),
      terms: [{ term: term(2), start: offset(5) }],
      voters: [{ base: offset(5), voters: voters(1) }],
    });
    truncateView(log, offset(5));
    expect(loggedVoters(log)).toEqual(voters(1));
  });

  it('a gap that compaction left belongs to the term before it', () => {
    const log = recoverLogView(empty);
    appendToView(log, batch(0, 2, 1));
    appendToView(log, batch(7, 9, 2));
    expect(termBefore(log, 7 as Offset)).toBe(1);
    expect(termBefore(log, 8 as Offset)).toBe(2);
  });

  it('up to date means a later last term, or the same and at least as long (thesis 3.6.1)', () => {
    const at = (end: number, of: number) => ({ end: offset(end), term: term(of) });
    expect(isUpToDate(at(1, 3), at(9, 2))).toBe(true);
    expect(isUpToDate(at(9, 2), at(1, 3))).toBe(false);
    expect(isUpToDate(at(5, 2), at(5, 2))).toBe(true);
    expect(isUpToDate(at(4, 2), at(5, 2))).toBe(false);
  });
});
