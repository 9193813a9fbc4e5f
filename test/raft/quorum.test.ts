/**
 * Majorities against a dumb twin that tries every value.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { majoritySize, majorityValue, tally } from '../../raft/quorum.ts';

/** The dumb twin: tries every value. */
function slowMajority(values: readonly number[]): number {
  const reached = values.filter((value) => values.filter((other) => other >= value).length > values.length / 2);
  return Math.max(...reached);
}

describe('majorities', () => {
  it('the majority value is what trying every value gives', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 9 }), (values) => {
        expect(majorityValue(values)).toBe(slowMajority(values));
      }),
      { seed: 1 },
    );
  });

  it('any two majorities of a set share a member', () => {
    for (let voters = 1; voters <= 9; voters += 1) expect(majoritySize(voters) * 2).toBeGreaterThan(voters);
  });

  it('an election is lost only when the missing answers could not win it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(9), (voters, granted, refused) => {
        fc.pre(granted + refused <= voters);
        const best = voters - refused;
        const expected = granted * 2 > voters ? 'won' : best * 2 > voters ? 'open' : 'lost';
        expect(tally(voters, granted, refused)).toBe(expected);
      }),
      { seed: 1 },
    );
  });
});
