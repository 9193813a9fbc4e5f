/**
 * An operator goes on with what is left of a partition whose replica on this node has failed.
 *
 * ```
 *  nobody leads, our log has failed ─▶ the log is cut before the damage, the rest put aside ─▶ opened again
 *     ─▶ controller: accept-loss ─▶ this node (or a better replica) leads, the loss is counted ─▶ applied here ─▶ answer
 * ```
 * Interrupted anywhere, it can be asked for again: a log that is cut already counts as lossy until its replica was elected.
 */
import type { GroupId } from '../../raft/index.ts';
import { describeFailure, DiskError } from '../../storage/index.ts';
import type { Salvaged, Store } from '../../storage/index.ts';
import type { AdminActions, LossAccepted } from '../admin/index.ts';
import type { BrokerLife, ControllerClient, ItemResult } from '../controller/index.ts';
import type { MetadataImage, Partition as PartitionRecord } from '../metadata/index.ts';
import { partitionGroup } from '../partition/index.ts';
import type { Hosting, Partition } from '../partition/index.ts';
import type { LogSink } from '../ports/index.ts';
import { REQUEST_TIMEOUT } from './controller-requests.ts';
import type { FailedReplicas } from './failed-replicas.ts';
import type { ImageWaiters } from './image-waiters.ts';

export interface LossAcceptancePorts {
  readonly self: BrokerLife;
  readonly client: Pick<ControllerClient, 'ask'>;
  readonly sink: LogSink;
  readonly hosting: Pick<Hosting, 'partition' | 'salvage' | 'settled'>;
  readonly failed: Pick<FailedReplicas, 'forget'>;
  readonly image: () => MetadataImage;
  readonly waiters: Pick<ImageWaiters, 'until'>;
  readonly store: Pick<Store, 'checkpoint'>;
}

type Answer = Awaited<ReturnType<AdminActions['acceptLoss']>>;

/** The partition changes under a command this often at most. */
const TRIES_MAX = 5;

function refused(status: 404 | 409 | 500 | 503, error: string): Answer {
  return { kind: 'refused', status, error };
}

export class LossAcceptance {
  readonly #ports: LossAcceptancePorts;
  #salvaged = 0;

  constructor(ports: LossAcceptancePorts) {
    this.#ports = ports;
  }

  /** Logs that were cut because an operator accepted the loss, since the start of the node. */
  get salvaged(): number {
    return this.#salvaged;
  }

  async accept(topicName: string, index: number): Promise<Answer> {
    const { image, hosting, self, waiters } = this.#ports;
    const topic = image().topicsByName.get(topicName);
    const recordNow = (): PartitionRecord | undefined => image().topicsByName.get(topicName)?.partitions[index];
    // The report of its failure is on the way.
    if (topic !== undefined && hosting.partition(topic.id, index)?.failed != null)
      await waiters.until(() => recordNow()?.leader !== self.node, REQUEST_TIMEOUT);
    const record = recordNow();
    if (topic === undefined || record === undefined) return refused(404, `there is no partition ${topicName}-${index}`);
    const why = this.#invalid(record);
    if (why !== null) return refused(409, why);
    const partition = hosting.partition(topic.id, index);
    if (partition === null) return refused(503, 'the replica is still being opened');
    const group = partitionGroup(topic.id, index);
    let salvaged: Salvaged | null = null;
    if (partition.failed !== null) {
      const cut = await this.#cut(group, partition);
      if ('kind' in cut) return cut;
      salvaged = cut;
    } else if (!record.lossy.some(({ node }) => node === self.node)) {
      return refused(
        409,
        `the replica of node ${self.node} has not failed: \`flotilla partition elect\` elects a leader`,
      );
    }
    const reopened = hosting.partition(topic.id, index);
    if (reopened === null || reopened.failed !== null)
      return refused(500, `the log cannot be opened: ${reopened?.failed ?? 'the partition was removed'}`);
    const result = await this.#lead(reopened);
    if (result.kind === 'refused') return refused(503, result.refusal.message);
    // From now on a crash is none that has to be accepted again.
    await this.#ports.store.checkpoint();
    return { kind: 'accepted', accepted: this.#view(reopened, salvaged) };
  }

  /** Why nothing need be lost, or nothing can be done. */
  #invalid({ replicas, replication, leader }: PartitionRecord): string | null {
    const { node } = this.#ports.self;
    if (!replicas.includes(node)) return `node ${node} has no replica of it`;
    if (replication === 'quorum') return 'its replicas elect by votes: replace the node with one of an empty data.dir';
    return leader === null ? null : `node ${leader} leads it: nothing need be lost`;
  }

  async #cut(group: GroupId, { id, failed }: Partition): Promise<Salvaged | Extract<Answer, { kind: 'refused' }>> {
    const { hosting, sink } = this.#ports;
    try {
      const salvaged = await hosting.salvage(group);
      if (salvaged === null) return { kind: 'refused', status: 409, error: `its log cannot be cut: ${failed ?? ''}` };
      this.#salvaged += 1;
      this.#ports.failed.forget(group);
      const { end, lostTo, aside } = salvaged;
      const files = aside.join(' ');
      sink.log('error', 'an operator accepts loss', {
        topic: id.topic,
        partition: id.index,
        from: end,
        to: lostTo,
        files,
      });
      await hosting.settled(group);
      return salvaged;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return { kind: 'refused', status: 500, error: error.message };
    }
  }

  /** Has the controller elect, with the version that is applied here. */
  async #lead({ id, replica }: Partition): Promise<ItemResult> {
    const { client, self, image, waiters } = this.#ports;
    const { topicId, index } = id;
    const recordOf = (from: MetadataImage): PartitionRecord | undefined =>
      from.topicsById.get(topicId)?.partitions[index];
    const { terms, logStartTerm } = replica.log.recovered;
    const left = { lastTerm: terms.at(-1)?.term ?? logStartTerm, end: replica.log.logEnd };
    let last: ItemResult = unanswered('the partition was removed');
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const version = recordOf(image())?.version;
      if (version === undefined) return last;
      const command = { kind: 'accept-loss', ...self, topicId, partition: index, version, ...left } as const;
      const outcome = await client.ask(command, REQUEST_TIMEOUT, 'repeatable');
      last = outcome.kind === 'answer' ? outcome.answer : unanswered('the controller does not answer');
      if (last.kind === 'done') {
        await waiters.until((applied) => recordOf(applied)?.leader != null, REQUEST_TIMEOUT);
        return last;
      }
      // A copy of the command was carried out, and its answer was lost.
      if (last.refusal.reason === 'election-not-needed') return { kind: 'done', value: null };
      if (last.refusal.reason !== 'stale-version') return last;
      await waiters.until((applied) => recordOf(applied)?.version !== version, REQUEST_TIMEOUT);
    }
    return last;
  }

  #view({ id, replica }: Partition, salvaged: Salvaged | null): LossAccepted {
    const record = this.#ports.image().topicsById.get(id.topicId)?.partitions[id.index];
    return {
      topic: id.topic,
      partition: id.index,
      node: this.#ports.self.node,
      leader: record?.leader ?? null,
      logEnd: replica.log.logEnd,
      lost: salvaged === null ? null : { from: salvaged.end, to: salvaged.lostTo },
      damage: salvaged === null || salvaged.damage === null ? null : describeFailure(salvaged.damage),
      aside: salvaged?.aside ?? [],
    };
  }
}

function unanswered(message: string): Extract<ItemResult, { kind: 'refused' }> {
  return { kind: 'refused', refusal: { reason: 'eligible-leaders-not-available', message } };
}
