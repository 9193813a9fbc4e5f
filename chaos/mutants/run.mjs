/**
 * Proves that the campaigns can fail: plants one historical bug at a time and runs seeds until one is red.
 *
 *   node chaos/mutants/run.mjs [ID …] [--update]      all of chaos/mutants/cluster.json, or those whose id begins so
 *
 * `{ id, file, search, replace, seeds, caughtBy }`: `search` occurs exactly once in `file`; `caughtBy` is the invariant and the
 * seed that found it last, or why a campaign cannot. The tree is not touched: the bundle is built with the changed file.
 */
// oxlint-disable-next-line no-restricted-imports -- a tool that runs campaigns on changed bundles, no test itself
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const listPath = join(root, 'chaos/mutants/cluster.json');
const list = JSON.parse(readFileSync(listPath, 'utf8'));
const update = process.argv.includes('--update');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const out = join(root, 'dist/run/chaos/mutant.js');

/** The program with `mutant` planted; null: as it is. */
async function bundle(mutant) {
  const planted = {
    name: 'mutant',
    setup(made) {
      if (mutant === null) return;
      const path = resolve(root, mutant.file);
      made.onLoad({ filter: /\.ts$/ }, (loading) => {
        if (loading.path !== path) return null;
        const parts = readFileSync(path, 'utf8').split(mutant.search);
        if (parts.length !== 2) throw new Error(`${mutant.id}: ${parts.length - 1} places in ${mutant.file}`);
        return { contents: parts.join(mutant.replace), loader: 'ts' };
      });
    },
  };
  mkdirSync(dirname(out), { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['chaos/main.ts'],
    outfile: out,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    plugins: [planted],
  });
}

function firstFailure(seeds) {
  const run = spawnSync(process.execPath, [out, '--seeds', String(seeds), '--stop', '--quiet'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (run.status === 0) return null;
  const line =
    run.stdout.split('\n').find((text) => text.includes('FAILED')) ?? run.stderr.trim().split('\n').at(-1) ?? '';
  return line.replace(' FAILED', ':').slice(0, 160);
}

let survived = 0;
for (const mutant of list) {
  if (wanted.length > 0 && !wanted.some((id) => mutant.id.startsWith(id))) continue;
  await bundle(mutant);
  const caught = firstFailure(mutant.seeds);
  if (caught === null) survived += 1;
  console.log(`${caught === null ? 'survived' : 'caught  '} ${mutant.id}${caught === null ? '' : ` · ${caught}`}`);
  if (update) mutant.caughtBy = caught ?? mutant.caughtBy ?? 'no campaign so far';
}
if (update) writeFileSync(listPath, `${JSON.stringify(list, null, 2)}\n`);
process.exit(survived === 0 ? 0 : 1);
