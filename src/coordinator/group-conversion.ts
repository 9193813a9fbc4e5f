/**
 * A group with members goes from one protocol to the other (KIP-848, online migration).
 *
 * ```
 *  classic  ── a consumer member joins ─────────▶ consumer: all are classic members of it, in the epoch of the generation
 *  consumer ── the last consumer member leaves ─▶ classic: Stable in the generation of the members, and then a rebalance
 * ```
 *
 * Both are pure: they make the group, the coordinator writes it. Members keep their ids and what they have.
 */
import { millis } from '../../raft/index.ts';
import type { WireCodec } from '../wire/index.ts';
import { NO_PARTITIONS, ownedSince, NOTHING_OWNED } from './assignment.ts';
import type { Assignment } from './assignment.ts';
import { emptyConsumerGroup } from './consumer-group-state.ts';
import type { ConsumerGroup } from './consumer-group-state.ts';
import { consumerStep, extendSession, write } from './consumer-step.ts';
import type { ConsumerContext, ConsumerStep } from './consumer-step.ts';
import { groupTopics } from './consumer-target.ts';
import { emptyGroup, metadataOf } from './group-state.ts';
import type { Group, Member } from './group-state.ts';
import type { StepContext } from './group-step.ts';
import { chooseProtocol, extendSession as extendClassicSession, insertMember } from './membership.ts';
import { CONSUMER_PROTOCOL_TYPE, readAssignment, readSubscription, writeAssignment } from './subscription.ts';
import type { ReadSubscription } from './subscription.ts';
import { metadataHash } from './topics-view.ts';
import type { TopicsView } from './topics-view.ts';

interface Converted {
  readonly member: Member;
  readonly subscription: ReadSubscription;
  readonly assigned: Assignment;
}

/** Members with what they say and have; null: some of it cannot be read. Of two that have a partition the first keeps it. */
function readMembers(group: Group, codec: WireCodec, topics: TopicsView): readonly Converted[] | null {
  const taken = new Set<string>();
  const converted: Converted[] = [];
  for (const member of group.members.values()) {
    const subscription = readSubscription(
      metadataOf(member, group.protocol ?? member.protocols[0]?.name ?? null),
      codec,
    );
    const assignment = readAssignment(member.assignment, codec);
    if (subscription === null || assignment === null) return null;
    const assigned = new Map<string, number[]>();
    for (const { topic, partitions } of assignment) {
      const shape = topics.byName(topic);
      if (shape === null) continue;
      const free = partitions.filter((one) => one >= 0 && one < shape.partitions && !taken.has(`${shape.id} ${one}`));
      for (const one of free) taken.add(`${shape.id} ${one}`);
      if (free.length > 0)
        assigned.set(
          shape.id,
          [...new Set(free)].toSorted((a, b) => a - b),
        );
    }
    converted.push({ member, subscription, assigned });
  }
  return converted;
}

/** The consumer group that goes on for the classic one, with the records that make it; null: its members cannot be read. */
export function upgraded(group: Group, codec: WireCodec, context: ConsumerContext): ConsumerStep | null {
  const members = readMembers(group, codec, context.topics);
  if (members === null) return null;
  const step = consumerStep(emptyConsumerGroup(group.id), context);
  for (const { member, subscription } of members) {
    const { id, instanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols } = member;
    const classic = { sessionTimeoutMs, protocols };
    const topicNames = [...new Set(subscription.topics)].toSorted();
    const told = { id, instanceId, rackId: subscription.rackId, clientId, clientHost, rebalanceTimeoutMs, topicNames };
    write(step, { kind: 'member', memberId: id, value: { ...told, topicRegex: null, assignor: null, classic } });
  }
  const epoch = group.generation;
  const hash = metadataHash(groupTopics(step.group), context.topics);
  write(step, { kind: 'epoch', value: { epoch, metadataHash: hash } });
  for (const { member, assigned } of members) write(step, { kind: 'target', memberId: member.id, value: assigned });
  write(step, { kind: 'target-epoch', value: { epoch, timestamp: context.wallNow } });
  for (const { member, assigned } of members) {
    const value = {
      epoch,
      previousEpoch: epoch,
      state: 'stable' as const,
      assigned: ownedSince(assigned, epoch),
      revoking: NOTHING_OWNED,
    };
    write(step, { kind: 'progress', memberId: member.id, value });
    extendSession(step.group, member.id, member.sessionTimeoutMs, context);
  }
  return step;
}

/** True when nobody of the newer protocol is left among the members. */
export function isAllClassic(group: ConsumerGroup): boolean {
  if (group.members.size === 0) return false;
  for (const { classic } of group.members.values()) if (classic === null) return false;
  return true;
}

/** The classic group that goes on for the consumer group, Stable, each member with what it shall have. */
export function downgraded(
  group: ConsumerGroup,
  codec: WireCodec,
  topics: TopicsView,
  context: StepContext,
): Group | null {
  const made = emptyGroup(group.id, context.wallNow);
  for (const { epoch, ...told } of group.members.values()) {
    const { id, instanceId, clientId, clientHost, rebalanceTimeoutMs, classic } = told;
    if (classic === null) return null;
    // Whoever has caught up hears of the rebalance by its next heartbeat; others are told that their generation is over.
    made.generation = Math.max(made.generation, epoch);
    const { sessionTimeoutMs, protocols } = classic;
    const version = readSubscription(protocols[0]?.metadata ?? new Uint8Array(0), codec)?.version ?? 0;
    const assignment = writeAssignment(group.targets.get(id) ?? NO_PARTITIONS, version, topics, codec);
    const named = { id, instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs };
    const member: Member = {
      ...named,
      protocols,
      assignment,
      fresh: false,
      joining: null,
      syncing: null,
      deadline: null,
    };
    insertMember(made, member, CONSUMER_PROTOCOL_TYPE);
    extendClassicSession({ group: made, context, effects: [] }, member, sessionTimeoutMs);
  }
  made.protocol = chooseProtocol(made);
  made.state = { kind: 'stable', unsynced: new Set(), syncDue: millis(context.now) };
  return made.protocol === null ? null : made;
}
