/** What a compacted log may lack, and what it must not: D10. */
import { describe, expect, it } from 'vitest';
import { KeyedRecords } from '../../../chaos/checkers/keyed-records.ts';
import { History } from '../../../chaos/workload/index.ts';
import type { PollSession } from '../../../chaos/workload/index.ts';

const NOWHERE = (): boolean => false;

/** `a=1` … at the offsets in this order, all acknowledged; `a=` is a tombstone, `a=?` one of which nobody has heard. */
function historyOf(texts: string, rule: { tombstonesGo?: boolean; keepsAll?: boolean } = {}): History {
  const history = new History();
  history.compacted.add('k', { tombstonesGo: false, keepsAll: false, ...rule });
  for (const [offset, text] of texts.split(' ').entries()) {
    const [key = '', value = ''] = text.split('=');
    const content = { key, padding: 0, byte: 0, timestamp: 0, tombstone: value === '' || value === '?' };
    const where = { topic: 'k', partition: 0, writer: 'w', number: offset, sentAt: 0, kept: true, once: true };
    const record = history.add({ id: `${offset}`, ...where, content });
    if (value !== '?') history.ack(record, offset, 1);
  }
  return history;
}

/** A log with what is at these offsets. */
function judge(history: History, offsets: readonly number[], passedOver: (offset: number) => boolean = NOWHERE): void {
  const values = new Map(offsets.map((offset) => [offset, `${offset}`]));
  new KeyedRecords(history).judgeLog('k-0', { topic: 'k', partition: 0, start: 0, end: 9, values }, passedOver);
}

function sessionOf(history: History, from: number, offsets: readonly number[]): PollSession {
  const session = history.polls.begin('reader', 'k', 0, from);
  session.note(
    1,
    offsets.map((offset) => ({ offset, value: `${offset}` })),
  );
  return session;
}

describe('a compacted log', () => {
  it('may lack what something newer of its key has outdated, and nothing else', () => {
    const history = historyOf('a=1 b=1 a=2 c=1');
    expect(() => judge(history, [0, 1, 2, 3])).not.toThrow();
    expect(() => judge(history, [1, 2, 3])).not.toThrow();
    expect(() => judge(history, [0, 1, 3])).toThrow('D10: k-0 lacks 2 of a@2');
    expect(() => judge(history, [2, 3])).toThrow('D10: k-0 lacks 1 of b@1');
  });

  it('lacks nothing while all records are too young', () => {
    expect(() => judge(historyOf('a=1 a=2', { keepsAll: true }), [1])).toThrow('D10: k-0 lacks 0');
  });

  it('keeps its tombstones as long as they live, and then what they deleted does not come back', () => {
    expect(() => judge(historyOf('a=1 b=1 a='), [0, 1])).toThrow('D10: k-0 lacks the tombstone 2 of a@2');
    const history = historyOf('a=1 b=1 a=', { tombstonesGo: true });
    expect(() => judge(history, [1])).not.toThrow();
    expect(history.compacted.expired).toBe(1);
    expect(() => judge(history, [0, 1])).toThrow('D10: k-0 has 0 of a@0, which the tombstone 2 of a@2 had deleted');
    // Its replica was not told of the tombstone.
    expect(() => judge(history, [0, 1], (offset) => offset === 2)).not.toThrow();
  });

  it('may have lost a key to a tombstone of which nobody knows whether it was written', () => {
    expect(() => judge(historyOf('a=1 a=?', { tombstonesGo: true }), [])).not.toThrow();
    expect(() => judge(historyOf('a=1 a=?'), [])).toThrow('D10: k-0 lacks 0');
  });

  it('gives a reader the newest of each key, or what comes behind where it has got to', () => {
    const history = historyOf('a=1 b=1 a=2 b=2 c=1');
    const keyed = new KeyedRecords(history);
    expect(() => keyed.judgeSession(sessionOf(history, 0, [2, 3, 4]), 0)).not.toThrow();
    // Both have something newer that it has not come to.
    expect(() => keyed.judgeSession(sessionOf(history, 0, [0]), 0)).not.toThrow();
    expect(() => keyed.judgeSession(sessionOf(history, 1, [2]), 0)).not.toThrow();
    expect(() => keyed.judgeSession(sessionOf(history, 0, [0, 1, 4]), 0)).toThrow('D10: reader was not given 2 of a@2');
    expect(() => keyed.judgeSession(sessionOf(history, 0, []), 0)).not.toThrow();
  });

  it('is told to the checkers of other logs', () => {
    const keyed = new KeyedRecords(historyOf('a=1 a=2'));
    expect([0, 1, 7].map((offset) => keyed.mayLack('k', 0, offset))).toEqual([true, false, false]);
    expect(keyed.mayLack('t', 0, 0)).toBe(false);
  });
});
