/**
 * The assignor `range`: each topic by itself, cut into as many ranges as it has readers, in the order of their instance ids and then
 * of their ids. Topics with equally many partitions and the same readers are thereby assigned alike, so that they can be joined.
 *
 *   7 partitions, 3 readers ─▶ 0-2, 3-4, 5-6
 */
import type { AssignorMember, AssignorSpecification, GroupAssignment } from './assignor.ts';

/** Static members first, by instance id; the others by id. */
function inRangeOrder(one: AssignorMember, other: AssignorMember): number {
  if ((one.instanceId === null) !== (other.instanceId === null)) return one.instanceId === null ? 1 : -1;
  return (one.instanceId ?? one.id) < (other.instanceId ?? other.id) ? -1 : 1;
}

export function assignRange({ members, partitions }: AssignorSpecification): GroupAssignment {
  const ordered = members.toSorted(inRangeOrder);
  const assigned = new Map(ordered.map(({ id }) => [id, new Map<string, readonly number[]>()]));
  for (const [topicId, count] of partitions) {
    const readers = ordered.filter(({ topicIds }) => topicIds.has(topicId));
    if (readers.length === 0) continue;
    const least = Math.floor(count / readers.length);
    const extra = count % readers.length;
    let next = 0;
    readers.forEach(({ id }, place) => {
      const from = next;
      const size = least + (place < extra ? 1 : 0);
      next += size;
      if (size > 0)
        assigned.get(id)?.set(
          topicId,
          Array.from({ length: size }, (_, at) => from + at),
        );
    });
  }
  return assigned;
}
