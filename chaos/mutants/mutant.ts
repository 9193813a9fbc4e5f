/**
 * A planted bug, as the build wrote it: who it is, how to make it likely, what should catch it, and what to change in the
 * compiled modules. The bugs themselves are edits of the sources, in `list/*.json`; `scripts/mutants.mjs` compiles them.
 *
 * ```
 *  list/elections.json ─build─▶ dist/lib/chaos/mutants/compiled.json ─▶ a copy of dist/lib with the bug ─▶ seeds until one fails
 * ```
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a campaign is to draw instead of its own: makes the bug's schedule likely. */
export interface Hint {
  /** Names of faults and recipes. */
  readonly faults: readonly string[];
  /** What is not to be drawn of the campaign's shape; plain JSON. */
  readonly shape?: Readonly<Record<string, unknown>>;
}

/** Replaces [from, to) of the module, in UTF-16 units. */
export interface Splice {
  /** Below `dist/lib`. */
  readonly file: string;
  /** Of the module without the bug. */
  readonly sha256: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface Mutant {
  /** `M12`, `S1`: of the list of historical bugs; else the rule that is missing. */
  readonly id: string;
  readonly name: string;
  /** What went wrong in a real system, or what the rule is there for. */
  readonly bug: string;
  /** Where that is told. */
  readonly source: string;
  /** Invariants that should catch it; others may. */
  readonly expects: readonly string[];
  readonly hint: Hint;
  /** One of the few that every campaign runs, to show that its checkers can fail. */
  readonly canary: boolean;
  /** Why its edits do not fit the sources any more; null: they do. */
  readonly stale: string | null;
  readonly splices: readonly Splice[];
}

/** The package's own folder, found from any module of it, bundled or not. */
export function packageRoot(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (!existsSync(path)) continue;
    const { name } = JSON.parse(readFileSync(path, 'utf8')) as { readonly name?: unknown };
    if (name === 'flotilla') return folder;
  }
  throw new Error(`${from} lies in no package of flotilla`);
}

/** All planted bugs of this build, in order; null when there is no build. */
export function readMutants(root: string = packageRoot()): readonly Mutant[] | null {
  const path = join(root, 'dist/lib/chaos/mutants/compiled.json');
  if (!existsSync(path)) return null;
  return (JSON.parse(readFileSync(path, 'utf8')) as readonly Mutant[]).map((mutant) => ({
    ...mutant,
    canary: mutant.canary === true,
  }));
}
