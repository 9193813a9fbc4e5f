/**
 * One step of a member towards its target assignment (KIP-848).
 *
 * ```
 *  Stable, Unreleased ──────────────▶ has more than its target: Unrevoked, in its old epoch, until it says that it gave up
 *  Unrevoked ── gave up ────────────▶ else the target epoch: with all of the target Stable, while others have some of it Unreleased
 * ```
 *
 * Nothing is assigned that another member has, assigned or still to be revoked: that is what keeps a partition from
 * having two readers. Pure.
 */
import { assignmentOf, OwnedBuilder, overlaps, owns, partitionsOf } from './assignment.ts';
import type { Assignment, OwnedPartitions, TopicPartitions } from './assignment.ts';
import type { MemberProgress } from './consumer-group-state.ts';

export interface Reconciliation {
  readonly progress: MemberProgress;
  readonly targetEpoch: number;
  readonly target: Assignment;
  /** What the member says it has; null: it did not say. */
  readonly owned: readonly TopicPartitions[] | null;
  /** Whether another member has the partition. */
  readonly isTaken: (topicId: string, partition: number) => boolean;
}

/** The member's next progress (the same object when there is none); `fenced`: its state is not known, and it must begin anew. */
export function reconcile(step: Reconciliation): MemberProgress | 'fenced' {
  const { progress, targetEpoch, owned } = step;
  switch (progress.state) {
    case 'stable':
      return progress.epoch === targetEpoch ? progress : nextProgress(step);
    case 'unrevoked':
      return stillHas(owned, progress.revoking) ? progress : nextProgress(step);
    case 'unreleased':
      return nextProgress(step);
    case 'unknown':
      return owned === null || owned.length > 0 ? 'fenced' : nextProgress(step);
  }
}

/** Whether the member may still have some of `revoking`: it says so, or says nothing. */
function stillHas(owned: readonly TopicPartitions[] | null, revoking: OwnedPartitions): boolean {
  return owned === null || overlaps(assignmentOf(owned), revoking);
}

function nextProgress({ progress, targetEpoch, target, owned, isTaken }: Reconciliation): MemberProgress {
  const kept = new OwnedBuilder();
  const revoking = new OwnedBuilder();
  for (const [topicId, partitions] of progress.assigned) {
    const wanted = new Set(target.get(topicId));
    for (const [partition, epoch] of partitions)
      (wanted.has(partition) ? kept : revoking).add(topicId, partition, epoch);
  }
  if (!revoking.empty && stillHas(owned, revoking.build())) {
    return {
      epoch: progress.epoch,
      previousEpoch: progress.epoch,
      state: 'unrevoked',
      assigned: kept.build(),
      revoking: revoking.build(),
    };
  }
  let waits = false;
  for (const [topicId, partitions] of target) {
    for (const partition of partitions) {
      if (owns(progress.assigned, topicId, partition)) continue;
      if (isTaken(topicId, partition)) waits = true;
      else kept.add(topicId, partition, targetEpoch);
    }
  }
  const next: MemberProgress = {
    epoch: targetEpoch,
    previousEpoch: progress.epoch,
    state: waits ? 'unreleased' : 'stable',
    assigned: kept.build(),
    revoking: new OwnedBuilder().build(),
  };
  return isSame(progress, next) ? progress : next;
}

/** A member that goes on waiting has made no step. */
function isSame(progress: MemberProgress, next: MemberProgress): boolean {
  if (progress.epoch !== next.epoch || progress.state !== next.state || progress.revoking.size > 0) return false;
  const [before, after] = [partitionsOf(progress.assigned), partitionsOf(next.assigned)];
  if (before.size !== after.size) return false;
  for (const [topicId, partitions] of after) if (before.get(topicId)?.length !== partitions.length) return false;
  return true;
}
