/**
 * How a run failed, in one word that a shrinker can compare: the invariant.
 */
import { AssertionError } from '../../raft/index.ts';
import { SimulationError, TrapError } from '../sim/index.ts';
import { Violation } from '../workload/index.ts';

export interface Failure {
  /** `P2`, `D1`, …; `assertion`: the product's own; `X2`: a trap; `error`: anything else. */
  readonly invariant: string;
  /** One line. */
  readonly text: string;
  /** Virtual milliseconds. */
  readonly at: number;
  /** Everything that is known. */
  readonly details: string;
}

export function failureOf(error: unknown, at: number, details: string): Failure {
  const cause = error instanceof SimulationError ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const text = message.split('\n')[0] ?? '';
  return { invariant: invariantOf(cause, text), text, at, details };
}

function invariantOf(cause: unknown, text: string): string {
  if (cause instanceof Violation) return text.slice(0, text.indexOf(':'));
  if (cause instanceof TrapError) return 'X2';
  return cause instanceof AssertionError ? 'assertion' : 'error';
}
