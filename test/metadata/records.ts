/** One record of every kind, in an order in which they can be applied to an empty image. */
import { directoryId, incarnation, nodeId, offset, term } from '../../raft/index.ts';
import type { MetadataRecord } from '../../src/metadata/index.ts';

const life = { node: nodeId(1), incarnation: incarnation('life-1') };
const leadership = { leader: life.node, leaderIncarnation: life.incarnation, leaderTerm: term(1), unclean: false };
const nobody = { leader: null, leaderIncarnation: null };
const topic = { kind: 'topic', topicId: 'topic-1' } as const;

export const EVERY_RECORD: readonly MetadataRecord[] = [
  { kind: 'cluster-created', clusterId: 'cluster' },
  {
    kind: 'broker-registered',
    ...life,
    directory: directoryId('directory'),
    kafka: { host: '127.0.0.1', port: 9092 },
    peer: { host: '::1', port: 9192 },
    admin: { host: 'node', port: 65_535 },
    rack: '',
  },
  { kind: 'broker-unfenced', ...life },
  { kind: 'topic-created', topicId: 'topic-1', name: 'orders', internal: true },
  { kind: 'config-set', scope: topic, key: 'retention.ms', value: '-1' },
  { kind: 'config-set', scope: topic, key: 'flush', value: 'os' },
  {
    kind: 'partition-created',
    topicId: 'topic-1',
    partition: 0,
    replicas: [nodeId(1), nodeId(0), nodeId(300)],
    isr: [nodeId(1)],
    leadership,
    replication: 'isr',
  },
  {
    kind: 'partition-created',
    topicId: 'topic-1',
    partition: 1,
    replicas: [nodeId(1)],
    isr: [nodeId(1)],
    leadership: { ...nobody, leaderTerm: term(0), unclean: false },
    replication: 'quorum',
  },
  {
    kind: 'partition-changed',
    topicId: 'topic-1',
    partition: 0,
    version: 1,
    replicas: null,
    isr: [],
    elr: [nodeId(0)],
    lossy: [{ node: nodeId(1), lastTerm: term(7), end: offset(2 ** 53 - 1), failed: true }],
    leadership: { ...nobody, leaderTerm: term(2), unclean: true },
  },
  {
    kind: 'partition-changed',
    topicId: 'topic-1',
    partition: 0,
    version: 2,
    replicas: [nodeId(1)],
    isr: null,
    elr: [],
    lossy: null,
    leadership: null,
  },
  {
    kind: 'quorum-leader-reported',
    topicId: 'topic-1',
    partition: 1,
    leader: life.node,
    leaderIncarnation: life.incarnation,
    leaderTerm: term(9),
  },
  { kind: 'quorum-leader-reported', topicId: 'topic-1', partition: 1, ...nobody, leaderTerm: term(9) },
  { kind: 'config-set', scope: { kind: 'cluster' }, key: 'log.retention.ms', value: '5' },
  { kind: 'config-set', scope: { kind: 'broker', node: nodeId(0) }, key: 'x', value: '' },
  { kind: 'config-set', scope: { kind: 'group', groupId: 'g' }, key: 'consumer.session.timeout.ms', value: '50000' },
  { kind: 'config-removed', scope: topic, key: 'flush' },
  { kind: 'producer-ids-allocated', ...life, next: 2 ** 40 },
  { kind: 'no-op' },
  { kind: 'broker-leaving', ...life },
  { kind: 'broker-fenced', ...life },
];

/** These undo others, so they stand apart. */
export const UNDOING_RECORDS: readonly MetadataRecord[] = [
  { kind: 'config-removed', scope: { kind: 'broker', node: nodeId(0) }, key: 'x' },
  { kind: 'config-removed', scope: { kind: 'group', groupId: 'g' }, key: 'consumer.session.timeout.ms' },
  { kind: 'topic-removed', topicId: 'topic-1' },
  { kind: 'broker-unregistered', ...life },
];
