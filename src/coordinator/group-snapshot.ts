/**
 * A group as its record in the log, and back.
 *
 *   leader's Sync, group emptied, static member replaced ─▶ record ─▶ a later coordinator restores Stable or Empty
 *
 * Only these moments are written: a group that was rebalancing comes back as the generation before, and its members
 * learn from 22, 25 or 27 that they have to join again. A record that names members and no leader is that of a group that
 * came from the other protocol and has not rebalanced since (`group-downgrade.ts`).
 */
import { millis } from '../../raft/index.ts';
import type { GroupMetadataValue } from '../wire/index.ts';
import { emptyGroup, metadataOf } from './group-state.ts';
import type { Group } from './group-state.ts';
import type { StepContext } from './group-step.ts';
import { extendSession, insertMember } from './membership.ts';

/** The value to write for `group` as it is now, each member with its entry of `assignments`. */
export function snapshotGroup(
  group: Group,
  assignments: ReadonlyMap<string, Uint8Array>,
  wallNow: number,
): GroupMetadataValue {
  return {
    protocolType: group.protocolType ?? '',
    generation: group.generation,
    protocol: group.protocol,
    leader: group.leader,
    currentStateTimestamp: wallNow,
    members: [...group.members.values()].map((member) => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: metadataOf(member, group.protocol),
      assignment: assignments.get(member.id) ?? new Uint8Array(0),
    })),
  };
}

/** Whether the group that `value` describes rebalances as soon as it is restored: nobody else knows that it has to. */
export function mustRebalance(value: GroupMetadataValue | null, context: StepContext): boolean {
  if (value === null || value.members.length === 0) return false;
  return value.leader === null || value.members.length > context.settings.groupMembersMax;
}

/** The group that `value` describes (null: there are only offsets); the sessions of its members begin now. Keeps the bytes of `value`. */
export function restoreGroup(id: string, value: GroupMetadataValue | null, context: StepContext): Group {
  const group = emptyGroup(id, context.wallNow);
  if (value === null) return group;
  group.protocolType = value.protocolType === '' ? null : value.protocolType;
  group.generation = Math.max(0, value.generation);
  if (value.currentStateTimestamp >= 0) group.stateSince = value.currentStateTimestamp;
  if (value.members.length === 0) return group;
  group.protocol = value.protocol;
  for (const stored of value.members) {
    insertMember(
      group,
      {
        id: stored.memberId,
        instanceId: stored.groupInstanceId,
        clientId: stored.clientId,
        clientHost: stored.clientHost,
        sessionTimeoutMs: stored.sessionTimeout,
        rebalanceTimeoutMs: stored.rebalanceTimeout > 0 ? stored.rebalanceTimeout : stored.sessionTimeout,
        protocols: value.protocol === null ? [] : [{ name: value.protocol, metadata: stored.subscription }],
        assignment: stored.assignment,
        fresh: false,
        joining: null,
        syncing: null,
        deadline: null,
      },
      value.protocolType,
    );
  }
  if (value.leader !== null && group.members.has(value.leader)) group.leader = value.leader;
  group.state = { kind: 'stable', unsynced: new Set(), syncDue: millis(context.now) };
  for (const member of group.members.values())
    extendSession({ group, context, effects: [] }, member, Math.max(1, member.sessionTimeoutMs));
  return group;
}
