/**
 * What the members of one consumer group share that the code under test must not see: who owned what in which generation, what was
 * processed, and what was committed.
 *
 *   C1 an acknowledged commit is never lost nor lowered       C2 one owner per partition and generation, stale ones are refused
 *   C3 what a commit covers was processed before it
 */
import { violated } from './history.ts';

/** What the members of one group share that the code under test must not see. */
export class GroupHistory {
  readonly #owners = new Map<string, string>();
  /** Per partition: highest acknowledged commit or offset that was shown, and one past the highest offset processed without a gap. */
  readonly #committed: number[] = [];
  readonly #processed: number[] = [];
  commits = 0;
  generations = 0;
  /** Commits for generations that were over, refused. */
  refused = 0;

  /** A member was told its share of this generation: nobody may speak for an older one from now on. */
  join(generation: number): void {
    this.generations = Math.max(this.generations, generation);
  }

  own(generation: number, partition: number, member: string): void {
    this.join(generation);
    const key = `${generation}/${partition}`;
    const before = this.#owners.get(key);
    if (before !== undefined && before !== member)
      violated('C2', `${before} and ${member} both own partition ${partition} in generation ${generation}`);
    this.#owners.set(key, member);
  }

  /**
   * A member begins at the offset that the group committed. What one was shown is committed, and no other is shown less.
   *
   * @param floor {@link committed} when the member asked
   */
  resume(partition: number, offset: number, floor: number): void {
    if (offset < floor) violated('C1', `partition ${partition} resumes at ${offset}, committed was ${floor}`);
    this.show(partition, offset);
  }

  /** Somebody was shown an offset as committed, perhaps by who has been deposed and does not know it. */
  show(partition: number, offset: number): void {
    const processed = this.#processed[partition] ?? 0;
    if (offset > processed)
      violated('C3', `partition ${partition} is committed up to ${offset}, processed is only ${processed}`);
    this.#committed[partition] = Math.max(this.committed(partition), offset);
  }

  process(partition: number, position: number): void {
    this.#processed[partition] = Math.max(this.#processed[partition] ?? 0, position);
  }

  commit(partition: number, offset: number): void {
    this.commits += 1;
    this.#committed[partition] = Math.max(this.committed(partition), offset);
  }

  /**
   * A commit was accepted. Nobody owns a generation that is over: who commits for it is refused.
   *
   * @param before the newest generation when it was sent
   */
  judgeCommit(member: string, generation: number, before: number): void {
    if (generation < before)
      violated('C2', `${member} has committed for generation ${generation}, when ${before} had its shares`);
  }

  committed(partition: number): number {
    return this.#committed[partition] ?? 0;
  }
}
