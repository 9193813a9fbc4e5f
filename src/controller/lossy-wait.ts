/**
 * How long partitions have been waiting for the rest of their lossy replicas (design section 3, power loss of a cluster).
 *
 * Volatile: a new controller waits anew. Says which partitions have waited long enough; electing is a decision.
 */
import type { Millis } from '../../raft/index.ts';
import type { MetadataImage, Partition } from '../metadata/index.ts';

interface Waiting {
  readonly topicId: string;
  readonly partition: number;
  readonly since: Millis;
}

export class LossyWait {
  readonly #limit: Millis;
  #image: MetadataImage | null = null;
  #waiting = new Map<string, Waiting>();

  constructor(limit: Millis) {
    this.#limit = limit;
  }

  /** Partitions that have waited for at least the limit. */
  expired(image: MetadataImage, now: Millis): readonly Waiting[] {
    if (image !== this.#image) this.#rescan(image, now);
    return [...this.#waiting.values()].filter((each) => now - each.since >= this.#limit);
  }

  #rescan(image: MetadataImage, now: Millis): void {
    const before = this.#waiting;
    const waiting = new Map<string, Waiting>();
    for (const topic of image.topicsById.values()) {
      for (const partition of topic.partitions) {
        if (!waits(partition)) continue;
        const key = `${topic.id}:${partition.index}`;
        waiting.set(key, before.get(key) ?? { topicId: topic.id, partition: partition.index, since: now });
      }
    }
    this.#image = image;
    this.#waiting = waiting;
  }
}

function waits(partition: Partition): boolean {
  const { leader, isr, elr, lossy, replication } = partition;
  return (
    replication === 'isr' &&
    leader === null &&
    isr.length === 0 &&
    elr.length === 0 &&
    lossy.some((each) => !each.failed)
  );
}
