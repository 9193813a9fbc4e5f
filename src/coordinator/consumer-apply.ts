/**
 * The one place where a consumer group changes: a record of the log is applied, whether it was just written or is read back.
 *
 * Records of one member may come in any order (a compacted log keeps only the newest of each): a member is there as long as its own record
 * is, and its target and progress wait for it.
 */
import { NOTHING_OWNED } from './assignment.ts';
import type { OwnedPartitions } from './assignment.ts';
import type { ConsumerGroup, ConsumerMember, MemberProgress, MemberSubscription } from './consumer-group-state.ts';
import type { ConsumerRecord } from './consumer-record.ts';

/** Where every member begins. */
export const FIRST_PROGRESS: MemberProgress = {
  epoch: 0,
  previousEpoch: 0,
  state: 'stable',
  assigned: NOTHING_OWNED,
  revoking: NOTHING_OWNED,
};

export function progressOf(member: MemberProgress): MemberProgress {
  const { epoch, previousEpoch, state, assigned, revoking } = member;
  return { epoch, previousEpoch, state, assigned, revoking };
}

export function subscriptionOf(member: MemberSubscription): MemberSubscription {
  const { id, instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs } = member;
  const { topicNames, topicRegex, assignor, classic } = member;
  return {
    id,
    instanceId,
    rackId,
    clientId,
    clientHost,
    rebalanceTimeoutMs,
    topicNames,
    topicRegex,
    assignor,
    classic,
  };
}

/** Progress whose member's own record has not come yet: while a log is being read. */
export type Orphans = Map<string, MemberProgress>;

export function applyConsumerRecord(group: ConsumerGroup, record: ConsumerRecord, orphans: Orphans): void {
  switch (record.kind) {
    case 'epoch':
      group.epoch = record.value?.epoch ?? 0;
      group.metadataHash = record.value?.metadataHash ?? 0;
      return;
    case 'old-metadata':
      group.oldMetadata = record.value !== null;
      return;
    case 'member':
      if (record.value === null) removeMember(group, record.memberId);
      else {
        const known = group.members.get(record.memberId) ?? orphans.get(record.memberId) ?? FIRST_PROGRESS;
        orphans.delete(record.memberId);
        setMember(group, { ...record.value, ...progressOf(known) });
      }
      return;
    case 'target-epoch':
      group.targetEpoch = record.value?.epoch ?? 0;
      return;
    case 'target':
      if (record.value === null) group.targets.delete(record.memberId);
      else group.targets.set(record.memberId, record.value);
      return;
    case 'progress': {
      const member = group.members.get(record.memberId);
      const progress = record.value ?? FIRST_PROGRESS;
      if (member !== undefined) setMember(group, { ...member, ...progress });
      else if (record.value === null) orphans.delete(record.memberId);
      else orphans.set(record.memberId, record.value);
      return;
    }
    case 'regex':
      if (record.value === null) group.regexes.delete(record.regex);
      else group.regexes.set(record.regex, record.value);
      return;
  }
}

function setMember(group: ConsumerGroup, member: ConsumerMember): void {
  const former = group.members.get(member.id);
  if (former !== undefined) {
    disown(group, former);
    if (former.instanceId !== null && former.instanceId !== member.instanceId)
      group.staticMembers.delete(former.instanceId);
  }
  group.members.set(member.id, member);
  if (member.instanceId !== null) group.staticMembers.set(member.instanceId, member.id);
  own(group, member.id, member.assigned);
  own(group, member.id, member.revoking);
  if (member.state !== 'unrevoked') group.revocations.delete(member.id);
}

function removeMember(group: ConsumerGroup, memberId: string): void {
  const member = group.members.get(memberId);
  if (member === undefined) return;
  disown(group, member);
  group.members.delete(memberId);
  if (member.instanceId !== null && group.staticMembers.get(member.instanceId) === memberId)
    group.staticMembers.delete(member.instanceId);
  group.sessions.delete(memberId);
  group.revocations.delete(memberId);
  group.classicDue.delete(memberId);
}

function own(group: ConsumerGroup, memberId: string, owned: OwnedPartitions): void {
  for (const [topicId, partitions] of owned) {
    const owners = group.owners.get(topicId) ?? new Map<number, string>();
    for (const partition of partitions.keys()) owners.set(partition, memberId);
    group.owners.set(topicId, owners);
  }
}

function disown(group: ConsumerGroup, member: ConsumerMember): void {
  for (const owned of [member.assigned, member.revoking]) {
    for (const [topicId, partitions] of owned) {
      const owners = group.owners.get(topicId);
      if (owners === undefined) continue;
      for (const partition of partitions.keys()) if (owners.get(partition) === member.id) owners.delete(partition);
      if (owners.size === 0) group.owners.delete(topicId);
    }
  }
}
