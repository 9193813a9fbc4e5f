/**
 * What users know of compacted topics: of which records may be missing by now, and for what reason.
 *
 * ```
 *  k=1 ── k=2 ── k=∅ (tombstone) ──▶ 1 and 2 may go; the tombstone too, when its retention has passed
 * ```
 * And what is known of their replicas: which offsets one of them never had, because its leader had compacted them away.
 */

export interface CompactionRule {
  /** Tombstones live so shortly that none need be left. */
  readonly tombstonesGo: boolean;
  /** Records may not be compacted before the run is over. */
  readonly keepsAll: boolean;
}

/** A half-open range of offsets. */
interface Hole {
  readonly from: number;
  readonly to: number;
}

export class CompactedTopics {
  readonly #rules = new Map<string, CompactionRule>();
  /** By group of the partition. */
  readonly #holes = new Map<string, Hole[]>();
  /** Tombstones that were found to be gone, and nothing newer of their key in their place. */
  expired = 0;

  add(topic: string, rule: CompactionRule): void {
    this.#rules.set(topic, rule);
  }

  /** Null: the topic is not compacted. */
  rule(topic: string): CompactionRule | null {
    return this.#rules.get(topic) ?? null;
  }

  /** How many runs of offsets followers have passed over. */
  get holes(): number {
    return this.#holes.size;
  }

  /** A follower was not given all of these: what else was there, its leader did not have any more. */
  noteHole(group: string, from: number, to: number): void {
    const holes = this.#holes.get(group);
    if (holes === undefined) this.#holes.set(group, [{ from, to }]);
    else holes.push({ from, to });
  }

  /** Whether some replica has passed over this offset, and so keeps what that record would have outdated. */
  wasPassedOver(group: string, offset: number): boolean {
    return this.#holes.get(group)?.some(({ from, to }) => from <= offset && offset < to) === true;
  }
}
