/**
 * What the coordinator knows of one transactional id: its producer, and the transaction that it may be in.
 *
 * ```
 *  Empty ──▶ Ongoing ──▶ PrepareCommit ──markers──▶ CompleteCommit ──▶ Ongoing …
 *               └──────▶ PrepareAbort  ──markers──▶ CompleteAbort  ──▶ Ongoing …
 * ```
 *
 * A transaction is one record of `__transaction_state`; it is replaced as a whole and never changed. `PrepareEpochFence` and
 * `Dead` are states of Kafka's that are never written: fencing writes PrepareAbort at once, and what has expired is deleted.
 */

/** In the order of their numbers in the log. */
export const STATUSES = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const;

/** As Kafka names them, in the log's tools and on the wire. */
export type TransactionStatus = (typeof STATUSES)[number];

/** Topic → numbers of partitions. */
export type PartitionSet = ReadonlyMap<string, ReadonlySet<number>>;

export interface Transaction {
  readonly producerId: number;
  /** Id before the last transition; the same one mostly. Null: not known. */
  readonly previousProducerId: number | null;
  /** The id that takes over when the transaction is complete, because the epochs of this one are used up. */
  readonly nextProducerId: number | null;
  /** 0 to {@link EPOCH_MAX}. */
  readonly producerEpoch: number;
  /** The epoch before, by which a repeated request is recognised (KIP-360); not in the log. Null: none, or not known. */
  readonly lastProducerEpoch: number | null;
  readonly timeoutMs: number;
  readonly status: TransactionStatus;
  readonly partitions: PartitionSet;
  /** Wall time of the last transition, in milliseconds. */
  readonly updatedAt: number;
  /** Wall time at which the (last) transaction began; null: there was none under this life of the producer. */
  readonly startedAt: number | null;
  /** What the client spoke in the last transition: 2 and above bump the epoch with every transaction (KIP-890). */
  readonly clientVersion: number;
}

/** The highest epoch; never given to a client, so that any client can be fenced. */
export const EPOCH_MAX = 0x7fff;

/** No epoch is left to give to the client. */
export function isExhausted(producerEpoch: number): boolean {
  return producerEpoch >= EPOCH_MAX - 1;
}

export const NO_PARTITIONS: PartitionSet = new Map();

export function includes(partitions: PartitionSet, topic: string, index: number): boolean {
  return partitions.get(topic)?.has(index) === true;
}

/** Whether all of `some` are among `partitions`. */
export function includesAll(partitions: PartitionSet, some: PartitionSet): boolean {
  for (const [topic, indexes] of some)
    for (const index of indexes) if (!includes(partitions, topic, index)) return false;
  return true;
}

export function union(left: PartitionSet, right: PartitionSet): PartitionSet {
  const both = new Map(left);
  for (const [topic, indexes] of right) both.set(topic, new Set([...(left.get(topic) ?? []), ...indexes]));
  return both;
}

/** The markers of this transaction are being written. */
export function isEnding({ status }: Transaction): boolean {
  return status === 'PrepareCommit' || status === 'PrepareAbort';
}

/** Its markers are all written. */
export function isEnded({ status }: Transaction): boolean {
  return status === 'CompleteCommit' || status === 'CompleteAbort';
}

/** No transaction is under way. */
export function isIdle(transaction: Transaction): boolean {
  return transaction.status === 'Empty' || isEnded(transaction);
}
