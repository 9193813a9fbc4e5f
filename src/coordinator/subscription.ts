/**
 * The one place where the coordinator looks into what consumers tell each other: which topics they read.
 *
 * Bytes of clients: whatever cannot be read counts as a subscription to everything, so that nothing is deleted on a guess.
 */
import { consumerProtocolSubscription, WireError } from '../wire/index.ts';
import type { WireCodec } from '../wire/index.ts';
import type { ConsumerGroup } from './consumer-group-state.ts';
import { groupTopics } from './consumer-target.ts';
import { metadataOf } from './group-state.ts';
import type { Group } from './group-state.ts';

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
    const read = subscribedTopics(metadataOf(member, name), codec);
    if (read === null) return { kind: 'opaque' };
    for (const topic of read) topics.add(topic);
  }
  return { kind: 'topics', topics };
}

/** A consumer group tells the coordinator what it reads. */
export function consumerSubscription(group: ConsumerGroup): GroupSubscription {
  return { kind: 'topics', topics: groupTopics(group) };
}

/** Topics of one subscription (int16 version, then the fields); null when it is not readable. */
function subscribedTopics(bytes: Uint8Array, codec: WireCodec): readonly string[] | null {
  if (bytes.length < 2) return null;
  const version = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(0);
  // A later version begins with the same fields.
  const known = Math.min(version, consumerProtocolSubscription.versions[1]);
  try {
    return codec.decodeData(consumerProtocolSubscription, known, bytes, 2).topics;
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
