/**
 * Proves that the campaigns can fail: plants one historical bug at a time and runs seeds until one is red.
 *
 *   node chaos/mutants/run.mjs [ID …] [--update]      all of chaos/mutants/cluster.json, or those whose id begins so
 *
 * `{ id, edits, seeds, faults, shape, caughtBy }`: each edit replaces what occurs exactly once in its file; campaigns of these
 * faults and this shape are run from seed 1 on, `seeds` of them at most; `caughtBy` is the invariant and the seed that found it
 * last. The tree is not touched: the bundle is built with the changed files.
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

/** The changed files by path; a text when an edit does not apply. */
function changedFiles({ edits }) {
  const files = new Map();
  for (const { file, search, replace } of edits) {
    const path = resolve(root, file);
    const parts = (files.get(path) ?? readFileSync(path, 'utf8')).split(search);
    if (parts.length !== 2) return `${parts.length - 1} places in ${file}`;
    files.set(path, parts.join(replace));
  }
  return files;
}

/** Builds the program with `files` in place of the tree's. */
async function bundle(files) {
  const planted = {
    name: 'mutant',
    setup(made) {
      made.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = files.get(path);
        return contents === undefined ? null : { contents, loader: 'ts' };
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

function firstFailure({ seeds, faults, shape }) {
  const shaped = shape === undefined ? [] : ['--shape', JSON.stringify(shape)];
  const args = [out, '--seeds', String(seeds), '--faults', faults, ...shaped, '--stop', '--quiet'];
  const run = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (run.status === 0) return null;
  const line =
    run.stdout.split('\n').find((text) => text.includes('FAILED')) ?? run.stderr.trim().split('\n').at(-1) ?? '';
  return line.replace(' FAILED', ':').slice(0, 160);
}

let bad = 0;
for (const mutant of list) {
  if (wanted.length > 0 && !wanted.some((id) => mutant.id.startsWith(id))) continue;
  const files = changedFiles(mutant);
  if (typeof files === 'string') {
    bad += 1;
    console.log(`does not apply: ${mutant.id} · ${files}`);
    continue;
  }
  await bundle(files);
  const caught = firstFailure(mutant);
  if (caught === null) bad += 1;
  console.log(`${caught === null ? 'survived' : 'caught  '} ${mutant.id}${caught === null ? '' : ` · ${caught}`}`);
  if (update) mutant.caughtBy = caught ?? mutant.caughtBy ?? 'no campaign so far';
}
if (update) writeFileSync(listPath, `${JSON.stringify(list, null, 2)}\n`);
process.exit(bad === 0 ? 0 : 1);
