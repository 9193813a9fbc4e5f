/**
 * Who of a consumer group reads what, and what it has committed: written by the members, judged at once.
 *
 *   C1: nobody is given less than what was committed.      C5: no partition is read by two at a time.
 *
 * A member that vanished without a word reads nothing any more, and says so here.
 */
import { violated } from './history.ts';

export class ReaderLedger {
  readonly #readers = new Map<number, string>();
  readonly #committed = new Map<number, number>();
  /** Commits that were accepted, and times that a member had to begin anew. */
  commits = 0;
  fenced = 0;

  /** Highest offset of which a commit was accepted. */
  committed(partition: number): number {
    return this.#committed.get(partition) ?? 0;
  }

  /** `name` begins to read from `offset`; `floor`: what was committed when it asked for that. */
  take(partition: number, name: string, offset: number, floor: number): void {
    const reader = this.#readers.get(partition);
    if (reader !== undefined && reader !== name)
      violated('C5', `partition ${partition} is read by ${reader} and ${name}`);
    if (offset < floor) violated('C1', `partition ${partition}: ${name} begins at ${offset}, committed was ${floor}`);
    this.#readers.set(partition, name);
  }

  give(partition: number, name: string): void {
    if (this.#readers.get(partition) === name) this.#readers.delete(partition);
  }

  commit(partition: number, offset: number): void {
    this.commits += 1;
    this.#committed.set(partition, Math.max(offset, this.committed(partition)));
  }

  /** Partitions that somebody reads now. */
  get read(): readonly number[] {
    return [...this.#readers.keys()].toSorted((a, b) => a - b);
  }
}
