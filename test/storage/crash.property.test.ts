/**
 * Crashes at every kind of moment: what the driver was told is there afterwards, nothing else is, and nothing between is missing.
 *
 * One seed is one run; a failure prints the plan that brings it back.
 */
import { describe, expect, it } from 'vitest';
import { CrashRun } from './crash-run.ts';

const RUNS = Number(process.env['CRASH_RUNS'] ?? 40);
const FIRST = Number(process.env['CRASH_FIRST'] ?? 1);

describe.each(['kill', 'power', 'either'] as const)('%s', (crash) => {
  it('at any disk event of any life leaves each log in a state that its driver knows', async () => {
    for (let seed = FIRST; seed < FIRST + RUNS; seed += 1) {
      await new CrashRun({ seed, lives: 5, eventsMax: 160, crash }).run();
    }
    expect(RUNS).toBeGreaterThan(0);
  });
});
