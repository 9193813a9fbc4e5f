/**
 * From subscriptions to a target assignment: what the group reads, when that has changed, and who shall have what.
 *
 * ```
 *  names ∪ what the regular expressions match ─▶ hash of those topics ─┐
 *  a member came, went or subscribed differently ──────────────────────┴▶ group epoch + 1 ─▶ assignor ─▶ targets of that epoch
 * ```
 */
import { sameAssignment, NO_PARTITIONS } from './assignment.ts';
import type { AssignorMember } from './assignor.ts';
import { ASSIGNORS, UNIFORM } from './assignors.ts';
import { hasRegex, preferredAssignor } from './consumer-group-state.ts';
import type { ConsumerGroup, MemberSubscription } from './consumer-group-state.ts';
import { write } from './consumer-step.ts';
import type { ConsumerStep } from './consumer-step.ts';
import { millis } from '../../raft/index.ts';
import { metadataHash } from './topics-view.ts';

/** Names of the topics that `member` reads, whether they exist or not. */
export function topicsOf(group: ConsumerGroup, member: MemberSubscription): ReadonlySet<string> {
  const names = new Set(member.topicNames);
  if (hasRegex(member)) for (const name of group.regexes.get(member.topicRegex ?? '')?.topics ?? []) names.add(name);
  return names;
}

/** Names of the topics that somebody in the group reads. */
export function groupTopics(group: ConsumerGroup): ReadonlySet<string> {
  const names = new Set<string>();
  for (const member of group.members.values()) for (const name of member.topicNames) names.add(name);
  for (const { topics } of group.regexes.values()) for (const name of topics) names.add(name);
  return names;
}

/**
 * Looks up what the regular expressions match: those that are new at once, all of them when the metadata has changed, but then not
 * more often than `consumerRegexRefreshMs`. Forgets those that nobody follows any more. True when anything is different.
 */
export function refreshRegexes(step: ConsumerStep): boolean {
  const { group, context } = step;
  const followed = new Set<string>();
  for (const member of group.members.values()) if (hasRegex(member)) followed.add(member.topicRegex ?? '');
  let changed = false;
  for (const regex of [...group.regexes.keys()]) {
    if (followed.has(regex)) continue;
    write(step, { kind: 'regex', regex, value: null });
    changed = true;
  }
  if (followed.size === 0) return changed;
  const due = group.regexesDue === null || context.now >= group.regexesDue;
  const stale = due && group.regexesChecked !== context.topics.stamp;
  for (const regex of followed) {
    const known = group.regexes.get(regex);
    if (known !== undefined && !stale) continue;
    const topics = matching(step, regex);
    if (known !== undefined && sameNames(known.topics, topics)) continue;
    const value = { topics, version: context.topics.version, timestamp: context.wallNow };
    write(step, { kind: 'regex', regex, value });
    changed = true;
  }
  if (stale) {
    group.regexesChecked = context.topics.stamp;
    group.regexesDue = millis(context.now + context.settings.consumerRegexRefreshMs);
  }
  return changed;
}

function matching({ context }: ConsumerStep, regex: string): readonly string[] {
  const matches = context.matcher(regex);
  if (matches === null) return [];
  const names: string[] = [];
  for (const name of context.topics.names()) if (matches(name)) names.push(name);
  return names.toSorted();
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, at) => name === other[at]);
}

/**
 * Raises the group epoch when `changed`, or when a topic that the group reads has changed; and makes the target assignment of that
 * epoch, unless nobody is left.
 */
export function advanceGroup(step: ConsumerStep, changed: boolean): void {
  const { group, context } = step;
  const { stamp } = context.topics;
  if (!changed && group.checked === stamp && group.epoch === group.targetEpoch) return;
  const hash = metadataHash(groupTopics(group), context.topics);
  group.checked = stamp;
  if (changed || hash !== group.metadataHash)
    write(step, { kind: 'epoch', value: { epoch: group.epoch + 1, metadataHash: hash } });
  if (group.epoch > group.targetEpoch && group.members.size > 0) assign(step);
}

/** Makes the target assignment of the group epoch; members whose target stays are not written. */
function assign(step: ConsumerStep): void {
  const { group, context } = step;
  const partitions = new Map<string, number>();
  const members = [...group.members.values()].map((member): AssignorMember => {
    const topicIds = new Set<string>();
    for (const name of topicsOf(group, member)) {
      const topic = context.topics.byName(name);
      if (topic === null) continue;
      topicIds.add(topic.id);
      partitions.set(topic.id, topic.partitions);
    }
    const current = group.targets.get(member.id) ?? NO_PARTITIONS;
    return { id: member.id, instanceId: member.instanceId, topicIds, current };
  });
  const name = preferredAssignor(group.members.values()) ?? UNIFORM;
  const assignor = ASSIGNORS.get(name) ?? ASSIGNORS.get(UNIFORM);
  const assigned = assignor?.({ members, partitions }) ?? new Map();
  for (const { id } of members) {
    const target = assigned.get(id) ?? NO_PARTITIONS;
    const former = group.targets.get(id);
    if (former === undefined || !sameAssignment(former, target))
      write(step, { kind: 'target', memberId: id, value: target });
  }
  write(step, { kind: 'target-epoch', value: { epoch: group.epoch, timestamp: context.wallNow } });
}
