/**
 * Offsets that were committed inside of transactions whose end is not known yet.
 *
 * ```
 *  TxnOffsetCommit ─▶ batch of the producer in the log ─▶ pending ──commit marker──▶ counts, unless newer was written meanwhile
 *                                                            └────abort marker, deletion──▶ gone
 * ```
 *
 * Which of two commits is newer is told by their places in the log, as compaction tells it: a commit outside of the transaction
 * that was written behind the pending one stays.
 */
import type { Offset } from '../../raft/index.ts';
import type { CommittedOffset } from './coordinator-record.ts';

export interface PendingOffset {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly value: CommittedOffset;
  /** Of its record. */
  readonly bytes: number;
  /** Where its batch begins in the log. */
  readonly at: Offset;
}

function placeOf({ topic, partition }: Pick<PendingOffset, 'topic' | 'partition'>): string {
  return `${partition}/${topic}`;
}

function nameOf(offset: Pick<PendingOffset, 'group' | 'topic' | 'partition'>): string {
  return `${offset.group.length}/${offset.group}/${placeOf(offset)}`;
}

export class PendingOffsets {
  /** Producer id → name → the newest of that name. */
  readonly #producers = new Map<number, Map<string, PendingOffset>>();
  /** Group → place → transactions that hold it. */
  readonly #groups = new Map<string, Map<string, number>>();

  /** Whether anything is pending. */
  get any(): boolean {
    return this.#producers.size > 0;
  }

  has(group: string, topic: string, partition: number): boolean {
    return this.#groups.get(group)?.has(placeOf({ topic, partition })) === true;
  }

  hasGroup(group: string): boolean {
    return this.#groups.has(group);
  }

  /** All of a group, each once. */
  of(group: string): readonly Pick<PendingOffset, 'topic' | 'partition'>[] {
    if (!this.hasGroup(group)) return [];
    const names = new Map<string, PendingOffset>();
    for (const own of this.#producers.values())
      for (const [name, offset] of own) if (offset.group === group) names.set(name, offset);
    return [...names.values()];
  }

  groups(): Iterable<string> {
    return this.#groups.keys();
  }

  /** A later commit of the same producer takes the place of an earlier one. */
  add(producerId: number, offset: PendingOffset): void {
    const offsets = this.#producers.get(producerId) ?? new Map<string, PendingOffset>();
    this.#producers.set(producerId, offsets);
    if (!offsets.has(nameOf(offset))) this.#count(offset, 1);
    offsets.set(nameOf(offset), offset);
  }

  /** The transaction of the producer is over: what was pending in it, in the order of the log. */
  take(producerId: number): readonly PendingOffset[] {
    const own = [...(this.#producers.get(producerId)?.values() ?? [])];
    this.#producers.delete(producerId);
    for (const offset of own) this.#count(offset, -1);
    return own;
  }

  /** The offset is deleted, in whatever transactions it is. */
  drop(group: string, topic: string, partition: number): void {
    if (!this.has(group, topic, partition)) return;
    const name = nameOf({ group, topic, partition });
    for (const offsets of this.#producers.values()) {
      const offset = offsets.get(name);
      if (offset === undefined) continue;
      offsets.delete(name);
      this.#count(offset, -1);
    }
  }

  #count(offset: PendingOffset, change: number): void {
    const places = this.#groups.get(offset.group) ?? new Map<string, number>();
    const left = (places.get(placeOf(offset)) ?? 0) + change;
    if (left === 0) places.delete(placeOf(offset));
    else places.set(placeOf(offset), left);
    if (places.size === 0) this.#groups.delete(offset.group);
    else this.#groups.set(offset.group, places);
  }
}
