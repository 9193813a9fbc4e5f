/**
 * Makes a failing list shorter by deletion (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002):
 * halves first, then quarters, down to single decisions, as long as the run still fails in the same way.
 *
 * ```
 *  ········ ─▶ ····     fails: go on with it      ─▶ ··│··  neither half fails: smaller parts
 * ```
 */

export interface ShrinkOptions<T> {
  /** Whether the run with this list fails in the same way. */
  readonly fails: (list: readonly T[]) => Promise<boolean>;
  /** Asked before each run; true ends the search with what was found so far. */
  readonly enough: () => boolean;
  /** Told after each run that failed. */
  readonly onProgress?: (left: number, runs: number) => void;
}

export interface Shrunk<T> {
  readonly list: readonly T[];
  readonly runs: number;
  /** No single deletion is left that keeps the failure. */
  readonly isMinimal: boolean;
}

/** `list` must fail. The answer keeps its order. */
export async function shrink<T>(list: readonly T[], options: ShrinkOptions<T>): Promise<Shrunk<T>> {
  const { fails, enough, onProgress } = options;
  let left = list;
  let runs = 0;
  const tried = async (shorter: readonly T[]): Promise<boolean> => {
    runs += 1;
    if (!(await fails(shorter))) return false;
    left = shorter;
    onProgress?.(left.length, runs);
    return true;
  };
  if (left.length > 0 && !enough() && (await tried([]))) return { list: [], runs, isMinimal: true };
  for (let parts = 2; left.length > 0;) {
    const size = Math.ceil(left.length / parts);
    let isShorter = false;
    for (let from = 0; from < left.length;) {
      if (enough()) return { list: left, runs, isMinimal: false };
      if (await tried([...left.slice(0, from), ...left.slice(from + size)])) isShorter = true;
      else from += size;
    }
    if (size === 1 && !isShorter) return { list: left, runs, isMinimal: true };
    parts = isShorter ? Math.max(2, parts - 1) : Math.min(left.length, parts * 2);
  }
  return { list: left, runs, isMinimal: true };
}
