/**
 * The bytes that all tails of a node may hold together: the log that was written least recently gives first.
 */
import type { Offset } from '../../raft/index.ts';
import type { Tail } from './tail.ts';

/** One per store; limits in bytes. */
export class TailBudget {
  readonly #bytesMax: number;
  readonly #bytesPerLogMax: number;
  /** In order of their last append, least recent first. */
  readonly #tails = new Set<Tail>();
  #bytes = 0;

  constructor(bytesMax: number, bytesPerLogMax: number) {
    this.#bytesMax = bytesMax;
    this.#bytesPerLogMax = bytesPerLogMax;
  }

  /** Bytes held now; above the limit only by what is not yet written to segments. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `tail` has taken `bytes` more. */
  grew(tail: Tail, bytes: number): void {
    this.#bytes += bytes;
    this.#tails.delete(tail);
    this.#tails.add(tail);
  }

  /** `tail` has dropped `bytes`. */
  shrank(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Forgets what is too much: of `tail` itself, then of the least recently written ones. */
  trim(tail: Tail): void {
    while (tail.bytes > this.#bytesPerLogMax && tail.evictable) this.#bytes -= tail.evict();
    if (this.#bytes <= this.#bytesMax) return;
    for (const oldest of this.#tails) {
      while (this.#bytes > this.#bytesMax && oldest.evictable) this.#bytes -= oldest.evict();
      if (this.#bytes <= this.#bytesMax) return;
    }
  }

  /** Forgets what lies below `end`: in the files there is less of it now. */
  outdate(tail: Tail, end: Offset): void {
    while (tail.evictableBelow(end)) this.#bytes -= tail.evict();
  }

  /** The log of `tail` is closed. */
  forget(tail: Tail): void {
    if (this.#tails.delete(tail)) this.#bytes -= tail.bytes;
  }
}
