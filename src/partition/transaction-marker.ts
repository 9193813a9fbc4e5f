/**
 * The end of a transaction in one partition: a control batch that says commit or abort (KIP-98), and how writing one ends.
 *
 * ```
 *  coordinator ─ WriteTxnMarkers ─▶ leader of the partition ─▶ control batch ─▶ committed ─▶ answer
 * ```
 */
import type { Offset } from '../../raft/index.ts';
import type { PartitionRefusal } from './outcome.ts';

export interface TransactionMarker {
  readonly producerId: number;
  /** Of the transaction that ends; TV2 (KIP-890): already the next one. */
  readonly producerEpoch: number;
  readonly committed: boolean;
  /** Term of the coordinator's partition: a marker of an older one is refused (wire: coordinator epoch). */
  readonly coordinatorTerm: number;
  /** TV2: a marker of the epoch that is known is a repeat, and only a newer one ends a transaction. */
  readonly transactionVersion: 1 | 2;
}

export type MarkerOutcome =
  /** Committed; `end` is one past the marker. A repeat is appended once more, as Kafka does: it changes nothing. */
  | { readonly kind: 'written'; readonly end: Offset }
  /** A newer producer epoch, or (`coordinator-fenced`) a newer coordinator, has written here. */
  | { readonly kind: 'producer-fenced'; readonly reason: string }
  | { readonly kind: 'coordinator-fenced'; readonly known: number }
  | PartitionRefusal;
