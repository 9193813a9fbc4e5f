/**
 * The partitions of an internal topic that this node coordinates, each for one term of its leadership.
 *
 * ```
 *  lead(log) ─▶ made, begins to read its log ─▶ find: here     resign(n, term) ─▶ closed: everything waiting gets 16
 * ```
 */
import type { Term } from '../../raft/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import type { PartitionLog } from './partition-log.ts';

/** What a coordinator does with one partition in one term. */
export interface LedPartition {
  readonly options: { readonly log: PartitionLog };
  start(): void;
  /** The term is over: every waiting request is answered with 16, and so is every later one. */
  close(): void;
  /** 0 when requests can be served; else the error to answer with. */
  unavailable(): number;
}

export type FoundLed<Led> =
  | { readonly kind: 'here'; readonly partition: Led }
  /** 14, 15 or 16. */
  | { readonly kind: 'refused'; readonly error: number };

export class LedPartitions<Led extends LedPartition> {
  readonly #make: (log: PartitionLog) => Led;
  readonly #partitions = new Map<number, Led>();

  constructor(make: (log: PartitionLog) => Led) {
    this.#make = make;
  }

  /** This node leads a partition in a (new) term: what an earlier term left is dropped, and the log is read. */
  lead(log: PartitionLog): void {
    this.#partitions.get(log.partition)?.close();
    const partition = this.#make(log);
    this.#partitions.set(log.partition, partition);
    partition.start();
  }

  /** This node does not lead the partition any more, or not in `term`. Does nothing when a later term has begun already. */
  resign(partition: number, term: Term): void {
    const led = this.#partitions.get(partition);
    if (led === undefined || led.options.log.term > term) return;
    this.#partitions.delete(partition);
    led.close();
  }

  /** Ends all; every waiting request is answered with 16. */
  close(): void {
    const led = this.all();
    this.#partitions.clear();
    for (const partition of led) partition.close();
  }

  get(partition: number): Led | undefined {
    return this.#partitions.get(partition);
  }

  /** In the order in which they came; a fresh list. */
  all(): readonly Led[] {
    return [...this.#partitions.values()];
  }

  /** The partition of that number when it is here and ready; null: its topic does not exist. */
  find(number: number | null): FoundLed<Led> {
    if (number === null) return { kind: 'refused', error: ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code };
    const partition = this.get(number);
    if (partition === undefined) return { kind: 'refused', error: ERROR_CODES.NOT_COORDINATOR.code };
    const error = partition.unavailable();
    return error === 0 ? { kind: 'here', partition } : { kind: 'refused', error };
  }
}
