/**
 * A node's configuration: the settings as the node uses them, with the relations between them checked.
 */
import { byteCount, millis, nodeId } from '../../raft/index.ts';
import type { ByteCount, Millis, NodeId } from '../../raft/index.ts';
import type { FlushPolicy } from '../../storage/index.ts';
import type { Endpoint } from '../metadata/index.ts';
import type { Settings } from './read-settings.ts';
import type { SettingKey } from './settings.ts';

export interface VoterAddress {
  readonly node: NodeId;
  readonly peer: Endpoint;
}

export interface NodeConfig {
  readonly node: NodeId;
  readonly dataDirectory: string;
  readonly clusterId: string | null;
  readonly voters: readonly VoterAddress[];
  readonly host: string;
  readonly advertisedHost: string;
  readonly kafkaPort: number;
  readonly peerPort: number;
  readonly adminPort: number;
  readonly rack: string | null;
  /** Consumers that name their rack are sent to a replica there (KIP-392). */
  readonly rackAwareReads: boolean;
  readonly flush: FlushPolicy;
  readonly flushInterval: Millis;
  readonly topics: TopicDefaults;
  readonly timing: Timing;
  readonly replication: { readonly appendBytesMax: ByteCount; readonly inflightBytesMax: ByteCount };
  readonly limits: NodeLimits;
  readonly groupInitialRebalanceDelayMs: number;
  readonly groups: GroupLimits;
  readonly transactions: TransactionLimits;
  readonly autoCreateTopics: boolean;
  readonly metadataSnapshotBytes: number;
}

/** Defaults of topics; null: depends on the number of nodes. */
export interface TopicDefaults {
  readonly replicationFactor: number | null;
  readonly partitions: number;
  readonly offsetsPartitions: number;
  readonly transactionsPartitions: number;
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly segmentBytes: number;
  readonly batchBytesMax: number;
}

export interface GroupLimits {
  readonly sessionTimeoutMsMin: number;
  readonly sessionTimeoutMsMax: number;
  readonly groupMembersMax: number;
  readonly consumerSessionTimeoutMs: number;
  readonly consumerHeartbeatIntervalMs: number;
  readonly consumerGroupMembersMax: number;
  readonly consumerMigrationPolicy: 'bidirectional' | 'upgrade' | 'downgrade' | 'disabled';
  readonly offsetsRetentionMs: number;
}

export interface TransactionLimits {
  readonly timeoutMsMax: number;
  readonly idExpirationMs: number;
  readonly timeoutScanMs: number;
}

export interface Timing {
  readonly heartbeat: Millis;
  readonly electionTimeoutMin: Millis;
  readonly electionTimeoutMax: Millis;
  readonly brokerSession: Millis;
  readonly lagMax: Millis;
  readonly retentionCheck: Millis;
  readonly controlledShutdown: Millis;
}

export interface NodeLimits {
  readonly requestBytesMax: number;
  readonly fetchBytesMax: number;
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  readonly responseBytesMax: number;
  readonly connectionIdleMs: number;
  readonly fetchSessionsMax: number;
  readonly journalFileBytes: number;
  readonly checkpointBytes: number;
  readonly tailBytesMax: number;
  readonly freeBytesMin: number;
  readonly openFilesMax: number;
}

export type NodeConfigResult =
  | { readonly kind: 'config'; readonly config: NodeConfig }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

/** An IPv6 address stands in brackets, as in URLs. */
const VOTER = /^(\d{1,10})@(?:\[([0-9a-fA-F:.%]+)\]|([^\s[\]@:]+)):(\d{1,5})$/;
const NODE_ID_MAX = 2 ** 31 - 1;

