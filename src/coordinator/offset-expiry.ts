/**
 * Which offsets and groups have outlived their retention.
 *
 *   group with members: never, not even while it rebalances
 *   empty group:        retention after it became empty, or after the commit if that was later
 *   group of offsets only (no protocol type): retention after each commit
 *   expiry chosen by the client (OffsetCommit v2 to v4): then, if the group is empty
 */
import type { CoordinatorImage, NamedOffset, RecordName } from './coordinator-image.ts';
import type { Group } from './group-state.ts';

/** Whether `stored` of the empty `group` may be forgotten at `wallNow` (milliseconds since 1970). */
function isExpired(group: Group, stored: NamedOffset, wallNow: number, retentionMs: number): boolean {
  if (stored.expiresAt !== null) return wallNow >= stored.expiresAt;
  const since = group.protocolType === null ? stored.committedAt : Math.max(group.stateSince, stored.committedAt);
  return wallNow - since >= retentionMs;
}

export interface Expired {
  /** Records to delete, those of one group together and its own record last. */
  readonly names: readonly RecordName[];
  /** Groups of which nothing is left then. */
  readonly groups: readonly string[];
}

export function findExpired(
  groups: Iterable<Group>,
  image: CoordinatorImage,
  wallNow: number,
  retentionMs: number,
): Expired {
  const names: RecordName[] = [];
  const gone: string[] = [];
  for (const group of groups) {
    if (group.state.kind !== 'empty') continue;
    let kept = 0;
    for (const stored of image.offsets(group.id)) {
      if (isExpired(group, stored, wallNow, retentionMs)) {
        names.push({ kind: 'offset', group: group.id, topic: stored.topic, partition: stored.partition });
      } else kept += 1;
    }
    if (kept > 0 || group.pendingIds.size > 0) continue;
    if (image.hasGroup(group.id)) names.push({ kind: 'group', group: group.id });
    gone.push(group.id);
  }
  return { names, groups: gone };
}
