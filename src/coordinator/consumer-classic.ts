/**
 * Members that speak the classic protocol in a consumer group, while an application is moved from one to the other (KIP-848).
 *
 * ```
 *  JoinGroup ─▶ subscription, target, one step of reconciliation ─▶ generation = member epoch; no leader
 *  SyncGroup ─▶ what is assigned now         Heartbeat ─▶ 27: join again, there is a step to make
 * ```
 *
 * The member epoch is its generation, the coordinator assigns, and what the member says it owns in its next Join is what
 * a heartbeat of the newer protocol says. A member that does not join again, or does not ask for its assignment, within its
 * rebalance timeout is taken out.
 */
import { millis } from '../../raft/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import { partitionsOf, NO_PARTITIONS } from './assignment.ts';
import type { Assignment, TopicPartitions } from './assignment.ts';
import { FIRST_PROGRESS } from './consumer-apply.ts';
import { advanceMember, fence, replaceMember, sameTopics } from './consumer-beat.ts';
import { ownerOf } from './consumer-group-state.ts';
import type { ClassicSide, ConsumerGroup, ConsumerMember, MemberSubscription } from './consumer-group-state.ts';
import { extendSession, noteDue, write } from './consumer-step.ts';
import type { ConsumerStep } from './consumer-step.ts';
import { advanceGroup, refreshRegexes } from './consumer-target.ts';
import type { Protocol } from './group-state.ts';
import { refusedJoin } from './group-step.ts';
import type { HeartbeatInput, JoinAnswer, JoinInput, LeavingMember, SyncInput } from './group-step.ts';
import { offersSame } from './membership.ts';
import { CONSUMER_PROTOCOL_TYPE } from './subscription.ts';
import type { ReadSubscription } from './subscription.ts';

/** Whether the member offers a protocol that all classic members of the group offer. */
function supports(group: ConsumerGroup, memberId: string, type: string, protocols: readonly Protocol[]): boolean {
  if (type !== CONSUMER_PROTOCOL_TYPE || protocols.length === 0) return false;
  const others = [...group.members.values()].filter(({ id, classic }) => id !== memberId && classic !== null);
  return protocols.some(({ name }) =>
    others.every(({ classic }) => classic?.protocols.some((offered) => offered.name === name) === true),
  );
}

interface Joining {
  readonly id: string;
  readonly known: ConsumerMember | null;
}

/** Who joins; or the error that it is told. */
function joining(step: ConsumerStep, input: JoinInput): Joining | number {
  const { group, context } = step;
  const id = input.memberId === '' ? input.freshMemberId : input.memberId;
  const holderId = input.instanceId === null ? undefined : group.staticMembers.get(input.instanceId);
  const holder = holderId === undefined ? undefined : group.members.get(holderId);
  const full = group.members.size >= context.settings.consumerGroupMembersMax;
  if (full && holder === undefined && !group.members.has(id)) return ERROR_CODES.GROUP_MAX_SIZE_REACHED.code;
  if (!supports(group, holder?.id ?? id, input.protocolType, input.protocols))
    return ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL.code;
  if (input.instanceId === null) {
    if (input.memberId === '' && input.requireKnownId) return ERROR_CODES.MEMBER_ID_REQUIRED.code;
  } else if (input.memberId !== '') {
    if (holder === undefined) return ERROR_CODES.UNKNOWN_MEMBER_ID.code;
    if (holder.id !== id) return ERROR_CODES.FENCED_INSTANCE_ID.code;
  } else if (holder !== undefined) {
    replaceMember(step, holder, id);
  }
  return { id, known: group.members.get(id) ?? null };
}

/** Applies a Join; `read` is what its first protocol says. */
export function classicJoin(step: ConsumerStep, input: JoinInput, read: ReadSubscription): JoinAnswer {
  const { group, context } = step;
  const found = joining(step, input);
  if (typeof found === 'number') {
    const id = found === ERROR_CODES.MEMBER_ID_REQUIRED.code ? input.freshMemberId : input.memberId;
    return refusedJoin(found, id);
  }
  const { id, known } = found;
  const subscription = subscriptionOf(id, input, read);
  let changed = known === null || !sameTopics(known, subscription);
  if (known === null || !isSame(known, subscription))
    write(step, { kind: 'member', memberId: id, value: subscription });
  if (refreshRegexes(step)) changed = true;
  advanceGroup(step, changed);
  const fenced = advanceMember(step, id, ownedOf(step, read));
  if (fenced !== null) return refusedJoin(fenced.error, id);
  extendSession(group, id, input.sessionTimeoutMs, context);
  awaitMember(step, id, input.rebalanceTimeoutMs, 'sync');
  return {
    kind: 'join',
    error: 0,
    memberId: id,
    generation: (group.members.get(id) ?? FIRST_PROGRESS).epoch,
    protocolType: CONSUMER_PROTOCOL_TYPE,
    protocol: input.protocols[0]?.name ?? null,
    leader: '',
    skipAssignment: false,
    members: [],
  };
}

function subscriptionOf(id: string, input: JoinInput, read: ReadSubscription): MemberSubscription {
  return {
    id,
    instanceId: input.instanceId,
    rackId: read.rackId,
    clientId: input.clientId,
    clientHost: input.clientHost,
    rebalanceTimeoutMs: input.rebalanceTimeoutMs,
    topicNames: [...new Set(read.topics)].toSorted(),
    topicRegex: null,
    assignor: null,
    classic: { sessionTimeoutMs: input.sessionTimeoutMs, protocols: input.protocols },
  };
}

