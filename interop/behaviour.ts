/**
 * What stock clients are asked to do, once against Flotilla and once against Kafka: the same calls must have the same outcome.
 * How each client does it stands in its driver (`drivers/`).
 */
export const BEHAVIOURS = {
  acks: 'produce with acks 0, 1 and all; read it back',
  codecs: 'gzip, snappy, lz4, zstd and none: produced and read back',
  'record-parts': 'null and empty keys, values and headers; timestamps',
  'append-time': 'message.timestamp.type=LogAppendTime',
  'too-large': 'a batch above max.message.bytes',
  'bad-timestamp': 'a timestamp out of bounds',
  'compacted-needs-key': 'a record without a key for a compacted topic',
  'topic-admin': 'create, grow, list, describe, delete topics, and every refusal',
  configs: 'set, append to, and delete configs of a topic, and every refusal',
  'broker-configs': 'set configs of one broker and of all brokers while they run, and every refusal',
  'list-offsets': 'earliest, latest, by time, the largest time',
  'delete-records': 'delete records; read below the start',
  'out-of-range': 'a position behind the end',
  'elect-leaders': 'elect preferred leaders, and every refusal',
  'unknown-topic': 'a topic that does not exist',
  'parallel-writers': 'four producers at once',
  idempotent: 'an idempotent producer',
  compaction: 'only the newest record of each key is left, tombstones too',
  'group-classic': 'a group shares partitions, commits, goes on after a change',
  'group-cooperative': 'the same with the cooperative-sticky assignor',
  'static-members': 'a static member comes back to its partitions; its twin fences it',
  'group-admin': 'list, describe, alter offsets of, and delete groups, and every refusal',
  'group-848': 'a group of the protocol of KIP-848, assignor uniform',
  'group-848-range': 'the same with assignor range',
  'group-848-regex': 'a subscription by regular expression, matched by the server',
  'group-mixed': 'classic members and members of KIP-848 in one group',
  'group-refusals':
    'commits, heartbeats, syncs, joins of members that are none, fenced, or of another generation: the exact codes',
  'group-848-refusals': 'the same for KIP-848',
  transactions: 'commit, abort, and an open transaction, read by both isolation levels',
  zombie: 'a second producer of the same transactional id fences the first',
  'transactional-offsets': 'consume, transform, produce, with offsets in the transaction',
  'transaction-timeout': 'a transaction timeout above the maximum',
  'transaction-admin': 'list and describe transactions and producers',
  'producer-refusals': 'InitProducerId and EndTxn of producers that are none, fenced, or wrong: the exact codes',
  cluster: 'describe the cluster',
  'log-dirs': 'describe log directories',
  quorum: 'describe the metadata quorum',
  streams: 'a word count of Kafka Streams, exactly once',
  'console-tools': "Kafka's own console tools",
} as const;

export type Behaviour = keyof typeof BEHAVIOURS;

export function isBehaviour(name: string): name is Behaviour {
  return name in BEHAVIOURS;
}

/** JSON. `{"failed": …}`: the driver could not do it, which is neither system's outcome. */
export type Outcome = unknown;

/** By behaviour; absent: the client has no such thing. */
export type Outcomes = ReadonlyMap<Behaviour, Outcome>;
