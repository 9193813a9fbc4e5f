/**
 * What a campaign has come to so far, and how it is told: a line while it goes on, a verdict for people, one line of JSON for
 * programs (a stable contract).
 */
import { inWords, MARKERS } from '../checkers/index.ts';
import { describeDecision } from '../schedule/index.ts';
import type { FoundViolation, SeedOutcome } from './seed-run.ts';

/** One violation as programs see it. */
export interface ReportedViolation {
  readonly seed: string;
  readonly invariant: string;
  readonly text: string;
  readonly commit: string;
  readonly decisions: number;
  /** Where its replay file is; null when it could not be written. */
  readonly replay: string | null;
}

/** The last line of `chaos run -o json`. */
export interface RunReport {
  readonly seeds: number;
  readonly simulatedHours: number;
  readonly coreSeconds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly markersReached: number;
  readonly markersTotal: number;
  readonly violations: readonly ReportedViolation[];
  /** Only of a single seed. */
  readonly hash?: string;
}

const HOUR_MS = 3_600_000;
const LINES_MAX = 20;

export class Tally {
  readonly #faults = new Map<string, number>();
  readonly #tolerated = new Map<string, number>();
  readonly #markers = new Set<string>();
  readonly violations: { readonly found: FoundViolation; readonly replay: string | null }[] = [];
  #virtualMs = 0;
  seeds = 0;
  acked = 0;
  /** Seeds that were run a second time, and gave the same trace. */
  repeated = 0;

  add({ virtualMs, acked, tolerated, faults, markers }: SeedOutcome): void {
    this.seeds += 1;
    this.acked += acked;
    this.#virtualMs += virtualMs;
    for (const [name, count] of Object.entries(faults)) this.#faults.set(name, (this.#faults.get(name) ?? 0) + count);
    for (const [name, count] of Object.entries(tolerated))
      this.#tolerated.set(name, (this.#tolerated.get(name) ?? 0) + count);
    for (const marker of markers) this.#markers.add(marker);
  }

  get simulatedHours(): number {
    return this.#virtualMs / HOUR_MS;
  }

  /** Names of states that no run has reached. */
  neverReached(): readonly string[] {
    return Object.keys(MARKERS).filter((name) => !this.#markers.has(name));
  }

  report(coreSeconds: number, hash?: string): RunReport {
    return {
      seeds: this.seeds,
      simulatedHours: rounded(this.simulatedHours, 3),
      coreSeconds: rounded(coreSeconds, 1),
      faults: Object.fromEntries([...this.#faults].sort(([left], [right]) => (left < right ? -1 : 1))),
      markersReached: this.#markers.size,
      markersTotal: Object.keys(MARKERS).length,
      violations: this.violations.map(({ found, replay }) => reported(found, replay)),
      ...(hash === undefined ? {} : { hash }),
    };
  }

  /** One line. */
  progress(elapsedMs: number): string {
    const seconds = Math.floor(elapsedMs / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    const faults = [...this.#faults.values()].reduce((sum, each) => sum + each, 0);
    const states = `${this.#markers.size}/${Object.keys(MARKERS).length} states`;
    const bad = this.violations.length === 0 ? 'no violation' : `${this.violations.length} VIOLATIONS`;
    return `${clock}  ${this.seeds} seeds  ${this.simulatedHours.toFixed(2)} simulated h  ${faults} faults  ${states}  ${bad}`;
  }

  /** For people, several lines. */
  verdict(coreSeconds: number): string {
    const perMinute = (value: number): string => ((value * 60) / Math.max(coreSeconds, 0.001)).toFixed(1);
    const counts = Object.entries(this.report(coreSeconds).faults).map(([name, count]) => `${name} ${count}`);
    const tolerated = [...this.#tolerated].map(([name, count]) => `${name} ${count}`).sort();
    const never = this.neverReached();
    return [
      `${this.seeds} seeds, ${this.simulatedHours.toFixed(2)} simulated hours in ${coreSeconds.toFixed(0)} core seconds` +
        ` (${perMinute(this.seeds)} seeds and ${perMinute(this.simulatedHours)} h per core minute), ${this.acked} records acknowledged`,
      `faults: ${counts.join(', ')}`,
      `states reached: ${this.#markers.size} of ${Object.keys(MARKERS).length}` +
        (never.length === 0 || this.seeds < 100 ? '' : `; never: ${never.join(', ')}`),
      `seen and no violation: ${tolerated.length === 0 ? 'nothing' : tolerated.join(', ')}`,
      `run twice with the same trace: ${this.repeated}`,
      this.violations.length === 0 ? 'nothing found' : `${this.violations.length} violations`,
    ].join('\n');
  }
}

function reported({ replay }: FoundViolation, path: string | null): ReportedViolation {
  const { seed, invariant, text, commit, decisions } = replay;
  return { seed, invariant, text, commit, decisions: decisions.length, replay: path };
}

/** What a user needs of one violation: seed, build, invariant in words, the shortest schedule, how to see it again. */
export function describeViolation({ replay, before, runs }: FoundViolation, path: string | null): string {
  const { seed, commit, invariant, text, decisions } = replay;
  const lines = decisions.map((decision) => `  ${describeDecision(decision)}`);
  const shown =
    lines.length > LINES_MAX ? [...lines.slice(0, LINES_MAX - 1), `  … ${lines.length - LINES_MAX + 1} more`] : lines;
  const shrunk = runs === 0 ? '' : `, shrunk from ${before} in ${runs} runs`;
  return [
    `VIOLATION with seed ${seed} on build ${commit}`,
    `  ${inWords(invariant)}`,
    `  ${text}`,
    `schedule of ${decisions.length} decisions${shrunk} (virtual milliseconds, what is done):`,
    ...shown,
    path === null ? 'no replay file could be written' : `replay: npx flotilla chaos replay ${path} --html run.html`,
  ].join('\n');
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
