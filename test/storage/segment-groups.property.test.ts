/** Which segments are written into one file, against a twin that asks of each pair of neighbours whether they could be in one. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { offset } from '../../raft/index.ts';
import { segmentGroups } from '../../storage/log/segment-groups.ts';

const BYTES_MAX = 100;
const sizes = fc.array(
  fc.record({ bytes: fc.integer({ min: 1, max: 130 }), records: fc.constantFrom(1, 7, 2 ** 30, 2 ** 31 - 1) }),
);

it('all, in order, in groups that fit and could not take one more', () => {
  fc.assert(
    fc.property(sizes, (drawn) => {
      let end = 0;
      const segments = drawn.map(({ bytes, records }) => {
        const base = offset(end);
        end += records;
        return { base, end: offset(end), bytes };
      });
      const groups = segmentGroups(segments, BYTES_MAX);
      expect(groups.flat()).toEqual(segments);
      const bytesOf = (group: typeof segments): number => group.reduce((sum, { bytes }) => sum + bytes, 0);
      const fits = (group: typeof segments): boolean =>
        bytesOf(group) <= BYTES_MAX && (group.at(-1)?.end ?? 0) - (group[0]?.base ?? 0) <= 2 ** 31;
      for (const [index, group] of groups.entries()) {
        expect(group.length === 1 || fits([...group])).toBe(true);
        const [next] = groups[index + 1] ?? [];
        if (next !== undefined) expect(fits([...group, next])).toBe(false);
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});
