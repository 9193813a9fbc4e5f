/**
 * `chaos run`: many seeds on all cores, told as it goes on, with a verdict at the end.
 *
 * ```
 *  seeds ─▶ lanes (one process each) ─▶ tally      some seeds again, in another process: the trace must be the same
 * ```
 * Exit code 0 nothing found, 1 a violation, 2 the harness is broken, 130 Ctrl-C before anything was found.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomInt } from 'node:crypto';
import { writeReplay } from '../schedule/index.ts';
import { buildId } from './build-id.ts';
import { seedText } from './options.ts';
import type { RunOptions } from './options.ts';
import { HarnessError, Worker } from './pool.ts';
import type { FoundViolation, SeedOutcome } from './seed-run.ts';
import { describeViolation, Tally } from './tally.ts';
import { coreSeconds } from './worker.ts';

/** Exit codes of all chaos commands. */
export const EXIT = { nothing: 0, violation: 1, broken: 2, usage: 64, interrupted: 130 } as const;

/** Of so many seeds one is run twice. */
const TWICE_ONE_IN = 25;
const PROGRESS_MS = { terminal: 500, file: 10_000 } as const;
const SEED_RANGE = 2 ** 44;

/** A seed that is to be run again, by another lane than the one that ran it. */
interface Again {
  readonly seed: string;
  readonly hash: string;
  readonly lane: number;
}

export interface RunParts {
  /** The program, which runs seeds when its argument is `worker`. */
  readonly entry: string;
  /** Runs the mutants that every campaign must catch; answers an exit code. */
  readonly canaries: () => Promise<number>;
}

export async function run(options: RunOptions, parts: RunParts): Promise<number> {
  return new Run(options, parts).run();
}

class Run {
  readonly #options: RunOptions;
  readonly #parts: RunParts;
  readonly #commit = buildId();
  readonly #tally = new Tally();
  readonly #workers: Worker[] = [];
  readonly #again: Again[] = [];
  readonly #started = performance.now();
  readonly #seeds: Iterator<string>;
  #isOver = false;
  #interrupted = false;
  #broken: string | null = null;
  #lastHash: string | undefined;
  #shrinking = '';

  constructor(options: RunOptions, parts: RunParts) {
    this.#options = options;
    this.#parts = parts;
    this.#seeds = seedsOf(options.what, () => performance.now() - this.#started);
  }

