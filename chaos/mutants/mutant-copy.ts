/**
 * A copy of the build with one bug in it, in a folder of its own: modules are linked, not copied, where the file system allows;
 * the changed ones are written anew. Nothing of the package itself is touched.
 *
 * ```
 *  <temporary>/package.json   node_modules ─▶ the package's   dist/lib/** linked, but for the changed modules
 * ```
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Mutant, Splice } from './mutant.ts';

export interface MutantCopy {
  /** What is to be run in it; see `seed-runner.ts`. */
  readonly program: string;
  /** Removes it. Once is enough. */
  remove(): void;
}

/** Thrown when the build is not the one that the bugs were compiled against. */
export class CopyError extends Error {
  override readonly name = 'CopyError';
}

/** Makes the copy; `mutant` null: the build as it is. */
export function copyWith(root: string, mutant: Mutant | null): MutantCopy {
  if (mutant !== null && mutant.stale !== null) throw new CopyError(mutant.stale);
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-mutant-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
    symlinkSync(dependenciesOf(root), join(folder, 'node_modules'), 'junction');
    const library = join(folder, 'dist/lib');
    linkTree(join(root, 'dist/lib'), library, new Set((mutant?.splices ?? []).map(({ file }) => file)));
    for (const splice of mutant?.splices ?? []) writeSpliced(root, library, splice);
    return { program: join(library, 'chaos/mutants/seed-runner.js'), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** An installed package has its dependencies in itself, or beside itself. */
function dependenciesOf(root: string): string {
  const own = join(root, 'node_modules');
  if (existsSync(join(own, 'protobufjs'))) return own;
  const around = dirname(root);
  return basename(around) === 'node_modules' ? around : own;
}

function linkTree(from: string, to: string, without: ReadonlySet<string>): void {
  for (const entry of readdirSync(from, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const place = path.slice(from.length + 1);
    if (!entry.isFile() || !place.endsWith('.js') || without.has(place.replaceAll('\\', '/'))) continue;
    const target = join(to, place);
    mkdirSync(dirname(target), { recursive: true });
    link(path, target);
  }
}

function link(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // Another file system, or one without links.
    copyFileSync(from, to);
  }
}

function writeSpliced(root: string, library: string, { file, sha256, from, to, text }: Splice): void {
  const module = readFileSync(join(root, 'dist/lib', file), 'utf8');
  if (createHash('sha256').update(module).digest('hex') !== sha256)
    throw new CopyError(`dist/lib/${file} is not the module that the bugs were compiled against: build again`);
  const target = join(library, file);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, module.slice(0, from) + text + module.slice(to));
}
