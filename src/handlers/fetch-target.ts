/**
 * One partition of a fetch: what the client wants of it, what came of reading it, and how long that stays true.
 */
import type { Offset } from '../../raft/index.ts';
import type { Partition } from '../partition/index.ts';
import type { FetchResponse } from '../wire/index.ts';

/** One partition as a client wants it. */
export interface FetchTarget {
  /** Null when the client names topics by id. */
  readonly name: string | null;
  /** Null when the client names topics by name. */
  readonly topicId: string | null;
  readonly index: number;
  readonly fetchOffset: number;
  /** Wire: current_leader_epoch and last_fetched_epoch; null when -1. */
  readonly term: number | null;
  readonly lastFetchedTerm: number | null;
  readonly bytesMax: number;
  /** The last read of it, when that found nothing. */
  idle: IdleRead | null;
}

export type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

/** What came of one target in one round of reading. */
export interface FetchOutcome {
  readonly target: FetchTarget;
  readonly response: FetchedPartition;
  readonly bytes: number;
  /** An error or a divergence: answer at once. */
  readonly urgent: boolean;
}

/**
 * Nothing lay above the target's offset. True as long as the partition does not move: a consumer of hundreds of
 * partitions, of which one moved, costs a look at one.
 */
export class IdleRead {
  readonly partition: Partition;
  readonly outcome: FetchOutcome;
  readonly #isolationLevel: number;
  readonly #moves: number;
  readonly #logStart: Offset;
  /** The session has taken note of it: an incremental answer need not name it again. */
  told = false;

  /** @param isolationLevel of the request: the answer depends on it */
  constructor(partition: Partition, outcome: FetchOutcome, isolationLevel: number) {
    this.partition = partition;
    this.outcome = outcome;
    this.#isolationLevel = isolationLevel;
    this.#moves = partition.moves;
    this.#logStart = partition.logStart;
  }

  stands(isolationLevel: number): boolean {
    const { partition } = this;
    return (
      isolationLevel === this.#isolationLevel &&
      partition.moves === this.#moves &&
      partition.logStart === this.#logStart
    );
  }
}