  async run(): Promise<number> {
    const { json, quiet, what, canaries } = this.#options;
    const say = json ? process.stderr : process.stdout;
    const onSignal = (): void => this.#interrupt();
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    const isTerminal = say.isTTY;
    const tell = (): void =>
      void say.write(`${isTerminal ? '\r\u001b[K' : ''}${this.#progress()}${isTerminal ? '' : '\n'}`);
    const timer = quiet ? null : setInterval(tell, isTerminal ? PROGRESS_MS.terminal : PROGRESS_MS.file);
    try {
      const jobs =
        what.kind === 'one' ? 1 : what.kind === 'count' ? Math.min(this.#options.jobs, what.seeds) : this.#options.jobs;
      await Promise.all(Array.from({ length: jobs }, (_, lane) => this.#lane(lane)));
      if (canaries && what.kind !== 'one' && !this.#isOver && (await this.#parts.canaries()) !== 0)
        this.#broken = 'a canary was not caught: a bug that was planted stayed unseen';
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      this.#broken ??= error.message;
    } finally {
      if (timer !== null) clearInterval(timer);
      for (const worker of this.#workers) worker.close();
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
    if (isTerminal && !quiet) say.write('\r\u001b[K');
    return this.#finish(say);
  }

  #finish(say: NodeJS.WriteStream): number {
    const cpu = this.#coreSeconds();
    const { json, what } = this.#options;
    const hash = what.kind === 'one' ? this.#lastHash : undefined;
    for (const { found, replay } of this.#tally.violations) say.write(`${describeViolation(found, replay)}\n`);
    if (this.#interrupted) say.write('interrupted; so far:\n');
    if (hash !== undefined) say.write(`trace ${hash}\n`);
    say.write(`${this.#tally.verdict(cpu)}\n`);
    if (this.#broken !== null) say.write(`the harness is broken: ${this.#broken}\n`);
    if (json) process.stdout.write(`${JSON.stringify(this.#tally.report(cpu, hash))}\n`);
    if (this.#broken !== null) return EXIT.broken;
    if (this.#tally.violations.length > 0) return EXIT.violation;
    return this.#interrupted ? EXIT.interrupted : EXIT.nothing;
  }

  #interrupt(): void {
    this.#interrupted = true;
    this.#isOver = true;
    // A second time: without waiting for anything.
    process.once('SIGINT', () => process.exit(EXIT.interrupted));
    for (const worker of this.#workers) worker.close();
  }

  #progress(): string {
    return `${this.#tally.progress(performance.now() - this.#started)}${this.#shrinking}`;
  }

  #coreSeconds(): number {
    return this.#workers.reduce((sum, worker) => sum + worker.coreSeconds, coreSeconds());
  }

  async #lane(lane: number): Promise<void> {
    const worker = new Worker(this.#parts.entry);
    worker.onShrinking = (seed, left, runs) => {
      this.#shrinking = `  shrinking ${seed}: ${left} decisions after ${runs} runs`;
    };
    this.#workers.push(worker);
    while (!this.#isOver) {
      const again = this.#takeAgain(lane);
      const seed = again?.seed ?? this.#takeSeed();
      if (seed === null) break;
      const { shape, shrinks } = this.#options;
      const task = { seed, shape, shrinks: shrinks && again === null, commit: this.#commit };
      const outcome = await this.#answer(worker.run(task));
      if (outcome === null) return;
      if (again === null) this.#add(outcome, lane);
      else this.#compare(again, outcome);
    }
    // Its own repetitions, when nobody else is left to run them.
    if (this.#again.length > 0 && !this.#isOver) await this.#leftOvers(worker);
  }

  async #leftOvers(worker: Worker): Promise<void> {
    const { shape } = this.#options;
    for (let again = this.#again.shift(); again !== undefined && !this.#isOver; again = this.#again.shift()) {
      const outcome = await this.#answer(worker.run({ seed: again.seed, shape, shrinks: false, commit: this.#commit }));
      if (outcome !== null) this.#compare(again, outcome);
    }
  }

  /** Null: interrupted. */
  async #answer(outcome: Promise<SeedOutcome>): Promise<SeedOutcome | null> {
    const over = new Promise<null>((resolve) => {
      const timer = setInterval(() => {
        if (!this.#isOver) return;
        clearInterval(timer);
        resolve(null);
      }, 100);
      outcome.finally(() => clearInterval(timer)).catch(() => undefined);
    });
    return Promise.race([outcome, over]);
  }

  #takeSeed(): string | null {
    const next = this.#seeds.next();
    return next.done === true ? null : next.value;
  }

  #takeAgain(lane: number): Again | null {
    const at = this.#again.findIndex((each) => each.lane !== lane);
    return at === -1 ? null : (this.#again.splice(at, 1)[0] ?? null);
  }

  #add(outcome: SeedOutcome, lane: number): void {
    const { twice, stop } = this.#options;
    this.#tally.add(outcome);
    this.#lastHash = outcome.hash;
    this.#shrinking = '';
    if (outcome.isUnrepeatable) this.#break(`the decisions of seed ${outcome.seed}, done again, give another trace`);
    if (outcome.violation !== null) {
      this.#tally.violations.push({ found: outcome.violation, replay: this.#save(outcome.violation) });
      if (stop) this.#isOver = true;
    } else if (twice || this.#tally.seeds % TWICE_ONE_IN === 0)
      this.#again.push({ seed: outcome.seed, hash: outcome.hash, lane });
  }

  #compare({ seed, hash }: Again, outcome: SeedOutcome): void {
    if (outcome.hash === hash) this.#tally.repeated += 1;
    else this.#break(`seed ${seed} gave the trace ${hash}, and ${outcome.hash} in another process`);
  }

  #break(reason: string): void {
    this.#broken ??= reason;
    this.#isOver = true;
  }

  /** Where the replay is; null when it cannot be written: then it is told whole. */
  #save({ replay, details }: FoundViolation): string | null {
    const path = join(this.#options.out, `fail-${replay.seed}.json`);
    const text = writeReplay(replay);
    try {
      mkdirSync(this.#options.out, { recursive: true });
      writeFileSync(path, text);
      writeFileSync(path.replace(/json$/, 'log'), `${details}\n`);
      return path;
    } catch (error) {
      process.stderr.write(`${path} cannot be written (${String(error)}); this is what it would hold:\n${text}\n`);
      return null;
    }
  }
}

function* seedsOf(what: RunOptions['what'], elapsedMs: () => number): Generator<string> {
  if (what.kind === 'one') return yield what.seed;
  if (what.kind === 'count') {
    for (let index = 0; index < what.seeds; index += 1) yield seedText(what.from + index);
    return;
  }
  for (let seed = what.from ?? randomInt(SEED_RANGE); elapsedMs() < what.minutes * 60_000; seed += 1)
    yield seedText(seed);
}
