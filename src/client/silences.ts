/**
 * Who was silent lately: had time enough to answer and did not. Such are asked last, so that one stopped node costs a
 * client one wait and not one with each request.
 *
 * ```
 *  note ──▶ silent ── answers, or SILENCE_MS pass ──▶ as any other
 * ```
 */
import { millis } from '../../raft/index.ts';
import type { Clock } from '../ports/index.ts';

/** How long a silence is remembered. */
export const SILENCE_MS = millis(10_000);

export class Silences {
  readonly #clock: Clock;
  /** When each is forgotten, by name. */
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It was asked and did not answer. */
  note(name: string): void {
    this.#until.set(name, this.#clock.now() + SILENCE_MS);
  }

  /** It answered. */
  end(name: string): void {
    this.#until.delete(name);
  }

  has(name: string): boolean {
    const until = this.#until.get(name);
    if (until === undefined) return false;
    if (this.#clock.now() < until) return true;
    this.#until.delete(name);
    return false;
  }

  /** The same ones in the same order, but the silent behind the others. */
  last<Candidate>(candidates: readonly Candidate[], nameOf: (candidate: Candidate) => string): readonly Candidate[] {
    if (this.#until.size === 0) return candidates;
    const isSilent = (candidate: Candidate): boolean => this.has(nameOf(candidate));
    return [...candidates.filter((each) => !isSilent(each)), ...candidates.filter(isSilent)];
  }
}
