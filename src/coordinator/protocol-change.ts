/**
 * How a group goes from one protocol to the other: an id is a classic group or a consumer group, never both.
 *
 * ```
 *  classic, empty  ── consumer joins ─▶ its record is deleted in the batch that begins the consumer group
 *  consumer, empty ── JoinGroup ──────▶ its records are deleted, a classic group begins
 * ```
 *
 * Committed offsets belong to the id and stay.
 */
import type { KeyValueRecord } from '../coordinator-log/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import { refused } from './consumer-step.ts';
import type { Refused } from './consumer-step.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import { groupRecord } from './coordinator-record.ts';

export type ConsumerGroupPlace =
  | Refused
  /** A heartbeat may go on; `before`: what has to go with it when it is the first of its group. */
  | { readonly kind: 'free'; readonly before: Before | null };

export interface Before {
  readonly records: readonly KeyValueRecord[];
  readonly done: () => void;
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
    return { kind: 'free', before: null };
  }
  if (!joins || classic.state.kind !== 'empty' || classic.pendingIds.size > 0)
    return refused(ERROR_CODES.GROUP_ID_NOT_FOUND.code, `Group ${groupId} is not a consumer group.`);
  const records = partition.image.hasGroup(groupId) ? [groupRecord(partition.options.codec, groupId, null)] : [];
  return { kind: 'free', before: { records, done: () => partition.forgetDeleted(classic) } };
}

/** Makes room for a classic group of this id: 0, or an error when a consumer group with members is there. */
export function classicGroupPlace(partition: CoordinatorPartition, groupId: string): number {
  const group = partition.consumers.group(groupId);
  if (group !== null && group.members.size > 0) return ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL.code;
  return partition.deleteConsumerGroup(groupId, () => undefined);
}
