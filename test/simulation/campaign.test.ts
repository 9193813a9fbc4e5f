/**
 * Random campaigns: a handful of seeds here, as many as you like with `npm run chaos -- --seeds 500`; FLOTILLA_CHAOS_SEEDS and
 * FLOTILLA_CHAOS_FROM change what is run here. A failure names its seed and the command that brings it back.
 */
import { describe, expect, it } from 'vitest';
import { campaign, passingCampaign } from '../../chaos/nemesis/index.ts';

const seeds = Number(process.env['FLOTILLA_CHAOS_SEEDS'] ?? 4);
const from = Number(process.env['FLOTILLA_CHAOS_FROM'] ?? 1);

describe('a random campaign', () => {
  it.each(Array.from({ length: seeds }, (_, index) => from + index))(
    'with seed %i ends with everything that was acknowledged, all replicas equal',
    async (seed) => {
      const { acked, recovery } = await passingCampaign({ seed, milliseconds: 4000 });
      expect(acked).toBeGreaterThan(0);
      expect(recovery?.inSync).toBeLessThan(60_000);
    },
  );

  it.each([3, 14])('with seed %i is the same run twice', async (seed) => {
    const first = await campaign({ seed, milliseconds: 2500 });
    const second = await campaign({ seed, milliseconds: 2500 });
    expect(second.hash).toBe(first.hash);
    expect(second.decisions).toEqual(first.decisions);
  });

  it.each([3, 14])('with seed %i is the same run when its decisions are done again', async (seed) => {
    const first = await campaign({ seed, milliseconds: 2500 });
    const { shape, decisions } = first;
    const second = await campaign({
      seed,
      shape,
      decisions: JSON.parse(JSON.stringify(decisions)) as typeof decisions,
    });
    expect(decisions.length).toBeGreaterThan(0);
    expect(second.hash).toBe(first.hash);
    expect(second.misfits).toEqual([]);
  });
});
