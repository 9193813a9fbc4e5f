/**
 * Decisions about configs. A resource's changes are accepted together or refused together.
 *
 * Two configs reach into partitions, in the same batch: a lower `min.insync.replicas` empties the ELR of partitions that
 * now have enough in sync (the high watermark may move without the ELR from here on), and allowing unclean elections
 * elects where nobody could lead.
 */
import {
  applyRecords,
  clusterConfigDefinition,
  groupConfigDefinition,
  invalidClusterConfig,
  invalidGroupConfig,
  listOf,
  invalidTopicConfig,
  topicConfigDefinition,
} from '../metadata/index.ts';
import type { ConfigDefinition, MetadataImage, ConfigScope, MetadataRecord } from '../metadata/index.ts';
import { done } from './command.ts';
import type { AlterConfigs, Answers, ConfigChange, ConfigResource, ItemResult } from './command.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { partitionChange } from './partition-change.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

type ResourceChange = AlterConfigs['resources'][number];

/** A resource found in the image. */
interface Target {
  readonly scope: ConfigScope;
  readonly configs: ReadonlyMap<string, string>;
  readonly definitionOf: (key: string) => ConfigDefinition | null;
  readonly invalid: (key: string, value: string) => string | null;
}

export function decideAlterConfigs(
  image: MetadataImage,
  command: AlterConfigs,
  context: DecisionContext,
): Decision<Answers['alter-configs']> {
  const records: MetadataRecord[] = [];
  const seen = new Set<string>();
  const answer = command.resources.map((change): ItemResult => {
    const name = describeResource(change.resource);
    const result = seen.has(name)
      ? refusal('invalid-request', `${name} stands twice in this request`)
      : alterResource(image, change);
    seen.add(name);
    if ('reason' in result) return { kind: 'refused', refusal: result };
    records.push(...result);
    return done(null);
  });
  if (command.validateOnly || records.length === 0) return { records: [], answer };
  return { records: [...records, ...partitionsAfter(image, records, context)], answer };
}

function describeResource(resource: ConfigResource): string {
  if (resource.kind === 'topic') return `topic ${resource.name}`;
  if (resource.kind === 'group') return `group ${resource.groupId}`;
  return resource.node === null ? 'the cluster' : `broker ${resource.node}`;
}

function alterResource(image: MetadataImage, change: ResourceChange): readonly MetadataRecord[] | Refusal {
  const target = findTarget(image, change.resource);
  if ('reason' in target) return target;
  const keys = change.changes.map((each) => each.key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined)
    return refusal('invalid-request', `${twice} stands twice for ${describeResource(change.resource)}`);
  const after = new Map(change.replaceAll ? [] : target.configs);
  for (const each of change.changes) {
    const refused = changeOne(target, each, after);
    if (refused !== null) return refused;
  }
  const replication = target.configs.get('replication');
  if (change.replaceAll && replication !== undefined) after.set('replication', replication);
  return differences(target, after);
}

function findTarget(image: MetadataImage, resource: ConfigResource): Target | Refusal {
  if (resource.kind === 'topic') {
    const topic = image.topicsByName.get(resource.name);
    if (topic === undefined) return refusal('unknown-topic', `there is no topic ${resource.name}`);
    const scope = { kind: 'topic', topicId: topic.id } as const;
    return { scope, configs: topic.configs, definitionOf: topicConfigDefinition, invalid: invalidTopicConfig };
  }
  if (resource.kind === 'group') {
    const { groupId } = resource;
    const configs = image.groupConfigs.get(groupId) ?? new Map<string, string>();
    return {
      scope: { kind: 'group', groupId },
      configs,
      definitionOf: groupConfigDefinition,
      invalid: invalidGroupConfig,
    };
  }
  const shared = { definitionOf: clusterConfigDefinition, invalid: invalidClusterConfig };
  if (resource.node === null) return { scope: { kind: 'cluster' }, configs: image.clusterConfigs, ...shared };
  if (!image.brokers.has(resource.node)) return refusal('unknown-broker', `no broker ${resource.node} is registered`);
  const configs = image.brokerConfigs.get(resource.node) ?? new Map<string, string>();
  return { scope: { kind: 'broker', node: resource.node }, configs, ...shared, invalid: invalidOwnConfig };
}

/** The controller decides by these, or all nodes must agree on them: set on one broker they would do nothing, or harm. */
const CLUSTER_WIDE: readonly string[] = [
  'min.insync.replicas',
  'unclean.leader.election.enable',
  'flush',
  'num.partitions',
  'default.replication.factor',
  'auto.leader.rebalance.enable',
  'producer.id.expiration.ms',
];

function invalidOwnConfig(key: string, value: string): string | null {
  if (CLUSTER_WIDE.includes(key)) return `${key} can only be set for the whole cluster (default broker resource)`;
  return invalidClusterConfig(key, value);
}

function changeOne(target: Target, change: ConfigChange, after: Map<string, string>): Refusal | null {
  const { key, operation, value } = change;
  const definition = target.definitionOf(key);
  if (definition === null)
    return refusal('invalid-config', target.invalid(key, value ?? '') ?? `unknown config ${key}`);
  if (!definition.dynamic && value !== (target.configs.get(key) ?? definition.default))
    return refusal('invalid-config', `${key} is fixed when the topic is created`);
  if (operation === 'delete') {
    after.delete(key);
    return null;
  }
  if (value === null) return refusal('invalid-request', `${key}: ${operation} needs a value`);
  if (operation !== 'set' && definition.type.kind !== 'list')
    return refusal('invalid-config', `${key} is no list: ${operation} is not possible`);
  const text = operation === 'set' ? value : editedList(after.get(key) ?? definition.default ?? '', operation, value);
  const invalid = target.invalid(key, text);
  if (invalid !== null) return refusal('invalid-config', invalid);
  after.set(key, text);
  return null;
}

function editedList(now: string, operation: 'append' | 'subtract', value: string): string {
  const parts = listOf(now);
  const named = listOf(value);
  const edited =
    operation === 'append'
      ? [...parts, ...named.filter((each) => !parts.includes(each))]
      : parts.filter((each) => !named.includes(each));
  return edited.join(',');
}

function differences(target: Target, after: ReadonlyMap<string, string>): readonly MetadataRecord[] {
  const { scope, configs } = target;
  const records: MetadataRecord[] = [];
  for (const key of configs.keys()) if (!after.has(key)) records.push({ kind: 'config-removed', scope, key });
  for (const [key, value] of after)
    if (configs.get(key) !== value) records.push({ kind: 'config-set', scope, key, value });
  return records;
}

const REACHING = ['min.insync.replicas', 'unclean.leader.election.enable', 'flush'];

function partitionsAfter(
  image: MetadataImage,
  records: readonly MetadataRecord[],
  context: DecisionContext,
): readonly MetadataRecord[] {
  const reaching = records.some(
    (each) => (each.kind === 'config-set' || each.kind === 'config-removed') && REACHING.includes(each.key),
  );
  if (!reaching) return [];
  const after = applyRecords(image, records, image.end, image.term);
  const facts = { image: after, flush: context.defaults.flush };
  const changes: MetadataRecord[] = [];
  for (const topic of after.topicsById.values()) {
    for (const partition of topic.partitions) {
      const affected = partition.elr.length > 0 || partition.lossy.length > 0 || partition.leader === null;
      if (partition.replication !== 'isr' || !affected) continue;
      const change = partitionChange(facts, topic, partition, {});
      if (change !== null) changes.push(change);
    }
  }
  return changes;
}
