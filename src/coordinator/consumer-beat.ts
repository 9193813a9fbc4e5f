/**
 * ConsumerGroupHeartbeat (KIP-848): the whole life of a member of a consumer group.
 *
 * ```
 *  epoch 0 ─▶ joins, or begins anew        n ─▶ goes on        -1 ─▶ leaves        -2 ─▶ a static member leaves for a while
 *  subscription ─▶ regular expressions ─▶ group epoch ─▶ target assignment ─▶ reconciliation ─▶ answer
 * ```
 *
 * | who asks                                         | answer |
 * | an epoch ahead of the coordinator's              | 110    |
 * | the epoch before, owning nothing that it may not | goes on: the last answer was lost |
 * | an older epoch                                   | 110    |
 * | a member that is not there                       | 25     |
 * | an instance id that another member holds         | joining: 111 unless that one left for a while; else 82 |
 */
import { assert, millis } from '../../raft/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import {
  assignmentOf,
  isWithin,
  listOf,
  NOTHING_OWNED,
  partitionsOf,
  sameAssignment,
  sameOwned,
} from './assignment.ts';
import { FIRST_PROGRESS, progressOf, subscriptionOf } from './consumer-apply.ts';
import { isReconciled, LEAVE_EPOCH, ownerOf, STATIC_LEAVE_EPOCH } from './consumer-group-state.ts';
import type { ConsumerGroup, ConsumerMember, MemberSubscription } from './consumer-group-state.ts';
import { extendSession, noteDue, refused, resetConsumerAlarm, write } from './consumer-step.ts';
import type { BeatAnswer, BeatInput, ConsumerStep, Refused } from './consumer-step.ts';
import { advanceGroup, groupTopics, refreshRegexes } from './consumer-target.ts';
import { metadataHash } from './topics-view.ts';
import { reconcile } from './reconciliation.ts';

/** Applies a heartbeat; the answer holds once what the step wrote is committed. */
export function beat(step: ConsumerStep, input: BeatInput): BeatAnswer | Refused {
  if (input.memberEpoch === LEAVE_EPOCH || input.memberEpoch === STATIC_LEAVE_EPOCH) return leave(step, input);
  const { group, context } = step;
  const invalid = regexError(step, input);
  if (invalid !== null) return invalid;
  const found = findMember(step, input);
  if ('kind' in found) return found;
  const { member } = found;
  const before = group.members.get(member.id)?.assigned ?? NOTHING_OWNED;
  const subscription = updated(member, input);
  const isNew = !group.members.has(member.id);
  let changed = isNew || !sameTopics(member, subscription);
  if (isNew || !sameSubscription(member, subscription))
    write(step, { kind: 'member', memberId: member.id, value: subscription });
  if (refreshRegexes(step)) changed = true;
  advanceGroup(step, changed);
  const fenced = advanceMember(step, member.id, input.owned);
  if (fenced !== null) return fenced;
  extendSession(group, member.id, null, context);
  const now = memberOf(group, member.id);
  const isFull =
    input.memberEpoch === 0 ||
    (input.rebalanceTimeoutMs !== null &&
      (input.topicNames !== null || input.topicRegex !== null) &&
      input.owned !== null);
  const told = isFull || !sameAssignment(partitionsOf(before), partitionsOf(now.assigned));
  const assignment = told ? listOf(partitionsOf(now.assigned)) : null;
  return { kind: 'beat', memberId: member.id, memberEpoch: now.epoch, assignment };
}

function memberOf(group: ConsumerGroup, id: string): ConsumerMember {
  const member = group.members.get(id);
  assert(member !== undefined, () => `member ${id} is in the group`);
  return member;
}

/** A regular expression that nobody follows yet must be one. */
function regexError(step: ConsumerStep, { topicRegex }: BeatInput): Refused | null {
  if (topicRegex === null || topicRegex === '' || step.group.regexes.has(topicRegex)) return null;
  if (step.context.matcher(topicRegex) !== null) return null;
  return refused(
    ERROR_CODES.INVALID_REGULAR_EXPRESSION.code,
    `SubscribedTopicRegex \`${topicRegex}\` is not a valid regular expression.`,
  );
}

function newMember(input: BeatInput): ConsumerMember {
  return {
    id: input.memberId,
    instanceId: input.instanceId,
    rackId: null,
    clientId: input.clientId,
    clientHost: input.clientHost,
    rebalanceTimeoutMs: -1,
    topicNames: [],
    topicRegex: null,
    assignor: null,
    classic: null,
    ...FIRST_PROGRESS,
  };
}

