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
export type { DescribedProducer, SequencedBatch } from './producer-state.ts';
export type { AbortedTransaction, MarkerOutcome, TransactionMarker } from './transaction-marker.ts';
export { Partition } from './partition.ts';
export type { Leading, PartitionHooks, PartitionId, PartitionSettings, ReaderView, Watcher } from './partition.ts';
export { Hosting, logDirectory, partitionGroup } from './hosting.ts';
export type { HostingOptions, ReplicaSpec } from './hosting.ts';
export { partitionSettings } from './partition-settings.ts';
export type { NodeTopicDefaults } from './partition-settings.ts';
