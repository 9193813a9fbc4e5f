/**
 * The transaction coordinator of a node: the partitions of `__transaction_state` that it leads, and the way to them.
 *
 * ```
 *  partition owner ── lead(log) ──▶ TransactionPartition (one term) ◀── partition of the transactional id ── request
 *                  ── resign(n) ──▶ closed: everything waiting gets 16
 * ```
 *
 * A request for an id whose partition is not led here is refused with 16, while its log is being read with 14, and
 * with 15 as long as the topic does not exist (FindCoordinator has it made).
 */
import type { Term } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import { InternalTopic, LedPartitions } from '../coordinator-log/index.ts';
import type { PartitionLog } from '../coordinator-log/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import type { LogSink } from '../ports/index.ts';
import { ERROR_CODES, WireCodec } from '../wire/index.ts';
import type { MarkerPort } from './marker-job.ts';
import type { TransactionSettings } from './settings.ts';
import { TransactionPartition } from './transaction-partition.ts';
import type { Decide, TransactionAnswer } from './transaction-partition.ts';

/** The internal topic that holds transactions: 50 partitions, `cleanup.policy=compact`. */
export const TRANSACTIONS_TOPIC = '__transaction_state';

export interface TransactionCoordinatorOptions {
  readonly settings: TransactionSettings;
  readonly clock: Clock;
  readonly sink: LogSink;
  /** The newest metadata that this node has applied. */
  readonly image: () => MetadataImage;
  /** Have {@link TRANSACTIONS_TOPIC} made; called for every request that misses it, so it must remember that it is at it. */
  readonly ensureTopic: () => void;
  readonly markers: MarkerPort;
  /** A producer id that nobody has; null when there is none in time. */
  readonly freshProducerId: () => Promise<number | null>;
}

export type FoundTransactions =
  | { readonly kind: 'here'; readonly partition: TransactionPartition }
  /** 14, 15, 16 or 42. */
  | { readonly kind: 'refused'; readonly error: number };

export class TransactionCoordinator {
  readonly options: TransactionCoordinatorOptions;
  readonly topic: InternalTopic;
  readonly #codec = new WireCodec();
  readonly #led = new LedPartitions((log) => this.#make(log));

  constructor(options: TransactionCoordinatorOptions) {
    this.options = options;
    this.topic = new InternalTopic({ name: TRANSACTIONS_TOPIC, image: options.image, ensure: options.ensureTopic });
  }

  /** This node leads a partition in a (new) term: what an earlier term left is dropped, and the log is read. */
  lead(log: PartitionLog): void {
    this.#led.lead(log);
  }

  #make(log: PartitionLog): TransactionPartition {
    const { settings, clock, sink, markers, freshProducerId } = this.options;
    const codec = this.#codec;
    return new TransactionPartition({ log, settings, clock, sink, codec, markers, freshProducerId });
  }

  /** This node does not lead the partition any more, or not in `term`. Does nothing when a later term has begun already. */
  resign(partition: number, term: Term): void {
    this.#led.resign(partition, term);
  }

  /** Ends all; every waiting request is answered with 16. */
  close(): void {
    this.#led.close();
  }

  /** The partitions led here, in the order in which they came. */
  partitions(): readonly TransactionPartition[] {
    return this.#led.all();
  }

  /** The coordinator of `transactionalId` when it is here and ready. */
  find(transactionalId: string): FoundTransactions {
    const { idLengthMax } = this.options.settings;
    if (transactionalId === '' || transactionalId.length > idLengthMax)
      return { kind: 'refused', error: ERROR_CODES.INVALID_REQUEST.code };
    return this.#led.find(this.topic.partitionOf(transactionalId));
  }

  /** Decides about a request where the coordinator of `transactionalId` is here and ready; see `TransactionPartition`. */
  carryOut(transactionalId: string, decide: Decide): Promise<TransactionAnswer> {
    const found = this.find(transactionalId);
    if (found.kind === 'here') return found.partition.carryOut(transactionalId, decide);
    return Promise.resolve({ error: found.error, producerId: -1, producerEpoch: -1 });
  }
}
