/**
 * Producers whose first batch of a transaction is being verified with the coordinator (KIP-890), and the batches of the
 * same producer that came after it: they wait, so that nobody overtakes.
 *
 * ```
 *  begin ─▶ under way ─end─▶ appended: clear       refused: the lowest sequence stays known, so that a later batch of the
 *              │                                   same transaction does not become its first
 *              └ marker written meanwhile ─▶ void: what was asked about is over
 * ```
 * Nothing here while no transaction begins: `holds` is one comparison.
 */
import type { SequencedBatch } from './producer.ts';

/** Producers that are remembered after they were refused. */
const REFUSED_MAX = 1000;

/** A write that waits. */
export interface HeldWrite {
  /** Tries it again, in its turn. */
  readonly resume: () => void;
  /** The leadership is lost. */
  readonly lose: () => void;
}

export interface Verification {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Of all batches that were asked about. */
  readonly lowestSequence: number;
  /** A marker of this producer was written while the coordinator was asked. */
  isVoid: boolean;
  /** Null: nobody is being asked. */
  held: HeldWrite[] | null;
}

export class TransactionGate {
  readonly #producers = new Map<number, Verification>();

  /** Whether a batch of this producer is being verified: those that follow must wait. */
  holds(producerId: number): boolean {
    return this.#producers.size > 0 && (this.#producers.get(producerId)?.held ?? null) !== null;
  }

  /** Adds a write behind the batch that is being verified. */
  hold(producerId: number, write: HeldWrite): void {
    this.#producers.get(producerId)?.held?.push(write);
  }

  /** A batch with a lower sequence of the same transaction was asked about, and is not in the log. */
  skips({ producerId, producerEpoch, firstSequence }: SequencedBatch): boolean {
    if (this.#producers.size === 0) return false;
    const known = this.#producers.get(producerId);
    return known !== undefined && known.producerEpoch === producerEpoch && firstSequence > known.lowestSequence;
  }

  /** `first` is answered when the leadership is lost before `end`. */
  begin({ producerId, producerEpoch, firstSequence }: SequencedBatch, first: HeldWrite): Verification {
    const known = this.#producers.get(producerId);
    const before = known?.producerEpoch === producerEpoch ? known.lowestSequence : firstSequence;
    const lowestSequence = Math.min(before, firstSequence);
    const begun = { producerId, producerEpoch, lowestSequence, isVoid: false, held: [first] };
    this.#producers.delete(producerId);
    this.#producers.set(producerId, begun);
    this.#forgetOldest();
    return begun;
  }

  /** The coordinator has answered: those who waited, to be resumed in order. Null: all was lost before. */
  end(verification: Verification): readonly HeldWrite[] | null {
    const { held } = verification;
    if (this.#producers.get(verification.producerId) !== verification || held === null) return null;
    verification.held = null;
    if (verification.isVoid) this.#producers.delete(verification.producerId);
    return held.slice(1);
  }

  /** A transaction of this producer has begun in the log, or ended. */
  clear(producerId: number): void {
    if (this.#producers.size === 0) return;
    const known = this.#producers.get(producerId);
    if (known === undefined) return;
    if (known.held === null) this.#producers.delete(producerId);
    else known.isVoid = true;
  }

  /** This replica leads no more, or in another term. */
  lose(): void {
    const all = [...this.#producers.values()];
    this.#producers.clear();
    for (const { held } of all) for (const write of held ?? []) write.lose();
  }

  #forgetOldest(): void {
    if (this.#producers.size <= REFUSED_MAX) return;
    for (const [producerId, { held }] of this.#producers) {
      if (held === null) {
        this.#producers.delete(producerId);
        return;
      }
    }
  }
}
