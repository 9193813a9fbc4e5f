/**
 * Which offsets and groups have outlived their retention.
 *
 *   classic group with members: in topics that it does not read any more, while it is Stable and says what it reads: retention
 *                               after the commit; else never, not even while it rebalances
 *   empty classic group:        retention after it became empty, or after the commit if that was later
 *   group of offsets only (no protocol type): retention after each commit
 *   consumer group:             in topics that it does not read: retention after each commit
 *   expiry chosen by the client (OffsetCommit v2 to v4): then, under the same conditions
 */
import type { WireCodec } from '../wire/index.ts';
import type { ConsumerGroup } from './consumer-group-state.ts';
import type { CoordinatorImage, NamedOffset, RecordName } from './coordinator-image.ts';
import type { Group } from './group-state.ts';
import { consumerSubscription, groupSubscription } from './subscription.ts';

export interface ExpiryContext {
  readonly image: CoordinatorImage;
  /** Milliseconds since 1970. */
  readonly wallNow: number;
  readonly retentionMs: number;
}

export interface Expired {
  /** Records to delete, those of one group together and its own record last. */
  readonly names: readonly RecordName[];
  /** Groups of which nothing is left then; a consumer group's own records are deleted apart. */
  readonly groups: readonly string[];
}

/** What holds for one group: topics whose offsets stay, and since when the others are counted. */
interface Rule {
  readonly id: string;
  readonly reads: ReadonlySet<string>;
  readonly since: (stored: NamedOffset) => number;
  /** Nobody is in it, or about to be. */
  readonly idle: boolean;
}

/** Null: nothing of the group expires. */
function classicRule(group: Group, codec: WireCodec): Rule | null {
  const { id } = group;
  if (group.state.kind === 'empty') {
    const since = ({ committedAt }: NamedOffset): number =>
      group.protocolType === null ? committedAt : Math.max(group.stateSince, committedAt);
    return { id, reads: new Set(), since, idle: group.pendingIds.size === 0 };
  }
  if (group.state.kind !== 'stable') return null;
  const subscription = groupSubscription(group, codec);
  if (subscription.kind === 'opaque') return null;
  return { id, reads: subscription.topics, since: ({ committedAt }) => committedAt, idle: false };
}

function consumerRule(group: ConsumerGroup): Rule {
  const subscription = consumerSubscription(group);
  const reads = subscription.kind === 'topics' ? subscription.topics : new Set<string>();
  return { id: group.id, reads, since: ({ committedAt }) => committedAt, idle: group.members.size === 0 };
}

function isExpired(rule: Rule, stored: NamedOffset, { image, wallNow, retentionMs }: ExpiryContext): boolean {
  // A transaction that is open may renew it.
  if (image.pending.has(rule.id, stored.topic, stored.partition)) return false;
  if (rule.reads.has(stored.topic)) return false;
  return stored.expiresAt === null ? wallNow - rule.since(stored) >= retentionMs : wallNow >= stored.expiresAt;
}

export function findExpired(
  classic: Iterable<Group>,
  consumers: Iterable<ConsumerGroup>,
  codec: WireCodec,
  context: ExpiryContext,
): Expired {
  const { image } = context;
  const names: RecordName[] = [];
  const gone: string[] = [];
  const rules = [
    ...[...classic].map((group) => classicRule(group, codec)),
    ...[...consumers].map((group) => consumerRule(group)),
  ];
  for (const rule of rules) {
    if (rule === null) continue;
    let kept = 0;
    for (const stored of image.offsets(rule.id)) {
      if (isExpired(rule, stored, context)) {
        names.push({ kind: 'offset', group: rule.id, topic: stored.topic, partition: stored.partition });
      } else kept += 1;
    }
    if (kept > 0 || !rule.idle || image.pending.hasGroup(rule.id)) continue;
    if (image.hasGroup(rule.id)) names.push({ kind: 'group', group: rule.id });
    gone.push(rule.id);
  }
  return { names, groups: gone };
}
