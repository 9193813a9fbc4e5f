/**
 * Lightest first: all states that some schedule of weight n reaches, then those of n + 1; the first that is broken is so
 * by a lightest schedule.
 *
 *   layer n ─▶ each state × each move of weight w ─▶ broken? tell ─▶ seen (under any names)? drop ─▶ layer n + w
 *
 * A delivery weighs 1, faults and timeouts more (move-order.ts): breadth first would spend itself on schedules of faults in
 * which nothing else happens. A state that is reached in a lighter way before its turn came moves forward.
 */
import { assert } from '../../raft/index.ts';
import { Broken } from './ghost.ts';
import type { Move } from './move.ts';
import { ordersOf, WEIGHT_MAX, weightOf } from './move-order.ts';
import { SeenStates } from './seen-states.ts';
import { type SmallWorld, type World, WORLD_LENGTH } from './small-world.ts';

export interface Found {
  readonly reason: string;
  /** From the search's beginning. */
  readonly moves: readonly Move[];
}

export interface SearchState {
  readonly states: number;
  /** Weight of the schedules that were all gone through. */
  readonly depth: number;
  readonly found: Found | null;
  /** No state is left that was not gone through. */
  readonly exhausted: boolean;
}

/** States between two looks at whether to pause. */
const SLICE = 512;

export class Search {
  readonly #world: SmallWorld;
  readonly #moves: readonly Move[];
  readonly #seen = new SeenStates();
  readonly #scratch = new Int32Array(WORLD_LENGTH);
  readonly #hash = new Uint32Array(2);
  readonly #orders: readonly (readonly boolean[])[];
  readonly #weights: readonly number[];
  /** Of this weight and the next ones, in a ring. */
  readonly #layers = Array.from({ length: WEIGHT_MAX + 1 }, () => new Layer());
  /** Of the layer: gone through up to here. */
  #at = 0;
  #depth = 0;
  #found: Found | null = null;

  /** `orders`: see `ordersOf`; for tests. */
  constructor(world: SmallWorld, first: World, moves: readonly Move[], orders = ordersOf(moves)) {
    this.#world = world;
    this.#moves = moves;
    this.#orders = orders;
    this.#weights = moves.map(weightOf);
    this.#scratch.set(first);
    this.#note(-1, 0, 0);
  }

  get state(): SearchState {
    const exhausted = this.#layers.every((layer) => layer.count === 0);
    return { states: this.#seen.count, depth: this.#depth, found: this.#found, exhausted };
  }

  /** Goes on for a slice; true while there is something to do below the weight `depthMax` and nothing was found. */
  advance(depthMax: number): boolean {
    const layer = this.#layerOf(0);
    const end = Math.min(this.#at + SLICE, layer.count);
    for (; this.#at < end && this.#found === null; this.#at += 1) this.#expand(layer, this.#at);
    if (this.#found !== null) return false;
    if (this.#at === layer.count) {
      layer.clear();
      this.#at = 0;
      this.#depth += 1;
    }
    return this.#depth < depthMax && this.#layers.some((other) => other.count > 0);
  }

  /** The layer that is `weight` beyond the present one. */
  #layerOf(weight: number): Layer {
    const layer = this.#layers[(this.#depth + weight) % this.#layers.length];
    assert(layer !== undefined, 'a layer');
    return layer;
  }

  #expand(layer: Layer, at: number): void {
    const state = layer.stateAt(at);
    if (this.#seen.weightTo(state) !== this.#depth) return;
    const left = state === 0 ? undefined : this.#orders[this.#seen.moveTo(state)];
    for (const [number, move] of this.#moves.entries()) {
      if (left?.[number] === true) continue;
      layer.copyTo(at, this.#scratch);
      try {
        if (!this.#world.make(this.#scratch, move)) continue;
      } catch (error) {
        // What does not hold is what is searched for.
        if (!(error instanceof Broken)) throw error;
        this.#found = { reason: error.message, moves: [...this.#pathTo(state), move] };
        return;
      }
      this.#note(state, number, this.#weights[number] ?? 1);
    }
  }

  /** The world in `#scratch` was reached. */
  #note(parent: number, move: number, weight: number): void {
    this.#world.hash(this.#scratch, this.#hash);
    const state = this.#seen.reach(this.#hash[0] ?? 0, this.#hash[1] ?? 0, parent, move, this.#depth + weight);
    if (state !== null) this.#layerOf(weight).push(this.#scratch, state);
  }

  #pathTo(state: number): readonly Move[] {
    return this.#seen.pathTo(state).map((number) => {
      const move = this.#moves[number];
      assert(move !== undefined, 'a move');
      return move;
    });
  }
}

/** Worlds of one depth, one behind the other. */
class Layer {
  #worlds = new Int32Array(2 ** 12 * WORLD_LENGTH);
  #states = new Int32Array(2 ** 12);
  count = 0;

  push(world: World, state: number): void {
    if (this.count === this.#states.length) this.#grow();
    this.#worlds.set(world, this.count * WORLD_LENGTH);
    this.#states[this.count] = state;
    this.count += 1;
  }

  copyTo(at: number, target: World): void {
    for (let place = 0; place < WORLD_LENGTH; place += 1) target[place] = this.#worlds[at * WORLD_LENGTH + place] ?? 0;
  }

  stateAt(at: number): number {
    return this.#states[at] ?? 0;
  }

  clear(): void {
    this.count = 0;
  }

  #grow(): void {
    const worlds = new Int32Array(this.#worlds.length * 2);
    worlds.set(this.#worlds);
    this.#worlds = worlds;
    const states = new Int32Array(this.#states.length * 2);
    states.set(this.#states);
    this.#states = states;
  }
}