function parseVoters(texts: readonly string[], problems: string[]): readonly VoterAddress[] {
  const voters: VoterAddress[] = [];
  for (const text of texts) {
    const [, id, address, name, port] = VOTER.exec(text) ?? [];
    const host = address ?? name;
    const number = Number(id);
    if (host === undefined || number > NODE_ID_MAX || Number(port) < 1 || Number(port) > 65535) {
      problems.push(`voters: "${text}" is not <node id>@<host>:<peer port>, such as 1@10.0.0.1:9192`);
      continue;
    }
    if (voters.some(({ node }) => node === number)) problems.push(`voters: node ${number} is named twice`);
    voters.push({ node: nodeId(number), peer: { host, port: Number(port) } });
  }
  return voters;
}

/** Ports that this node would have to listen on twice. */
function portsTwice({ whole }: Pick<Reading, 'whole'>): readonly string[] {
  const keys = ['kafka.port', 'peer.port', 'admin.port'] as const;
  return keys.flatMap((key, at) => {
    const same = keys.slice(0, at).find((other) => whole(other) === whole(key));
    return same === undefined ? [] : [`${key} and ${same} are both ${whole(key)}: each needs a port of its own`];
  });
}

/** Typed reading of checked settings. */
interface Reading {
  readonly whole: (key: SettingKey) => number;
  readonly text: (key: SettingKey) => string | null;
  readonly optional: (key: SettingKey) => number | null;
  readonly time: (key: SettingKey) => Millis;
}

function readingOf(settings: Settings): Reading {
  const whole = (key: SettingKey): number => Number(settings[key]);
  return {
    whole,
    text: (key) => (settings[key] === null ? null : String(settings[key])),
    optional: (key) => (settings[key] === null ? null : Number(settings[key])),
    time: (key) => millis(whole(key)),
  };
}

/** Relations between settings that each are allowed by themselves. */
function contradictions({ whole, text }: Reading, settings: Settings): string[] {
  const problems: string[] = [];
  if (settings['node.id'] === null) problems.push('node.id is missing: give each node a number, such as node.id: 1');
  if (settings['data.dir'] === null) problems.push('data.dir is missing: name the directory of this node’s data');
  const host = text('advertised.host') ?? text('host');
  if (host === '0.0.0.0' || host === '::') {
    problems.push(`host is ${host}: set advertised.host to the address that clients and the other nodes are to use`);
  }
  const above = (low: SettingKey, high: SettingKey, factor: number, relation: string): void => {
    if (whole(low) * factor > whole(high))
      problems.push(`${low} (${whole(low)}) must be ${relation} ${high} (${whole(high)})`);
  };
  if (whole('election.timeout.min.ms') === whole('election.timeout.max.ms')) {
    problems.push(
      'election.timeout.min.ms must be below election.timeout.max.ms, or voters campaign at the same moment',
    );
  }
  above('election.timeout.min.ms', 'election.timeout.max.ms', 1, 'below');
  above('peer.heartbeat.ms', 'election.timeout.min.ms', 2, 'at most half of');
  if (whole('peer.heartbeat.ms') * 2 >= whole('broker.session.timeout.ms')) {
    problems.push(
      `peer.heartbeat.ms (${whole('peer.heartbeat.ms')}) must be below half of broker.session.timeout.ms (${whole('broker.session.timeout.ms')})`,
    );
  }
  problems.push(...portsTwice({ whole }));
  above('replica.append.max.bytes', 'replica.inflight.max.bytes', 1, 'at most');
  return problems;
}

function topicDefaults({ whole, optional }: Reading): TopicDefaults {
  return {
    replicationFactor: optional('default.replication.factor'),
    partitions: whole('num.partitions'),
    offsetsPartitions: whole('offsets.topic.num.partitions'),
    transactionsPartitions: whole('transaction.state.log.num.partitions'),
    retentionMs: whole('log.retention.ms'),
    retentionBytes: whole('log.retention.bytes'),
    segmentBytes: whole('log.segment.bytes'),
    batchBytesMax: whole('message.max.bytes'),
  };
}

