/**
 * Configs that the cluster keeps for brokers: cluster-wide (Kafka's "default broker" resource) or of one broker.
 *
 * They are the defaults of topic configs, under the names that Kafka gives them there, and a few of the broker's own.
 * Everything else of a broker stands in its configuration file and is described read-only by the node.
 */
import { INT32_MAX, invalidConfigValue, LONG_MAX } from './config-definition.ts';
import type { ConfigDefinition } from './config-definition.ts';
import { TOPIC_CONFIGS } from './topic-config.ts';

const OWN: readonly ConfigDefinition[] = [
  {
    key: 'num.partitions',
    type: { kind: 'integer', min: 1, max: 10_000 },
    default: null,
    clusterKey: null,
    dynamic: true,
    doc: 'Partitions of a topic that names none.',
  },
  {
    key: 'default.replication.factor',
    type: { kind: 'integer', min: 1, max: 32_767 },
    default: null,
    clusterKey: null,
    dynamic: true,
    doc: 'Replicas of a topic that names none. Default: 3, or as many as there are nodes.',
  },
  {
    key: 'auto.create.topics.enable',
    type: { kind: 'boolean' },
    default: 'true',
    clusterKey: null,
    dynamic: true,
    doc: 'Does asking for an unknown topic create it?',
  },
  {
    key: 'auto.leader.rebalance.enable',
    type: { kind: 'boolean' },
    default: 'true',
    clusterKey: null,
    dynamic: true,
    doc: 'Do leaderships move back to preferred replicas by themselves?',
  },
  {
    key: 'producer.id.expiration.ms',
    type: { kind: 'integer', min: 1, max: INT32_MAX },
    default: '86400000',
    clusterKey: null,
    dynamic: true,
    doc: 'How long an idle idempotent producer is remembered.',
  },
  {
    key: 'log.cleaner.backoff.ms',
    type: { kind: 'integer', min: 0, max: LONG_MAX },
    default: '15000',
    clusterKey: null,
    dynamic: true,
    doc: 'How often logs are looked at for compaction, and their active segments for age.',
  },
  {
    key: 'log.cleaner.dedupe.buffer.size',
    type: { kind: 'integer', min: 65_536, max: LONG_MAX },
    default: '67108864',
    clusterKey: null,
    dynamic: true,
    doc: 'Memory for the keys of one compaction, 24 bytes a key; what does not fit is left for the next pass.',
  },
  {
    key: 'log.cleaner.io.max.bytes.per.second',
    type: { kind: 'number', min: 1, max: Number.MAX_VALUE },
    default: '1.7976931348623157E308',
    clusterKey: null,
    dynamic: true,
    doc: 'Most that compaction reads.',
  },
];

/** Topic defaults under their cluster names, then the rest. */
export const CLUSTER_CONFIGS: readonly ConfigDefinition[] = [
  ...TOPIC_CONFIGS.flatMap((each) =>
    each.clusterKey === null ? [] : [{ ...each, key: each.clusterKey, clusterKey: null }],
  ),
  ...OWN,
];

const BY_KEY: ReadonlyMap<string, ConfigDefinition> = new Map(CLUSTER_CONFIGS.map((each) => [each.key, each]));

/** Null: no such config of brokers. */
export function clusterConfigDefinition(key: string): ConfigDefinition | null {
  return BY_KEY.get(key) ?? null;
}

/** Null when this broker config may be set to `value`; else why not, naming key, value and what is allowed. */
export function invalidClusterConfig(key: string, value: string): string | null {
  const definition = clusterConfigDefinition(key);
  if (definition === null) return `unknown broker config '${key}'; known are ${[...BY_KEY.keys()].join(', ')}`;
  return invalidConfigValue(definition, value);
}
