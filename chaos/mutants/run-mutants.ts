/**
 * `flotilla chaos mutants`: plants each bug in a copy of the build and runs seeds from 1 on until one fails. Whoever trusts a
 * suite that is green should have seen it red.
 *
 * ```
 *  mutant ─▶ copy of dist/lib with the bug ─▶ process: seed 1, 2, … ─▶ caught by R7 after 2 seeds | survived
 * ```
 * With each bug come faults that make its schedule likely (`hint`); with `swarm` the seeds draw everything themselves.
 */
import type { ChildProcess } from 'node:child_process';
import { copyWith, CopyError } from './mutant-copy.ts';
import type { MutantCopy } from './mutant-copy.ts';
import { packageRoot, readMutants } from './mutant.ts';
import type { Hint, Mutant } from './mutant.ts';
import { hunt } from './seed-hunt.ts';
import type { Caught } from './seed-hunt.ts';

export interface MutantsOptions {
  /** `M12`; `M18` means M18a, M18b … Empty: all. */
  readonly ids: readonly string[];
  /** For each bug, at most. */
  readonly seeds: number;
  /** Bugs at a time. */
  readonly jobs: number;
  readonly output: 'text' | 'json';
  /** Only the few that every campaign runs. */
  readonly canariesOnly?: boolean;
  /** Seeds draw their faults themselves, as in a plain campaign. */
  readonly swarm?: boolean;
  /** Nothing on stdout, no progress; what is not caught is told on stderr. */
  readonly quiet?: boolean;
}

/** One line of the answer; a stable contract. */
export interface MutantResult {
  readonly id: string;
  readonly name: string;
  readonly caught: boolean;
  /** Seeds that were run, the one that failed included. */
  readonly seeds: number;
  readonly invariant: string | null;
  /** Hexadecimal, as `flotilla chaos run` takes it. */
  readonly seed: string | null;
  readonly hinted: boolean;
}

interface Judged {
  readonly result: MutantResult;
  readonly outcome: Caught | { readonly kind: 'interrupted' };
  readonly expects: readonly string[];
}

const CAUGHT_ALL = 0;
const SURVIVED = 1;
const BROKEN = 2;
const USAGE = 64;
const INTERRUPTED = 130;
/** Seeds without a catch between two lines of progress. */
const TELL_EVERY = 25;
/** All of them are caught within five. */
const CANARY_SEEDS = 20;

/** The bugs that `ids` name; a text with those that there are when one names none. */
export function chooseMutants(all: readonly Mutant[], ids: readonly string[]): readonly Mutant[] | string {
  const named = (mutant: Mutant, id: string): boolean =>
    mutant.id.toLowerCase() === id.toLowerCase() ||
    (/^[A-Z]\d+$/i.test(id) && mutant.id.slice(0, -1).toLowerCase() === id.toLowerCase() && /[a-z]$/.test(mutant.id));
  const unknown = ids.find((id) => !all.some((mutant) => named(mutant, id)));
  if (unknown !== undefined) return `${unknown} is no mutant; there are ${all.map(({ id }) => id).join(', ')}`;
  return ids.length === 0 ? all : all.filter((mutant) => ids.some((id) => named(mutant, id)));
}

/** Runs them and reports; answers the exit code: 0 all caught, 1 some survived, 2 the suite is broken, 64 unknown id, 130 interrupted. */
export async function mutants(options: MutantsOptions): Promise<number> {
  const root = packageRoot();
  const all = readMutants(root);
  if (all === null) {
    console.error(`${root}/dist/lib has no planted bugs: build first (npm run build)`);
    return BROKEN;
  }
  const chosen = chooseMutants(options.canariesOnly === true ? all.filter(({ canary }) => canary) : all, options.ids);
  if (typeof chosen === 'string') {
    console.error(chosen);
    return USAGE;
  }
  const planting = new Planting(root, options, chosen.length);
  const interrupt = (): void => planting.interrupt();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    const judged = await planting.all(chosen);
    report(judged, options);
    return exitCode(judged);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    planting.interrupt();
  }
}

function exitCode(judged: readonly Judged[]): number {
  if (judged.some(({ outcome }) => outcome.kind === 'interrupted')) return INTERRUPTED;
  if (judged.some(({ outcome }) => outcome.kind === 'broken')) return BROKEN;
  return judged.some(({ outcome }) => outcome.kind === 'survived') ? SURVIVED : CAUGHT_ALL;
}

/** The few that show that the checkers of this build can fail; see {@link mutants} for the answer. */
export function canaries(jobs: number): Promise<number> {
  return mutants({ ids: [], seeds: CANARY_SEEDS, jobs, output: 'text', canariesOnly: true, quiet: true });
}

class Planting {
  readonly #root: string;
  readonly #options: MutantsOptions;
  readonly #total: number;
  readonly #children = new Set<ChildProcess>();
  readonly #copies = new Set<MutantCopy>();
  /** Without a bug; made when it is needed. */
  #sound: MutantCopy | null = null;
  #interrupted = false;
  #done = 0;

