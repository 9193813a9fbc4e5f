/**
 * States that were reached, and how: a table of 64-bit hashes, and for each state the one before it and the move between.
 *
 * Open addressing, at most half full. Two states with one hash would be taken for one: at ten million states the odds of
 * that are one in three hundred thousand.
 */
import { assert } from '../../raft/index.ts';

const FIRST_SIZE = 2 ** 16;

export class SeenStates {
  #size = FIRST_SIZE;
  /** State number + 1 per slot; 0 is free. */
  #slots = new Uint32Array(FIRST_SIZE);
  #ones = new Uint32Array(FIRST_SIZE / 2);
  #others = new Uint32Array(FIRST_SIZE / 2);
  #parents = new Int32Array(FIRST_SIZE / 2);
  #moves = new Uint16Array(FIRST_SIZE / 2);
  #weights = new Uint16Array(FIRST_SIZE / 2);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /**
   * Number of a state that was reached with `weight`; null when it was seen with no more. `parent` -1: none.
   */
  reach(one: number, other: number, parent: number, move: number, weight: number): number | null {
    if (this.#count * 2 >= this.#size) this.#grow();
    const slot = this.#slotOf(one, other);
    const known = this.#slots[slot] ?? 0;
    const state = known === 0 ? this.#count : known - 1;
    if (known !== 0 && (this.#weights[state] ?? 0) <= weight) return null;
    if (known === 0) {
      this.#count += 1;
      this.#slots[slot] = state + 1;
      this.#ones[state] = one;
      this.#others[state] = other;
    }
    this.#parents[state] = parent;
    this.#moves[state] = move;
    this.#weights[state] = weight;
    return state;
  }

  /** Of the lightest way so far. */
  weightTo(state: number): number {
    return this.#weights[state] ?? 0;
  }

  /** The move that led to `state`; the first state has none, and says 0. */
  moveTo(state: number): number {
    return this.#moves[state] ?? 0;
  }

  /** The moves that led to `state`, first to last. */
  pathTo(state: number): readonly number[] {
    const moves: number[] = [];
    for (let at = state; (this.#parents[at] ?? -1) >= 0; at = this.#parents[at] ?? -1) moves.push(this.#moves[at] ?? 0);
    return moves.toReversed();
  }

  #slotOf(one: number, other: number): number {
    const mask = this.#size - 1;
    for (let slot = (one ^ (other >>> 7)) & mask; ; slot = (slot + 1) & mask) {
      const known = this.#slots[slot] ?? 0;
      if (known === 0 || (this.#ones[known - 1] === one && this.#others[known - 1] === other)) return slot;
    }
  }

  #grow(): void {
    assert(this.#size < 2 ** 30, 'more states than can be counted');
    this.#size *= 2;
    this.#ones = resized(this.#ones, new Uint32Array(this.#size / 2));
    this.#others = resized(this.#others, new Uint32Array(this.#size / 2));
    this.#parents = resized(this.#parents, new Int32Array(this.#size / 2));
    this.#moves = resized(this.#moves, new Uint16Array(this.#size / 2));
    this.#weights = resized(this.#weights, new Uint16Array(this.#size / 2));
    this.#slots = new Uint32Array(this.#size);
    for (let state = 0; state < this.#count; state += 1)
      this.#slots[this.#slotOf(this.#ones[state] ?? 0, this.#others[state] ?? 0)] = state + 1;
  }
}

function resized<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
