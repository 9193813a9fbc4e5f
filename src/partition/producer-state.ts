/**
 * Producers of one partition: per producer id its epoch, its last five batches, its open transaction; and what transactions
 * leave behind for readers.
 *
 * ```
 *  data batch, transactional ─▶ open from its first offset ─marker (commit | abort)─▶ ended     aborted ─▶ index
 * ```
 * A function of the log prefix: `apply` is called for each batch that is appended, on the leader and on followers
 * alike, and replaying the log from empty gives the same state. Source: kafka-protocol facts on idempotence, KIP-98, KIP-890.
 *
 * Words: `producerEpoch` is the wire's word for the life of a producer; it is no term.
 */
import { offset as toOffset } from '../../raft/index.ts';
import { AbortedIndex } from './aborted-index.ts';
import { OpenTransactions } from './open-transactions.ts';
import { decodeProducers, encodeProducers } from './producer-snapshot.ts';
import type { MarkerEntry, Producer, ProducerBatch, ProducerEntry, SequencedBatch } from './producer.ts';
import type { TransactionMarker } from './transaction-marker.ts';

export interface DescribedProducer extends Producer {
  readonly producerId: number;
  /** Of its newest batch; -1: none is known. */
  readonly lastSequence: number;
}

interface SeenProducer extends Producer {
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
  | { readonly kind: 'fenced'; readonly producerEpoch: number }
  /** Not transactional, while the producer's transaction is open. */
  | { readonly kind: 'inside-transaction'; readonly openFrom: number };

/** Why a marker must not be written. */
export type MarkerRefusal =
  | { readonly kind: 'producer-fenced'; readonly reason: string }
  | { readonly kind: 'coordinator-fenced'; readonly known: number };

const NEXT: SequenceCheck = { kind: 'next' };

/** Sequences wrap from 2^31-1 to 0. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCE_LIMIT;
}

export class ProducerState {
  readonly #producers = new Map<number, SeenProducer>();
  readonly #transactions = new OpenTransactions();
  readonly #aborted = new AbortedIndex();

  get size(): number {
    return this.#producers.size;
  }

  /** Transactions that hold the last stable offset back. */
  get transactions(): OpenTransactions {
    return this.#transactions;
  }

  get aborted(): AbortedIndex {
    return this.#aborted;
  }

  get(producerId: number): Producer | null {
    return this.#producers.get(producerId) ?? null;
  }

  /** Whether the producer's transaction is open in this partition. */
  isOpen({ producerId, producerEpoch }: Pick<SequencedBatch, 'producerId' | 'producerEpoch'>): boolean {
    const known = this.#producers.get(producerId);
    return known !== undefined && known.openFrom !== null && known.producerEpoch === producerEpoch;
  }

  /** Whether a batch that a client sent may be appended now. */
  check(batch: SequencedBatch): SequenceCheck {
    const known = this.#producers.get(batch.producerId);
    if (known === undefined) return NEXT;
    const checked = checkSequence(batch, known);
    const { openFrom } = known;
    return checked.kind === 'next' && openFrom !== null && !batch.transactional
      ? { kind: 'inside-transaction', openFrom }
      : checked;
  }

  /** Why the marker must not be appended; null: it may be, perhaps once more (KIP-98; epochs as KIP-890 has them). */
  checkMarker(marker: TransactionMarker): MarkerRefusal | null {
    const known = this.#producers.get(marker.producerId);
    if (known === undefined) return null;
    const { producerEpoch, coordinatorTerm } = known;
    // TV2: the marker's epoch is the next one. The same one is a repeat, unless a transaction of that epoch goes on.
    const isTaken =
      marker.transactionVersion === 2 && known.openFrom !== null && marker.producerEpoch === producerEpoch;
    if (marker.producerEpoch < producerEpoch || isTaken) {
      return {
        kind: 'producer-fenced',
        reason: `a marker of epoch ${marker.producerEpoch} where the producer is at ${producerEpoch}`,
      };
    }
    return coordinatorTerm !== null && marker.coordinatorTerm < coordinatorTerm
      ? { kind: 'coordinator-fenced', known: coordinatorTerm }
      : null;
  }

  /** Takes in a batch that was appended; batches of the log are never refused. `now` is monotonic. */
  apply(entry: ProducerEntry, now: number): void {
    if (entry.kind === 'data') this.#applyData(entry.batch, now);
    else this.#applyMarker(entry, now);
  }

