/** Markers of one transaction that are to be written, as the coordinator gives them to the sender. */
import type { TransactionMarker } from '../partition/index.ts';
import type { PartitionSet } from './transaction.ts';

export interface MarkerJob {
  readonly transactionalId: string;
  readonly marker: TransactionMarker;
  readonly partitions: PartitionSet;
  /** The coordinator's term still lasts. */
  readonly active: () => boolean;
  /** Called once, maybe before `send` returns, when all markers are written, or their topics are gone. */
  readonly done: () => void;
}

export interface MarkerPort {
  /** Writes the markers, again and again until it is done or the job is not active any more. */
  send(job: MarkerJob): void;
}
