/**
 * Plants each mutant of test/storage/mutants.json, one after the other, runs the test that must catch it, and takes it back.
 *
 *   node scripts/storage-mutants.mjs [part of a rule or file]
 *
 * Works on a copy of the tree, so it disturbs nobody. Exit code 1 when a mutant survives or no longer applies.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const wanted = process.argv[2] ?? '';
const mutants = JSON.parse(readFileSync(join(root, 'test/storage/mutants.json'), 'utf8'));
const copy = mkdtempSync(join(tmpdir(), 'flotilla-mutants-'));
for (const name of ['raft', 'storage', 'chaos', 'src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
  cpSync(join(root, name), join(copy, name), { recursive: true });
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

let failures = 0;
for (const mutant of mutants) {
  if (mutant.equivalent !== undefined || !`${mutant.rule} ${mutant.file}`.includes(wanted)) continue;
  const path = join(copy, mutant.file);
  const source = readFileSync(path, 'utf8');
  const verdict = run(mutant, path, source);
  writeFileSync(path, source);
  if (verdict !== 'caught') failures += 1;
  process.stdout.write(`${verdict.padEnd(8)} ${mutant.rule}\n`);
}
rmSync(copy, { recursive: true, force: true });
process.exitCode = failures === 0 ? 0 : 1;

function run(mutant, path, source) {
  if (!source.includes(mutant.search)) return 'gone';
  writeFileSync(path, source.replace(mutant.search, mutant.replace));
  const env = { ...process.env, ...mutant.environment };
  const answer = spawnSync('npx', ['vitest', 'run', mutant.caughtBy], {
    cwd: copy,
    env,
    encoding: 'utf8',
    timeout: 300_000,
  });
  return answer.status === 0 ? 'SURVIVED' : 'caught';
}
