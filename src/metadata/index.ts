/** The face of the metadata room: the image, the records that change it, configs. */
export { emptyImage } from './image.ts';
export type { Broker, Endpoint, LossyReplica, MetadataImage, Partition, Replication, Topic } from './image.ts';
export type { ConfigScope, Leadership, MetadataRecord, PartitionChanged } from './record.ts';
export { decodeRecord, encodeRecord } from './record-codec.ts';
export type { DecodedRecord } from './record-codec.ts';
export { applyRecord, applyRecords, withPosition } from './apply.ts';
export { decodeImage, encodeImage } from './snapshot.ts';
export type { DecodedImage } from './snapshot.ts';
export { describeConfigType, integerOf, invalidConfigValue, listOf } from './config-definition.ts';
export type { ConfigDefinition, ConfigType } from './config-definition.ts';
export { TOPIC_CONFIGS, invalidTopicConfig, topicConfigDefinition } from './topic-config.ts';
export { CLUSTER_CONFIGS, clusterConfigDefinition, invalidClusterConfig } from './cluster-config.ts';
export {
  GROUP_CONFIGS,
  GROUP_HEARTBEAT_INTERVAL,
  GROUP_SESSION_TIMEOUT,
  groupConfigDefinition,
  groupConfigNumber,
  invalidGroupConfig,
} from './group-config.ts';
export {
  KAFKA_CONFIG_SOURCE,
  brokerConfig,
  describeBrokerConfigs,
  describeGroupConfigs,
  describeTopicConfigs,
  minInsyncReplicas,
  setTopicConfig,
  topicConfig,
  topicConfigFlag,
  topicConfigList,
  topicConfigNumber,
} from './effective-config.ts';
export type { ComputedDefaults, ConfigSource, ConfigSynonym, DescribedConfig } from './effective-config.ts';
export { collisionKey, invalidTopicName } from './topic-name.ts';
