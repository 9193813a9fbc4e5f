/**
 * What came of reading one partition for a fetch, and how long that stays true.
 */
import type { Offset } from '../../raft/index.ts';
import type { Partition } from '../partition/index.ts';
import type { FetchResponse } from '../wire/index.ts';
import type { FetchTarget } from './fetch-session.ts';

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
