/**
 * How a group goes from one protocol to the other: an id is a classic group or a consumer group, never both.
 *
 * ```
 *  classic, empty    ── consumer joins ─▶ its record is deleted in the batch that begins the consumer group
 *  classic, members  ── consumer joins ─▶ the same, with the members (policy bidirectional or upgrade)
 *  consumer, empty   ── JoinGroup ──────▶ its records are deleted, a classic group begins
 *  consumer, members ── JoinGroup ──────▶ a classic member of it (consumer-classic.ts)
 *  consumer, only classic members left ─▶ a classic group with them (group-downgrade.ts)
 * ```
 *
 * Committed offsets belong to the id and stay.
 */
import { ERROR_CODES } from '../wire/index.ts';
import type { Beginning } from './consumer-groups.ts';
import { refused } from './consumer-step.ts';
import type { Refused } from './consumer-step.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import { consumerRecord } from './consumer-record.ts';
import { groupRecord } from './coordinator-record.ts';
import { upgraded } from './group-conversion.ts';
import type { Group } from './group-state.ts';
import { CONSUMER_PROTOCOL_TYPE } from './subscription.ts';

export type ConsumerGroupPlace =
  | Refused
  /** A heartbeat may go on; `beginning`: what has to go with it when it is the first of its group. */
  | { readonly kind: 'free'; readonly beginning: Beginning | null };

function notConsumer(groupId: string): Refused {
  return refused(ERROR_CODES.GROUP_ID_NOT_FOUND.code, `Group ${groupId} is not a consumer group.`);
}

function cannotUpgrade(groupId: string, reason: string): Refused {
  return refused(
    ERROR_CODES.GROUP_ID_NOT_FOUND.code,
    `Cannot upgrade classic group ${groupId} to consumer group because ${reason}.`,
  );
}

/** Makes room for a consumer group of this id; `joins`: somebody joins it. */
export function consumerGroupPlace(
  partition: CoordinatorPartition,
  groupId: string,
  joins: boolean,
): ConsumerGroupPlace {
  const classic = partition.group(groupId);
  if (classic === null) {
    if (partition.consumers.group(groupId) === null && joins && !partition.hasRoom())
      return refused(ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code, 'The coordinator has as many groups as it may have.');
    return { kind: 'free', beginning: null };
  }
  if (!joins) return notConsumer(groupId);
  if (classic.members.size > 0) return upgrade(partition, classic);
  return {
    kind: 'free',
    beginning: { group: null, records: tombstone(partition, groupId), done: dissolve(partition, classic) },
  };
}

function tombstone(partition: CoordinatorPartition, groupId: string): Beginning['records'] {
  return partition.image.hasGroup(groupId) ? [groupRecord(partition.options.codec, groupId, null)] : [];
}

function dissolve(partition: CoordinatorPartition, classic: Group): () => void {
  return () => partition.dissolve(classic);
}

function upgrade(partition: CoordinatorPartition, classic: Group): ConsumerGroupPlace {
  const { codec, settings } = partition.options;
  const { id } = classic;
  const policy = settings.consumerMigrationPolicy;
  if (policy !== 'bidirectional' && policy !== 'upgrade') return cannotUpgrade(id, 'online upgrade is disabled');
  if (classic.protocolType !== CONSUMER_PROTOCOL_TYPE)
    return cannotUpgrade(id, 'the group does not use the consumer embedded protocol');
  if (classic.members.size > settings.consumerGroupMembersMax)
    return cannotUpgrade(id, 'the group size exceeds the consumer group maximum size');
  const step = upgraded(classic, codec, partition.consumers.context());
  if (step === null) return cannotUpgrade(id, 'what its members say to each other cannot be read');
  const records = step.records.map((record) => consumerRecord(codec, id, record));
  const beginning = {
    group: step.group,
    records: [...tombstone(partition, id), ...records],
    done: dissolve(partition, classic),
  };
  return { kind: 'free', beginning };
}

/** Makes room for a classic group of this id, when a consumer group without members is there: 0, or why not now. */
export function classicGroupPlace(partition: CoordinatorPartition, groupId: string): number {
  const group = partition.consumers.group(groupId);
  if (group === null || group.members.size > 0) return 0;
  return partition.deleteConsumerGroup(groupId, () => undefined);
}
