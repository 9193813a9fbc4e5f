/** Configs of topics and of the cluster: what may be set, what counts, and what DescribeConfigs shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CLUSTER_CONFIGS,
  GROUP_CONFIGS,
  TOPIC_CONFIGS,
  describeTopicConfigs,
  emptyImage,
  integerOf,
  invalidClusterConfig,
  invalidConfigValue,
  invalidTopicConfig,
  invalidTopicName,
  minInsyncReplicas,
  topicConfig,
  topicConfigNumber,
} from '../../src/metadata/index.ts';
import type { MetadataImage, Topic } from '../../src/metadata/index.ts';
import { nodeId } from '../../raft/index.ts';

function topicWith(configs: Readonly<Record<string, string>>): Topic {
  return { id: 't', name: 'orders', partitions: [], configs: new Map(Object.entries(configs)), internal: false };
}

function imageWith(configs: Readonly<Record<string, string>>): MetadataImage {
  return { ...emptyImage(), clusterConfigs: new Map(Object.entries(configs)) };
}

describe('topic configs', () => {
  it.each([
    ['retention.ms', '-1'],
    ['retention.ms', '9223372036854775807'],
    ['segment.bytes', '1048576'],
    ['cleanup.policy', 'compact, delete'],
    ['flush', 'interval'],
    ['min.cleanable.dirty.ratio', '0.25'],
    ['unclean.leader.election.enable', 'true'],
    ['replication', 'quorum'],
  ])('%s may be %s', (key, value) => {
    expect(invalidTopicConfig(key, value)).toBeNull();
  });

  it.each([
    ['retention.ms', '-2'],
    ['retention.ms', '1e3'],
    ['retention.ms', ''],
    ['segment.bytes', '1048575'],
    ['cleanup.policy', ''],
    ['cleanup.policy', 'delete,delete'],
    ['compression.type', 'brotli'],
    ['remote.storage.enable', 'true'],
    ['leader.replication.throttled.replicas', '*'],
    ['compression.gzip.level', '10'],
    ['flush', 'never'],
    ['min.insync.replicas', '0'],
    ['min.cleanable.dirty.ratio', '1.5'],
    ['unclean.leader.election.enable', 'TRUE'],
  ])('%s must not be %j, and the message names key, value and what is allowed', (key, value) => {
    const reason = invalidTopicConfig(key, value);
    expect(reason).toContain(`${key} must be`);
    expect(reason).toContain(`not '${value}'`);
  });

  it('of an unknown key are refused, by topic and by cluster', () => {
    expect(invalidTopicConfig('retention.minutes', '5')).toContain(`unknown topic config 'retention.minutes'`);
    expect(invalidTopicConfig('__proto__', '5')).toContain('unknown');
    expect(invalidClusterConfig('retention.ms', '5')).toContain(`unknown broker config 'retention.ms'`);
    expect(invalidClusterConfig('log.retention.ms', '5')).toBeNull();
  });

  it('all have defaults that may be set, and docs', () => {
    for (const definition of [...TOPIC_CONFIGS, ...CLUSTER_CONFIGS]) {
      expect(definition.doc.length).toBeGreaterThan(10);
      if (definition.default !== null) expect(invalidConfigValue(definition, definition.default)).toBeNull();
    }
  });

  it('count in the order topic, cluster, built in', () => {
    const cluster = imageWith({ 'log.retention.ms': '7' });
    expect(topicConfig(emptyImage(), topicWith({}), 'retention.ms')).toBe('604800000');
    expect(topicConfigNumber(cluster, topicWith({}), 'retention.ms')).toBe(7);
    expect(topicConfigNumber(cluster, topicWith({ 'retention.ms': '9' }), 'retention.ms')).toBe(9);
    expect(integerOf('9223372036854775807')).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('give min.insync.replicas by replication factor, never above it', () => {
    const replicas = (count: number): { replicas: Topic['partitions'][number]['replicas'] } => ({
      replicas: Array.from({ length: count }, (_, node) => nodeId(node)),
    });
    const min = (count: number, own: Readonly<Record<string, string>>): number =>
      minInsyncReplicas(emptyImage(), topicWith(own), replicas(count));
    expect([min(1, {}), min(2, {}), min(3, {}), min(5, {})]).toEqual([1, 1, 2, 2]);
    expect([min(1, { 'min.insync.replicas': '3' }), min(5, { 'min.insync.replicas': '3' })]).toEqual([1, 3]);
  });

  it('are described with all values that exist, the effective one first', () => {
    const described = describeTopicConfigs(
      imageWith({ 'log.retention.ms': '7' }),
      topicWith({ 'retention.ms': '9' }),
      1,
      new Map([['flush', 'os']]),
    );
    const retention = described.find((each) => each.key === 'retention.ms');
    expect(retention).toMatchObject({ value: '9', source: 'topic' });
    expect(retention?.synonyms.map((each) => [each.key, each.value, each.source])).toEqual([
      ['retention.ms', '9', 'topic'],
      ['log.retention.ms', '7', 'cluster'],
      ['log.retention.ms', '604800000', 'default'],
    ]);
    expect(described.find((each) => each.key === 'flush')).toMatchObject({ value: 'os', source: 'default' });
  });
});

describe('topic names', () => {
  it.each(['orders', 'a.b_c-D9', '__consumer_offsets', 'x'.repeat(249)])('may be %s', (name) => {
    expect(invalidTopicName(name)).toBeNull();
  });

  it.each(['', '.', '..', 'a/b', 'a\\b', 'a b', 'ä', 'a\0', '%2e', 'x'.repeat(250)])('must not be %j', (name) => {
    expect(invalidTopicName(name)).not.toBeNull();
  });
});

describe('the README', () => {
  it('says of every config that can change at run time what it does', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    for (const { key, doc } of [...TOPIC_CONFIGS, ...GROUP_CONFIGS]) {
      expect(readme).toContain(`| \`${key}\` |`);
      expect(readme).toContain(doc);
    }
  });
});
