/** The bugs that campaigns must find are still possible: each edit of each mutant has exactly one place in the tree. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FAULTS } from '../../chaos/nemesis/index.ts';

interface Mutant {
  readonly id: string;
  readonly edits: readonly { readonly file: string; readonly search: string; readonly replace: string }[];
  readonly faults: string;
  readonly caughtBy?: string;
}

const mutants = JSON.parse(readFileSync('chaos/mutants/cluster.json', 'utf8')) as readonly Mutant[];

it.each(mutants.map((mutant) => [mutant.id, mutant] as const))('%s applies', (_id, { edits, faults, caughtBy }) => {
  for (const { file, search, replace } of edits) {
    expect(existsSync(file), file).toBe(true);
    expect(readFileSync(file, 'utf8').split(search), `${file}: ${search}`).toHaveLength(2);
    expect(replace).not.toBe(search);
  }
  for (const fault of faults.split(',')) expect(Object.keys(FAULTS)).toContain(fault);
  expect(caughtBy).toMatch(/^seed \d+: /);
});
