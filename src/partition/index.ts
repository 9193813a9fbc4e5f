/** The face of topic partitions hosted by this node. */
export type { Acknowledgement, DivergedRead, PartitionRead, PartitionRefusal, ProduceOutcome } from './outcome.ts';
export { Partition } from './partition.ts';
export type { PartitionHooks, PartitionId, PartitionSettings, Watcher } from './partition.ts';
export { Hosting, logDirectory, partitionGroup } from './hosting.ts';
export type { HostingOptions, ReplicaSpec } from './hosting.ts';
export { partitionSettings } from './partition-settings.ts';
export type { NodeTopicDefaults } from './partition-settings.ts';