/** The member that the heartbeat is of: one of the group, or one that joins. */
function findMember(step: ConsumerStep, input: BeatInput): { readonly member: ConsumerMember } | Refused {
  const { group, context } = step;
  const { consumerGroupMembersMax } = context.settings;
  const known = group.members.get(input.memberId);
  if (known === undefined && group.members.size >= consumerGroupMembersMax) {
    const message = `The consumer group has reached its maximum capacity of ${consumerGroupMembersMax} members.`;
    return refused(ERROR_CODES.GROUP_MAX_SIZE_REACHED.code, message);
  }
  if (input.instanceId !== null) return findStatic(step, input, input.instanceId);
  if (known === undefined) {
    return input.memberEpoch === 0 ? { member: newMember(input) } : unknownMember(group, input.memberId);
  }
  return epochError(known, input) ?? { member: known };
}

export function unknownMember(group: ConsumerGroup, memberId: string): Refused {
  return refused(ERROR_CODES.UNKNOWN_MEMBER_ID.code, `Member ${memberId} is not a member of group ${group.id}.`);
}

function fencedInstance(memberId: string, instanceId: string, holder: string): Refused {
  const message = `Static member ${memberId} with instance id ${instanceId} was fenced by member ${holder}.`;
  return refused(ERROR_CODES.FENCED_INSTANCE_ID.code, message);
}

function findStatic(
  step: ConsumerStep,
  input: BeatInput,
  instanceId: string,
): { readonly member: ConsumerMember } | Refused {
  const { group } = step;
  const holderId = group.staticMembers.get(instanceId);
  const holder = holderId === undefined ? undefined : group.members.get(holderId);
  if (holder === undefined) {
    // A dynamic member may become a static one when it begins anew.
    if (input.memberEpoch === 0) return { member: group.members.get(input.memberId) ?? newMember(input) };
    return refused(ERROR_CODES.UNKNOWN_MEMBER_ID.code, `Instance id ${instanceId} is unknown.`);
  }
  if (holder.id === input.memberId) return epochError(holder, input) ?? { member: holder };
  if (input.memberEpoch !== 0) return fencedInstance(input.memberId, instanceId, holder.id);
  // A classic member cannot say that it leaves for a while: whoever comes with its instance id takes its place.
  if (holder.epoch !== STATIC_LEAVE_EPOCH && holder.classic === null) {
    return refused(
      ERROR_CODES.UNRELEASED_INSTANCE_ID.code,
      `Static member ${input.memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${holder.id} member.`,
    );
  }
  if (group.members.has(input.memberId)) return fencedInstance(input.memberId, instanceId, holder.id);
  replaceMember(step, holder, input.memberId);
  return { member: memberOf(group, input.memberId) };
}

/** A static member has come back under another id: it takes over what its former self has and shall have. */
export function replaceMember(step: ConsumerStep, old: ConsumerMember, id: string): void {
  const target = step.group.targets.get(old.id);
  eraseMember(step, old.id);
  write(step, { kind: 'member', memberId: id, value: { ...subscriptionOf(old), id } });
  write(step, { kind: 'target', memberId: id, value: target ?? new Map() });
  write(step, { kind: 'progress', memberId: id, value: { ...progressOf(old), epoch: 0, previousEpoch: 0 } });
}

function epochError(member: ConsumerMember, input: BeatInput): Refused | null {
  const { memberEpoch: received } = input;
  // It begins anew, having given up everything.
  if (received === 0 || received === member.epoch) return null;
  const mayBeLost =
    received === member.previousEpoch &&
    received < member.epoch &&
    input.owned !== null &&
    isWithin(assignmentOf(input.owned), member.assigned);
  if (mayBeLost) return null;
  const side = received > member.epoch ? 'greater' : 'smaller';
  const message =
    `The consumer group member has a ${side} member epoch (${received}) than the one known by the group coordinator ` +
    `(${member.epoch}). The member must abandon all its partitions and rejoin.`;
  return refused(ERROR_CODES.FENCED_MEMBER_EPOCH.code, message);
}

/** What the member told about itself, with what it tells now. */
function updated(member: ConsumerMember, input: BeatInput): MemberSubscription {
  return {
    id: member.id,
    instanceId: input.instanceId ?? member.instanceId,
    rackId: input.rackId ?? member.rackId,
    clientId: input.clientId,
    clientHost: input.clientHost,
    rebalanceTimeoutMs: input.rebalanceTimeoutMs ?? member.rebalanceTimeoutMs,
    topicNames: input.topicNames === null ? member.topicNames : [...new Set(input.topicNames)].toSorted(),
    topicRegex: input.topicRegex ?? member.topicRegex,
    assignor: input.assignor ?? member.assignor,
    classic: null,
  };
}

export function sameTopics(one: MemberSubscription, other: MemberSubscription): boolean {
  return (
    (one.topicRegex ?? '') === (other.topicRegex ?? '') &&
    one.topicNames.length === other.topicNames.length &&
    one.topicNames.every((name, at) => name === other.topicNames[at])
  );
}

function sameSubscription(one: MemberSubscription, other: MemberSubscription): boolean {
  return (
    sameTopics(one, other) &&
    one.topicRegex === other.topicRegex &&
    one.instanceId === other.instanceId &&
    one.rackId === other.rackId &&
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    one.assignor === other.assignor &&
    one.classic === other.classic
  );
}

