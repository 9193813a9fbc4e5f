/**
 * Every topic config of Kafka 4.3, and our own: honoured, or ignored (its doc begins with that word), or refused but for its default.
 *
 * A topic's effective value is its own, else the cluster's (dynamic, "default broker"), else the built-in default
 * (effective-config.ts). Keys that are not here are refused by name.
 */
import { INT32_MAX, LONG_MAX, invalidConfigValue } from './config-definition.ts';
import type { ConfigDefinition, ConfigType } from './config-definition.ts';

const boolean: ConfigType = { kind: 'boolean' };
const milliseconds: ConfigType = { kind: 'integer', min: 0, max: LONG_MAX };
/** −1: without bound. */
const boundOrNone: ConfigType = { kind: 'integer', min: -1, max: LONG_MAX };
const count: ConfigType = { kind: 'integer', min: 1, max: LONG_MAX };

function topicConfig(
  key: string,
  type: ConfigType,
  fallback: string | null,
  clusterKey: string | null,
  doc: string,
): ConfigDefinition {
  return { key, type, default: fallback, clusterKey, doc, dynamic: key !== 'replication' };
}

/** A config of something that is not here: described, and refused but for its default. */
function notHere(key: string, value: string, what: string): ConfigDefinition {
  const type = { kind: 'choice', values: [value] } as const;
  return topicConfig(key, type, value, null, `There is no ${what} here: nothing but the default can be set.`);
}

