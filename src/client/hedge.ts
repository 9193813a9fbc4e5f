/**
 * Asking several who may all answer, without waiting for one that is silent.
 *
 * ```
 *  first ──────── no answer for a while ──▶ …                       the first answer wins
 *  second          └─ asked too ──▶ answer                           a failure asks the next at once
 * ```
 * Nobody is asked twice, and nobody is told that his answer is not needed any more.
 */
import { millis } from '../../raft/index.ts';
import type { Clock, Timer } from '../ports/index.ts';

/** An answer on one network takes a few milliseconds, a stopped process takes for ever. */
export const HEDGE_MS = 300;

export type Hedged<Candidate, Answer> =
  | {
      readonly kind: 'answered';
      readonly answer: Answer;
      /** They had at least `patienceMs` and said nothing so far. */
      readonly silent: readonly Candidate[];
    }
  /** In the order in which they came. */
  | { readonly kind: 'failed'; readonly failures: readonly unknown[] };

/** Rejects with a failure that is `final`: nobody else would say anything else. */
export function hedge<Candidate, Answer>(
  candidates: readonly Candidate[],
  ask: (candidate: Candidate) => Promise<Answer>,
  options: { readonly clock: Clock; readonly patienceMs: number; readonly isFinal: (error: unknown) => boolean },
): Promise<Hedged<Candidate, Answer>> {
  const { clock, patienceMs, isFinal } = options;
  return new Promise((resolve, reject) => {
    /** When each was asked. */
    const waiting = new Map<Candidate, number>();
    const failures: unknown[] = [];
    let asked = 0;
    let timer: Timer | null = null;
    let done = false;
    const finish = (): boolean => {
      if (done) return false;
      done = true;
      timer?.cancel();
      return true;
    };
    const silent = (): readonly Candidate[] => {
      const before = clock.now() - patienceMs;
      return [...waiting].filter(([, askedAt]) => askedAt <= before).map(([candidate]) => candidate);
    };
    const onFailure = (candidate: Candidate, error: unknown): void => {
      if (done) return;
      waiting.delete(candidate);
      if (isFinal(error)) {
        finish();
        return reject(error);
      }
      failures.push(error);
      if (asked < candidates.length) askNext();
      else if (waiting.size === 0 && finish()) resolve({ kind: 'failed', failures });
    };
    const askNext = (): void => {
      timer?.cancel();
      timer = null;
      const candidate = candidates[asked];
      if (candidate === undefined) return resolve({ kind: 'failed', failures });
      asked += 1;
      waiting.set(candidate, clock.now());
      if (asked < candidates.length) timer = clock.setTimer(millis(patienceMs), askNext);
      ask(candidate).then(
        (answer) => {
          waiting.delete(candidate);
          if (finish()) resolve({ kind: 'answered', answer, silent: silent() });
        },
        (error: unknown) => onFailure(candidate, error),
      );
    };
    askNext();
  });
}
