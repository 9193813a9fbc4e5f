/**
 * Configs of consumer groups (KIP-1043's resource type GROUP): what a KIP-848 group may have of its own instead of the broker's.
 *
 * A config belongs to a group id, not to a group: it may be set before the group exists and outlives it. Bounds are those of
 * Kafka's brokers (`group.consumer.min.…`, `group.consumer.max.…`); of share and streams groups there is none, so their keys
 * are refused.
 */
import { integerOf, invalidConfigValue } from './config-definition.ts';
import type { ConfigDefinition } from './config-definition.ts';
import type { MetadataImage } from './image.ts';

export const GROUP_SESSION_TIMEOUT = 'consumer.session.timeout.ms';
export const GROUP_HEARTBEAT_INTERVAL = 'consumer.heartbeat.interval.ms';

/** In the order in which they are described. */
export const GROUP_CONFIGS: readonly ConfigDefinition[] = [
  {
    key: GROUP_HEARTBEAT_INTERVAL,
    type: { kind: 'integer', min: 5_000, max: 15_000 },
    default: '5000',
    clusterKey: null,
    dynamic: true,
    doc: 'How often members of the consumer group send a heartbeat.',
  },
  {
    key: GROUP_SESSION_TIMEOUT,
    type: { kind: 'integer', min: 45_000, max: 60_000 },
    default: '45000',
    clusterKey: null,
    dynamic: true,
    doc: 'A member of the consumer group that is silent for so long is taken out.',
  },
];

const BY_KEY: ReadonlyMap<string, ConfigDefinition> = new Map(GROUP_CONFIGS.map((each) => [each.key, each]));

/** Null: no such config of groups. */
export function groupConfigDefinition(key: string): ConfigDefinition | null {
  return BY_KEY.get(key) ?? null;
}

/** Null when this config of a group may be set to `value`; else why not, naming key, value and what is allowed. */
export function invalidGroupConfig(key: string, value: string): string | null {
  const definition = groupConfigDefinition(key);
  if (definition === null) return `unknown group config '${key}'; known are ${[...BY_KEY.keys()].join(', ')}`;
  return invalidConfigValue(definition, value);
}

/** The group's own value; null: none was set. */
export function groupConfigNumber(image: MetadataImage, groupId: string, key: string): number | null {
  const value = image.groupConfigs.get(groupId)?.get(key);
  return value === undefined ? null : integerOf(value);
}
