/**
 * What this node asks of the controller on its own account: the internal topics of its coordinators, and the quorum leaders
 * that it hosts.
 */
import { millis } from '../../raft/index.ts';
import type { BrokerLife, ControllerClient } from '../controller/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import type { Partition } from '../partition/index.ts';

export const REQUEST_TIMEOUT = millis(5000);
export const CLIENT_SETTINGS = { requestTimeout: REQUEST_TIMEOUT, backoffMin: millis(10), backoffMax: millis(200) };

export class ControllerRequests {
  readonly #self: BrokerLife;
  readonly #client: ControllerClient;
  /** Quorum partitions whose leadership is being told. */
  readonly #telling = new Set<Partition>();
  /** Internal topics that are being made. */
  readonly #creating = new Set<string>();
  #stopped = false;

  constructor(self: BrokerLife, client: ControllerClient) {
    this.#self = self;
    this.#client = client;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Has an internal topic of a coordinator made; once at a time. */
  ensureTopic(name: string, partitions: number): void {
    if (this.#creating.has(name)) return;
    this.#creating.add(name);
    const topic = {
      name,
      partitions,
      replicationFactor: null,
      assignments: null,
      configs: [{ key: 'cleanup.policy', value: 'compact' }],
      internal: true,
    };
    const command = { kind: 'create-topics', topics: [topic], validateOnly: false } as const;
    void this.#client.ask(command, REQUEST_TIMEOUT, 'once').then(() => this.#creating.delete(name));
  }

  /**
   * Tells the controller that this node leads a quorum partition. Isolated from the controller it goes on leading: it says
   * so until somebody has heard it, or it leads no more.
   */
  reportQuorumLeader(partition: Partition): void {
    const { leading } = partition;
    if (leading === null || this.#telling.has(partition)) return;
    this.#telling.add(partition);
    const { topicId, index } = partition.id;
    const reports = [{ topicId, partition: index, term: leading.term }];
    void this.#client
      .ask({ kind: 'report-quorum-leader', ...this.#self, reports }, REQUEST_TIMEOUT, 'repeatable')
      .then((outcome) => {
        this.#telling.delete(partition);
        const isOld = partition.leading?.term !== leading.term;
        if ((outcome.kind !== 'answer' || isOld) && !this.#stopped) this.reportQuorumLeader(partition);
      });
  }

  /** Metadata has been applied. While this node was fenced the leaders it hosts were forgotten, and went on all the same. */
  onImage(image: MetadataImage, hosted: readonly Partition[]): void {
    const self = image.brokers.get(this.#self.node);
    if (self === undefined || self.fenced || self.incarnation !== this.#self.incarnation) return;
    for (const partition of hosted) {
      const { leading, id, settings } = partition;
      if (leading === null || settings.minInsyncReplicas !== null) continue;
      const record = image.topicsById.get(id.topicId)?.partitions[id.index];
      const isForgotten = record?.leader === null && record.leaderTerm <= leading.term;
      if (isForgotten) this.reportQuorumLeader(partition);
    }
  }
}
