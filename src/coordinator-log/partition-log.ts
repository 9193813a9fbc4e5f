/**
 * The port between a coordinator and its log: one partition of an internal topic (`__consumer_offsets`,
 * `__transaction_state`), seen by its leader in one term.
 *
 *   append ─▶ refused now, or appended and later settled: committed | lost
 *   readCommitted(logStart, termStart) ─▶ what earlier leaders decided
 *
 * An object lives as long as the term. The assembler makes it over the partition's replica driver when this node
 * becomes leader, and stops calling back when the term is over. A later leader's high watermark must never settle an
 * append of this term as committed.
 */
import type { Offset, Term } from '../../raft/index.ts';

/** A record as the coordinator writes and reads it; a null value is a tombstone. */
export interface KeyValueRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** `committed`: the high watermark reached the end in the same term. `lost`: the term ended first; the record may or may not survive. */
export type Settlement = 'committed' | 'lost';

/**
 * Why nothing was appended. `not-leader`: the term is over. `not-enough-replicas`: the ISR is below
 * `min.insync.replicas`. `too-large`: above the topic's `max.message.bytes`. `unwritable`: the log has failed or is full.
 * `producer-fenced`: a newer epoch of the batch's producer has written.
 */
export type AppendRefusal = 'not-leader' | 'not-enough-replicas' | 'too-large' | 'unwritable' | 'producer-fenced';

export type AppendResult =
  /** Appended as one batch; `end` is one past its last record. */
  { readonly kind: 'appended'; readonly end: Offset } | { readonly kind: 'refused'; readonly reason: AppendRefusal };

/** The transaction that a batch of records belongs to: they count once its marker says so. */
export interface BatchTransaction {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** The end of a producer's transaction in this partition. */
export interface LogMarker extends BatchTransaction {
  readonly committed: boolean;
}

/** Records of one batch, in order, data records only (control batches give none). */
export interface RecordRun {
  readonly records: readonly KeyValueRecord[];
  /** Offset of its first record. */
  readonly base: Offset;
  /** Size of the batch in the log. */
  readonly bytes: number;
  readonly transaction: BatchTransaction | null;
  /** The batch is a marker, and has no records. */
  readonly marker: LogMarker | null;
}

export interface PartitionLog {
  /** Number of the partition in its topic. */
  readonly partition: number;
  /** The term in which this node leads. */
  readonly term: Term;
  /** Where the term begins: the log end when it was opened. */
  readonly termStart: Offset;
  logStart(): Offset;
  logEnd(): Offset;
  /**
   * Appends `records` (≥ 1) as one uncompressed batch, atomically, in this term only; create time `timestamp`
   * (milliseconds since 1970). The log copies the bytes. `settled` is called at most once, never before `append`
   * returns, in log order, and not at all when refused or when the node has stopped leading and the coordinator's `close` was called.
   */
  append(
    records: readonly KeyValueRecord[],
    timestamp: number,
    settled: (settlement: Settlement) => void,
    transaction: BatchTransaction | null,
  ): AppendResult;
  /** The transaction has begun in this partition, and its marker has not been appended. */
  isOpen(transaction: BatchTransaction): boolean;
  /** Another value after every batch and every marker of the producer that is appended. */
  producerMark(producerId: number): unknown;
  /** Calls back when the high watermark is at or above `end` in this term, or the term is over; possibly at once. */
  whenCommitted(end: Offset, settled: (settlement: Settlement) => void): void;
  /** The batches of [from, to) in order; `to` is at most the high watermark. Rejects when the log cannot be read. */
  readCommitted(from: Offset, to: Offset): AsyncIterable<RecordRun>;
  /** Everything below `to` (at most the high watermark) is superseded and may go. A request, not a promise; never lowers the start. */
  advanceLogStart(to: Offset): void;
}
