/**
 * What a log *is*, without its bytes: a fold over the operations on it.
 *
 * ```
 *  state = fold(checkpointed state, operations after it)      the same code live and at replay
 * ```
 * Pure and synchronous. `termAt` of the core and the term index on disk come from here (design 2.1: positions).
 */
import { assert, offset } from '../../raft/index.ts';
import type { BatchPosition, HardState, LogPosition, Offset, Term, TermStart, Voter } from '../../raft/index.ts';

export interface VotersEntry {
  /** Base offset of the batch that names them; below the log start when that batch is gone and they are still the newest. */
  readonly base: Offset;
  readonly voters: readonly Voter[];
}

/** One change of a log, in the order in which a `LogChange` is executed. `append`'s bytes travel beside it. */
export type LogOperation =
  | { readonly kind: 'hard-state'; readonly hardState: HardState }
  | { readonly kind: 'truncate'; readonly to: Offset }
  | { readonly kind: 'reset'; readonly to: LogPosition }
  | { readonly kind: 'open-term'; readonly start: TermStart }
  | { readonly kind: 'append'; readonly position: BatchPosition }
  | { readonly kind: 'voters'; readonly entry: VotersEntry }
  /** `before`: term of the batch before `to`, which nobody could find out any more when it is gone. */
  | { readonly kind: 'log-start'; readonly to: Offset; readonly before: Term };

export interface LogFacts {
  readonly hardState: HardState;
  readonly logStart: Offset;
  /** Term of the batch before `logStart`; 0 when there never was one. */
  readonly logStartTerm: Term;
  readonly logEnd: Offset;
  readonly terms: readonly TermStart[];
  readonly voters: readonly VotersEntry[];
}

/** A log that begins inside a batch (DeleteRecords), and is empty, is filled again with that whole batch. */
export function follows({ logStart, logEnd }: LogFacts, position: BatchPosition): boolean {
  return position.base >= logEnd || (logStart === logEnd && position.end > logEnd);
}

/** Whether something lies at or above `end`: a term that was opened there and never written in is something, too. */
export function reaches({ logEnd, terms }: LogFacts, end: Offset): boolean {
  const newest = terms.at(-1);
  return end < logEnd || (newest !== undefined && newest.start >= end);
}

/** Why `operation` cannot follow `facts`; null when it can. The gate for what is read back from the journal. */
export function invalidOperation(facts: LogFacts, operation: LogOperation): string | null {
  switch (operation.kind) {
    case 'truncate':
      if (operation.to < facts.logStart)
        return `truncation to ${operation.to} is below the log start ${facts.logStart}`;
      return operation.to <= facts.logEnd
        ? null
        : `truncation to ${operation.to} is beyond the log end ${facts.logEnd}`;
    case 'append':
      return follows(facts, operation.position)
        ? null
        : `batch ${operation.position.base} is below the log end ${facts.logEnd}`;
    case 'open-term':
      return operation.start.start >= facts.logEnd
        ? null
        : `term ${operation.start.term} cannot begin below the log end ${facts.logEnd}`;
    case 'log-start':
      return operation.to <= facts.logEnd ? null : `log start ${operation.to} is beyond the log end ${facts.logEnd}`;
    case 'hard-state':
    case 'reset':
    case 'voters':
      return null;
  }
}

/** The facts after `operation`, which {@link invalidOperation} has passed. */
export function applyOperation(facts: LogFacts, operation: LogOperation): LogFacts {
  switch (operation.kind) {
    case 'hard-state':
      return { ...facts, hardState: operation.hardState };
    case 'truncate':
      return {
        ...facts,
        logEnd: operation.to,
        terms: facts.terms.filter((entry) => entry.start < operation.to),
        voters: facts.voters.filter((entry) => entry.base < operation.to),
      };
    case 'reset':
      return {
        ...facts,
        logStart: operation.to.end,
        logStartTerm: operation.to.term,
        logEnd: operation.to.end,
        terms: [],
        voters: [],
      };
    case 'open-term':
      return { ...facts, terms: withTerm(facts, operation.start) };
    case 'append': {
      const { position } = operation;
      assert(position.end > position.base, () => `batch ${position.base} is empty`);
      const last = facts.terms.at(-1)?.term ?? facts.logStartTerm;
      const isNew = position.term !== last || facts.terms.length === 0;
      const isContinued = facts.terms.length === 0 && position.term === facts.logStartTerm;
      const start = isContinued ? facts.logStart : offset(Math.max(position.base, facts.logStart));
      const terms = isNew ? withTerm(facts, { term: position.term, start }) : facts.terms;
      const { hardState, logStart, logStartTerm, voters } = facts;
      // Named one by one: a spread is many times slower, and this runs for every batch.
      return { hardState, logStart, logStartTerm, logEnd: position.end, terms, voters };
    }
    case 'voters':
      return { ...facts, voters: [...facts.voters, operation.entry] };
    case 'log-start':
      return operation.to <= facts.logStart ? facts : raisedTo(facts, operation.to, operation.before);
  }
}

/**
 * Where the log ends when nothing of its files is left after `operation`: a reset, or a truncation to the log start. Null
 * for all others. The log start need not be an end of a batch in the files, so there would be no place to cut them.
 */
export function wipedTo(facts: LogFacts, operation: LogOperation): Offset | null {
  if (operation.kind === 'reset') return operation.to.end;
  return operation.kind === 'truncate' && operation.to === facts.logStart ? operation.to : null;
}

/** Term of the batch before `at`, which lies within the log. */
export function termBefore(facts: LogFacts, at: Offset): Term {
  return facts.terms.filter((entry) => entry.start < at).at(-1)?.term ?? facts.logStartTerm;
}

/** Adds a term; entries that begin no earlier never had a batch and go. */
function withTerm(facts: LogFacts, start: TermStart): readonly TermStart[] {
  const kept = facts.terms.filter((entry) => entry.start < start.start);
  const last = kept.at(-1);
  assert(last === undefined || start.term >= last.term, () => `term ${start.term} follows term ${last?.term}`);
  return last !== undefined && last.term === start.term ? kept : [...kept, start];
}

/** The log begins at `to`: the term before it is remembered, and the term it lies in begins there. */
function raisedTo(facts: LogFacts, to: Offset, termBefore: Term): LogFacts {
  const before = facts.terms.filter((entry) => entry.start < to).at(-1);
  const after = facts.terms.filter((entry) => entry.start >= to);
  const inside = before !== undefined && to < facts.logEnd && after[0]?.start !== to;
  // The newest voters stay known when the batch that named them goes.
  const newest = facts.voters.filter((entry) => entry.base < to).at(-1);
  const voters = facts.voters.filter((entry) => entry.base >= to || entry === newest);
  return {
    ...facts,
    logStart: to,
    logStartTerm: termBefore,
    terms: inside ? [{ term: before.term, start: to }, ...after] : after,
    voters,
  };
}

/** A log that never held anything. */
export const EMPTY_FACTS: Omit<LogFacts, 'hardState'> = {
  logStart: offset(0),
  logStartTerm: 0 as Term,
  logEnd: offset(0),
  terms: [],
  voters: [],
};
