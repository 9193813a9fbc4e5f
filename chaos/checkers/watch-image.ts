/** What metadata goes through: in-sync replicas, leaders, brokers, topics. Looks at what is another object than before. */
import { minInsyncReplicas } from '../../src/metadata/index.ts';
import type { MetadataImage, Partition as PartitionRecord, Topic } from '../../src/metadata/index.ts';
import type { MarkerSink } from './marker-table.ts';

const MANY_LEADERS = 5;

export class ImageWatch {
  readonly #markers: MarkerSink;
  #newest: MetadataImage | null = null;
  /** By topic id and index: who led last, and how many led. */
  readonly #leaders = new Map<string, { last: number; count: number }>();
  readonly #deleted = new Set<string>();

  constructor(markers: MarkerSink) {
    this.#markers = markers;
  }

  look(image: MetadataImage): void {
    const before = this.#newest;
    if (before === image || (before !== null && image.end <= before.end)) return;
    this.#newest = image;
    if (before === null) return;
    if (image.brokers !== before.brokers) this.#lookAtBrokers(image);
    if (image.topicsById !== before.topicsById) this.#lookAtTopics(image, before);
  }

  #lookAtBrokers({ brokers }: MetadataImage): void {
    let fenced = 0;
    for (const broker of brokers.values()) if (broker.fenced) fenced += 1;
    if (fenced > 0) this.#markers.reach('broker-fenced');
    if (fenced === brokers.size && fenced > 1) this.#markers.reach('all-brokers-fenced');
  }

  #lookAtTopics(image: MetadataImage, before: MetadataImage): void {
    for (const topic of before.topicsById.values()) {
      if (image.topicsById.has(topic.id)) continue;
      this.#deleted.add(topic.name);
      this.#markers.reach('topic-deleted');
    }
    for (const topic of image.topicsById.values()) {
      const former = before.topicsById.get(topic.id);
      if (former === topic) continue;
      if (former === undefined && this.#deleted.has(topic.name)) this.#markers.reach('name-used-again');
      if (former !== undefined && topic.partitions.length > former.partitions.length)
        this.#markers.reach('partitions-added');
      for (const record of topic.partitions) {
        const old = former?.partitions[record.index];
        if (old !== record) this.#lookAtRecord(image, topic, record, old ?? null);
      }
    }
  }

  #lookAtRecord(image: MetadataImage, topic: Topic, record: PartitionRecord, old: PartitionRecord | null): void {
    const markers = this.#markers;
    const { isr, elr, leader, replicas } = record;
    if (leader === null && old?.leader != null) markers.reach('leaderless');
    if (leader !== null) this.#lookAtLeader(record, leader);
    if (record.replication === 'quorum') return;
    if (old !== null && isr.length < old.isr.length) markers.reach('isr-shrunk');
    if (old !== null && isr.length === replicas.length && isr.length > old.isr.length) markers.reach('isr-regrown');
    const least = minInsyncReplicas(image, topic, record);
    if (isr.length === least && replicas.length > least) markers.reach('isr-at-minimum');
    if (isr.length < least) markers.reach('isr-below-minimum');
    if (isr.length === 1 && replicas.length > 1) markers.reach('isr-of-one');
    if (elr.length > 0) markers.reach('elr-not-empty');
    if (record.lossy.length > 0) markers.reach('lossy-replica-known');
    if (leader === null || old === null || leader === old.leader) return;
    if (record.unclean) markers.reach('unclean-election');
    else if (!old.isr.includes(leader) && old.elr.includes(leader)) markers.reach('elected-from-elr');
  }

  #lookAtLeader({ topicId, index, replicas }: PartitionRecord, leader: number): void {
    const key = `${topicId}:${index}`;
    const known = this.#leaders.get(key);
    if (known === undefined) return void this.#leaders.set(key, { last: leader, count: 1 });
    if (known.last === leader) return;
    known.last = leader;
    known.count += 1;
    if (known.count >= MANY_LEADERS) this.#markers.reach('leader-moved-five-times');
    if (leader === replicas[0]) this.#markers.reach('preferred-leader-back');
  }
}
