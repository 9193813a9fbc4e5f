/** The seeded generator: repeatable, forkable, within bounds and not obviously skewed. */
import { expect, test } from 'vitest';
import { seededRandom } from '../../raft/index.ts';

function draws(random: ReturnType<typeof seededRandom>, count: number): number[] {
  return Array.from({ length: count }, () => random.below(1_000_000));
}

test('a seed repeats itself, and another seed does not', () => {
  expect(draws(seededRandom('a'), 50)).toEqual(draws(seededRandom('a'), 50));
  expect(draws(seededRandom('a'), 50)).not.toEqual(draws(seededRandom('b'), 50));
});

test('a fork depends on seed and label only, not on what was drawn before', () => {
  const [fresh, used] = [seededRandom('a'), seededRandom('a')];
  draws(used, 10);
  expect(draws(used.fork('x'), 20)).toEqual(draws(fresh.fork('x'), 20));
  expect(draws(fresh.fork('x'), 20)).not.toEqual(draws(fresh.fork('y'), 20));
  expect(draws(fresh.fork('x').fork('x'), 20)).not.toEqual(draws(fresh.fork('x'), 20));
});

test('all values come about equally often', () => {
  const random = seededRandom('evenly');
  const counts = Array.from({ length: 8 }, () => 0);
  for (let draw = 0; draw < 8000; draw += 1) {
    const value = random.below(8);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  const fractions = Array.from({ length: 4000 }, () => random.fraction());
  expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true);
  expect(fractions.reduce((sum, fraction) => sum + fraction, 0) / 4000).toBeCloseTo(0.5, 1);
  expect(new Set(random.bytes(64)).size).toBeGreaterThan(32);
});

test('neighbouring seeds and labels are unrelated', () => {
  const firsts = Array.from({ length: 200 }, (_, seed) => seededRandom(String(seed)).below(0x1_0000_0000));
  const forks = Array.from({ length: 200 }, (_, label) => seededRandom('s').fork(String(label)).below(0x1_0000_0000));
  expect(new Set([...firsts, ...forks]).size).toBe(400);
});
