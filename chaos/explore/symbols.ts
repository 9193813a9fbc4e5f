/**
 * Numbers for values: a world of a few numbers can be kept, compared and hashed by the million.
 *
 *   value ─▶ text under the first permutation ─▶ number      (equal texts, one number, one value)
 *         └▶ texts under all six ─▶ two hashes of 32 bits each, for symmetry
 */
import { PERMUTATIONS, type Permutation } from './fingerprint.ts';

const NAMES = PERMUTATIONS.length;

/** Two independent 32-bit hashes of `text` (multiply and shift, after cyrb53). */
export function hashOf(text: string): readonly [number, number] {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x9e3779b1);
    two = Math.imul(two ^ unit, 0x5f356495);
  }
  return [spread(one ^ (two >>> 13)), spread(two ^ (one >>> 16))];
}

/** Mixes all bits of a word. */
export function spread(word: number): number {
  const half = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const whole = Math.imul(half ^ (half >>> 13), 0xc2b2ae35);
  return (whole ^ (whole >>> 16)) >>> 0;
}

export class Symbols<Value> {
  readonly #text: (value: Value, names: Permutation) => string;
  readonly #numbers = new Map<string, number>();
  readonly #values: Value[] = [];
  /** For each value six pairs of hashes. */
  #hashes = new Int32Array(2 ** 10 * NAMES * 2);

  constructor(text: (value: Value, names: Permutation) => string) {
    this.#text = text;
  }

  get size(): number {
    return this.#values.length;
  }

  /** The number of `value`; the same for all that look the same. */
  numberOf(value: Value): number {
    const [first] = PERMUTATIONS;
    const text = first === undefined ? '' : this.#text(value, first);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#values.length;
    this.#numbers.set(text, number);
    this.#values.push(value);
    if ((number + 1) * NAMES * 2 > this.#hashes.length) this.#grow();
    for (const [at, names] of PERMUTATIONS.entries())
      this.#hashes.set(hashOf(at === 0 ? text : this.#text(value, names)), (number * NAMES + at) * 2);
    return number;
  }

  value(number: number): Value {
    const value = this.#values[number];
    if (value === undefined) throw new RangeError(`symbol ${number} was never made`);
    return value;
  }

  /** Hash `half` (0 or 1) of a value with nodes renamed by permutation number `names`. */
  hash(number: number, names: number, half: 0 | 1): number {
    return this.#hashes[(number * NAMES + names) * 2 + half] ?? 0;
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }
}
