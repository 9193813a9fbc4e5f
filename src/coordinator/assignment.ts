/**
 * Partitions of topics, as assignments are made of them (KIP-848).
 *
 *   Assignment:      topic id → partitions, rising             what a member shall have
 *   OwnedPartitions: topic id → partition → group epoch        what it has, and since which epoch
 *
 * Invariant of both: no topic without partitions. Values never change; every operation makes a new one.
 */

/** Partitions by topic id, rising and each once. */
export type Assignment = ReadonlyMap<string, readonly number[]>;

/** Partitions by topic id, each with the member epoch in which its owner got it. */
export type OwnedPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>;

export const NO_PARTITIONS: Assignment = new Map();
export const NOTHING_OWNED: OwnedPartitions = new Map();

/** Partitions as messages carry them. */
export interface TopicPartitions {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

/** What `list` names: topics may come twice, partitions too, in any order. */
export function assignmentOf(list: Iterable<TopicPartitions>): Assignment {
  const sets = new Map<string, Set<number>>();
  for (const { topicId, partitions } of list) {
    const known = sets.get(topicId) ?? new Set<number>();
    for (const partition of partitions) known.add(partition);
    if (known.size > 0) sets.set(topicId, known);
  }
  return new Map([...sets].map(([topicId, set]) => [topicId, [...set].toSorted((a, b) => a - b)]));
}

export function listOf(assignment: Assignment): readonly TopicPartitions[] {
  return [...assignment].map(([topicId, partitions]) => ({ topicId, partitions }));
}

/** The same partitions without the epochs. */
export function partitionsOf(owned: OwnedPartitions): Assignment {
  return new Map(
    [...owned].map(([topicId, partitions]) => [topicId, [...partitions.keys()].toSorted((a, b) => a - b)]),
  );
}

/** All of `assignment`, owned since `epoch`. */
export function ownedSince(assignment: Assignment, epoch: number): OwnedPartitions {
  return new Map(
    [...assignment].map(([topicId, partitions]) => [topicId, new Map(partitions.map((index) => [index, epoch]))]),
  );
}

export function owns(owned: OwnedPartitions, topicId: string, partition: number): boolean {
  return owned.get(topicId)?.has(partition) ?? false;
}

export function partitionCount(assignment: Assignment): number {
  let count = 0;
  for (const partitions of assignment.values()) count += partitions.length;
  return count;
}

export function sameAssignment(one: Assignment, other: Assignment): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId);
    if (others === undefined || others.length !== partitions.length) return false;
    if (partitions.some((partition, at) => partition !== others[at])) return false;
  }
  return true;
}

/** The same partitions with the same epochs. */
export function sameOwned(one: OwnedPartitions, other: OwnedPartitions): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId);
    if (others === undefined || others.size !== partitions.size) return false;
    for (const [partition, epoch] of partitions) if (others.get(partition) !== epoch) return false;
  }
  return true;
}

/** Whether the two have a partition in common. */
export function overlaps(assignment: Assignment, owned: OwnedPartitions): boolean {
  for (const [topicId, partitions] of assignment) {
    if (partitions.some((partition) => owns(owned, topicId, partition))) return true;
  }
  return false;
}

/** Whether all of `assignment` is in `owned`. */
export function isWithin(assignment: Assignment, owned: OwnedPartitions): boolean {
  for (const [topicId, partitions] of assignment) {
    if (partitions.some((partition) => !owns(owned, topicId, partition))) return false;
  }
  return true;
}

/** Collects partitions with their epochs. */
export class OwnedBuilder {
  readonly #topics = new Map<string, Map<number, number>>();

  add(topicId: string, partition: number, epoch: number): void {
    const partitions = this.#topics.get(topicId) ?? new Map<number, number>();
    partitions.set(partition, epoch);
    this.#topics.set(topicId, partitions);
  }

  get empty(): boolean {
    return this.#topics.size === 0;
  }

  build(): OwnedPartitions {
    return this.#topics;
  }
}
