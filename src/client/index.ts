/** The client's face: a Kafka client on ports, for the CLI, benchmarks and simulated workloads. */
export { formatAddress, parseAddress } from './address.ts';
export type { Address } from './address.ts';
export { AdminClient } from './admin-client.ts';
export type {
  ClusterDescription,
  ConfigChange,
  ConfigEntry,
  FoundOffset,
  NewTopic,
  OffsetPlace,
  ResourceName,
  TopicDescription,
  TopicPartitionDescription,
} from './admin-client.ts';
export { ClientError } from './client-error.ts';
export type { ClientErrorKind } from './client-error.ts';
export type { ClientOptions, ClientPorts } from './client-options.ts';
export type { ClusterMetadata, KnownPartition, KnownTopic } from './cluster-metadata.ts';
export { Consumer } from './consumer.ts';
export type { ConsumedRecords, ConsumerAssignment, ConsumerEvent, ConsumerOptions } from './consumer.ts';
export { GroupAdmin } from './group-admin.ts';
export type { CommittedOffset, GroupDescription, GroupListing, GroupMember } from './group-admin.ts';
export { hedge, HEDGE_MS } from './hedge.ts';
export type { Hedged } from './hedge.ts';
export { KafkaClient } from './kafka-client.ts';
export { Producer } from './producer.ts';
export type { OutgoingRecord, ProducerOptions } from './producer.ts';
export { findCoordinator } from './find-coordinator.ts';
export { TransactionalProducer } from './transactional-producer.ts';
export type { TransactionalOptions, TransactionalRecord } from './transactional-producer.ts';
export type { GroupOffsets } from './transaction-calls.ts';
export { SILENCE_MS, Silences } from './silences.ts';
export type { Delivered, Delivery, ProducerIdentity } from './producer-batch.ts';
