/** Asking several without waiting for the silent: who is asked when, and whose answer counts. */
import { describe, expect, it } from 'vitest';
import { hedge } from '../../src/client/index.ts';
import { TestClock } from '../coordinator/test-clock.ts';

interface Asked {
  readonly name: string;
  readonly at: number;
  readonly answer: (value: string) => void;
  readonly fail: (error: unknown) => void;
}

function hedging(names: readonly string[], isFinal: (error: unknown) => boolean = () => false) {
  const clock = new TestClock();
  const begin = clock.now();
  const asked: Asked[] = [];
  const ask = (name: string): Promise<string> =>
    new Promise((answer, fail) => asked.push({ name, at: clock.now() - begin, answer, fail }));
  const result = hedge(names, ask, { clock, patienceMs: 300, isFinal });
  const times = (): readonly (readonly [string, number])[] => asked.map(({ name, at }) => [name, at]);
  return { clock, asked, result, times };
}

describe('hedged calls', () => {
  it('one that answers in time is the only one asked', async () => {
    const { clock, asked, result, times } = hedging(['a', 'b']);
    await clock.advance(299);
    asked[0]?.answer('yes');
    expect(await result).toEqual({ kind: 'answered', answer: 'yes', silent: [] });
    await clock.advance(1000);
    expect(times()).toEqual([['a', 0]]);
    expect(clock.timers).toBe(0);
  });

  it('the next is asked after a while, the first answer wins, and whoever had as long and said nothing was silent', async () => {
    const { clock, asked, result, times } = hedging(['a', 'b', 'c']);
    await clock.advance(650);
    expect(times()).toEqual([
      ['a', 0],
      ['b', 300],
      ['c', 600],
    ]);
    asked[1]?.answer('from b');
    expect(await result).toEqual({ kind: 'answered', answer: 'from b', silent: ['a'] });
    asked[0]?.fail(new Error('too late'));
    expect(clock.timers).toBe(0);
  });

  it('a failure asks the next at once; when all have failed, all failures are told', async () => {
    const { clock, asked, result, times } = hedging(['a', 'b', 'c']);
    asked[0]?.fail('first');
    await clock.advance(0);
    asked[1]?.fail('second');
    await clock.advance(0);
    expect(times().map(([name]) => name)).toEqual(['a', 'b', 'c']);
    asked[2]?.fail('third');
    expect(await result).toEqual({ kind: 'failed', failures: ['first', 'second', 'third'] });
    expect(await hedging([]).result).toEqual({ kind: 'failed', failures: [] });
  });

  it('a late answer of the first still counts while the others fail', async () => {
    const { clock, asked, result } = hedging(['a', 'b']);
    await clock.advance(300);
    asked[1]?.fail('no');
    await clock.advance(5000);
    asked[0]?.answer('late');
    expect(await result).toMatchObject({ answer: 'late', silent: [] });
  });

  it('a final failure ends it', async () => {
    const { asked, result, times } = hedging(['a', 'b'], (error) => error === 'refused');
    asked[0]?.fail('refused');
    await expect(result).rejects.toBe('refused');
    expect(times()).toEqual([['a', 0]]);
  });
});
