/** What is under way from one node to another, as a number: 0 is nothing. */
import { PERMUTATIONS } from './fingerprint.ts';
import type { Envelope } from './node-turn.ts';
import { spread, type Symbols } from './symbols.ts';

export class Queues {
  readonly #messages: Symbols<Envelope>;
  readonly #inOrder: boolean;
  readonly #queues: (readonly number[])[] = [[]];
  readonly #numbers = new Map<string, number>();
  /** Of each two hashes under each permutation. */
  readonly #hashes: number[] = Array.from({ length: 2 * PERMUTATIONS.length }, () => 0);

  /** `inOrder`: a stream; else what is under way is what is in it. */
  constructor(messages: Symbols<Envelope>, inOrder: boolean) {
    this.#messages = messages;
    this.#inOrder = inOrder;
  }

  /** Numbers of messages, oldest first. */
  messages(number: number): readonly number[] {
    return this.#queues[number] ?? [];
  }

  numberOf(messages: readonly number[]): number {
    if (messages.length === 0) return 0;
    const kept = this.#inOrder ? messages : messages.toSorted((left, right) => left - right);
    const text = kept.join();
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#queues.length;
    this.#queues.push(kept);
    this.#numbers.set(text, number);
    for (let names = 0; names < PERMUTATIONS.length; names += 1)
      this.#hashes.push(this.#hashOf(kept, names, 0), this.#hashOf(kept, names, 1));
    return number;
  }

  hash(number: number, names: number, half: 0 | 1): number {
    return this.#hashes[(number * PERMUTATIONS.length + names) * 2 + half] ?? 0;
  }

  #hashOf(messages: readonly number[], names: number, half: 0 | 1): number {
    let hash = 1;
    for (const message of messages) {
      const own = spread(this.#messages.hash(message, names, half));
      hash = this.#inOrder ? spread(Math.imul(hash, 31) + own) : (hash + own) | 0;
    }
    return hash >>> 0;
  }
}
