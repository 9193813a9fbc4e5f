/**
 * Who holds which partition of a group of the newer protocol (KIP-848), as its members believe.
 *
 * ```
 *  told in an answer ─▶ holds ─▶ gives it up before it says so | is fenced
 *                         └── another one is told the same partition: from now on nothing of the first one counts
 * ```
 *   C2  whoever is told a partition has it alone: what another holder, who never gave it up, commits from then on is refused
 */
import { violated } from './history.ts';

/** One membership: from joining to being fenced or leaving. */
export interface Holder {
  /** For messages. */
  readonly name: string;
  /** Partition → who was told it, since somebody else was; null: nobody was. */
  readonly held: Map<number, string | null>;
}

export class OwnershipHistory {
  readonly #holders = new Set<Holder>();
  /** Commits that were refused because their epoch was over. */
  refused = 0;
  /** Partitions that came to a member. */
  assignments = 0;

  begin(name: string): Holder {
    const holder: Holder = { name, held: new Map() };
    this.#holders.add(holder);
    return holder;
  }

  end(holder: Holder): void {
    this.#holders.delete(holder);
  }

  /** An answer has told the partition to `holder`. */
  hold(holder: Holder, partition: number): void {
    this.assignments += 1;
    for (const other of this.#holders)
      if (other !== holder && other.held.has(partition)) other.held.set(partition, holder.name);
    holder.held.set(partition, null);
  }

  /** It stops before it says so. */
  release(holder: Holder, partition: number): void {
    holder.held.delete(partition);
  }

  /** To be called before a commit is sent; judges its success. */
  commits(holder: Holder, partition: number): () => void {
    const lostTo = holder.held.get(partition) ?? null;
    return () => {
      if (lostTo !== null)
        violated('C2', `${holder.name} has committed partition ${partition}, which was told to ${lostTo} before`);
    };
  }
}
