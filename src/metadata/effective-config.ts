/**
 * The value that counts: a topic's own, else the cluster's, else the built-in default.
 *
 * `flush` alone has a computed default that the image does not know: the node's own setting (the caller gives it).
 * `min.insync.replicas` follows the replication factor and is never above it (as Kafka treats it).
 */
import { present } from '../../raft/index.ts';
import { integerOf, listOf } from './config-definition.ts';
import { CLUSTER_CONFIGS, clusterConfigDefinition } from './cluster-config.ts';
import { TOPIC_CONFIGS, topicConfigDefinition } from './topic-config.ts';
import { GROUP_CONFIGS } from './group-config.ts';
import type { ConfigDefinition } from './config-definition.ts';
import type { MetadataImage, Partition, Topic } from './image.ts';
import type { NodeId } from '../../raft/index.ts';

/** Where a value comes from; Kafka's DescribeConfigs sources. */
export type ConfigSource = 'topic' | 'broker' | 'cluster' | 'default' | 'group';

/** Kafka's number of a source (DescribeConfigs v1+). */
export const KAFKA_CONFIG_SOURCE = { topic: 1, broker: 2, cluster: 3, default: 5, group: 8 } as const;

export interface ConfigSynonym {
  readonly key: string;
  readonly value: string;
  readonly source: ConfigSource;
}

/** One described config: the effective value, and all values that exist for it, the effective one first. */
export interface DescribedConfig extends ConfigSynonym {
  readonly definition: ConfigDefinition;
  readonly synonyms: readonly ConfigSynonym[];
}

/**
 * Topic's own value, else that of `node`, else the cluster's; null: none is set. `node` null: what all nodes agree on, which
 * is what the controller decides by.
 */
export function setTopicConfig(
  image: MetadataImage,
  topic: Pick<Topic, 'configs'>,
  key: string,
  node: NodeId | null = null,
): string | null {
  const { clusterKey } = present(topicConfigDefinition(key), `topic config ${key}`);
  const own = topic.configs.get(key);
  if (own !== undefined || clusterKey === null) return own ?? null;
  const nodes = node === null ? undefined : image.brokerConfigs.get(node)?.get(clusterKey);
  return nodes ?? image.clusterConfigs.get(clusterKey) ?? null;
}

/** The effective value as text; null only for those with a computed default (`flush`, `min.insync.replicas`). */
export function topicConfig(
  image: MetadataImage,
  topic: Pick<Topic, 'configs'>,
  key: string,
  node: NodeId | null = null,
): string | null {
  return setTopicConfig(image, topic, key, node) ?? topicConfigDefinition(key)?.default ?? null;
}

export function topicConfigNumber(
  image: MetadataImage,
  topic: Pick<Topic, 'configs'>,
  key: string,
  node: NodeId | null = null,
): number {
  return integerOf(present(topicConfig(image, topic, key, node), key));
}

export function topicConfigFlag(image: MetadataImage, topic: Pick<Topic, 'configs'>, key: string): boolean {
  return topicConfig(image, topic, key) === 'true';
}

export function topicConfigList(
  image: MetadataImage,
  topic: Pick<Topic, 'configs'>,
  key: string,
  node: NodeId | null = null,
): readonly string[] {
  return listOf(present(topicConfig(image, topic, key, node), key));
}

/** Members that the ISR needs for acks=all, at most the number of replicas. */
export function minInsyncReplicas(
  image: MetadataImage,
  topic: Pick<Topic, 'configs'>,
  partition: Pick<Partition, 'replicas'>,
): number {
  const replicas = partition.replicas.length;
  const set = setTopicConfig(image, topic, 'min.insync.replicas');
  const wanted = set === null ? defaultMinInsyncReplicas(replicas) : integerOf(set);
  return Math.min(wanted, replicas);
}

function defaultMinInsyncReplicas(replicas: number): number {
  return replicas >= 3 ? 2 : 1;
}

