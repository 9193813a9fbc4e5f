/** The planted bugs are still possible: each edit of each mutant has exactly one place in the tree, and seeds have caught it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { chooseMutants } from '../../chaos/mutants/index.ts';
import type { Mutant as Compiled } from '../../chaos/mutants/index.ts';
import { FAULTS } from '../../chaos/nemesis/index.ts';

interface Catch {
  readonly seeds: number;
  readonly invariant: string;
}

interface Mutant extends Omit<Compiled, 'splices' | 'stale'> {
  readonly edits: readonly { readonly file: string; readonly search: string; readonly replace: string }[];
  /** What caught it last: with its hint, and with the default profile; null: nothing within the seeds that were run. */
  readonly caught?: { readonly hinted: Catch | null; readonly swarm?: Catch | null };
}

const folder = 'chaos/mutants/list';
const mutants = readdirSync(folder)
  .sort()
  .flatMap((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as readonly Mutant[]);
/** Planted, and not caught within the few seeds that were run so far: holes of the suite, or of their hints. */
const uncaught = JSON.parse(readFileSync('chaos/mutants/uncaught.json', 'utf8')) as readonly Mutant[];
const named = [...mutants, ...uncaught].map((mutant) => [`${mutant.id} ${mutant.name}`, mutant] as const);

it.each(named)('%s applies', (_title, { edits, hint, expects, source }) => {
  const changed = new Map<string, string>();
  for (const { file, search, replace } of edits) {
    expect(existsSync(file), file).toBe(true);
    const parts = (changed.get(file) ?? readFileSync(file, 'utf8')).split(search);
    expect(parts, `${file}: ${search}`).toHaveLength(2);
    expect(replace).not.toBe(search);
    changed.set(file, parts.join(replace));
  }
  for (const fault of hint.faults) expect(Object.keys(FAULTS)).toContain(fault);
  expect(expects.length).toBeGreaterThan(0);
  expect(source).not.toBe('');
});

it('every mutant has an id of its own', () => {
  const all = [...mutants, ...uncaught].map(({ id }) => id);
  expect(new Set(all).size).toBe(all.length);
});

it('every mutant has been caught', () => {
  expect(mutants.filter(({ caught }) => caught === undefined || caught.hinted === null).map(({ id }) => id)).toEqual(
    [],
  );
});

it('canaries are few, and cheap: caught within five seeds', () => {
  const canaries = mutants.filter(({ canary }) => canary);
  expect(canaries.length).toBeLessThanOrEqual(16);
  for (const { id, caught } of canaries) expect(caught?.hinted?.seeds, id).toBeLessThanOrEqual(5);
});

it('a family of mutants is named by its number, and an unknown id is answered with those that there are', () => {
  const compiled = mutants.map((mutant) => ({ ...mutant, stale: null, splices: [] }));
  const chosen = (ids: readonly string[]): readonly string[] | string => {
    const found = chooseMutants(compiled, ids);
    return typeof found === 'string' ? found : found.map(({ id }) => id);
  };
  expect(chosen(['m18'])).toEqual(expect.arrayContaining(['M18a', 'M18b']));
  expect(chosen(['M12'])).toEqual(['M12']);
  expect(chosen([])).toHaveLength(mutants.length);
  expect(chosen(['M12', 'M99'])).toMatch(/^M99 is no mutant; there are .*\bM12\b/);
});
