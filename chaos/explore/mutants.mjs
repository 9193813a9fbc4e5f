/**
 * Proves that the exploration can find something: plants one bug at a time into the core and explores.
 *
 *   node chaos/explore/mutants.mjs [--seconds 120] [ID …]     all of chaos/explore/mutants.json, or those whose id begins so
 *
 * `{ id, file, search, replace, arguments }`: what occurs exactly once in the file is replaced, and explored as the arguments
 * say. The tree is not touched: the bundle is built with the changed file. Prints the rows of the table in README.md.
 */
// oxlint-disable-next-line no-restricted-imports -- a tool that runs the explorer on changed bundles, no test itself
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const list = JSON.parse(readFileSync(join(root, 'chaos/explore/mutants.json'), 'utf8'));
const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '120' } },
  allowPositionals: true,
});
const outfile = join(root, 'dist/run/chaos/explore/mutant.js');

function planted({ file, search, replace }) {
  const path = resolve(root, file);
  const parts = readFileSync(path, 'utf8').split(search);
  if (parts.length !== 2) throw new Error(`${parts.length - 1} places in ${file}: ${search}`);
  return {
    name: 'mutant',
    setup(made) {
      made.onLoad({ filter: /\.ts$/ }, (loaded) =>
        loaded.path === path ? { contents: parts.join(replace), loader: 'ts' } : null,
      );
    },
  };
}

let survivors = 0;
for (const mutant of list) {
  if (positionals.length > 0 && !positionals.some((id) => mutant.id.startsWith(id))) continue;
  await build({
    absWorkingDir: root,
    entryPoints: ['chaos/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    plugins: [planted(mutant)],
  });
  const run = spawnSync(
    process.execPath,
    [outfile, 'explore', '--seconds', values.seconds, ...mutant.arguments.split(' ')],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const lines = run.stdout.split('\n');
  const at = lines.findIndex((line) => line.startsWith('found'));
  if (at < 0) survivors += 1;
  // Progress is told again and again: the last line of each search counts.
  const searches = new Map();
  for (const line of lines) {
    const progress = /^([^:]*): (\d+) states, .* ([\d.]+) s,/.exec(line);
    if (progress !== null) searches.set(progress[1], [Number(progress[2]), Number(progress[3])]);
  }
  const states = [...searches.values()].reduce((sum, [count]) => sum + count, 0);
  const seconds = [...searches.values()].reduce((sum, [, spent]) => sum + spent, 0).toFixed(1);
  const found = /^found \((.*)\): (.*)/.exec(lines[at] ?? '');
  const moves = lines.filter((line) => /^ *\d+\. /.test(line)).length;
  const how = found === null ? 'not found' : `${found[1]} | ${moves} | ${found[2]}`;
  console.log(`| ${mutant.id} | ${states} | ${seconds} | ${how} |${run.status > 1 ? run.stderr.slice(-600) : ''}`);
}
process.exit(survivors === 0 ? 0 : 1);
