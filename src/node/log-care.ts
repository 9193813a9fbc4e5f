/**
 * What a node does for its logs beside what clients ask: retention, closing of old segments, compaction.
 */
import { present } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import { brokerConfig } from '../metadata/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import type { Hosting, Partition } from '../partition/index.ts';
import type { Replicas } from '../replica/index.ts';
import type { KafkaServer } from '../server/index.ts';
import { CompactionLoop } from './compaction-loop.ts';
import type { CleanerSettings } from './compaction-loop.ts';
import type { ClusterNodeOptions } from './node-options.ts';
import { RetentionLoop } from './retention-loop.ts';

/** What it sees of its node. */
interface CaredNode {
  readonly hosting: Pick<Hosting, 'all'>;
  /** The cleaner gives way to answers to clients, and messages of peers. */
  readonly server: Pick<KafkaServer, 'memory'>;
  readonly replicas: Pick<Replicas, 'messages'>;
}

/** One per node. */
export class LogCare {
  readonly #retention: RetentionLoop;
  readonly #compaction: CompactionLoop;

  constructor(
    { config, ports }: Pick<ClusterNodeOptions, 'config' | 'ports'>,
    image: () => MetadataImage,
    node: CaredNode,
  ) {
    const { clock, log: sink } = ports;
    const partitions = (): readonly Partition[] => node.hosting.all();
    this.#retention = new RetentionLoop(clock, config.timing.retentionCheck, partitions);
    const settings = (): CleanerSettings => cleanerSettings(image(), config.node);
    const load = (): number => node.server.memory.answers + node.replicas.messages;
    this.#compaction = new CompactionLoop({ clock, sink, settings, partitions, load });
  }

  start(): void {
    this.#retention.start();
    this.#compaction.start();
  }

  /** Configs may be others. */
  onImage(): void {
    this.#compaction.reconfigure();
  }

  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void> {
    this.#retention.stop();
    return this.#compaction.stop();
  }
}

/** What the cleaner of `node` goes by now. */
function cleanerSettings(image: MetadataImage, node: NodeId): CleanerSettings {
  const value = (key: string): number => Number(present(brokerConfig(image, node, key), key));
  return {
    backoffMs: value('log.cleaner.backoff.ms'),
    bytesPerSecond: value('log.cleaner.io.max.bytes.per.second'),
    keyBytesMax: value('log.cleaner.dedupe.buffer.size'),
  };
}
