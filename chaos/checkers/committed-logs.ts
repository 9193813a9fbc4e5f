/**
 * What was truly committed of each group: the highest high watermark that any leader ever had, and the terms of the records below.
 *
 *   R5 P2  a new leader holds it     R4 P4  what a replica takes as committed has its terms     R7  only a leader commits beyond
 *
 * Groups that metadata marks as elected uncleanly start anew: that loss is declared.
 */
import { offset as toOffset, termBefore } from '../../raft/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import { violated } from '../workload/history.ts';

/** What was committed of one group. */
export interface Committed {
  end: number;
  /** Where terms begin, below `end`; ascending. */
  terms: { readonly term: number; readonly start: number }[];
  /** How far the leader of each term has committed, ascending. */
  readonly byLeader: { readonly term: number; end: number }[];
}

/** The leader of `term` has committed all below the end. */
function noteLeader({ byLeader, end }: Committed, term: number): void {
  const at = byLeader.findIndex((entry) => entry.term >= term);
  const found = byLeader[at];
  if (found?.term === term) found.end = end;
  else byLeader.splice(at === -1 ? byLeader.length : at, 0, { term, end });
}

/** The last record below `end` is of the term that was committed there. */
export function compareTerms(
  number: number,
  name: string,
  { core, log }: Pick<Replica, 'core' | 'log'>,
  committed: Committed,
  end: number,
): void {
  if (end <= core.log.start || end === 0) return;
  const expected = committed.terms.findLast(({ start }) => start < end)?.term;
  const found = termBefore(core, toOffset(end));
  if (expected === undefined || found === null || expected === found) return;
  // In what its leader had compacted away it knows the term before that.
  if (log.settings.compact && found < expected) return;
  violated(
    'P4',
    `node ${number} holds a record of term ${found} before ${name}@${end}, committed there is one of term ${expected}`,
  );
}

export class CommittedLogs {
  readonly #committed = new Map<string, Committed>();
  /** Groups whose loss was declared, by term of the unclean election. */
  readonly #unclean = new Map<string, number>();

  of(group: string): Committed | null {
    return this.#committed.get(group) ?? null;
  }

  /** The term of an unclean election; false: it was known. */
  declareLoss(group: string, term: number): boolean {
    if (this.#unclean.get(group) === term) return false;
    this.#unclean.set(group, term);
    this.#committed.delete(group);
    return true;
  }

  isUnclean({ group, term }: Replica): boolean {
    const declared = this.#unclean.get(group);
    return declared !== undefined && term >= declared;
  }

  /** A replica leads in a term for the first time. */
  judgeLeader(number: number, name: string, replica: Replica): void {
    const committed = this.of(replica.group);
    if (committed === null || this.isUnclean(replica)) return;
    const { logEnd } = replica.log;
    // Who was appointed long ago, and hears of it only now, owes nothing to the leaders after it.
    const earlier = committed.byLeader.filter(({ term }) => term < replica.term);
    const owed = Math.max(0, ...earlier.map(({ end }) => end));
    if (logEnd < owed)
      violated(
        name === 'metadata' ? 'R5' : 'P2',
        `node ${number} leads ${name} in term ${replica.term} with a log that ends at ${logEnd}, committed is ${owed}`,
      );
    compareTerms(number, name, replica, committed, owed);
  }

  /** A replica takes more as committed than before; `leading`: in which term it leads, or did before this event. */
  note(number: number, name: string, replica: Replica, leading: number | null): void {
    const end = replica.highWatermark;
    const { core, group } = replica;
    let committed = this.#committed.get(group);
    if (committed === undefined) {
      committed = { end: 0, terms: [], byLeader: [] };
      this.#committed.set(group, committed);
    }
    if (end <= committed.end) return compareTerms(number, name, replica, committed, end);
    if (leading === null)
      violated(
        'R7',
        `node ${number} takes ${name} as committed below ${end}, no leader has committed beyond ${committed.end}`,
      );
    compareTerms(number, name, replica, committed, committed.end);
    // A leader that was given a compacted log does not know the terms of what it never had.
    const known = committed.terms.filter(({ start }) => start < committed.end);
    const last = known.at(-1)?.term ?? 0;
    const more = core.log.terms.filter(({ term, start }) => start < end && term > last);
    committed.terms = [...known, ...more.map(({ term, start }) => ({ term, start }))];
    committed.end = end;
    noteLeader(committed, leading);
  }
}
