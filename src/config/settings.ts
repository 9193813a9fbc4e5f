/**
 * All settings of a node: one table, from which the configuration file, FLOTILLA_* variables, flags, their validation
 * and the help text come. Kafka's name where Kafka has the setting.
 */
import type { Setting, SettingKind } from './setting.ts';

const ms = (least: number, most: number): SettingKind => ({ kind: 'whole', least, most, unit: 'ms' });
const bytes = (least: number, most: number): SettingKind => ({ kind: 'whole', least, most, unit: 'bytes' });
const count = (least: number, most: number): SettingKind => ({ kind: 'whole', least, most, unit: 'count' });
const port: SettingKind = { kind: 'whole', least: 1, most: 65535, unit: 'port' };
const host: SettingKind = { kind: 'text', allowed: 'a host name or address' };
const flag: SettingKind = { kind: 'flag' };
const DAY = 86_400_000;
const GIB = 1024 ** 3;

export const SETTINGS = {
  'node.id': {
    kind: { kind: 'whole', least: 0, most: 2 ** 31 - 1, unit: 'id' },
    default: null,
    doc: 'Number of this node in the cluster; unique, never changed.',
  },
  'data.dir': {
    kind: { kind: 'text', allowed: 'a path' },
    default: null,
    doc: 'Directory of everything that this node keeps.',
  },
  'cluster.id': {
    kind: { kind: 'text', allowed: 'the cluster id as `flotilla cluster status` shows it' },
    default: null,
    doc: 'Refuse to join any other cluster. Optional: the first start makes one.',
  },
  voters: {
    kind: { kind: 'list', allowed: 'a list of <node id>@<host>:<peer port>' },
    default: null,
    doc: 'The nodes that elect the controller, the same list on each of them. Default: this node alone.',
  },
  host: { kind: host, default: '127.0.0.1', doc: 'Address to listen on.' },
  'kafka.port': { kind: port, default: '9092', doc: 'Port for Kafka clients.' },
  'peer.port': { kind: port, default: '9192', doc: 'Port for the other nodes.' },
  'admin.port': { kind: port, default: '9644', doc: 'Port of the admin HTTP server.' },
  'advertised.host': { kind: host, default: null, doc: 'Host that clients and peers are told; default: host.' },
  rack: {
    kind: { kind: 'text', allowed: 'a name' },
    default: null,
    doc: 'Rack or zone; replicas are spread over racks.',
  },
  'replica.selector.class': {
    kind: {
      kind: 'choice',
      choices: ['leader', 'rack-aware', 'org.apache.kafka.common.replica.RackAwareReplicaSelector'],
    },
    default: 'leader',
    doc: 'Who serves consumers that name their rack: the leader, or an in-sync replica in that rack (KIP-392).',
  },

  flush: {
    kind: { kind: 'choice', choices: ['always', 'interval', 'os'] },
    default: 'always',
    doc: 'When a record is durable: after fdatasync, or when the kernel has it. Topics may differ.',
  },
  'flush.interval.ms': { kind: ms(10, DAY), default: '500', doc: 'Time between two syncs with flush=interval.' },
  'default.replication.factor': {
    kind: count(1, 32),
    default: null,
    doc: 'For topics that name none. Default: the smaller of 3 and the number of nodes.',
  },
  'num.partitions': { kind: count(1, 10_000), default: '1', doc: 'Partitions of topics that name no number.' },
  'auto.create.topics.enable': { kind: flag, default: 'true', doc: 'Create topics that clients ask for.' },
  'offsets.topic.num.partitions': {
    kind: count(1, 1000),
    default: '50',
    doc: 'Partitions of __consumer_offsets, when it is made.',
  },
  'transaction.state.log.num.partitions': {
    kind: count(1, 1000),
    default: '50',
    doc: 'Partitions of __transaction_state, when it is made.',
  },
  'transaction.max.timeout.ms': {
    kind: ms(1, 2 ** 31 - 1),
    default: '900000',
    doc: 'The longest transaction timeout that a producer may ask for.',
  },
  'transactional.id.expiration.ms': {
    kind: ms(1000, Number.MAX_SAFE_INTEGER),
    default: String(7 * DAY),
    doc: 'A transactional id that is not used is forgotten after this.',
  },
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': {
    kind: ms(10, DAY),
    default: '10000',
    doc: 'Time between two looks for transactions that take longer than their timeout.',
  },
  'group.initial.rebalance.delay.ms': {
    kind: ms(0, 300_000),
    default: '500',
    doc: 'A new consumer group waits this long for more members.',
  },
  'group.min.session.timeout.ms': {
    kind: ms(1, 2 ** 31 - 1),
    default: '6000',
    doc: 'The shortest session timeout that a member of a classic group may ask for …',
  },
  'group.max.session.timeout.ms': { kind: ms(1, 2 ** 31 - 1), default: '1800000', doc: '… and the longest.' },
  'group.max.size': { kind: count(1, 100_000), default: '1000', doc: 'Members of one classic group.' },
  'group.consumer.session.timeout.ms': {
    kind: ms(1000, DAY),
    default: '45000',
    doc: 'A member of a consumer group (KIP-848) that is silent for so long is taken out.',
  },
  'group.consumer.heartbeat.interval.ms': {
    kind: ms(50, DAY),
    default: '5000',
    doc: 'How often members of consumer groups are told to send heartbeats.',
  },
  'group.consumer.max.size': { kind: count(1, 100_000), default: '1000', doc: 'Members of one consumer group.' },
  'group.consumer.migration.policy': {
    kind: { kind: 'choice', choices: ['bidirectional', 'upgrade', 'downgrade', 'disabled'] },
    default: 'bidirectional',
    doc: 'Which way groups may go between the classic and the consumer protocol while members are in them.',
  },
  'offsets.retention.minutes': {
    kind: count(1, 2 ** 31 - 1),
    default: '10080',
    doc: 'Offsets of groups without members, and of topics that nobody reads, are kept for so long.',
  },
  'log.retention.ms': {
    kind: ms(-1, Number.MAX_SAFE_INTEGER),
    default: String(7 * DAY),
    doc: 'Default of topics; -1: for ever.',
  },
  'log.retention.bytes': {
    kind: bytes(-1, Number.MAX_SAFE_INTEGER),
    default: '-1',
    doc: 'Default of topics; -1: no bound.',
  },
  'log.segment.bytes': {
    kind: bytes(1 << 20, 2 ** 31 - 1),
    default: String(GIB),
    doc: 'Default of topics: size at which a segment is closed.',
  },
  'log.retention.check.interval.ms': {
    kind: ms(100, DAY),
    default: '300000',
    doc: 'Time between two looks for what is to be deleted or compacted.',
  },
  'message.max.bytes': { kind: bytes(1024, 32 << 20), default: '1048588', doc: 'Default of topics: largest batch.' },

  'peer.heartbeat.ms': {
    kind: ms(10, 10_000),
    default: '200',
    doc: 'Keep-alive between nodes, and heartbeat of leaders that are elected by votes.',
  },
  'election.timeout.min.ms': { kind: ms(50, 60_000), default: '600', doc: 'Voters campaign after a silence of this …' },
  'election.timeout.max.ms': { kind: ms(100, 120_000), default: '1200', doc: '… to this long (drawn at random).' },
  'broker.session.timeout.ms': {
    kind: ms(200, 300_000),
    default: '2000',
    doc: 'A silent broker is fenced after this.',
  },
  'replica.lag.time.max.ms': {
    kind: ms(200, 300_000),
    default: '2000',
    doc: 'A follower that has not been caught up for this long leaves the ISR.',
  },
  'replica.append.max.bytes': {
    kind: bytes(4096, 64 << 20),
    default: String(1 << 20),
    doc: 'Batches in one append to a follower.',
  },
  'replica.inflight.max.bytes': {
    kind: bytes(65_536, 1 << 30),
    default: String(16 << 20),
    doc: 'Unacknowledged batches per follower and partition.',
  },
  'metadata.snapshot.bytes': {
    kind: bytes(4096, GIB),
    default: String(4 << 20),
    doc: 'Metadata log after which a snapshot is taken.',
  },

  'socket.request.max.bytes': {
    kind: bytes(1024, 1 << 30),
    default: String(100 << 20),
    doc: 'Largest request of a client.',
  },
  'fetch.max.bytes': { kind: bytes(1024, 1 << 30), default: String(55 << 20), doc: 'Largest answer to a fetch.' },
  'max.connections': { kind: count(1, 1_000_000), default: '10000', doc: 'Client connections at once.' },
  'max.connections.per.ip': {
    kind: count(1, 1_000_000),
    default: '10000',
    doc: 'Client connections at once from one address.',
  },
  'queued.responses.max.bytes': {
    kind: bytes(1 << 20, 64 * GIB),
    default: String(256 << 20),
    doc: 'Answers that clients have not taken yet, over all connections, before requests wait.',
  },
  'connections.max.idle.ms': {
    kind: ms(1000, DAY),
    default: '600000',
    doc: 'A client connection on which nothing happens is closed after this.',
  },
  'max.fetch.sessions': { kind: count(0, 1_000_000), default: '1000', doc: 'Fetch sessions remembered.' },
  'journal.file.bytes': {
    kind: bytes(65_536, GIB),
    default: String(4 << 20),
    doc: 'Size of a journal file when the node starts; it grows when idle.',
  },
  'checkpoint.bytes': {
    kind: bytes(1 << 20, 16 * GIB),
    default: String(256 << 20),
    doc: 'Journal after which segments are synced and the journal is recycled.',
  },
  'tail.max.bytes': {
    kind: bytes(0, 16 * GIB),
    default: String(64 << 20),
    doc: 'Recent batches kept in memory, over all partitions.',
  },
  'disk.free.min.bytes': {
    kind: bytes(0, 1024 * GIB),
    default: String(64 << 20),
    doc: 'Refuse writes when the disk has less than this free.',
  },
  'open.files.max': { kind: count(16, 1_000_000), default: '4000', doc: 'Segment files open at once.' },
  'controlled.shutdown.timeout.ms': {
    kind: ms(0, 600_000),
    default: '5000',
    doc: 'At most this long for moving leaderships away at shutdown.',
  },

  'log.level': {
    kind: { kind: 'choice', choices: ['error', 'warn', 'info', 'debug'] },
    default: 'info',
    doc: 'Least level that is logged.',
  },
  'log.format': {
    kind: { kind: 'choice', choices: ['auto', 'human', 'json'] },
    default: 'auto',
    doc: 'auto: human on a terminal, else JSON.',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingKey = keyof typeof SETTINGS;
