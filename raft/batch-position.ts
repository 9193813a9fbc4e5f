/**
 * Positions of batches: all that the core knows of a log's content.
 *
 * A batch is what is replicated as one entry: one Kafka RecordBatch v2, `base` ≤ offsets < `end`, one term.
 * The core never sees its bytes. All ends are ends of batches; `base` may lie above the end of the preceding
 * batch (compaction leaves gaps), never below it.
 */
import type { ByteCount, DirectoryId, NodeId, Offset, Term } from './ids.ts';

/** A member of a quorum: the node *and* the directory that held its votes, so that a wiped disk is somebody else. */
export interface Voter {
  readonly node: NodeId;
  readonly directory: DirectoryId;
}

/** Entries of the core's own, written as control batches: consumers skip them, but they take an offset. */
export type Control = { readonly kind: 'no-op' } | { readonly kind: 'voters'; readonly voters: readonly Voter[] };

export interface BatchPosition {
  readonly base: Offset;
  /** One past the last record. */
  readonly end: Offset;
  readonly term: Term;
  /** Bytes of the whole batch as stored; 0 in effects for the core's own batches, whose bytes the driver makes. */
  readonly bytes: ByteCount;
  /** Not null for the core's own batches; the driver reads it from the batch when it comes from a peer or the disk. */
  readonly control: Control | null;
}

/**
 * The end of a prefix of a log, and the term of the last batch before it (0 when there never was one). Comparing two
 * of these is the up-to-date test (thesis 3.6.1).
 */
export interface LogPosition {
  readonly end: Offset;
  readonly term: Term;
}

/** Where a term begins: the first offset that its leader could write. */
export interface TermStart {
  readonly term: Term;
  readonly start: Offset;
}
