/** The growing factor that gives a heap its room, for heaps of all sizes. */
import { expect, it } from 'vitest';
import { heapGrowingPercent } from '../../src/runtime/index.ts';

const MIB = 1 << 20;

it.each([
  { live: 10, room: 128 },
  { live: 60, room: 128 },
  { live: 127, room: 128 },
])('a live heap of $live MiB may grow by about $room MiB', ({ live, room }) => {
  const grown = (live * heapGrowingPercent(live * MIB)) / 100;
  expect(grown).toBeGreaterThan(room - 2);
  expect(grown).toBeLessThan(room + 2);
});

it('a heap that has just started does not get a factor without bound', () => {
  expect(heapGrowingPercent(0)).toBe(heapGrowingPercent(8 * MIB));
});

it('a heap larger than the room is left to V8', () => {
  expect(heapGrowingPercent(128 * MIB)).toBe(0);
});
