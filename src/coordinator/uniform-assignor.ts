/**
 * The assignor `uniform`: all members get equally many partitions as far as what they read allows, and as many as possible keep what
 * they have.
 *
 * ```
 *  keep what is still theirs, up to the quota ─▶ hand out the rest to who has least ─▶ even out (only when members read different topics)
 * ```
 *
 * Members that read the same topics differ by one partition at most. Evening out moves one partition at a time from a reader of its
 * topic to another that has at least two fewer: the sum of the squares falls with each move, so it ends.
 */
import type { Assignment } from './assignment.ts';
import type { AssignorMember, AssignorSpecification, GroupAssignment } from './assignor.ts';

interface Slot {
  readonly member: AssignorMember;
  readonly topics: Map<string, Set<number>>;
  count: number;
}

interface Unassigned {
  readonly topicId: string;
  readonly partition: number;
}

function put(slot: Slot, topicId: string, partition: number): void {
  const partitions = slot.topics.get(topicId) ?? new Set<number>();
  partitions.add(partition);
  slot.topics.set(topicId, partitions);
  slot.count += 1;
}

function take(slot: Slot, topicId: string, partition: number): void {
  const partitions = slot.topics.get(topicId);
  partitions?.delete(partition);
  if (partitions?.size === 0) slot.topics.delete(topicId);
  slot.count -= 1;
}

export function assignUniform(specification: AssignorSpecification): GroupAssignment {
  const slots = specification.members
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((member): Slot => ({ member, topics: new Map(), count: 0 }));
  const same = slots.every(({ member }) => readsSame(member, slots[0]?.member ?? member));
  const topics = [...specification.partitions.keys()].filter((id) =>
    slots.some(({ member }) => member.topicIds.has(id)),
  );
  if (same) assignSame(slots, topics.toSorted(), specification.partitions);
  else assignDifferent(slots, topics.toSorted(), specification.partitions);
  return new Map(slots.map(({ member, topics: got }) => [member.id, frozen(got)]));
}

function readsSame(one: AssignorMember, other: AssignorMember): boolean {
  if (one.topicIds.size !== other.topicIds.size) return false;
  for (const id of one.topicIds) if (!other.topicIds.has(id)) return false;
  return true;
}

function frozen(topics: ReadonlyMap<string, ReadonlySet<number>>): Assignment {
  return new Map([...topics].map(([id, partitions]) => [id, [...partitions].toSorted((a, b) => a - b)]));
}

/** What a member has and may keep, in a fixed order; `taken` grows by it when another had claimed nothing of it before. */
function* keepable(
  member: AssignorMember,
  counts: ReadonlyMap<string, number>,
  taken: ReadonlyMap<string, ReadonlySet<number>>,
): Generator<Unassigned> {
  for (const topicId of [...member.current.keys()].toSorted()) {
    if (!member.topicIds.has(topicId)) continue;
    for (const partition of member.current.get(topicId) ?? []) {
      if (partition >= (counts.get(topicId) ?? 0) || taken.get(topicId)?.has(partition) === true) continue;
      yield { topicId, partition };
    }
  }
}

class Taken {
  readonly map = new Map<string, Set<number>>();

  add(topicId: string, partition: number): void {
    const partitions = this.map.get(topicId) ?? new Set<number>();
    partitions.add(partition);
    this.map.set(topicId, partitions);
  }

  /** Everything that nobody has, topic by topic. */
  rest(topics: readonly string[], counts: ReadonlyMap<string, number>): readonly Unassigned[] {
    const rest: Unassigned[] = [];
    for (const topicId of topics) {
      const known = this.map.get(topicId);
      for (let partition = 0; partition < (counts.get(topicId) ?? 0); partition += 1)
        if (known?.has(partition) !== true) rest.push({ topicId, partition });
    }
    return rest;
  }
}

function assignSame(slots: readonly Slot[], topics: readonly string[], counts: ReadonlyMap<string, number>): void {
  if (slots.length === 0) return;
  const total = topics.reduce((sum, id) => sum + (counts.get(id) ?? 0), 0);
  const least = Math.floor(total / slots.length);
  let extra = total % slots.length;
  const taken = new Taken();
  const wanted = slots.map((slot) => [...keepable(slot.member, counts, taken.map)]);
  // Who has most keeps the one partition more that some get.
  const byWanted = slots.map((slot, at) => ({ slot, wanted: wanted[at] ?? [] }));
  for (const { slot, wanted: mine } of byWanted.toSorted((a, b) => b.wanted.length - a.wanted.length)) {
    const free = mine.filter(({ topicId, partition }) => taken.map.get(topicId)?.has(partition) !== true);
    const quota = least + (extra > 0 && free.length > least ? 1 : 0);
    if (quota > least) extra -= 1;
    for (const { topicId, partition } of free.slice(0, quota)) {
      put(slot, topicId, partition);
      taken.add(topicId, partition);
    }
  }
  const rest = taken.rest(topics, counts);
  let next = 0;
  for (const slot of slots) {
    let quota = least - slot.count;
    if (quota >= 0 && extra > 0) {
      quota += 1;
      extra -= 1;
    }
    for (; quota > 0; quota -= 1) {
      const one = rest[next];
      if (one === undefined) return;
      put(slot, one.topicId, one.partition);
      next += 1;
    }
  }
}

function assignDifferent(slots: readonly Slot[], topics: readonly string[], counts: ReadonlyMap<string, number>): void {
  const taken = new Taken();
  for (const slot of slots) {
    for (const { topicId, partition } of keepable(slot.member, counts, taken.map)) {
      put(slot, topicId, partition);
      taken.add(topicId, partition);
    }
  }
  const readers = new Map(topics.map((id) => [id, slots.filter(({ member }) => member.topicIds.has(id))]));
  // Those that fewest can take are handed out first.
  const order = topics.toSorted((a, b) => (readers.get(a)?.length ?? 0) - (readers.get(b)?.length ?? 0));
  for (const { topicId, partition } of taken.rest(order, counts)) {
    const slot = leastLoaded(readers.get(topicId) ?? []);
    if (slot !== null) put(slot, topicId, partition);
  }
  for (let moved = true; moved;) {
    moved = false;
    for (const topicId of topics) if (evenOut(topicId, readers.get(topicId) ?? [])) moved = true;
  }
}

function leastLoaded(slots: readonly Slot[]): Slot | null {
  let least: Slot | null = null;
  for (const slot of slots) if (least === null || slot.count < least.count) least = slot;
  return least;
}

/** Moves partitions of one topic from those of its readers that have most to those that have least. True when any moved. */
function evenOut(topicId: string, readers: readonly Slot[]): boolean {
  let moved = false;
  for (;;) {
    let most: Slot | null = null;
    for (const slot of readers) if (slot.topics.has(topicId) && (most === null || slot.count > most.count)) most = slot;
    const least = leastLoaded(readers);
    if (most === null || least === null || most.count - least.count < 2) return moved;
    const partition = [...(most.topics.get(topicId) ?? [])].at(-1);
    if (partition === undefined) return moved;
    take(most, topicId, partition);
    put(least, topicId, partition);
    moved = true;
  }
}
