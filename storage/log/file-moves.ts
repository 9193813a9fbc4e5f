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

/** One per log. */
export class FileMoves {
  readonly #onMove: () => void;
  readonly #moved = new Map<number, { readonly before: SegmentSummary; readonly after: SegmentSummary }>();
  #moving: Promise<void> | null = null;

  /** `onMove` is called before and after each move: reads that began before it must begin anew. */
  constructor(onMove: () => void) {
    this.#onMove = onMove;
  }

  /** Not null while a file is moved; never rejects. */
  get moving(): Promise<void> | null {
    return this.#moving;
  }

  /** The segments that differ are being moved. */
  note(before: readonly SegmentSummary[], after: readonly SegmentSummary[]): void {
    for (const [index, segment] of after.entries()) {
      const old = before[index];
      if (old !== undefined && old !== segment) this.#moved.set(segment.base, { before: old, after: segment });
    }
  }

  /** A list of segments is made now: it knows all moves so far. */
  forget(): void {
    this.#moved.clear();
  }

  /** `segments` as they are after the moves since the list was made. */
  patched(segments: readonly SegmentSummary[]): readonly SegmentSummary[] {
    return segments.map((segment) => {
      const moved = this.#moved.get(segment.base);
      return moved !== undefined && moved.before.bytes === segment.bytes && moved.before.end === segment.end
        ? moved.after
        : segment;
    });
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