  constructor(root: string, options: MutantsOptions, total: number) {
    this.#root = root;
    this.#options = options;
    this.#total = total;
  }

  /** In the order of `chosen`, whatever ends first. */
  async all(chosen: readonly Mutant[]): Promise<readonly Judged[]> {
    const judged: Judged[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < chosen.length) {
        const index = next;
        next += 1;
        const mutant = chosen[index];
        if (mutant !== undefined) judged[index] = await this.#one(mutant);
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, this.#options.jobs) }, worker));
    return judged;
  }

  /** Ends all processes and removes all copies; those under way are reported as interrupted. */
  interrupt(): void {
    this.#interrupted = true;
    for (const child of this.#children) child.kill('SIGKILL');
    for (const copy of this.#copies) copy.remove();
    this.#copies.clear();
  }

  async #one(mutant: Mutant): Promise<Judged> {
    const { swarm = false, seeds } = this.#options;
    let passed = 0;
    const onSeed = (): void => {
      passed += 1;
      if (passed % TELL_EVERY === 0 && passed < seeds)
        this.#tell(`${mutant.id} ${mutant.name}: ${passed} seeds without a catch`);
    };
    const outcome = await this.#outcome(mutant, swarm, onSeed);
    const isCaught = outcome.kind === 'caught';
    const result: MutantResult = {
      id: mutant.id,
      name: mutant.name,
      caught: isCaught,
      seeds: passed + (isCaught ? 1 : 0),
      invariant: isCaught ? outcome.invariant : null,
      seed: isCaught ? outcome.seed.toString(16) : null,
      hinted: !swarm,
    };
    const judged = { result, outcome, expects: mutant.expects };
    this.#done += 1;
    if (outcome.kind !== 'interrupted') this.#tell(`[${this.#done}/${this.#total}] ${line(judged)}`);
    return judged;
  }

  /** The seed passes where the bug is not: else it shows another bug, or one of the suite. */
  async #confirmed(caught: Extract<Caught, { kind: 'caught' }>, hint: Hint | null): Promise<Judged['outcome']> {
    if (this.#sound === null) {
      this.#sound = copyWith(this.#root, null);
      this.#copies.add(this.#sound);
    }
    const { program } = this.#sound;
    const from = caught.seed;
    const again = await hunt({ program, hint, from, seeds: 1, onSeed: () => undefined, children: this.#children });
    if (this.#interrupted) return { kind: 'interrupted' };
    if (again.kind === 'survived') return caught;
    return { kind: 'broken', reason: `seed ${from.toString(16)} fails without the bug, too: ${again.reason}` };
  }

  #tell(text: string): void {
    if (this.#options.quiet !== true) progress(text);
  }

  async #outcome(mutant: Mutant, swarm: boolean, onSeed: () => void): Promise<Judged['outcome']> {
    if (this.#interrupted) return { kind: 'interrupted' };
    let copy: MutantCopy | null = null;
    try {
      copy = copyWith(this.#root, mutant);
      this.#copies.add(copy);
      const hint = swarm ? null : mutant.hint;
      const { seeds } = this.#options;
      const outcome = await hunt({ program: copy.program, hint, from: 1, seeds, onSeed, children: this.#children });
      if (this.#interrupted) return { kind: 'interrupted' };
      return outcome.kind === 'caught' ? await this.#confirmed(outcome, hint) : outcome;
    } catch (error) {
      if (error instanceof CopyError) return { kind: 'broken', reason: error.message };
      throw error;
    } finally {
      copy?.remove();
      if (copy !== null) this.#copies.delete(copy);
    }
  }
}

/** Progress goes to stderr: stdout is the answer. */
function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function line({ result, outcome, expects }: Judged): string {
  const who = `${result.id} ${result.name}`;
  const seeds = `${result.seeds} seed${result.seeds === 1 ? '' : 's'}`;
  switch (outcome.kind) {
    case 'caught': {
      const other = expects.includes(outcome.invariant) ? '' : ` (expected ${expects.join(' or ')})`;
      return `caught    ${who} · ${seeds} · ${outcome.invariant}${other} · ${outcome.reason}`;
    }
    case 'survived':
      return `SURVIVED  ${who} · ${seeds}`;
    case 'broken':
      return `BROKEN    ${who} · ${outcome.reason}`;
    case 'interrupted':
      return `cut short ${who} · ${seeds}`;
  }
}

function report(judged: readonly Judged[], { output, quiet = false }: MutantsOptions): void {
  if (quiet) {
    for (const each of judged) if (!each.result.caught) progress(line(each));
    return;
  }
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify(judged.map(({ result }) => result))}\n`);
    return;
  }
  const caught = judged.filter(({ result }) => result.caught).length;
  for (const each of judged) if (!each.result.caught) process.stdout.write(`${line(each)}\n`);
  process.stdout.write(`${caught} of ${judged.length} planted bugs caught\n`);
}
