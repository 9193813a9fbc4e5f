/**
 * Idempotent producers of one partition: per producer id its epoch and its last five batches.
 *
 * A function of the log prefix: `apply` is called for each batch that is appended, on the leader and on followers
 * alike, and replaying the log from empty gives the same state. Source: kafka-protocol facts on idempotence, KIP-98.
 *
 * Words: `producerEpoch` is the wire's word for the life of a producer; it is no term.
 */

/** What a v2 batch header says of its producer. */
export interface ProducerBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly base: number;
  readonly end: number;
  readonly timestamp: number;
}

interface Producer {
  readonly producerEpoch: number;
  /** Newest last; at most {@link WINDOW}. */
  readonly batches: readonly ProducerBatch[];
  /** Monotonic instant at which its newest batch was taken in by this process. */
  readonly seenAt: number;
}

/** Batches that a producer may have in flight, and that are remembered for duplicates (KIP-98: five). */
const WINDOW = 5;
const SEQUENCE_LIMIT = 2 ** 31;

export type SequenceCheck =
  | { readonly kind: 'next' }
  /** The very batch is in the log already: answer with the offsets it has there. */
  | { readonly kind: 'duplicate'; readonly original: ProducerBatch }
  | { readonly kind: 'out-of-order'; readonly expected: number }
  | { readonly kind: 'fenced'; readonly producerEpoch: number };

/** Sequences wrap from 2^31-1 to 0. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCE_LIMIT;
}

export class ProducerState {
  readonly #producers = new Map<number, Producer>();

  get size(): number {
    return this.#producers.size;
  }

  /** Whether a batch that a client sent may be appended now. */
  check(batch: Omit<ProducerBatch, 'base' | 'end'>): SequenceCheck {
    const known = this.#producers.get(batch.producerId);
    if (known === undefined) return { kind: 'next' };
    if (batch.producerEpoch < known.producerEpoch) return { kind: 'fenced', producerEpoch: known.producerEpoch };
    if (batch.producerEpoch > known.producerEpoch) {
      return batch.firstSequence === 0 ? { kind: 'next' } : { kind: 'out-of-order', expected: 0 };
    }
    const original = known.batches.find(
      ({ firstSequence, lastSequence }) => firstSequence === batch.firstSequence && lastSequence === batch.lastSequence,
    );
    if (original !== undefined) return { kind: 'duplicate', original };
    const last = known.batches.at(-1);
    const expected = last === undefined ? 0 : sequenceAfter(last.lastSequence, 1);
    return batch.firstSequence === expected ? { kind: 'next' } : { kind: 'out-of-order', expected };
  }

  /** Takes in a batch that was appended; batches of the log are never refused. `now` is monotonic. */
  apply(batch: ProducerBatch, now: number): void {
    const known = this.#producers.get(batch.producerId);
    const kept = known !== undefined && known.producerEpoch === batch.producerEpoch ? known.batches : [];
    // Delete first: the map then runs from the producer that wrote longest ago to the newest.
    this.#producers.delete(batch.producerId);
    this.#producers.set(batch.producerId, {
      producerEpoch: batch.producerEpoch,
      batches: [...kept.slice(-(WINDOW - 1)), batch],
      seenAt: now,
    });
  }

  /**
   * Forgets producers of which this process has seen nothing since `before` (monotonic). Timestamps of batches do not
   * count: clients choose them, and a wall clock may leap.
   */
  expire(before: number): void {
    for (const [producerId, { seenAt }] of this.#producers) {
      if (seenAt >= before) return;
      this.#producers.delete(producerId);
    }
  }

  clear(): void {
    this.#producers.clear();
  }

  /** JSON of all producers, for `ReplicaLog.saveState`. */
  encode(): Uint8Array {
    return Buffer.from(
      JSON.stringify([...this.#producers].map(([id, { producerEpoch, batches }]) => [id, producerEpoch, batches])),
    );
  }

  /** Replaces everything by what `encode` gave; all count as seen `now`. */
  restore(state: Uint8Array, now: number): void {
    this.#producers.clear();
    const entries = JSON.parse(Buffer.from(state).toString()) as readonly (readonly [
      number,
      number,
      readonly ProducerBatch[],
    ])[];
    for (const [producerId, producerEpoch, batches] of entries)
      this.#producers.set(producerId, { producerEpoch, batches, seenAt: now });
  }

  /** For status and comparison in tests: producer id, epoch, last sequence; ascending by id. */
  describe(): readonly {
    readonly producerId: number;
    readonly producerEpoch: number;
    readonly lastSequence: number;
  }[] {
    return [...this.#producers]
      .map(([producerId, { producerEpoch, batches }]) => ({
        producerId,
        producerEpoch,
        lastSequence: batches.at(-1)?.lastSequence ?? -1,
      }))
      .sort((a, b) => a.producerId - b.producerId);
  }
}
