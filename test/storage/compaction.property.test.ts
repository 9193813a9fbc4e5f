/** Compaction beside everything else that happens to a log, and crashes: the newest record of each key stays. */
import { expect, it } from 'vitest';
import { CompactionRun } from './compaction-run.ts';

const RUNS = Number(process.env['CRASH_RUNS'] ?? 40);
const FIRST = Number(process.env['CRASH_FIRST'] ?? 1);
/** Once found something. */
const FOUND = [27, 164, 457];

it('whatever it met, the newest record of each key is there, and nothing that was never written', async () => {
  const seeds = Array.from({ length: RUNS }, (_, index) => FIRST + index);
  for (const seed of [...FOUND, ...seeds]) await new CompactionRun(seed).run(4);
  expect(RUNS).toBeGreaterThan(0);
});
