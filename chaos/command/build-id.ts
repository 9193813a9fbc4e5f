/**
 * Which build this is: what a replay file names, so that a reader knows when it is not his.
 *
 * An installed package has it in `dist/lib/build.json`; a checkout asks git, and says `+` when something is not committed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../src/version.ts';

const PLACES = [join(import.meta.dirname, '..', '..', 'build.json'), join(import.meta.dirname, '..', 'build.json')];

export function buildId(): string {
  const place = PLACES.find((path) => existsSync(path));
  if (place !== undefined) return (JSON.parse(readFileSync(place, 'utf8')) as { readonly commit: string }).commit;
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changes = git('status', '--porcelain', '--untracked-files=no');
    return `${git('rev-parse', '--short=12', 'HEAD')}${changes === '' ? '' : '+'}`;
  } catch {
    // No repository, or no git: the version is what is left.
    return `v${VERSION}`;
  }
}
