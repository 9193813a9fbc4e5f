/** Whatever is taken out of a shape, nodes accept the settings that are left (campaign 72dddc44143 of 437d463). */
import { expect, it } from 'vitest';
import { seededRandom } from '../../../raft/index.ts';
import { SimCluster } from '../../../chaos/cluster/index.ts';
import { drawShape } from '../../../chaos/nemesis/shape.ts';
import type { CampaignShape } from '../../../chaos/nemesis/index.ts';
import { smallerShapes } from '../../../chaos/nemesis/index.ts';

function isAccepted({ settings, nodes, voters }: CampaignShape): boolean {
  return new SimCluster({ seed: '1', nodes, voters, settings }).config(1).voters.length === voters;
}

it('every smaller shape is one that nodes accept, alone and after all others', () => {
  const slow = Array.from({ length: 20 }, (_, seed) => drawShape(seededRandom(String(seed)), {})).filter(
    ({ timeouts }) => timeouts > 1,
  );
  expect(slow.length).toBeGreaterThan(3);
  for (const shape of slow) {
    let left = shape;
    for (const smaller of smallerShapes(shape)) {
      expect(isAccepted({ ...shape, ...smaller(shape) })).toBe(true);
      left = { ...left, ...smaller(left) };
      expect(isAccepted(left)).toBe(true);
    }
    expect([left.timeouts, left.settings]).toEqual([1, []]);
  }
});
