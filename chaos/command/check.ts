/**
 * `chaos check`: what `npm test` runs of this suite.
 *
 * ```
 *  chaos/regressions/*.json (each passes) ─▶ canaries (each is caught) ─▶ sixty seeds of this commit
 * ```
 * Exit codes as of `chaos run`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inWords } from '../checkers/index.ts';
import { campaign } from '../nemesis/index.ts';
import type { CampaignShape } from '../nemesis/index.ts';
import { packageRoot } from '../mutants/index.ts';
import { readReplay } from '../schedule/index.ts';
import { buildId } from './build-id.ts';
import { parsed, readRunOptions, UsageError } from './options.ts';
import { EXIT, run } from './run.ts';
import type { RunParts } from './run.ts';

const SEEDS = 60;

export async function check(args: readonly string[], cores: number, parts: RunParts): Promise<number> {
  const started = performance.now();
  const values = parsed(args, { seeds: { type: 'string' } });
  const regressions = await replayAll(join(packageRoot(), 'chaos', 'regressions'));
  if (regressions !== EXIT.nothing) return regressions;
  const canaries = await parts.canaries();
  if (canaries !== EXIT.nothing) {
    process.stderr.write('a canary was not caught: a bug that was planted stayed unseen\n');
    return EXIT.broken;
  }
  const spent = (performance.now() - started) / 1000;
  const seeds = String(values['seeds'] ?? SEEDS);
  const from = seedOfBuild();
  process.stdout.write(`canaries caught after ${spent.toFixed(0)} s; ${seeds} seeds from ${from} on follow\n`);
  const which = ['--seeds', seeds, '--from', from];
  return run(readRunOptions([...which, '--no-canaries'], cores), parts);
}

/** Every commit has other seeds, and the same on every machine: who sees a red check sees it again. */
function seedOfBuild(): string {
  const [commit = '1'] = /^[0-9a-f]{1,10}/.exec(buildId()) ?? [];
  return commit;
}

/** An installed package has none: they are for who changes the code. */
async function replayAll(folder: string): Promise<number> {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  let failed = 0;
  for (const name of names.sort()) {
    const file = readReplay(readFileSync(join(folder, name), 'utf8'));
    if (typeof file === 'string') throw new UsageError(`${join(folder, name)}: ${file}`);
    const { seed, shape, decisions } = file;
    const { failure } = await campaign({ seed, shape: shape as CampaignShape, decisions });
    if (failure === null) continue;
    failed += 1;
    process.stderr.write(`regression ${name}: ${inWords(failure.invariant)}\n  ${failure.text}\n`);
    process.stderr.write(`again: npx flotilla chaos replay chaos/regressions/${name} --html run.html\n`);
  }
  process.stdout.write(`regressions: ${names.length - failed} of ${names.length} pass\n`);
  return failed === 0 ? EXIT.nothing : EXIT.violation;
}
