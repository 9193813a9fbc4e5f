/** Where a partition's settings come from: its topic, else its node; and what no setting changes. */
import { describe, expect, it } from 'vitest';
import { nodeId, offset, present, term } from '../../raft/index.ts';
import { applyRecords, emptyImage } from '../../src/metadata/index.ts';
import { partitionSettings } from '../../src/partition/index.ts';
import type { NodeTopicDefaults, PartitionSettings } from '../../src/partition/index.ts';

const DEFAULTS: NodeTopicDefaults = {
  flush: 'interval',
  retentionMs: -1,
  retentionBytes: -1,
  segmentBytes: 1000,
  batchBytesMax: 2000,
};

function settingsOf(replication: 'isr' | 'quorum', configs: Readonly<Record<string, string>> = {}): PartitionSettings {
  const leadership = { leader: null, leaderIncarnation: null, leaderTerm: term(0), unclean: false };
  const scope = { kind: 'topic', topicId: 't' } as const;
  const image = applyRecords(
    emptyImage(),
    [
      { kind: 'topic-created', topicId: 't', name: 'orders', internal: false },
      ...Object.entries(configs).map(([key, value]) => ({ kind: 'config-set', scope, key, value }) as const),
      { kind: 'partition-created', topicId: 't', partition: 0, replicas: [], isr: [], leadership, replication },
    ],
    offset(0),
    term(1),
  );
  const topic = image.topicsByName.get('orders');
  if (topic === undefined) throw new Error('no topic');
  return partitionSettings(image, topic, DEFAULTS);
}

describe('the settings of a partition', () => {
  it('come from its topic, else from the node', () => {
    expect(settingsOf('isr').log.flush).toBe('interval');
    expect(settingsOf('isr', { flush: 'os', 'segment.bytes': '77' }).log).toMatchObject({
      flush: 'os',
      segmentBytesMax: 77,
    });
  });

  it('come from the broker before the cluster, where it has its own', () => {
    const image = applyRecords(
      emptyImage(),
      [
        { kind: 'topic-created', topicId: 't', name: 'orders', internal: false },
        { kind: 'config-set', scope: { kind: 'cluster' }, key: 'log.retention.ms', value: '5' },
        { kind: 'config-set', scope: { kind: 'broker', node: nodeId(2) }, key: 'log.retention.ms', value: '6' },
      ],
      offset(0),
      term(1),
    );
    const topic = present(image.topicsByName.get('orders'), 'topic');
    const retentionOf = (node: number): number | null =>
      partitionSettings(image, topic, DEFAULTS, nodeId(node)).log.retentionMs;
    expect([retentionOf(1), retentionOf(2)]).toEqual([5, 6]);
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