  #applyData(batch: ProducerBatch, now: number): void {
    const { producerId, producerEpoch, base } = batch;
    const known = this.#producers.get(producerId);
    const kept = known !== undefined && known.producerEpoch === producerEpoch ? known.batches : [];
    const open = known?.openFrom ?? null;
    const begins = batch.transactional && open === null;
    this.#put(producerId, {
      producerEpoch,
      batches: batch.firstSequence < 0 ? kept : [...kept.slice(-(WINDOW - 1)), batch],
      lastTimestamp: batch.timestamp,
      coordinatorTerm: known?.coordinatorTerm ?? null,
      openFrom: begins ? toOffset(base) : open,
      seenAt: now,
    });
    if (begins) this.#transactions.begin(producerId, toOffset(base));
  }

  #applyMarker(marker: MarkerEntry, now: number): void {
    const { producerId, producerEpoch, committed } = marker;
    const known = this.#producers.get(producerId);
    const open = known?.openFrom ?? null;
    this.#put(producerId, {
      producerEpoch,
      batches: known !== undefined && known.producerEpoch === producerEpoch ? known.batches : [],
      lastTimestamp: marker.timestamp,
      coordinatorTerm: marker.coordinatorTerm ?? known?.coordinatorTerm ?? null,
      openFrom: committed === null ? open : null,
      seenAt: now,
    });
    if (open === null || committed === null) return;
    const markerOffset = toOffset(marker.markerOffset);
    this.#transactions.end(producerId, open, markerOffset);
    if (committed) return;
    const lastStableOffset = this.#transactions.oldestOpen ?? toOffset(markerOffset + 1);
    this.#aborted.add({ producerId, firstOffset: open, markerOffset, lastStableOffset });
  }

  #put(producerId: number, producer: SeenProducer): void {
    // Delete first: the map then runs from the producer that wrote longest ago to the newest.
    this.#producers.delete(producerId);
    this.#producers.set(producerId, producer);
  }

  /**
   * Forgets producers of which this process has seen nothing since `before` (monotonic), but none with an open transaction.
   * Timestamps of batches do not count: clients choose them, and a wall clock may leap.
   */
  expire(before: number): void {
    for (const [producerId, { seenAt, openFrom }] of this.#producers) {
      if (seenAt >= before) return;
      if (openFrom === null) this.#producers.delete(producerId);
    }
  }

  clear(): void {
    this.#producers.clear();
    this.#transactions.clear();
    this.#aborted.replace([]);
  }

  /** All producers and aborted transactions, for `ReplicaLog.saveState`. */
  encode(): Uint8Array {
    return encodeProducers({ producers: this.#producers, aborted: this.#aborted.entries });
  }

  /** Replaces everything by what `encode` gave; all count as seen `now`. */
  restore(state: Uint8Array, now: number): void {
    this.clear();
    const saved = decodeProducers(state);
    for (const [producerId, producer] of saved.producers) this.#producers.set(producerId, { ...producer, seenAt: now });
    const open = [...saved.producers].flatMap(([id, { openFrom }]) =>
      openFrom === null ? [] : [[id, openFrom] as const],
    );
    for (const [id, from] of open.sort(([, a], [, b]) => a - b)) this.#transactions.begin(id, from);
    this.#aborted.replace(saved.aborted);
  }

  /** For requests, status and comparison in tests; ascending by producer id. */
  describe(): readonly DescribedProducer[] {
    return [...this.#producers]
      .map(([producerId, { seenAt: _seenAt, ...producer }]) => ({
        producerId,
        lastSequence: producer.batches.at(-1)?.lastSequence ?? -1,
        ...producer,
      }))
      .sort((a, b) => a.producerId - b.producerId);
  }
}

function checkSequence(batch: SequencedBatch, known: Producer): SequenceCheck {
  if (batch.producerEpoch < known.producerEpoch) return { kind: 'fenced', producerEpoch: known.producerEpoch };
  if (batch.firstSequence < 0) return NEXT;
  if (batch.producerEpoch > known.producerEpoch)
    return batch.firstSequence === 0 ? NEXT : { kind: 'out-of-order', expected: 0 };
  const original = known.batches.find(
    ({ firstSequence, lastSequence }) => firstSequence === batch.firstSequence && lastSequence === batch.lastSequence,
  );
  if (original !== undefined) return { kind: 'duplicate', original };
  const last = known.batches.at(-1);
  const expected = last === undefined ? 0 : sequenceAfter(last.lastSequence, 1);
  return batch.firstSequence === expected ? NEXT : { kind: 'out-of-order', expected };
}
