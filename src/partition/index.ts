/** The face of topic partitions hosted by this node. */
export type { BatchOrigin, VerifyTransaction } from './admission.ts';
export type {
  Acknowledgement,
  DivergedRead,
  Isolation,
  PartitionRead,
  PartitionRefusal,
  ProduceOutcome,
} from './outcome.ts';
export { TV2_SINCE } from './partition-writes.ts';
export type { SequencedBatch } from './producer.ts';
export type { DescribedProducer } from './producer-state.ts';
export type { AbortedTransaction } from './aborted-transaction.ts';
export type { MarkerOutcome, TransactionMarker } from './transaction-marker.ts';
export { Partition } from './partition.ts';
export type { PartitionHooks, PartitionId, ReaderView, Watcher } from './partition.ts';
export type { Leading } from './partition-writes.ts';
export { Hosting, logDirectory, partitionGroup } from './hosting.ts';
export type { HostingOptions, ReplicaSpec } from './hosting.ts';
export { partitionSettings } from './partition-settings.ts';
export type { NodeTopicDefaults, PartitionSettings } from './partition-settings.ts';
