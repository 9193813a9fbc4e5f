/**
 * What a replica tells its owner (partition, metadata log) after a step: nothing here needs an answer, and the owner
 * may call the replica again from inside.
 */
import type { Effect, Offset } from '../../raft/index.ts';
import type { StoredBatch } from '../../storage/index.ts';

type Passed = Extract<
  Effect,
  { kind: 'commit' | 'role' | 'propose-isr' | 'read-ready' | 'read-refused' | 'voters' | 'violation' }
>;

export type Notice =
  | Passed
  /** The durable end of the log may have moved (see status). */
  | { readonly kind: 'durable' }
  /** The log now ends (truncation) or begins and ends (reset) at `end`: state that is a function of the prefix must be cut too. */
  | { readonly kind: 'log-cut'; readonly end: Offset }
  /** Batches were appended in memory, proposed here or received. */
  | { readonly kind: 'log-grew'; readonly batches: readonly StoredBatch[] };
