/** A view of a small cluster for tests: three nodes, one of them fenced, two topics. */
import type { AdminView, ClusterStatusView, PartitionView, QuorumView } from '../../src/admin/index.ts';

export const cannedStatus: ClusterStatusView = {
  node: 1,
  clusterId: 'mYcLuStErIdOf22LeTtErS',
  controller: 1,
  metadataTerm: 3,
  metadataEnd: 120,
  brokers: [1, 2, 3].map((node) => ({
    node,
    roles: node === 1 ? ['broker', 'voter', 'controller'] : ['broker', 'voter'],
    fenced: node === 3,
    leaving: false,
    kafka: `127.0.0.1:${9091 + node}`,
    peer: `127.0.0.1:${9191 + node}`,
    admin: `127.0.0.1:${9643 + node}`,
    rack: null,
    incarnation: `${node}00`,
    metadataLag: node === 3 ? null : 0,
    leaders: node === 3 ? 0 : 3,
    replicas: 6,
  })),
  topics: 1,
  partitions: 6,
  underReplicated: { count: 1, first: [{ topic: 'orders', partition: 0 }] },
  underMinIsr: { count: 0, first: [] },
  leaderless: { count: 0, first: [] },
  uncleanElections: 0,
  verdict: 'degraded',
  reasons: ['node 3 is fenced', '1 partition has fewer in-sync replicas than replicas'],
};

export const cannedQuorum: QuorumView = {
  node: 1,
  role: 'leader',
  leader: 1,
  term: 3,
  highWatermark: 120,
  logStart: 0,
  endOffset: 121,
  members: [
    { node: 1, kind: 'voter', role: 'leader', endOffset: 121, lag: 0, lastContactMs: 0, connected: true },
    { node: 2, kind: 'voter', role: null, endOffset: 120, lag: 1, lastContactMs: 12, connected: true },
    { node: 3, kind: 'voter', role: null, endOffset: null, lag: null, lastContactMs: 5321, connected: false },
  ],
};

export const cannedPartition: PartitionView = {
  topic: 'orders',
  topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
  partition: 0,
  replication: 'isr',
  node: 1,
  role: 'leader',
  leader: 1,
  term: 2,
  version: 4,
  replicas: [1, 2, 3],
  isr: [1, 2],
  elr: [],
  minInsyncReplicas: 2,
  unclean: false,
  local: {
    highWatermark: 90,
    logStart: 0,
    logEnd: 100,
    durableEnd: 95,
    bytes: 5000,
    flush: 'always',
    termStarts: [
      { term: 1, start: 0 },
      { term: 2, start: 40 },
    ],
    votedFor: null,
    failure: null,
  },
  progress: [
    {
      node: 2,
      kind: 'replicate',
      connected: true,
      matchOffset: 90,
      nextOffset: 100,
      lag: 10,
      inflight: 1,
      lastContactMs: 4,
      lastCaughtUpMs: 9,
      inIsr: true,
      whyNot: null,
      voter: null,
    },
    {
      node: 3,
      kind: 'probe',
      connected: false,
      matchOffset: null,
      nextOffset: 40,
      lag: null,
      inflight: 0,
      lastContactMs: 5321,
      lastCaughtUpMs: null,
      inIsr: false,
      whyNot: 'disconnected',
      voter: null,
    },
  ],
};

/** The canned view; `changes` replaces what a test is about. */
export function cannedView(changes: Partial<AdminView> = {}): AdminView {
  return {
    ready: () => true,
    unhealthy: () => null,
    status: () => cannedStatus,
    quorum: () => cannedQuorum,
    topics: () => [
      {
        topic: 'orders',
        topicId: cannedPartition.topicId,
        internal: false,
        partitions: 6,
        replicationFactor: 3,
        replication: 'isr',
        configs: { 'min.insync.replicas': '2' },
      },
    ],
    partition: (topic, index) => (topic === 'orders' && index === 0 ? cannedPartition : null),
    hosted: (topic) =>
      topic === 'none'
        ? []
        : [
            {
              topic: 'orders',
              partition: 0,
              role: 'leader',
              term: 2,
              highWatermark: 90,
              logStart: 0,
              logEnd: 100,
              bytes: 5000,
            },
          ],
    config: () => [{ key: 'flush', value: 'os', place: '--config' }],
    metrics: () => [
      {
        name: 'flotilla_partition_bytes',
        help: 'Bytes of a log.',
        type: 'gauge',
        labels: { topic: 'a"b\\' },
        value: 12,
      },
      { name: 'flotilla_ready', help: 'Serving?', type: 'gauge', labels: {}, value: 1 },
      { name: 'flotilla_partition_bytes', help: 'ignored', type: 'gauge', labels: { topic: 'c' }, value: 0.5 },
    ],
    ...changes,
  };
}
