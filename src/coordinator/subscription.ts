/**
 * The one place where the coordinator looks into what consumers tell each other: which topics they read.
 *
 * Bytes of clients: whatever cannot be read counts as a subscription to everything, so that nothing is deleted on a guess.
 */
import { Buffer } from 'node:buffer';
import { consumerProtocolAssignment, consumerProtocolSubscription, WireError } from '../wire/index.ts';
import type { WireCodec } from '../wire/index.ts';
import type { Assignment } from './assignment.ts';
import type { ConsumerGroup } from './consumer-group-state.ts';
import { groupTopics } from './consumer-target.ts';
import { metadataOf } from './group-state.ts';
import type { Group } from './group-state.ts';
import type { TopicsView } from './topics-view.ts';

/** The protocol type of consumers; other groups (Connect) speak their own. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer';

export type GroupSubscription =
  | { readonly kind: 'topics'; readonly topics: ReadonlySet<string> }
  /** There are members, and what they read is not known. */
  | { readonly kind: 'opaque' };

export function groupSubscription(group: Group, codec: WireCodec): GroupSubscription {
  const topics = new Set<string>();
  if (group.members.size > 0 && group.protocolType !== CONSUMER_PROTOCOL_TYPE) return { kind: 'opaque' };
  for (const member of group.members.values()) {
    const name = group.protocol ?? member.protocols[0]?.name ?? null;
    const read = readSubscription(metadataOf(member, name), codec);
    if (read === null) return { kind: 'opaque' };
    for (const topic of read.topics) topics.add(topic);
  }
  return { kind: 'topics', topics };
}

/** A consumer group tells the coordinator what it reads. */
export function consumerSubscription(group: ConsumerGroup): GroupSubscription {
  return { kind: 'topics', topics: groupTopics(group) };
}

/** What a member of a classic group says to the others. */
export interface ReadSubscription {
  readonly version: number;
  readonly topics: readonly string[];
  readonly owned: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
  readonly rackId: string | null;
}

function versionOf(bytes: Uint8Array, newest: number): number {
  // A later version begins with the same fields.
  return Math.min(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(0), newest);
}

/** One subscription (int16 version, then the fields); null when it is not readable. */
export function readSubscription(bytes: Uint8Array, codec: WireCodec): ReadSubscription | null {
  if (bytes.length < 2) return null;
  const version = versionOf(bytes, consumerProtocolSubscription.versions[1]);
  try {
    const read = codec.decodeData(consumerProtocolSubscription, version, bytes, 2);
    return { version, topics: read.topics, owned: read.ownedPartitions, rackId: read.rackId };
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

/**
 * Partitions of an assignment (int16 version, then the fields), none when it is empty; null: not readable, or with data
 * of an assignor's own.
 */
export function readAssignment(bytes: Uint8Array, codec: WireCodec): ReadSubscription['owned'] | null {
  if (bytes.length === 0) return [];
  if (bytes.length < 2) return null;
  const version = versionOf(bytes, consumerProtocolAssignment.versions[1]);
  try {
    const { assignedPartitions, userData } = codec.decodeData(consumerProtocolAssignment, version, bytes, 2);
    return userData === null || userData.length === 0 ? assignedPartitions : null;
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

/** An assignment as a member reads it; topics that are gone are left out. */
export function writeAssignment(
  assignment: Assignment,
  version: number,
  topics: TopicsView,
  codec: WireCodec,
): Uint8Array {
  const assignedPartitions = [...assignment].flatMap(([topicId, partitions]) => {
    const topic = topics.byId(topicId);
    return topic === null ? [] : [{ topic: topic.name, partitions }];
  });
  const known = Math.max(0, Math.min(version, consumerProtocolAssignment.versions[1]));
  const head = Buffer.alloc(2);
  head.writeInt16BE(known);
  const body = { assignedPartitions, userData: null };
  return Buffer.concat([head, ...codec.encodeData(consumerProtocolAssignment, known, body).finish()]);
}
