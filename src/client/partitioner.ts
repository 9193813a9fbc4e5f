/**
 * Which partition a record goes to: the one that it names; by its key as Java's clients do; else a sticky one, so that
 * records without keys share batches, until that batch is full.
 */
import type { Random } from '../ports/index.ts';
import { partitionOfKey } from '../wire/index.ts';

export class Partitioner {
  readonly #random: Random;
  readonly #sticky = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** `partitions` ≥ 1: how many the topic has. */
  choose(topic: string, partitions: number, key: Uint8Array | null): number {
    if (key !== null) return partitionOfKey(key, partitions);
    const sticky = this.#sticky.get(topic);
    if (sticky !== undefined && sticky < partitions) return sticky;
    const drawn = this.#random.below(partitions);
    this.#sticky.set(topic, drawn);
    return drawn;
  }

  /** A batch without keys is full: the next one goes elsewhere. */
  turn(topic: string): void {
    this.#sticky.delete(topic);
  }
}
