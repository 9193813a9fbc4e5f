/**
 * A small seeded `Random` for tests of the core (mulberry32). `fork` depends on the seed and the label only.
 */
import type { Random } from '../../../raft/index.ts';

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    below: (bound) => next() % bound,
    fraction: () => next() / 2 ** 32,
    bytes: (length) => Uint8Array.from({ length }, () => next() & 255),
    fork: (label) =>
      seededRandom([...label].reduce((hash, char) => (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0, seed + 1)),
  };
}
