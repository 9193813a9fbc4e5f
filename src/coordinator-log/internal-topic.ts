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

  /** The node that leads the partition of `id`, dead or alive; null when there is none. */
  leaderOf(id: string): NodeId | null {
    const number = this.partitionOf(id);
    if (number === null) return null;
    const { partitions } = present(this.#options.image().topicsByName.get(this.name), this.name);
    return present(partitions[number], 'the partition of the id').leader;
  }

  /** Where clients find the coordinator of `id`; null when there is none now. */
  endpointOf(id: string): CoordinatorEndpoint | null {
    const leader = this.leaderOf(id);
    const broker = leader === null ? undefined : this.#options.image().brokers.get(leader);
    if (leader === null || broker === undefined || broker.fenced) return null;
    return { node: leader, host: broker.kafka.host, port: broker.kafka.port };
  }
}
