/**
 * `npm run fuzz`: structured fuzz of everything that reads bytes from outside, on all cores.
 *
 * ```
 *  targets ─▶ pieces ─▶ threads: make an input, run it ─▶ outcomes counted, failures shrunk and told ─▶ verdict
 * ```
 * One seed, target and index is one input, on every machine and with any number of threads.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { readOptions, USAGE } from './options.ts';
import type { FuzzOptions } from './options.ts';
import { Pool } from './pool.ts';
import { failureText, Report } from './report.ts';
import { inputOf, runOne } from './run.ts';
import type { Failure } from './run.ts';
import { shrink } from './shrink.ts';
import { targetNamed, TARGETS } from './targets.ts';
import type { Target } from './target.ts';
import { startThread } from './thread.ts';
import { pieces } from './work.ts';

const PROGRESS_MS = 3000;
const BAD_USAGE = 64;

function print(options: FuzzOptions, value: object, text: string): void {
  console.log(options.json ? JSON.stringify(value) : text);
}

function asJson(failure: Failure): object {
  return { ...failure, input: failure.input.toString('hex'), kind: 'failure', failure: failure.kind };
}

async function fuzz(options: FuzzOptions, targets: readonly Target[]): Promise<number> {
  const report = new Report(options.seed);
  const all = pieces(targets, options.seconds === null ? options.executions : Number.MAX_SAFE_INTEGER);
  const next = (): ReturnType<typeof all.next>['value'] | null => {
    if (options.seconds !== null && report.seconds > options.seconds) return null;
    const { value, done } = all.next();
    return done === true ? null : value;
  };
  const pool = new Pool(
    {
      program: new URL(import.meta.url),
      seed: options.seed,
      jobs: options.jobs,
      onFailure: (failure) => {
        if (report.addFailure(failure)) print(options, asJson(failure), failureText(failure));
      },
      onDone: (piece, tally) => report.addDone(piece, tally),
    },
    () => next() ?? null,
  );
  const timer = setInterval(() => {
    report.look();
    const progress = report.progress();
    const kinds = Object.entries(progress['failures'] as object).map(([kind, count]) => `${String(count)} × ${kind}`);
    const shown = kinds.length === 0 ? 'nothing failed' : kinds.join('; ');
    const { executions, perSecond, rssMiB } = progress;
    print(
      options,
      progress,
      `${String(executions)} executions, ${String(perSecond)}/s, RSS ${String(rssMiB)} MiB, ${shown}`,
    );
  }, PROGRESS_MS);
  await pool.run();
  clearInterval(timer);
  print(options, report.verdict(), report.verdictText());
  return report.failures === 0 ? 0 : 1;
}

/** One execution or one input again, in this thread. */
async function again(options: FuzzOptions, target: Target): Promise<number> {
  const { seed } = options;
  const wanted = options.again;
  if (wanted === null) return BAD_USAGE;
  const index = wanted.kind === 'index' ? wanted.index : -1;
  const found = wanted.kind === 'index' ? inputOf(target, seed, index) : givenInput(target, wanted.name, wanted.input);
  if (found === null) {
    console.error(
      `target ${target.name} has no case ${wanted.kind === 'input' ? wanted.name : ''}; its cases are\n  ${target.cases.map(({ name }) => name).join('\n  ')}`,
    );
    return BAD_USAGE;
  }
  const { chosen, bytes } = found;
  const tally = new Map<string, number>();
  const wrong = await runOne(chosen, bytes, tally);
  if (wrong === null) {
    print(options, { kind: 'verdict', outcome: [...tally.keys()][0] }, `${chosen.name}: ${[...tally.keys()].join()}`);
    return 0;
  }
  const input = await shrink(chosen, bytes, wrong.kind);
  const failure = { target: target.name, case: chosen.name, seed, index, ...wrong, input };
  print(options, asJson(failure), failureText(failure));
  return 1;
}

function givenInput(target: Target, name: string, input: string): ReturnType<typeof inputOf> | null {
  const chosen = target.cases.find((each) => each.name === name);
  const hex = input.startsWith('@') ? readFileSync(input.slice(1), 'utf8').trim() : input;
  return chosen === undefined ? null : { chosen, bytes: Buffer.from(hex, 'hex') };
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), {
    cores: cpus().length,
    seed: randomBytes(4).toString('hex'),
    targets: TARGETS.map(({ name }) => name),
  });
  if (options === USAGE) {
    console.log(USAGE);
    return 0;
  }
  if (typeof options === 'string') {
    console.error(`${options}\n${USAGE}`);
    return BAD_USAGE;
  }
  const targets = TARGETS.filter(({ name }) => options.targets.length === 0 || options.targets.includes(name));
  const [only] = targets;
  if (options.again !== null && only !== undefined) return again(options, targetNamed(only.name) ?? only);
  print(
    options,
    { kind: 'begin', seed: options.seed, jobs: options.jobs },
    `seed ${options.seed}, ${options.jobs} threads, targets ${targets.map(({ name }) => name).join(', ')}`,
  );
  return fuzz(options, targets);
}

if (isMainThread) process.exitCode = await main();
else {
  process.setSourceMapsEnabled(true);
  startThread();
}
