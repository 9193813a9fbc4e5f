/**
 * Proves that the suite of the core can fail: plants one historical bug at a time in a copy and expects red.
 *
 *   node test/raft/mutants.mjs [ID …]        RAFT_RUNS as in the properties
 *
 * The list is data: test/raft/mutants.json, `{ id, file, search, replace }` with the bug's number in the reliability notes.
 * Each mutant runs in a copy of raft/ and test/raft/; the unmutated copy must be green first.
 */
// oxlint-disable-next-line no-restricted-imports -- a tool that runs the suite on copies, no test itself
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const list = JSON.parse(readFileSync(join(root, 'test/raft/mutants.json'), 'utf8'));
const wanted = process.argv.slice(2);

function copy() {
  const folder = mkdtempSync(join(tmpdir(), 'mutant-'));
  for (const part of ['raft', 'test/raft', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** The first test that failed, invariants before golden texts (a text differs easily); null when all passed. */
function failure(folder) {
  for (const project of ['properties', 'unit', 'scripts']) {
    const result = spawnSync(
      join(root, 'node_modules/.bin/vitest'),
      ['run', '--bail', '1', '--project', project, 'test/raft'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    if (result.status === 0) continue;
    const plain = (result.stdout + result.stderr).replace(/\u001b\[[0-9;]*m/g, '');
    const name = /FAIL\s+(.*)/.exec(plain)?.[1] ?? plain.slice(-500);
    const cause = /Caused by: \w+: (.*)/.exec(plain)?.[1];
    return cause === undefined ? name : `${name}: ${cause}`;
  }
  return null;
}

const lost = list.filter(({ file, search }) => readFileSync(join(root, file), 'utf8').split(search).length !== 2);
if (lost.length > 0)
  throw new Error(`not found exactly once:\n${lost.map(({ id, search }) => `${id}: ${search}`).join('\n')}`);

let survivors = 0;
for (const mutant of [{ id: 'unmutated', file: null }, ...list]) {
  if (mutant.file !== null && wanted.length > 0 && !wanted.includes(mutant.id)) continue;
  const folder = copy();
  try {
    if (mutant.file !== null) {
      const path = join(folder, mutant.file);
      const source = readFileSync(path, 'utf8');
      writeFileSync(
        path,
        source.replace(mutant.search, () => mutant.replace),
      );
    }
    const failed = failure(folder);
    const good = (mutant.file === null) === (failed === null);
    if (!good) survivors += 1;
    process.stdout.write(`${good ? 'ok      ' : 'SURVIVED'} ${mutant.id}  ${failed ?? 'all green'}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = survivors === 0 ? 0 : 1;
