/**
 * A partition's settings: the topic's own config, else the cluster's, else this node's configuration file, else the
 * built-in default.
 */
import {
  brokerConfig,
  integerOf,
  minInsyncReplicas,
  setTopicConfig,
  topicConfig,
  topicConfigList,
  topicConfigNumber,
} from '../metadata/index.ts';
import type { MetadataImage, Topic } from '../metadata/index.ts';
import { present } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import type { Compression } from '../../storage/compression/index.ts';
import type { FlushPolicy, LogSettings } from '../../storage/index.ts';
import type { AdmissionRules } from './admission.ts';

/** The settings of the topic that the partition itself acts on. */
export interface PartitionSettings {
  readonly log: LogSettings;
  readonly admission: AdmissionRules;
  /** Idle producers are forgotten after so many milliseconds. */
  readonly producerExpirationMs: number;
  /** Null for quorum topics: a majority commits, there is no ISR to be too small. */
  readonly minInsyncReplicas: number | null;
}

/** What the node's own configuration says for topics that say nothing. */
export interface NodeTopicDefaults {
  readonly flush: FlushPolicy;
  /** -1: no bound. */
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly segmentBytes: number;
  readonly batchBytesMax: number;
}

const UNBOUNDED = -1;
/** The same for all nodes: followers are to forget what their leader forgets. */
const PRODUCER_EXPIRATION = 'producer.id.expiration.ms';
/** Whatever a topic allows: a batch has to fit into one frame between nodes, or it could never be replicated. */
const BATCH_BYTES_LIMIT = 32 << 20;

function bounded(value: number): number | null {
  return value === UNBOUNDED ? null : value;
}

/** Nothing, when batches are kept as they come. */
function recompression(
  image: MetadataImage,
  topic: Topic,
  node: NodeId | null,
): Pick<AdmissionRules, 'compression' | 'gzipLevel'> {
  const type = topicConfig(image, topic, 'compression.type', node);
  if (type === 'producer') return {};
  const compression = type === 'uncompressed' ? 'none' : (type as Compression);
  return { compression, gzipLevel: topicConfigNumber(image, topic, 'compression.gzip.level', node) };
}

/** An entry of the time index; one of the offset index is smaller. */
const INDEX_ENTRY_BYTES = 12;

/** A segment is closed before its indexes are too large: there is at most one entry for each `index.interval.bytes`. */
function segmentBytes(wanted: number, indexBytesMax: number, indexIntervalBytes: number): number {
  const entries = Math.max(1, Math.floor(indexBytesMax / INDEX_ENTRY_BYTES));
  return Math.min(wanted, entries * indexIntervalBytes);
}

/** Kafka's "never" is the largest number there is. */
function finite(value: number): number | null {
  return value >= Number.MAX_SAFE_INTEGER ? null : value;
}

/** As they are at `node`: but for what the controller decides by, a broker may have its own defaults. */
export function partitionSettings(
  image: MetadataImage,
  topic: Topic,
  defaults: NodeTopicDefaults,
  node: NodeId | null = null,
): PartitionSettings {
  const set = (key: string, fallback: number): number => {
    const value = setTopicConfig(image, topic, key, node);
    return value === null ? fallback : integerOf(value);
  };
  const policy = topicConfigList(image, topic, 'cleanup.policy', node);
  const compact = policy.includes('compact');
  const segmentBytesMax = set('segment.bytes', defaults.segmentBytes);
  const indexIntervalBytes = topicConfigNumber(image, topic, 'index.interval.bytes', node);
  const indexBytesMax = topicConfigNumber(image, topic, 'segment.index.bytes', node);
  const partition = topic.partitions[0];
  const quorum = partition?.replication === 'quorum';
  return {
    log: {
      // A voter that lost what it acknowledged would elect who lacks it, too: nobody can leave it out, as an ISR does.
      flush: quorum ? 'always' : ((topicConfig(image, topic, 'flush', node) ?? defaults.flush) as FlushPolicy),
      segmentBytesMax: segmentBytes(segmentBytesMax, indexBytesMax, indexIntervalBytes),
      retentionMs: bounded(set('retention.ms', defaults.retentionMs)),
      retentionBytes: bounded(set('retention.bytes', defaults.retentionBytes)),
      indexIntervalBytes,
      compact,
      delete: policy.includes('delete'),
      deleteRetentionMs: topicConfigNumber(image, topic, 'delete.retention.ms', node),
      life: {
        segmentMs: finite(topicConfigNumber(image, topic, 'segment.ms', node)),
        segmentJitterMs: topicConfigNumber(image, topic, 'segment.jitter.ms', node),
        minDirtyRatio: Number(topicConfig(image, topic, 'min.cleanable.dirty.ratio', node)),
        minLagMs: topicConfigNumber(image, topic, 'min.compaction.lag.ms', node),
        maxLagMs: finite(topicConfigNumber(image, topic, 'max.compaction.lag.ms', node)),
      },
    },
    admission: {
      batchBytesMax: Math.min(BATCH_BYTES_LIMIT, set('max.message.bytes', defaults.batchBytesMax)),
      segmentBytesMax,
      timestampType:
        topicConfig(image, topic, 'message.timestamp.type', node) === 'LogAppendTime' ? 'append' : 'create',
      timestampBeforeMax: topicConfigNumber(image, topic, 'message.timestamp.before.max.ms', node),
      timestampAfterMax: topicConfigNumber(image, topic, 'message.timestamp.after.max.ms', node),
      keyRequired: compact,
      ...recompression(image, topic, node),
    },
    producerExpirationMs: integerOf(present(brokerConfig(image, null, PRODUCER_EXPIRATION), PRODUCER_EXPIRATION)),
    minInsyncReplicas: quorum || partition === undefined ? null : minInsyncReplicas(image, topic, partition),
  };
}
