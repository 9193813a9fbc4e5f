/**
 * What is to be run, cut into pieces that a thread takes one after the other.
 *
 * Pieces of all targets are mixed by their shares, so that a run that ends early has done some of each. A piece is long enough that
 * handing it over costs nothing, and short enough that progress is seen.
 */
import type { Target } from './target.ts';

export interface Piece {
  readonly target: string;
  readonly from: number;
  readonly to: number;
}

const PIECE = 4000;

/** All pieces for so many executions. The target with the least of its share done comes next. */
export function* pieces(targets: readonly Target[], executions: number): Generator<Piece> {
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const lanes = targets.map((target) => ({
    target,
    runs: Math.ceil((executions * target.share) / shares / target.weight),
    done: 0,
  }));
  for (;;) {
    const [next] = lanes
      .filter(({ runs, done }) => done < runs)
      .toSorted((one, other) => one.done / one.runs - other.done / other.runs);
    if (next === undefined) return;
    const size = Math.max(1, Math.floor(PIECE / (next.target.weight * (next.target.weight > 1 ? 4 : 1))));
    const to = Math.min(next.runs, next.done + size);
    yield { target: next.target.name, from: next.done, to };
    next.done = to;
  }
}