function timing({ time }: Reading): Timing {
  return {
    heartbeat: time('peer.heartbeat.ms'),
    electionTimeoutMin: time('election.timeout.min.ms'),
    electionTimeoutMax: time('election.timeout.max.ms'),
    brokerSession: time('broker.session.timeout.ms'),
    lagMax: time('replica.lag.time.max.ms'),
    retentionCheck: time('log.retention.check.interval.ms'),
    controlledShutdown: time('controlled.shutdown.timeout.ms'),
  };
}

function nodeLimits({ whole }: Reading): NodeLimits {
  return {
    requestBytesMax: whole('socket.request.max.bytes'),
    fetchBytesMax: whole('fetch.max.bytes'),
    connectionsMax: whole('max.connections'),
    connectionsPerAddressMax: whole('max.connections.per.ip'),
    responseBytesMax: whole('queued.responses.max.bytes'),
    connectionIdleMs: whole('connections.max.idle.ms'),
    fetchSessionsMax: whole('max.fetch.sessions'),
    journalFileBytes: whole('journal.file.bytes'),
    checkpointBytes: whole('checkpoint.bytes'),
    tailBytesMax: whole('tail.max.bytes'),
    freeBytesMin: whole('disk.free.min.bytes'),
    openFilesMax: whole('open.files.max'),
  };
}

function groupLimits({ whole, text }: Reading): GroupLimits {
  return {
    sessionTimeoutMsMin: whole('group.min.session.timeout.ms'),
    sessionTimeoutMsMax: whole('group.max.session.timeout.ms'),
    groupMembersMax: whole('group.max.size'),
    consumerSessionTimeoutMs: whole('group.consumer.session.timeout.ms'),
    consumerHeartbeatIntervalMs: whole('group.consumer.heartbeat.interval.ms'),
    consumerGroupMembersMax: whole('group.consumer.max.size'),
    consumerMigrationPolicy: text('group.consumer.migration.policy') as GroupLimits['consumerMigrationPolicy'],
    offsetsRetentionMs: whole('offsets.retention.minutes') * 60_000,
  };
}

/** Turns checked settings into a configuration; all problems at once. */
export function nodeConfig(settings: Settings): NodeConfigResult {
  const reading = readingOf(settings);
  const { whole, text, time } = reading;
  const problems = contradictions(reading, settings);
  const host = text('host') ?? '127.0.0.1';
  const advertisedHost = text('advertised.host') ?? host;
  const node = nodeId(whole('node.id'));
  const given = settings.voters as readonly string[] | null;
  const alone = [{ node, peer: { host: advertisedHost, port: whole('peer.port') } }];
  const voters = given === null ? alone : parseVoters(given, problems);
  if (problems.length > 0) return { kind: 'invalid', problems };
  return {
    kind: 'config',
    config: {
      node,
      dataDirectory: text('data.dir') ?? '',
      clusterId: text('cluster.id'),
      voters,
      host,
      advertisedHost,
      kafkaPort: whole('kafka.port'),
      peerPort: whole('peer.port'),
      adminPort: whole('admin.port'),
      rack: text('rack'),
      rackAwareReads: text('replica.selector.class') !== 'leader',
      flush: text('flush') as FlushPolicy,
      flushInterval: time('flush.interval.ms'),
      topics: topicDefaults(reading),
      timing: timing(reading),
      replication: {
        appendBytesMax: byteCount(whole('replica.append.max.bytes')),
        inflightBytesMax: byteCount(whole('replica.inflight.max.bytes')),
      },
      limits: nodeLimits(reading),
      groupInitialRebalanceDelayMs: whole('group.initial.rebalance.delay.ms'),
      groups: groupLimits(reading),
      transactions: {
        timeoutMsMax: whole('transaction.max.timeout.ms'),
        idExpirationMs: whole('transactional.id.expiration.ms'),
        timeoutScanMs: whole('transaction.abort.timed.out.transaction.cleanup.interval.ms'),
      },
      autoCreateTopics: settings['auto.create.topics.enable'] === true,
      metadataSnapshotBytes: whole('metadata.snapshot.bytes'),
    },
  };
}
