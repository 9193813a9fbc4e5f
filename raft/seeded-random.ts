/**
 * The one implementation of `Random`: a small seeded generator (sfc32) that forks by label.
 *
 * The simulator seeds it with the number of the run, a real node with bytes of the operating system's
 * generator, so both draw through the same code. A fork depends only on the seed of its parent and on its
 * label, never on how much the parent has drawn: adding a draw in one place leaves every other stream alone.
 *
 * Not for secrets: the state can be computed from the output.
 */
import { assert } from './assert.ts';
import type { Random } from './random.ts';

type Seed = readonly [number, number, number, number];

const TWO_TO_THE_32 = 0x1_0000_0000;

/** Spreads `text` over four words, starting from `start` (cyrb128-like multiply and xor, then a final mix). */
function absorb(start: Seed, text: string): Seed {
  let [a, b, c, d] = start;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    a = b ^ Math.imul(a ^ unit, 0x9e3779b1);
    b = c ^ Math.imul(b ^ unit, 0x85ebca77);
    c = d ^ Math.imul(c ^ unit, 0xc2b2ae3d);
    d = a ^ Math.imul(d ^ unit, 0x27d4eb2f);
  }
  a = Math.imul(c ^ (a >>> 18), 0x9e3779b1);
  b = Math.imul(d ^ (b >>> 22), 0x85ebca77);
  c = Math.imul(a ^ (c >>> 17), 0xc2b2ae3d);
  d = Math.imul(b ^ (d >>> 19), 0x27d4eb2f);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a];
}

class SeededRandom implements Random {
  readonly #seed: Seed;
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: Seed) {
    this.#seed = seed;
    [this.#a, this.#b, this.#c] = seed;
    this.#counter = seed[3];
    for (let round = 0; round < 12; round += 1) this.#word();
  }

  /** Next 32 bits as a signed integer. */
  #word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum;
  }

  below(bound: number): number {
    assert(Number.isSafeInteger(bound), () => `bound must be a whole number, is ${bound}`);
    assert(bound >= 1, () => `bound must be at least 1, is ${bound}`);
    assert(bound <= TWO_TO_THE_32, () => `bound must be at most 2^32, is ${bound}`);
    // Scaling is biased by at most bound / 2^32: harmless for jitter and for choosing faults.
    return Math.floor(((this.#word() >>> 0) / TWO_TO_THE_32) * bound);
  }

  fraction(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
  }

  bytes(length: number): Uint8Array {
    const target = new Uint8Array(length);
    for (let index = 0; index < length; index += 1) target[index] = this.#word();
    return target;
  }

  fork(label: string): Random {
    return new SeededRandom(absorb(this.#seed, label));
  }
}

/**
 * A generator whose whole output follows from `seed`: any text, such as a run's number or fresh random bytes in hex.
 */
export function seededRandom(seed: string): Random {
  return new SeededRandom(absorb([0x243f6a88, 0x3f84d5b5, 0x40b97c1d, 0x1b873593], seed));
}
