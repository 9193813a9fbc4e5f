/**
 * An internal topic whose partitions are led by coordinators: which partition an id belongs to, and where its leader is.
 *
 * `__consumer_offsets`: group ids; `__transaction_state`: transactional ids. While the topic does not exist it is asked
 * for, and there is no coordinator.
 */
import { present } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import { coordinatorPartition } from '../wire/index.ts';

export interface CoordinatorEndpoint {
  readonly node: NodeId;
  readonly host: string;
  readonly port: number;
}

export interface InternalTopicOptions {
  readonly name: string;
  /** The newest metadata that this node has applied. */
  readonly image: () => MetadataImage;
  /** Have the topic made; called for every request that misses it, so it must remember that it is at it. */
  readonly ensure: () => void;
}

export class InternalTopic {
  readonly #options: InternalTopicOptions;

  constructor(options: InternalTopicOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Number of the partition of `id`; null when the topic does not exist (it is then asked for). */
  partitionOf(id: string): number | null {
    const topic = this.#options.image().topicsByName.get(this.name);
    if (topic !== undefined && topic.partitions.length > 0) return coordinatorPartition(id, topic.partitions.length);
    this.#options.ensure();
    return null;
  }

  /** Where clients find the coordinator of `id`; null when there is none now. */
  endpointOf(id: string): CoordinatorEndpoint | null {
    const image = this.#options.image();
    const number = this.partitionOf(id);
    if (number === null) return null;
    const { leader } = present(image.topicsByName.get(this.name)?.partitions[number], 'the partition of the id');
    const broker = leader === null ? undefined : image.brokers.get(leader);
    if (leader === null || broker === undefined || broker.fenced) return null;
    return { node: leader, host: broker.kafka.host, port: broker.kafka.port };
  }
}
