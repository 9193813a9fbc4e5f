/** Who is remembered as silent, and for how long. */
import { describe, expect, it } from 'vitest';
import { SILENCE_MS, Silences } from '../../src/client/index.ts';
import { TestClock } from '../coordinator/test-clock.ts';

describe('silences', () => {
  it('are remembered for a while, or until the silent one answers', async () => {
    const clock = new TestClock();
    const silences = new Silences(clock);
    const order = (): readonly string[] => silences.last(['a', 'b', 'c'], (name) => name);
    expect(order()).toEqual(['a', 'b', 'c']);
    silences.note('a');
    silences.note('b');
    expect(order()).toEqual(['c', 'a', 'b']);
    silences.end('a');
    expect(order()).toEqual(['a', 'c', 'b']);
    await clock.advance(SILENCE_MS - 1);
    expect(silences.has('b')).toBe(true);
    await clock.advance(1);
    expect(silences.has('b')).toBe(false);
    expect(order()).toEqual(['a', 'b', 'c']);
  });
});
