/** Where a partition's settings come from: its topic, else its node; and what no setting changes. */
import { describe, expect, it } from 'vitest';
import { nodeId, offset, present, term } from '../../raft/index.ts';
import { applyRecords, emptyImage, TOPIC_CONFIGS } from '../../src/metadata/index.ts';
import type { ConfigDefinition, ConfigScope } from '../../src/metadata/index.ts';
import { partitionSettings } from '../../src/partition/index.ts';
import type { NodeTopicDefaults, PartitionSettings } from '../../src/partition/index.ts';

const DEFAULTS: NodeTopicDefaults = {
  flush: 'interval',
  retentionMs: -1,
  retentionBytes: -1,
  segmentBytes: 1_000_000,
  batchBytesMax: 2000,
};

type Config = readonly [scope: ConfigScope, key: string, value: string];
const TOPIC: ConfigScope = { kind: 'topic', topicId: 't' };
const CLUSTER: ConfigScope = { kind: 'cluster' };
const BROKER_2: ConfigScope = { kind: 'broker', node: nodeId(2) };

/** Of a topic of three replicas, as they are at `node`. */
function settingsAt(
  node: number,
  configs: readonly Config[],
  replication: 'isr' | 'quorum' = 'isr',
): PartitionSettings {
  const leadership = { leader: null, leaderIncarnation: null, leaderTerm: term(0), unclean: false };
  const replicas = [1, 2, 3].map(nodeId);
  const image = applyRecords(
    emptyImage(),
    [
      { kind: 'topic-created', topicId: 't', name: 'orders', internal: false },
      ...configs.map(([scope, key, value]) => ({ kind: 'config-set', scope, key, value }) as const),
      { kind: 'partition-created', topicId: 't', partition: 0, replicas, isr: replicas, leadership, replication },
    ],
    offset(0),
    term(1),
  );
  return partitionSettings(image, present(image.topicsByName.get('orders'), 'topic'), DEFAULTS, nodeId(node));
}

function settingsOf(replication: 'isr' | 'quorum', configs: Readonly<Record<string, string>> = {}): PartitionSettings {
  const own = Object.entries(configs).map(([key, value]) => [TOPIC, key, value] as const);
  return settingsAt(1, own, replication);
}

/** A value that is not the default. */
function otherValue({ type, default: usual }: ConfigDefinition): string {
  switch (type.kind) {
    case 'boolean':
      return usual === 'true' ? 'false' : 'true';
    case 'integer':
      return String(Math.min(type.max, type.min + 7));
    case 'number':
      return String(type.max);
    case 'choice':
    case 'list':
      return type.values.findLast((value) => value !== usual && value !== DEFAULTS.flush) ?? '';
    case 'text':
      return 'other';
  }
}

/** By these the controller goes, not the partition. */
const CONTROLLERS_OWN = ['unclean.leader.election.enable'];
/** Set for the cluster or a topic, not for one broker. */
const NOT_OF_ONE_BROKER = ['flush', 'min.insync.replicas', ...CONTROLLERS_OWN];

describe('the settings of a partition', () => {
  it('come from its topic, else from the node', () => {
    expect(settingsOf('isr').log.flush).toBe('interval');
    expect(settingsOf('isr', { flush: 'os', 'segment.bytes': '77' }).log).toMatchObject({
      flush: 'os',
      segmentBytesMax: 77,
    });
  });

  it('come from the broker before the cluster, where it has its own', () => {
    const configs: readonly Config[] = [
      [CLUSTER, 'log.retention.ms', '5'],
      [BROKER_2, 'log.retention.ms', '6'],
    ];
    expect([1, 2].map((node) => settingsAt(node, configs).log.retentionMs)).toEqual([5, 6]);
  });

  const shared = TOPIC_CONFIGS.filter(({ clusterKey }) => clusterKey !== null);
  it.each(shared.map((definition) => [definition.key, definition] as const))(
    '%s of the cluster or of one broker does what the topic’s own would do, and that is something unless its doc says it is ignored',
    (key, definition) => {
      const value = otherValue(definition);
      const inherited = present(definition.clusterKey, 'its name there');
      // Else its level would show nowhere.
      const around: readonly Config[] = key === 'compression.gzip.level' ? [[TOPIC, 'compression.type', 'gzip']] : [];
      const plain = settingsAt(1, around);
      const own = settingsAt(1, [...around, [TOPIC, key, value]]);
      const isIdle = definition.doc.startsWith('Ignored') || CONTROLLERS_OWN.includes(key);
      expect(own).not.toEqual(isIdle ? null : plain);
      if (isIdle) expect(own).toEqual(plain);
      expect(settingsAt(1, [...around, [CLUSTER, inherited, value]])).toEqual(own);
      if (NOT_OF_ONE_BROKER.includes(key)) return;
      expect(settingsAt(2, [...around, [BROKER_2, inherited, value]])).toEqual(own);
      expect(settingsAt(1, [...around, [BROKER_2, inherited, value]])).toEqual(plain);
    },
  );

  it('close a segment before its indexes are larger than they may be; what a batch may be stays', () => {
    const configs = { 'segment.index.bytes': '1200', 'index.interval.bytes': '64' };
    const { log, admission } = settingsOf('isr', configs);
    expect([log.segmentBytesMax, admission.segmentBytesMax]).toEqual([6400, 1_000_000]);
    expect(settingsOf('isr').log.segmentBytesMax).toBe(1_000_000);
  });

  it('name a compression only where batches are not kept as they come', () => {
    expect(settingsOf('isr').admission.compression).toBe(undefined);
    expect(settingsOf('isr', { 'compression.type': 'uncompressed' }).admission.compression).toBe('none');
    expect(settingsOf('isr', { 'compression.type': 'lz4' }).admission.compression).toBe('lz4');
  });

  it('flush what voters hold always: a voter that has lost it cannot be left out', () => {
    expect(settingsOf('quorum').log.flush).toBe('always');
    expect(settingsOf('quorum', { flush: 'os' }).log.flush).toBe('always');
  });
});
