/**
 * Crashes at every kind of moment: what the driver was told is there afterwards, nothing else is, and nothing between is missing.
 *
 * One seed is one run; a failure prints the plan that brings it back.
 */
import { describe, expect, it } from 'vitest';
import { CrashRun } from './crash-run.ts';

const RUNS = Number(process.env['CRASH_RUNS'] ?? 40);
const FIRST = Number(process.env['CRASH_FIRST'] ?? 1);
/** Once found something, in the product or in the model. */
const FOUND = [220_329, 223_970, 237_461];

describe.each(['kill', 'power', 'either'] as const)('%s', (crash) => {
  const plan = { lives: 5, eventsMax: 160, crash, trouble: false, segmentLagMs: 0 };
  const seeds = Array.from({ length: RUNS }, (_, index) => FIRST + index);

  it('at any disk event of any life leaves each log in a state that its driver knows', async () => {
    for (const seed of FOUND) await new CrashRun({ ...plan, seed }).run();
    for (const seed of seeds) await new CrashRun({ ...plan, seed, segmentLagMs: seed % 2 === 0 ? 0 : 5 }).run();
    expect(RUNS).toBeGreaterThan(0);
  });

  it('with a full disk, deleted logs and few open files: the same', async () => {
    for (const seed of seeds)
      await new CrashRun({ ...plan, seed, trouble: true, segmentLagMs: seed % 3 === 0 ? 5 : 0 }).run();
    expect(RUNS).toBeGreaterThan(0);
  });
});
