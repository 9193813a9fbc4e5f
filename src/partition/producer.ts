/** A producer as one partition knows it, and what the log says of it: batches, and the ends of transactions. */
import type { Offset } from '../../raft/index.ts';

/** What a v2 batch header says of its producer. */
export interface ProducerBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** -1: without sequence (records of a coordinator inside a transaction). */
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly base: number;
  readonly end: number;
  readonly timestamp: number;
  readonly transactional: boolean;
}

/** A producer's batch before it has offsets. */
export type SequencedBatch = Omit<ProducerBatch, 'base' | 'end'>;

/** The end of a transaction, as the log has it. */
export interface MarkerEntry {
  readonly kind: 'marker';
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Null: compaction emptied the marker, because nothing of the transaction was left. */
  readonly committed: boolean | null;
  readonly coordinatorTerm: number | null;
  readonly markerOffset: number;
  readonly timestamp: number;
}

export type ProducerEntry = { readonly kind: 'data'; readonly batch: ProducerBatch } | MarkerEntry;

/** What is known of one producer. */
export interface Producer {
  readonly producerEpoch: number;
  /** Newest last; at most five. */
  readonly batches: readonly ProducerBatch[];
  /** Of its newest batch or marker, milliseconds since 1970. */
  readonly lastTimestamp: number;
  /** Of the coordinator that wrote its last marker; null: none has. */
  readonly coordinatorTerm: number | null;
  /** First offset of its open transaction; null: none is open. */
  readonly openFrom: Offset | null;
}