/** In the order in which they are described. */
export const TOPIC_CONFIGS: readonly ConfigDefinition[] = [
  topicConfig(
    'cleanup.policy',
    { kind: 'list', values: ['delete', 'compact'] },
    'delete',
    'log.cleanup.policy',
    'What retention does: delete old segments, keep the newest record of each key, or both.',
  ),
  topicConfig(
    'compression.type',
    { kind: 'choice', values: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'] },
    'producer',
    'compression.type',
    'How batches are kept: as producers sent them (which costs nothing), or compressed anew by the leader. zstd becomes gzip where the runtime has none.',
  ),
  topicConfig(
    'compression.gzip.level',
    { kind: 'integer', min: -1, max: 9 },
    '-1',
    'compression.gzip.level',
    'Level at which the leader compresses by gzip, if it has to.',
  ),
  topicConfig(
    'compression.lz4.level',
    { kind: 'integer', min: 1, max: 17 },
    '9',
    'compression.lz4.level',
    'Ignored: the leader writes lz4 in one way.',
  ),
  topicConfig(
    'compression.zstd.level',
    { kind: 'integer', min: -131_072, max: 22 },
    '3',
    'compression.zstd.level',
    "Ignored: the runtime's default is used.",
  ),
  topicConfig(
    'delete.retention.ms',
    milliseconds,
    '86400000',
    'log.cleaner.delete.retention.ms',
    'How long tombstones of a compacted topic stay readable.',
  ),
  topicConfig(
    'file.delete.delay.ms',
    milliseconds,
    '60000',
    'log.segment.delete.delay.ms',
    'Ignored: a removed segment goes at once; a read that was in it is told that its offset is out of range.',
  ),
  topicConfig(
    'flush',
    { kind: 'choice', values: ['always', 'interval', 'os'] },
    null,
    'flush',
    'When an acknowledged record is durable: always (fdatasync first), interval, or os (page cache). Default: the node setting `flush`.',
  ),
  topicConfig(
    'flush.messages',
    count,
    String(LONG_MAX),
    'log.flush.interval.messages',
    'Ignored: the setting `flush` decides.',
  ),
  topicConfig(
    'flush.ms',
    milliseconds,
    String(LONG_MAX),
    'log.flush.interval.ms',
    'Ignored: the setting `flush` decides.',
  ),
  topicConfig(
    'index.interval.bytes',
    { kind: 'integer', min: 64, max: INT32_MAX },
    '4096',
    'log.index.interval.bytes',
    'Bytes of log between two index entries.',
  ),
  topicConfig(
    'max.compaction.lag.ms',
    count,
    String(LONG_MAX),
    'log.cleaner.max.compaction.lag.ms',
    'A record is compacted at the latest after this time.',
  ),
  topicConfig(
    'max.message.bytes',
    { kind: 'integer', min: 0, max: 104_857_600 },
    '1048588',
    'message.max.bytes',
    'Largest batch that a producer may send, as sent.',
  ),
  topicConfig(
    'message.timestamp.after.max.ms',
    milliseconds,
    '3600000',
    'log.message.timestamp.after.max.ms',
    'How far a CreateTime timestamp may lie in the future of the broker.',
  ),
  topicConfig(
    'message.timestamp.before.max.ms',
    milliseconds,
    String(LONG_MAX),
    'log.message.timestamp.before.max.ms',
    'How far a CreateTime timestamp may lie in the past of the broker.',
  ),
  topicConfig(
    'message.timestamp.type',
    { kind: 'choice', values: ['CreateTime', 'LogAppendTime'] },
    'CreateTime',
    'log.message.timestamp.type',
    'Whose clock gives a record its timestamp: the producer or the leader.',
  ),
  topicConfig(
    'min.cleanable.dirty.ratio',
    { kind: 'number', min: 0, max: 1 },
    '0.5',
    'log.cleaner.min.cleanable.ratio',
    'Share of uncompacted bytes from which a log is compacted.',
  ),
  topicConfig(
    'min.compaction.lag.ms',
    milliseconds,
    '0',
    'log.cleaner.min.compaction.lag.ms',
    'A record stays uncompacted at least this long.',
  ),
  topicConfig(
    'min.insync.replicas',
    { kind: 'integer', min: 1, max: INT32_MAX },
    null,
    'min.insync.replicas',
    'Replicas that must hold a record durably before acks=all is answered. Default: 2 from replication factor 3 on, else 1.',
  ),
  notHere('local.retention.bytes', '-2', 'tiered storage'),
  notHere('local.retention.ms', '-2', 'tiered storage'),
  notHere('remote.log.copy.disable', 'false', 'tiered storage'),
  notHere('remote.log.delete.on.disable', 'false', 'tiered storage'),
  notHere('remote.storage.enable', 'false', 'tiered storage'),
  notHere('follower.replication.throttled.replicas', '', 'throttled replication'),
  notHere('leader.replication.throttled.replicas', '', 'throttled replication'),
  topicConfig('preallocate', boolean, 'false', 'log.preallocate', 'Ignored: segments grow as they are written.'),
  topicConfig(
    'replication',
    { kind: 'choice', values: ['isr', 'quorum'] },
    'isr',
    null,
    'Who decides about leaders and commits: the controller and the in-sync set, or the replicas by votes and majority. Fixed at creation.',
  ),
  topicConfig(
    'retention.bytes',
    boundOrNone,
    '-1',
    'log.retention.bytes',
    'Bytes that a partition keeps at most; -1: no bound.',
  ),
  topicConfig('retention.ms', boundOrNone, '604800000', 'log.retention.ms', 'How long records are kept; -1: for ever.'),
  topicConfig(
    'segment.bytes',
    { kind: 'integer', min: 1_048_576, max: INT32_MAX },
    '1073741824',
    'log.segment.bytes',
    'Size at which a segment file is closed; at least 1 MiB.',
  ),
  topicConfig(
    'segment.index.bytes',
    { kind: 'integer', min: 4, max: INT32_MAX },
    '10485760',
    'log.index.size.max.bytes',
    'Bound of the index files of a segment, which is closed before it: 12 bytes for each index.interval.bytes.',
  ),
  topicConfig(
    'segment.jitter.ms',
    milliseconds,
    '0',
    'log.roll.jitter.ms',
    'Random time taken off segment.ms so that segments do not all close at once.',
  ),
  topicConfig(
    'segment.ms',
    count,
    '604800000',
    'log.roll.ms',
    'Age at which a segment file is closed even when it is not full.',
  ),
  topicConfig(
    'unclean.leader.election.enable',
    boolean,
    'false',
    'unclean.leader.election.enable',
    'May a replica that may lack acknowledged records lead when no other can? Counted and reported as possible loss.',
  ),
];

const BY_KEY: ReadonlyMap<string, ConfigDefinition> = new Map(TOPIC_CONFIGS.map((each) => [each.key, each]));

/** Null: no such topic config. */
export function topicConfigDefinition(key: string): ConfigDefinition | null {
  return BY_KEY.get(key) ?? null;
}

/** Null when this topic config may be set to `value`; else why not, naming key, value and what is allowed. */
export function invalidTopicConfig(key: string, value: string): string | null {
  const definition = topicConfigDefinition(key);
  if (definition === null) return `unknown topic config '${key}'; known are ${[...BY_KEY.keys()].join(', ')}`;
  return invalidConfigValue(definition, value);
}