function isSame(one: MemberSubscription, other: MemberSubscription): boolean {
  if (one.classic === null || other.classic === null) return one.classic === other.classic;
  return (
    sameTopics(one, other) &&
    one.topicRegex === other.topicRegex &&
    one.instanceId === other.instanceId &&
    one.rackId === other.rackId &&
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    one.classic.sessionTimeoutMs === other.classic.sessionTimeoutMs &&
    offersSame(one.classic, other.classic.protocols)
  );
}

/** Partitions that the member still has: those of eager members are none. */
function ownedOf({ context }: ConsumerStep, read: ReadSubscription): readonly TopicPartitions[] {
  return read.owned.flatMap(({ topic, partitions }) => {
    const shape = context.topics.byName(topic);
    return shape === null ? [] : [{ topicId: shape.id, partitions }];
  });
}

function awaitMember({ group, context }: ConsumerStep, id: string, timeoutMs: number, what: 'join' | 'sync'): void {
  const at = millis(context.now + Math.max(0, timeoutMs));
  group.classicDue.set(id, { at, what });
  noteDue(group, at);
}

/** The member that a request names, of either protocol, or the error that it is told. */
function namedMember(group: ConsumerGroup, { memberId, instanceId }: LeavingMember): ConsumerMember | number {
  const holder = instanceId === null ? memberId : group.staticMembers.get(instanceId);
  if (holder === undefined) return ERROR_CODES.UNKNOWN_MEMBER_ID.code;
  if (holder !== memberId) return ERROR_CODES.FENCED_INSTANCE_ID.code;
  return group.members.get(holder) ?? ERROR_CODES.UNKNOWN_MEMBER_ID.code;
}

/** The classic member that a request names, or the error that it is told. */
function classicMember(
  group: ConsumerGroup,
  named: LeavingMember,
): (ConsumerMember & { readonly classic: ClassicSide }) | number {
  const member = namedMember(group, named);
  if (typeof member === 'number') return member;
  return member.classic === null ? ERROR_CODES.UNKNOWN_MEMBER_ID.code : { ...member, classic: member.classic };
}

/** Whether there is a step that the member can make by joining again. */
function shouldRejoin(group: ConsumerGroup, member: ConsumerMember): boolean {
  if (member.epoch < group.epoch || member.state === 'unrevoked') return true;
  if (member.state !== 'unreleased') return false;
  for (const [topicId, partitions] of group.targets.get(member.id) ?? NO_PARTITIONS) {
    for (const partition of partitions) {
      const owner = ownerOf(group, topicId, partition);
      if (owner !== null && owner !== member.id) return false;
    }
  }
  return true;
}

/**
 * A later coordinator goes on: whoever has a step to make must join again in time. Whether somebody's Sync is still to come
 * is in no record, so that one is bound by its session alone, as in Kafka.
 */
export function resumeClassic(step: ConsumerStep): void {
  for (const member of step.group.members.values())
    if (member.classic !== null && shouldRejoin(step.group, member))
      awaitMember(step, member.id, member.rebalanceTimeoutMs, 'join');
}

/** What is assigned to the member, and in which version of the consumers' own protocol it is told. */
export function classicSync(
  step: ConsumerStep,
  input: SyncInput,
): { readonly error: number; readonly assignment: Assignment; readonly protocol: string | null } {
  const { group, context } = step;
  const refused = (error: number) => ({ error, assignment: NO_PARTITIONS, protocol: null });
  const member = classicMember(group, input);
  if (typeof member === 'number') return refused(member);
  if (input.generation !== member.epoch) return refused(ERROR_CODES.ILLEGAL_GENERATION.code);
  const protocol = member.classic.protocols[0]?.name ?? null;
  const differs =
    (input.protocolType !== null && input.protocolType !== CONSUMER_PROTOCOL_TYPE) ||
    (input.protocol !== null && input.protocol !== protocol);
  if (differs) return refused(ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL.code);
  if (member.epoch < group.epoch && member.state !== 'unrevoked') {
    if (group.classicDue.get(member.id)?.what !== 'join')
      awaitMember(step, member.id, member.rebalanceTimeoutMs, 'join');
    return refused(ERROR_CODES.REBALANCE_IN_PROGRESS.code);
  }
  group.classicDue.delete(member.id);
  extendSession(group, member.id, member.classic.sessionTimeoutMs, context);
  return { error: 0, assignment: partitionsOf(member.assigned), protocol };
}

export function classicHeartbeat(step: ConsumerStep, input: HeartbeatInput): number {
  const { group, context } = step;
  const member = classicMember(group, input);
  if (typeof member === 'number') return member;
  if (input.generation !== member.epoch) return ERROR_CODES.ILLEGAL_GENERATION.code;
  advanceGroup(step, refreshRegexes(step));
  extendSession(group, member.id, member.classic.sessionTimeoutMs, context);
  if (!shouldRejoin(group, member)) return 0;
  if (!group.classicDue.has(member.id)) awaitMember(step, member.id, member.rebalanceTimeoutMs, 'join');
  return ERROR_CODES.REBALANCE_IN_PROGRESS.code;
}

/**
 * Takes out members of either protocol: the error of each, in the order of the request. An administrator names them by
 * instance id alone.
 */
export function classicLeave(step: ConsumerStep, leaving: readonly LeavingMember[]): readonly number[] {
  const { group } = step;
  const gone = new Set<string>();
  const errors = leaving.map((one) => {
    const byInstance = one.memberId === '' && one.instanceId !== null;
    const id = byInstance ? group.staticMembers.get(one.instanceId ?? '') : one.memberId;
    const member = namedMember(group, { ...one, memberId: id ?? '' });
    if (typeof member === 'number') return member;
    gone.add(member.id);
    return 0;
  });
  if (gone.size > 0) fence(step, [...gone]);
  return errors;
}
