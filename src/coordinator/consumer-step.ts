/**
 * One step of a consumer group under way: what it writes is applied at once and can be taken back.
 *
 * ```
 *  heartbeat, tick, … ─▶ write(record): applied to the group, its opposite kept ─▶ the coordinator appends all of them as one batch
 *                                                                              └─ refused: takeBack
 * ```
 *
 * Steps are pure but for the group: no clock, no I/O; the same group, input and context give the same records.
 */
import { millis } from '../../raft/index.ts';
import type { Millis } from '../../raft/index.ts';
import type { TopicPartitions } from './assignment.ts';
import { applyConsumerRecord, progressOf, subscriptionOf } from './consumer-apply.ts';
import type { ConsumerGroup } from './consumer-group-state.ts';
import type { ConsumerRecord } from './consumer-record.ts';
import type { StepContext } from './group-step.ts';
import type { TopicsView } from './topics-view.ts';

/** Whether a topic's whole name matches. */
export type TopicMatcher = (name: string) => boolean;

export interface ConsumerContext extends StepContext {
  readonly topics: TopicsView;
  /** The matcher of a regular expression of RE2; null when it is not one. */
  readonly matcher: (regex: string) => TopicMatcher | null;
}

/** ConsumerGroupHeartbeat as the group sees it: fields that the client left out have not changed. */
export interface BeatInput {
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number | null;
  readonly topicNames: readonly string[] | null;
  readonly topicRegex: string | null;
  readonly assignor: string | null;
  readonly owned: readonly TopicPartitions[] | null;
}

export interface Refused {
  readonly kind: 'refused';
  readonly error: number;
  readonly message: string;
}

export interface BeatAnswer {
  readonly kind: 'beat';
  readonly memberId: string;
  readonly memberEpoch: number;
  /** Null: unchanged since the member was last told. */
  readonly assignment: readonly TopicPartitions[] | null;
}

export interface ConsumerStep {
  readonly group: ConsumerGroup;
  readonly context: ConsumerContext;
  readonly records: ConsumerRecord[];
  /** What takes the records back, the last first. */
  readonly opposites: ConsumerRecord[];
}

export function consumerStep(group: ConsumerGroup, context: ConsumerContext): ConsumerStep {
  return { group, context, records: [], opposites: [] };
}

export function refused(error: number, message: string): Refused {
  return { kind: 'refused', error, message };
}

/** Writes `record`: the group is changed by it now. */
export function write(step: ConsumerStep, record: ConsumerRecord): void {
  step.opposites.unshift(oppositeOf(step.group, record));
  step.records.push(record);
  applyConsumerRecord(step.group, record, new Map());
}

/** Undoes the step: its records were not written. Sessions of members that come back begin anew. */
export function takeBack({ group, context, opposites }: ConsumerStep): void {
  const orphans = new Map();
  for (const record of opposites) applyConsumerRecord(group, record, orphans);
  for (const member of group.members.values()) {
    if (group.sessions.has(member.id)) continue;
    extendSession(group, member.id, member.classic?.sessionTimeoutMs ?? null, context);
  }
  // What was found out about topics was not written either.
  group.checked = null;
  group.regexesChecked = null;
  group.regexesDue = null;
}

/** The record that restores what `record` replaces. */
function oppositeOf(group: ConsumerGroup, record: ConsumerRecord): ConsumerRecord {
  switch (record.kind) {
    case 'epoch':
      return { kind: 'epoch', value: { epoch: group.epoch, metadataHash: group.metadataHash } };
    case 'old-metadata':
      return { kind: 'old-metadata', value: group.oldMetadata ? 'present' : null };
    case 'target-epoch':
      return { kind: 'target-epoch', value: { epoch: group.targetEpoch, timestamp: 0 } };
    case 'member': {
      const member = group.members.get(record.memberId);
      return { ...record, value: member === undefined ? null : subscriptionOf(member) };
    }
    case 'target':
      return { ...record, value: group.targets.get(record.memberId) ?? null };
    case 'progress': {
      const member = group.members.get(record.memberId);
      return { ...record, value: member === undefined ? null : progressOf(member) };
    }
    case 'regex':
      return { ...record, value: group.regexes.get(record.regex) ?? null };
  }
}

/** Moves the group's alarm forward to `at`, never back: it may ring early, and then finds nothing to do. */
export function noteDue(group: ConsumerGroup, at: Millis): void {
  if (group.due === null || at < group.due) group.due = at;
}

/** The member's session begins anew; `classicMs`: of a member that speaks the classic protocol. */
export function extendSession(
  group: ConsumerGroup,
  memberId: string,
  classicMs: number | null,
  context: StepContext,
): void {
  const { settings } = context;
  const ownMs = settings.ofGroup(group.id).sessionTimeoutMs ?? settings.consumerSessionTimeoutMs;
  const at = millis(context.now + (classicMs ?? ownMs));
  group.sessions.set(memberId, at);
  noteDue(group, at);
}

/** Sets the alarm to the earliest deadline there is. */
export function resetConsumerAlarm(group: ConsumerGroup): void {
  group.due = null;
  for (const at of group.sessions.values()) noteDue(group, at);
  for (const { at } of group.revocations.values()) noteDue(group, at);
  for (const { at } of group.classicDue.values()) noteDue(group, at);
}
