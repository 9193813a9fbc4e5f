/**
 * What a group coordinator has to know about topics, and the fingerprint by which a group notices that they changed.
 */
import type { MetadataImage, Topic } from '../metadata/index.ts';
import { murmur2 } from '../wire/index.ts';

export interface TopicShape {
  readonly name: string;
  readonly id: string;
  readonly partitions: number;
}

export interface TopicsView {
  /** Rises with every change of the metadata. */
  readonly version: number;
  /** Another object whenever a topic has changed. */
  readonly stamp: unknown;
  readonly names: () => Iterable<string>;
  readonly byName: (name: string) => TopicShape | null;
  readonly byId: (id: string) => TopicShape | null;
}

/**
 * Fingerprint of the topics of these names: differs (but for chance, 1 in 2^52) when one of them was made or deleted or has another
 * number of partitions. 0 when none exists. Only the coordinator that wrote it, and those after it, compare it: Kafka stores another
 * function's value in the same field.
 */
export function metadataHash(names: Iterable<string>, topics: TopicsView): number {
  const lines: string[] = [];
  for (const name of names) {
    const topic = topics.byName(name);
    if (topic !== null) lines.push(`${topic.id} ${topic.partitions} ${name}`);
  }
  if (lines.length === 0) return 0;
  const text = new TextEncoder().encode(lines.toSorted().join('\n'));
  const again = new TextEncoder().encode(`${lines.length}\n${lines.toSorted().toReversed().join('\n')}`);
  const high = (murmur2(text) >>> 0) % 0x10_0000;
  return high * 0x1_0000_0000 + (murmur2(again) >>> 0) || 1;
}

function shapeOf(topic: Topic | undefined): TopicShape | null {
  return topic === undefined ? null : { name: topic.name, id: topic.id, partitions: topic.partitions.length };
}

export function topicsView(image: MetadataImage): TopicsView {
  return {
    version: image.end,
    stamp: image.topicsByName,
    names: () => image.topicsByName.keys(),
    byName: (name) => shapeOf(image.topicsByName.get(name)),
    byId: (id) => shapeOf(image.topicsById.get(id)),
  };
}