/** Values that the image cannot know: `flush` of this node, and defaults of its configuration file. */
export type ComputedDefaults = ReadonlyMap<string, string>;

/**
 * All configs of a topic of so many replicas, as they are at `node`, for DescribeConfigs and CreateTopics. `computed` gives `flush`;
 * `min.insync.replicas` is worked out.
 */
export function describeTopicConfigs(
  image: MetadataImage,
  topic: Pick<Topic, 'configs'>,
  replicas: number,
  computed: ComputedDefaults,
  node: NodeId | null = null,
): readonly DescribedConfig[] {
  const nodes = node === null ? undefined : image.brokerConfigs.get(node);
  return TOPIC_CONFIGS.map((definition) => {
    const synonyms: ConfigSynonym[] = [];
    const { key, clusterKey } = definition;
    const own = topic.configs.get(key);
    if (own !== undefined) synonyms.push({ key, value: own, source: 'topic' });
    const mine = clusterKey === null ? undefined : nodes?.get(clusterKey);
    if (clusterKey !== null && mine !== undefined) synonyms.push({ key: clusterKey, value: mine, source: 'broker' });
    const cluster = clusterKey === null ? undefined : image.clusterConfigs.get(clusterKey);
    if (clusterKey !== null && cluster !== undefined)
      synonyms.push({ key: clusterKey, value: cluster, source: 'cluster' });
    const worked = key === 'min.insync.replicas' ? String(defaultMinInsyncReplicas(replicas)) : '';
    const fallback = computed.get(clusterKey ?? key) ?? definition.default ?? worked;
    synonyms.push({ key: clusterKey ?? key, value: fallback, source: 'default' });
    return described(definition, synonyms);
  });
}

/** All dynamic configs of a broker (`node`), or of the cluster (null). */
export function describeBrokerConfigs(
  image: MetadataImage,
  node: NodeId | null,
  computed: ComputedDefaults,
): readonly DescribedConfig[] {
  const own = node === null ? undefined : image.brokerConfigs.get(node);
  return CLUSTER_CONFIGS.map((definition) => {
    const { key } = definition;
    const synonyms: ConfigSynonym[] = [];
    const mine = own?.get(key);
    if (mine !== undefined) synonyms.push({ key, value: mine, source: 'broker' });
    const cluster = image.clusterConfigs.get(key);
    if (cluster !== undefined) synonyms.push({ key, value: cluster, source: 'cluster' });
    synonyms.push({ key, value: computed.get(key) ?? definition.default ?? '', source: 'default' });
    return described(definition, synonyms);
  });
}

/** All configs that a consumer group can have, whether or not one was set. */
export function describeGroupConfigs(
  image: MetadataImage,
  groupId: string,
  computed: ComputedDefaults,
): readonly DescribedConfig[] {
  const own = image.groupConfigs.get(groupId);
  return GROUP_CONFIGS.map((definition) => {
    const { key } = definition;
    const synonyms: ConfigSynonym[] = [];
    const mine = own?.get(key);
    if (mine !== undefined) synonyms.push({ key, value: mine, source: 'group' });
    synonyms.push({ key, value: computed.get(key) ?? definition.default ?? '', source: 'default' });
    return described(definition, synonyms);
  });
}

/** A broker's dynamic config: its own, else the cluster's, else the default; null when that is computed. */
export function brokerConfig(image: MetadataImage, node: NodeId | null, key: string): string | null {
  const own = node === null ? undefined : image.brokerConfigs.get(node)?.get(key);
  return own ?? image.clusterConfigs.get(key) ?? clusterConfigDefinition(key)?.default ?? null;
}

function described(definition: ConfigDefinition, synonyms: readonly ConfigSynonym[]): DescribedConfig {
  const [first] = synonyms;
  const { value, source } = present(first, 'a value');
  return { definition, key: definition.key, value, source, synonyms };
}