/** Takes the member one step towards its target. */
export function advanceMember(step: ConsumerStep, id: string, owned: BeatInput['owned']): Refused | null {
  const { group, context } = step;
  const member = memberOf(group, id);
  if (isReconciled(member, group.targetEpoch)) return null;
  const progress = progressOf(member);
  const next = reconcile({
    progress,
    targetEpoch: group.targetEpoch,
    target: group.targets.get(id) ?? new Map(),
    owned,
    isTaken: (topicId, partition) => {
      const owner = ownerOf(group, topicId, partition);
      return owner !== null && owner !== id;
    },
  });
  if (next === 'fenced') {
    const message =
      'The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.';
    return refused(ERROR_CODES.FENCED_MEMBER_EPOCH.code, message);
  }
  if (next === progress) return null;
  write(step, { kind: 'progress', memberId: id, value: next });
  // Who waits for this one to give up something must not wait for ever.
  if (next.state === 'unrevoked' && member.classic === null) {
    const at = millis(context.now + Math.max(0, member.rebalanceTimeoutMs));
    group.revocations.set(id, { at, epoch: next.epoch });
    noteDue(group, at);
  }
  return null;
}

function leave(step: ConsumerStep, input: BeatInput): BeatAnswer | Refused {
  const { group } = step;
  const { memberId, memberEpoch, instanceId } = input;
  let member = group.members.get(memberId);
  if (instanceId !== null) {
    const holder = group.staticMembers.get(instanceId);
    if (holder === undefined)
      return refused(ERROR_CODES.UNKNOWN_MEMBER_ID.code, `Instance id ${instanceId} is unknown.`);
    if (holder !== memberId) return fencedInstance(memberId, instanceId, holder);
    member = group.members.get(holder);
  }
  if (member === undefined) return unknownMember(group, memberId);
  if (memberEpoch === STATIC_LEAVE_EPOCH) leaveForAWhile(step, member);
  else fence(step, [member.id]);
  return { kind: 'beat', memberId, memberEpoch, assignment: null };
}

/** The static member keeps its place until its session ends; it has given up whatever it had to. */
function leaveForAWhile(step: ConsumerStep, member: ConsumerMember): void {
  const value = {
    ...progressOf(member),
    epoch: STATIC_LEAVE_EPOCH,
    previousEpoch: member.epoch,
    revoking: NOTHING_OWNED,
  };
  if (member.epoch === STATIC_LEAVE_EPOCH && sameOwned(member.revoking, NOTHING_OWNED)) return;
  write(step, { kind: 'progress', memberId: member.id, value });
  step.group.revocations.delete(member.id);
}

/** The three records of a member, in the order of Kafka. */
function eraseMember(step: ConsumerStep, memberId: string): void {
  write(step, { kind: 'progress', memberId, value: null });
  write(step, { kind: 'target', memberId, value: null });
  write(step, { kind: 'member', memberId, value: null });
}

/** Takes members out: what they had is free. The next heartbeat of another member assigns it. */
export function fence(step: ConsumerStep, memberIds: readonly string[]): void {
  const { group } = step;
  const regexes = [...group.regexes.keys()];
  for (const id of memberIds) eraseMember(step, id);
  for (const regex of regexes) {
    const followed = [...group.members.values()].some(({ topicRegex }) => topicRegex === regex);
    if (!followed) write(step, { kind: 'regex', regex, value: null });
  }
  raiseEpoch(step);
}

function raiseEpoch(step: ConsumerStep): void {
  const { group, context } = step;
  const hash = metadataHash(groupTopics(group), context.topics);
  write(step, { kind: 'epoch', value: { epoch: group.epoch + 1, metadataHash: hash } });
}

/** Members whose session is over, or that have not given up in time what they had to. */
export function overdue(group: ConsumerGroup, now: number): readonly string[] {
  const ids = new Set<string>();
  for (const [id, at] of group.sessions) if (at <= now) ids.add(id);
  for (const [id, { at, epoch }] of group.revocations) {
    if (at <= now && group.members.get(id)?.epoch === epoch) ids.add(id);
  }
  for (const [id, { at }] of group.classicDue) if (at <= now) ids.add(id);
  return [...ids].filter((id) => group.members.has(id));
}

/** Time has passed; to be called no later than `group.due`. */
export function tickConsumerGroup(step: ConsumerStep): void {
  const { group, context } = step;
  for (const [id, { at }] of [...group.revocations]) if (at <= context.now) keepIfCurrent(group, id);
  const ids = overdue(group, context.now);
  if (ids.length > 0) fence(step, ids);
  resetConsumerAlarm(group);
}

/** An alarm of an epoch that the member has left means nothing. */
function keepIfCurrent(group: ConsumerGroup, id: string): void {
  if (group.members.get(id)?.epoch !== group.revocations.get(id)?.epoch) group.revocations.delete(id);
}
