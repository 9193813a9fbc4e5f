/**
 * Who may commit offsets for a group: of either protocol, within a transaction or not.
 *
 * ```
 *  no group ─▶ without generation: a group that only stores offsets is made; else 22, from v9 on 69
 *  classic  ─▶ admitCommit (group.ts)
 *  consumer ─▶ nobody in it and no epoch: 0; a stranger: 25; below v9: 35; an epoch ahead: 113
 *              the member's epoch: everything; an older one: what the member had already then, else 113 (KIP-1251)
 * ```
 *
 * A classic member of a consumer group is told 22 instead of 113, and so is a transaction.
 */
import { ERROR_CODES } from '../wire/index.ts';
import type { OwnedPartitions } from './assignment.ts';
import type { ConsumerGroup, ConsumerMember } from './consumer-group-state.ts';
import type { CoordinatorPartition } from './coordinator-partition.ts';
import { admitCommit } from './group.ts';

export interface CommitCredentials {
  readonly groupId: string;
  /** Generation, or member epoch; negative: none. */
  readonly generation: number;
  readonly memberId: string;
  readonly instanceId: string | null;
  /** Of OffsetCommit; of TxnOffsetCommit it does not matter. */
  readonly version: number;
  readonly transactional: boolean;
}

export type CommitAdmission =
  | { readonly kind: 'refused'; readonly error: number }
  /** `partitionError`: 0, or why this partition may not be committed by this member any more. */
  | { readonly kind: 'admitted'; readonly partitionError: (topicId: string, partition: number) => number };

const EVERYTHING: CommitAdmission = { kind: 'admitted', partitionError: () => 0 };
/** First version of OffsetCommit that carries member epochs. */
const EPOCH_VERSION = 9;

function refusedWith(error: number): CommitAdmission {
  return { kind: 'refused', error };
}

/** Makes a group that only stores offsets when there is none. */
export function admitOffsets(partition: CoordinatorPartition, credentials: CommitCredentials): CommitAdmission {
  const { groupId, generation, memberId, instanceId, version, transactional } = credentials;
  const consumers = partition.consumers.group(groupId);
  if (consumers !== null) return admitConsumer(consumers, credentials);
  const known = partition.group(groupId);
  if (known === null && generation >= 0) {
    const missing = version >= EPOCH_VERSION && !transactional;
    return refusedWith((missing ? ERROR_CODES.GROUP_ID_NOT_FOUND : ERROR_CODES.ILLEGAL_GENERATION).code);
  }
  const group = known ?? partition.groupForced(groupId);
  if (group === null) return refusedWith(ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code);
  // Old versions of TxnOffsetCommit name no member.
  if (transactional && isNobody(credentials)) return EVERYTHING;
  const error = admitCommit(group, generation, memberId, instanceId, partition.context());
  // The consumer of a transaction hears of the rebalance by itself.
  const passes = error === 0 || (transactional && error === ERROR_CODES.REBALANCE_IN_PROGRESS.code);
  return passes ? EVERYTHING : refusedWith(error);
}

function isNobody({ generation, memberId, instanceId }: CommitCredentials): boolean {
  return generation < 0 && memberId === '' && instanceId === null;
}

function admitConsumer(group: ConsumerGroup, credentials: CommitCredentials): CommitAdmission {
  const { generation, memberId, version, transactional } = credentials;
  if (generation < 0 && group.members.size === 0) return EVERYTHING;
  if (transactional && isNobody(credentials)) return EVERYTHING;
  const member = group.members.get(memberId);
  if (member === undefined) return refusedWith(ERROR_CODES.UNKNOWN_MEMBER_ID.code);
  if (!transactional && member.classic === null && version < EPOCH_VERSION)
    return refusedWith(ERROR_CODES.UNSUPPORTED_VERSION.code);
  if (generation === member.epoch) return EVERYTHING;
  const stale = staleError(member, transactional);
  if (generation > member.epoch) return refusedWith(stale);
  return {
    kind: 'admitted',
    partitionError: (topicId, index) => {
      const since = ownedSince(member.assigned, topicId, index) ?? ownedSince(member.revoking, topicId, index);
      return since !== null && generation >= since ? 0 : stale;
    },
  };
}

function ownedSince(owned: OwnedPartitions, topicId: string, partition: number): number | null {
  return owned.get(topicId)?.get(partition) ?? null;
}

function staleError(member: ConsumerMember, transactional: boolean): number {
  return (member.classic === null && !transactional ? ERROR_CODES.STALE_MEMBER_EPOCH : ERROR_CODES.ILLEGAL_GENERATION)
    .code;
}

/** Whether this member may read the group's offsets: 0 or an error. Without member id and epoch everybody may. */
export function admitFetch(
  partition: CoordinatorPartition,
  groupId: string,
  memberId: string | null,
  epoch: number,
): number {
  const group = partition.consumers.group(groupId);
  if (group === null || (memberId === null && epoch < 0)) return 0;
  const member = group.members.get(memberId ?? '');
  if (member === undefined) return ERROR_CODES.UNKNOWN_MEMBER_ID.code;
  return epoch === member.epoch ? 0 : staleError(member, false);
}
