/**
 * How requests to a partition end. Reasons are enumerated here and translated to wire codes by the handlers
 * (`src/handlers/refusal-code.ts`), so that the partition knows nothing of the protocol's numbers.
 */
import type { NodeId, Offset, Term } from '../../raft/index.ts';
import type { BatchRun } from '../../storage/index.ts';
import type { AbortedTransaction } from './aborted-transaction.ts';

export type PartitionRefusal =
  /** This node does not lead it, or not any more. `leader` as far as known. */
  | { readonly kind: 'not-leader'; readonly leader: NodeId | null }
  /** The caller's term (wire: leader epoch) is older, or newer, than ours. */
  | { readonly kind: 'stale-term' }
  | { readonly kind: 'unknown-term' }
  | { readonly kind: 'not-enough-replicas'; readonly isr: number; readonly required: number }
  | { readonly kind: 'offset-out-of-range'; readonly logStart: Offset; readonly logEnd: Offset }
  /** A new leader whose high watermark has not reached the start of its term: it does not know the end yet. */
  | { readonly kind: 'offset-not-available' }
  | { readonly kind: 'corrupt'; readonly reason: string }
  /** `records`: indexes in the batch of those at fault, where it is theirs. */
  | { readonly kind: 'invalid-record'; readonly reason: string; readonly records: readonly number[] }
  | { readonly kind: 'invalid-timestamp'; readonly reason: string; readonly records: readonly number[] }
  | { readonly kind: 'unsupported-compression'; readonly reason: string }
  | { readonly kind: 'too-large'; readonly reason: string }
  | { readonly kind: 'larger-than-segment'; readonly reason: string }
  | { readonly kind: 'out-of-order-sequence'; readonly reason: string }
  | { readonly kind: 'producer-fenced'; readonly reason: string }
  /** Not transactional inside a transaction, or transactional outside of one. */
  | { readonly kind: 'invalid-transaction-state'; readonly reason: string }
  /** The transaction's coordinator does not confirm it; `code` is the wire's, chosen by who asked. */
  | { readonly kind: 'unverified'; readonly code: number; readonly reason: string }
  | { readonly kind: 'storage'; readonly reason: string }
  | { readonly kind: 'timed-out' };

export type ProduceOutcome =
  | {
      readonly kind: 'acknowledged';
      readonly base: Offset;
      readonly end: Offset;
      readonly term: Term;
      readonly logAppendTime: number | null;
      readonly logStart: Offset;
    }
  | PartitionRefusal;

/** What has to be true before a produce is acknowledged: nothing, durable at the leader, or committed. */
export type Acknowledgement = 'none' | 'leader' | 'all';

/** `committed`: only what lies below the last stable offset, with the aborted transactions in it (wire: read_committed). */
export type Isolation = 'uncommitted' | 'committed';

/** What every answer to a reader says of the partition. */
export interface PartitionBounds {
  readonly highWatermark: Offset;
  /** Null: not known yet, since producers are being read from the log. */
  readonly lastStableOffset: Offset | null;
  readonly logStart: Offset;
}
export interface PartitionRead extends PartitionBounds {
  readonly kind: 'read';
  /** What may be read ends here: the high watermark, or the last stable offset. */
  readonly end: Offset;
  /** Null: nothing below `end` at or after the offset. */
  readonly run: BatchRun | null;
  /** Those that overlap the run, ascending by first offset; null without isolation `committed`. */
  readonly aborted: readonly AbortedTransaction[] | null;
}
/** The reader's last term ends, in our log, before its offset: it holds records that were never committed (KIP-320, KIP-595). */
export interface DivergedRead extends PartitionBounds {
  readonly kind: 'diverged';
  readonly term: Term;
  readonly end: Offset;
}
