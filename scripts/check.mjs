/**
 * `npm run check`: everything that must hold, and exactly what CI runs after building.
 *
 *   1  format, types, lint, proto     two at a time: they share no state
 *   2  tools                          arrows, tidy, and the rules on planted violations
 *   3  unit, scripts, properties, simulation   one vitest process on both cores
 *   4  e2e                            real processes, alone on the machine
 *   5  package                        the tarball
 *   6  chaos:check                    the chaos suite's regressions, canaries and sixty seeds of this commit
 *
 * The first failing stage ends the run and prints the command that repeats it alone. A skipped test is a failure,
 * so is a project without tests. The last line is `N passed, N failed`: tests, and one for each other step.
 *
 *   node scripts/check.mjs            all
 *   node scripts/check.mjs --fast     without e2e and package, for the inner loop
 *   node scripts/check.mjs --all      does not stop at the first failing stage
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'flotilla-check-'));
const fast = process.argv.includes('--fast');
const all = process.argv.includes('--all');
const bin = (path) => join(root, 'node_modules', path);

/** A step that passes or fails as a whole. */
const tool = (name, script, ...args) => ({ name, repeat: `npm run ${name}`, script, args });
/** A step that runs vitest projects and counts their tests. */
const tests = (...projects) => ({ name: projects.join(' '), projects, script: bin('vitest/vitest.mjs') });

const stages = [
  [
    tool('types', bin('typescript/bin/tsc'), '--noEmit'),
    tool('lint', 'scripts/lint.mjs', '-f', 'unix'),
    tool('format:check', bin('oxfmt/bin/oxfmt'), '--check'),
    tool('proto:check', 'scripts/proto.mjs', '--check'),
  ],
  [tests('tools')],
  [tests('unit', 'scripts', 'properties', 'simulation')],
  ...(fast
    ? []
    : [
        [tool('build', 'scripts/build.mjs', '--if-stale')],
        [tests('e2e')],
        [tests('package')],
        [tool('chaos:check', 'dist/lib/chaos/main.js', 'check')],
      ]),
];

const totals = { passed: 0, failed: 0 };
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Runs a step's process; output is kept and shown only on failure, unless the step is alone in its stage. */
function run(step, alone) {
  const summary = join(scratch, `${step.name.replaceAll(' ', '-')}.json`);
  const reporters = ['--reporter=dot', '--reporter=./scripts/test-summary.mjs'];
  const args = step.projects
    ? ['run', ...reporters, ...step.projects.flatMap((name) => ['--project', name])]
    : step.args;
  return new Promise((done) => {
    const child = spawn(process.execPath, [step.script, ...args], {
      cwd: root,
      env: { ...process.env, FLOTILLA_TEST_SUMMARY: summary },
      stdio: alone ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('close', (code) => done({ ok: code === 0, output: Buffer.concat(output).toString(), summary }));
  });
}

function say(ok, text) {
  console.log(`${ok ? '✓' : '✗'} ${text}`);
}

/** Prints a line per project and adds to the totals. Returns whether every project had tests, none of them skipped. */
function reportTests(step, { ok, summary }) {
  let report;
  try {
    report = JSON.parse(readFileSync(summary, 'utf8'));
  } catch {
    // vitest died before it could say anything: no file, or half of one.
    report = { projects: {}, errors: 1 };
  }
  let good = ok && report.errors === 0;
  for (const name of step.projects) {
    const { files, passed, failed, skipped, milliseconds } = report.projects[name] ?? {
      files: 0,
      passed: 0,
      failed: 0,
      skipped: 0,
      milliseconds: 0,
    };
    const fine = passed > 0 && failed === 0 && skipped === 0;
    const problem = fine
      ? ''
      : passed + failed === 0
        ? ' (no tests)'
        : `, ${failed} failed, ${skipped} skipped: npm run ${name}`;
    say(fine, `${name}: ${passed} passed in ${files} files, ${(milliseconds / 1000).toFixed(1)} s of tests${problem}`);
    totals.passed += passed;
    totals.failed += fine ? 0 : Math.max(1, failed + skipped);
    good &&= fine;
  }
  if (!good && report.errors > 0) {
    totals.failed += report.errors;
    say(false, `${step.name}: ${report.errors} errors outside of tests`);
  }
  return good;
}

function reportTool(step, { ok, output }, since) {
  say(ok, `${step.name} (${seconds(since)})`);
  totals[ok ? 'passed' : 'failed'] += 1;
  if (!ok) console.log(`${output.trimEnd()}\n  again: ${step.repeat}`);
  return ok;
}

/** Runs the steps of a stage, two at a time. Returns whether all of them are good. */
async function runStage(steps) {
  const queue = [...steps];
  let good = true;
  const lane = async () => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      const since = performance.now();
      const result = await run(step, step.projects !== undefined);
      good = (step.projects ? reportTests(step, result) : reportTool(step, result, since)) && good;
    }
  };
  await Promise.all([lane(), lane()]);
  return good;
}

const started = performance.now();
let good = true;
for (const stage of stages) {
  good = (await runStage(stage)) && good;
  if (!good && !all) break;
}
rmSync(scratch, { recursive: true, force: true });
console.log(`\n${good ? 'all good' : 'not good'} after ${seconds(started)}`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = good ? 0 : 1;
