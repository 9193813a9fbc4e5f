/**
 * Files of a log that compaction puts in the place of others, while reads and checkpoints go on.
 *
 * ```
 *  capture ─ barrier: list of segments ───── segment moved, recorded ───── capture recorded     the list is of before the move
 * ```
 * A checkpoint that was captured before a move and is recorded after it must name the new file, or the next start would
 * take it for damage. Reads wait while a file is moved: the old place in the new file is nonsense.
 */
import type { SegmentSummary } from '../segment/segment.ts';

/** Neighbours that one file takes the place of. */
export interface FileMove {
  /** At least one, ascending. */
  readonly before: readonly SegmentSummary[];
  readonly after: SegmentSummary;
}

/** `segments` after `move`; unchanged where they do not have, as it was, all that was moved. */
export function moved(segments: readonly SegmentSummary[], { before, after }: FileMove): readonly SegmentSummary[] {
  const from = segments.findIndex((segment) => segment.base === before[0]?.base);
  const isThere = before.every((segment, index) => isSame(segments[from + index], segment));
  return from < 0 || !isThere ? segments : segments.toSpliced(from, before.length, after);
}

function isSame(one: SegmentSummary | undefined, other: SegmentSummary): boolean {
  return one?.base === other.base && one.bytes === other.bytes && one.end === other.end;
}

/** One per log. */
export class FileMoves {
  readonly #onMove: () => void;
  /** Oldest first: one may move what another has made. */
  #moved: FileMove[] = [];
  #moving: Promise<void> | null = null;

  /** `onMove` is called before and after each move: reads that began before it must begin anew. */
  constructor(onMove: () => void) {
    this.#onMove = onMove;
  }

  /** Not null while a file is moved; never rejects. */
  get moving(): Promise<void> | null {
    return this.#moving;
  }

  note(move: FileMove): void {
    this.#moved.push(move);
  }

  /** A list of segments is made now: it knows all moves so far. */
  forget(): void {
    this.#moved = [];
  }

  /** `segments` as they are after the moves since the list was made. */
  patched(segments: readonly SegmentSummary[]): readonly SegmentSummary[] {
    return this.#moved.reduce(moved, segments);
  }

  /** Runs `action` while reads wait. */
  async during(action: () => Promise<void>): Promise<void> {
    this.#onMove();
    let release: () => void = () => undefined;
    this.#moving = new Promise((resolve) => (release = resolve));
    try {
      await action();
    } finally {
      this.#moving = null;
      this.#onMove();
      release();
    }
  }
}
