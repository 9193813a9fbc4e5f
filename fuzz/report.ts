/**
 * What a run has done so far, as lines for people or as JSON: executions by target and outcome, failures by kind, memory.
 */
import { writeFileSync } from 'node:fs';
import type { Failure, Tally } from './run.ts';
import { targetNamed } from './targets.ts';
import type { Piece } from './work.ts';

const INPUT_SHOWN = 400;
const MEBIBYTE = 1 << 20;

export class Report {
  readonly #seed: string;
  readonly #since = performance.now();
  readonly #executions = new Map<string, number>();
  readonly #outcomes = new Map<string, Map<string, number>>();
  readonly #kinds = new Map<string, number>();
  #rssMax = 0;
  #before = { executions: 0, at: performance.now() };

  constructor(seed: string) {
    this.#seed = seed;
  }

  get failures(): number {
    return [...this.#kinds.values()].reduce((sum, count) => sum + count, 0);
  }

  get executions(): number {
    return [...this.#executions.values()].reduce((sum, count) => sum + count, 0);
  }

  get seconds(): number {
    return (performance.now() - this.#since) / 1000;
  }

  addDone({ target, from, to }: Piece, tally: Tally): void {
    const weight = targetNamed(target)?.weight ?? 1;
    this.#executions.set(target, (this.#executions.get(target) ?? 0) + (to - from) * weight);
    const outcomes = this.#outcomes.get(target) ?? new Map<string, number>();
    this.#outcomes.set(target, outcomes);
    for (const [outcome, count] of tally) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
    this.look();
  }

  /** True: the first of its kind. */
  addFailure({ target, kind }: Failure): boolean {
    const name = `${target}: ${kind}`;
    const before = this.#kinds.get(name) ?? 0;
    this.#kinds.set(name, before + 1);
    return before === 0;
  }

  /** Looks at the memory of the process. */
  look(): void {
    this.#rssMax = Math.max(this.#rssMax, process.memoryUsage.rss());
  }

  progress(): Readonly<Record<string, unknown>> {
    const at = performance.now();
    const { executions } = this;
    const rate = ((executions - this.#before.executions) / (at - this.#before.at)) * 1000;
    this.#before = { executions, at };
    return {
      kind: 'progress',
      executions,
      perSecond: Math.round(rate),
      rssMiB: Math.round(process.memoryUsage.rss() / MEBIBYTE),
      failures: Object.fromEntries(this.#kinds),
    };
  }

  verdict(): Readonly<Record<string, unknown>> {
    return {
      kind: 'verdict',
      seed: this.#seed,
      executions: this.executions,
      seconds: Math.round(this.seconds),
      perSecond: Math.round(this.executions / this.seconds),
      rssPeakMiB: Math.round(this.#rssMax / MEBIBYTE),
      targets: Object.fromEntries(
        [...this.#executions].map(([name, executions]) => [
          name,
          { executions, outcomes: Object.fromEntries(this.#outcomes.get(name) ?? []) },
        ]),
      ),
      failures: Object.fromEntries(this.#kinds),
    };
  }

  verdictText(): string {
    const targets = [...this.#executions].map(([name, count]) => {
      const outcomes = [...(this.#outcomes.get(name) ?? [])].toSorted(([, one], [, other]) => other - one);
      const shown = outcomes.slice(0, 6).map(([outcome, times]) => `${outcome} ${times}`);
      return `  ${name.padEnd(18)}${String(count).padStart(10)}   ${shown.join(' · ')}${outcomes.length > 6 ? ' · …' : ''}`;
    });
    const memory = `RSS at most ${Math.round(this.#rssMax / MEBIBYTE)} MiB`;
    const head = `${this.executions} executions in ${Math.round(this.seconds)} s, seed ${this.#seed}, ${memory}`;
    const kinds = [...this.#kinds].map(([kind, count]) => `  ${count} × ${kind}`);
    const verdict =
      kinds.length === 0
        ? '0 crashes, 0 hangs'
        : `${this.failures} failures of ${kinds.length} kinds\n${kinds.join('\n')}`;
    return [head, ...targets, verdict].join('\n');
  }
}

/** How to run a failure again. */
function commandOf({ target, seed, index }: Failure): string {
  return `npm run fuzz -- --target ${target} --seed ${seed} --index ${index}`;
}

/** The input as an argument of the command: in hex, or in a file when it is long. */
function inputArgument({ target, index, input }: Failure): string {
  const hex = input.toString('hex');
  if (hex.length <= INPUT_SHOWN) return hex;
  const path = `dist/run/fuzz-${target}-${index}.hex`;
  writeFileSync(path, hex);
  return `@${path}`;
}

export function failureText(failure: Failure): string {
  return [
    `FAILURE in ${failure.target}, case ${failure.case}: ${failure.kind}`,
    `  ${failure.message.split('\n').slice(0, 12).join('\n  ')}`,
    `  again: ${commandOf(failure)}`,
    `  again, shrunk: npm run fuzz -- --target ${failure.target} --case '${failure.case}' --input ${inputArgument(failure)}`,
  ].join('\n');
}
