/**
 * What metadata says, looked at whenever a node has applied more of it.
 *
 *   R6  same metadata offset, same image            P1  every running member of ISR and ELR holds what is committed
 *   P8  ISR and ELR of images                       P3  the ISR that a leader counts with covers the one that metadata knows
 *   P7  who came back with less than it had before is in no ISR before it has caught up
 */
import { crc32c } from '../../storage/index.ts';
import type { NodeId } from '../../raft/index.ts';
import { encodeImage, minInsyncReplicas } from '../../src/metadata/index.ts';
import type { MetadataImage, Partition as PartitionRecord, Topic } from '../../src/metadata/index.ts';
import { partitionGroup } from '../../src/partition/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/history.ts';
import { compareTerms } from './committed-logs.ts';
import type { CommittedLogs } from './committed-logs.ts';
import { judgeMaximalIsr } from './copies.ts';
import type { DurableCopies } from './durable-copies.ts';
import type { Restarts } from './restarts.ts';

export interface ImageChecksOptions {
  readonly cluster: SimCluster;
  readonly committed: CommittedLogs;
  readonly durable: DurableCopies;
  /** What the replica's log had lost when this life of it began; null: nothing. */
  readonly lossOf: Restarts['lossOf'];
  /** Metadata says of an election that it may have lost something of that partition of the topic of that name. */
  readonly onDeclaredLoss: (name: string, record: PartitionRecord) => void;
}

export class ImageChecks {
  readonly #options: ImageChecksOptions;
  /** Checksum of the image by its end. */
  readonly #imageAt = new Map<number, number>();
  newest: MetadataImage | null = null;

  constructor(options: ImageChecksOptions) {
    this.#options = options;
  }

  /** A node has applied it. */
  check(number: number, image: MetadataImage): void {
    const sum = crc32c(Buffer.from(encodeImage(image)));
    const before = this.#imageAt.get(image.end);
    if (before !== undefined && before !== sum)
      violated('R6', `node ${number} has another image at metadata offset ${image.end} than others had`);
    this.#imageAt.set(image.end, sum);
    if (this.newest !== null && image.end <= this.newest.end) return;
    this.newest = image;
    for (const topic of image.topicsById.values()) {
      for (const record of topic.partitions) {
        this.#noteUnclean(topic, record);
        if (record.replication === 'isr') this.#checkRecord(image, topic, record);
      }
    }
  }

  #noteUnclean({ name }: Topic, record: PartitionRecord): void {
    if (!record.unclean || record.leader === null) return;
    const group = partitionGroup(record.topicId, record.index);
    if (this.#options.committed.declareLoss(group, record.leaderTerm)) this.#options.onDeclaredLoss(name, record);
  }

  #checkRecord(image: MetadataImage, topic: Topic, record: PartitionRecord): void {
    const { isr, elr, leader, index } = record;
    const name = `${topic.name}-${index}`;
    const least = minInsyncReplicas(image, topic, record);
    this.#options.durable.noteLeast(partitionGroup(topic.id, index), least);
    const text = (): string =>
      `${name} at metadata offset ${image.end}: isr ${isr.join()}, elr ${elr.join()}, leader ${leader}, least ${least}`;
    if (isr.some((node) => elr.includes(node))) violated('P8', `ISR and ELR overlap, ${text()}`);
    if (isr.length >= least && elr.length > 0) violated('P8', `an ELR although the ISR is large enough, ${text()}`);
    if (leader !== null && !isr.includes(leader)) violated('P8', `the leader is not in the ISR, ${text()}`);
    if (isr.some((node) => image.brokers.get(node)?.fenced !== false))
      violated('P8', `a fenced broker in the ISR, ${text()}`);
    const leading = leader === null ? null : this.#replica(leader, record);
    if (leading !== null) judgeMaximalIsr(name, leading, record);
    this.#checkMembers(image, name, record);
  }

  /** As far as they run as the life that metadata knows. */
  #checkMembers(image: MetadataImage, name: string, record: PartitionRecord): void {
    const { topicId, index, isr, elr } = record;
    const committed = this.#options.committed.of(partitionGroup(topicId, index));
    for (const member of [...isr, ...elr]) {
      const replica = this.#replica(member, record);
      if (replica === null || image.brokers.get(member)?.incarnation !== replica.core.config.incarnation) continue;
      const { logEnd } = replica.log;
      const loss = record.unclean ? null : this.#options.lossOf(replica);
      const isBehind = committed !== null && logEnd < committed.end;
      if (loss !== null && (isBehind || !loss.hasHeard))
        violated(
          'P7',
          `node ${member} may lead ${name}; it came back without ${loss.records} records, and has not caught up since`,
        );
      if (committed === null) continue;
      if (isBehind)
        violated('P1', `node ${member} may lead ${name}, its log ends at ${logEnd}, committed is ${committed.end}`);
      compareTerms(member, name, replica, committed, committed.end);
    }
  }

  #replica(node: NodeId, { topicId, index }: PartitionRecord): Replica | null {
    return this.#options.cluster.node(node)?.node.hosting.partition(topicId, index)?.replica ?? null;
  }
}
