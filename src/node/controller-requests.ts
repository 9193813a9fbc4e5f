/**
 * What this node asks of the controller on its own account: the topic of the consumer offsets, and the quorum leaders that
 * it hosts.
 */
import { millis } from '../../raft/index.ts';
import type { BrokerLife, ControllerClient } from '../controller/index.ts';
import { OFFSETS_TOPIC } from '../coordinator/index.ts';
import type { Partition } from '../partition/index.ts';

export const REQUEST_TIMEOUT = millis(5000);

export class ControllerRequests {
  readonly #self: BrokerLife;
  readonly #client: ControllerClient;
  readonly #offsetsPartitions: number;
  #creatingOffsetsTopic = false;
  #stopped = false;

  constructor(self: BrokerLife, client: ControllerClient, offsetsPartitions: number) {
    this.#self = self;
    this.#client = client;
    this.#offsetsPartitions = offsetsPartitions;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Has `__consumer_offsets` made; once at a time. */
  ensureOffsetsTopic(): void {
    if (this.#creatingOffsetsTopic) return;
    this.#creatingOffsetsTopic = true;
    const topic = {
      name: OFFSETS_TOPIC,
      partitions: this.#offsetsPartitions,
      replicationFactor: null,
      assignments: null,
      configs: [{ key: 'cleanup.policy', value: 'compact' }],
      internal: true,
    };
    void this.#client
      .ask({ kind: 'create-topics', topics: [topic], validateOnly: false }, REQUEST_TIMEOUT, 'once')
      .then(() => {
        this.#creatingOffsetsTopic = false;
      });
  }

  /**
   * Tells the controller that this node leads a quorum partition. Isolated from the controller it goes on leading: it says
   * so until somebody has heard it, or it leads no more.
   */
  reportQuorumLeader(partition: Partition): void {
    const { leading } = partition;
    if (leading === null) return;
    const { topicId, index } = partition.id;
    const reports = [{ topicId, partition: index, term: leading.term }];
    void this.#client
      .ask({ kind: 'report-quorum-leader', ...this.#self, reports }, REQUEST_TIMEOUT, 'repeatable')
      .then((outcome) => {
        const still = partition.leading?.term === leading.term && !this.#stopped;
        if (outcome.kind !== 'answer' && still) this.reportQuorumLeader(partition);
      });
  }
}
