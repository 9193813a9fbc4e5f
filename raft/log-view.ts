/**
 * The log as the core sees it: ends, where each term begins, and the voters entries. Never a batch.
 *
 *        start            terms[0].start      terms[1].start        end
 *          |   startTerm        |   terms[0].term   |  terms[1].term |
 *          [====================[===================[================)
 *
 * Invariants: start ≤ end; term starts and terms rise strictly and lie in [start, end]; the term before an offset is
 * that of the last entry that begins below it, else `startTerm`. An entry that begins at `end` holds no batch yet: an
 * isr leader's opened term. Voters entries ascend; the newest one, committed or not, is in force (thesis 4.1).
 * A gap that compaction left belongs to the term before it, as in the storage's index.
 */
import type { BatchPosition, LogPosition, TermStart, Voter } from './batch-position.ts';
import type { RecoveredLog } from './config.ts';
import { assert } from './assert.ts';
import type { Offset, Term } from './ids.ts';

export interface VotersEntry {
  /** Base offset of the voters batch. */
  readonly base: Offset;
  readonly voters: readonly Voter[];
}

export interface LogView {
  start: Offset;
  /** Term of the batch before `start`, 0 when there never was one. */
  startTerm: Term;
  end: Offset;
  terms: TermStart[];
  /** Voters as of `start`, from a snapshot or a trimmed entry; null when nothing below `start` names any. */
  baseVoters: readonly Voter[] | null;
  /** Voters batches in the log, ascending. */
  voters: VotersEntry[];
}

/** The view of what storage recovered; the arrays are copied. Dies when terms or starts do not rise. */
export function recoverLogView(recovered: RecoveredLog): LogView {
  const { logStart, logStartTerm, logEnd } = recovered;
  assert(logStart <= logEnd, () => `log start ${logStart} above log end ${logEnd}`);
  const terms: TermStart[] = [];
  for (const entry of recovered.terms) {
    assert(
      entry.start >= logStart,
      () => `term ${entry.term} starts at ${entry.start}, below the log start ${logStart}`,
    );
    assert(entry.start <= logEnd, () => `term ${entry.term} starts at ${entry.start}, above the log end ${logEnd}`);
    assert((terms.at(-1)?.term ?? -1) < entry.term, 'terms of the log must rise');
    assert((terms.at(-1)?.start ?? -1) <= entry.start, 'starts of terms must rise');
    beginTerm(terms, entry);
  }
  // An entry at a log start above 0 came with the snapshot: a log that begins there holds no such batch itself.
  const first = recovered.voters[0];
  const base = first !== undefined && first.base === logStart && logStart > 0 ? first.voters : null;
  const voters = base === null ? [...recovered.voters] : recovered.voters.slice(1);
  return {
    start: logStart,
    startTerm: logStartTerm,
    end: logEnd,
    terms: [...recovered.terms],
    baseVoters: base,
    voters,
  };
}

/** A term begins; one that was opened at the same place and never written in is forgotten. */
function beginTerm(terms: TermStart[], entry: TermStart): void {
  while ((terms.at(-1)?.start ?? -1) >= entry.start) terms.pop();
  terms.push(entry);
}

/**
 * Index of the last entry that begins below `end` (or at it, when `inclusive`), -1 when none does. Only this file
 * sees the -1.
 */
function entryIndex(log: LogView, end: Offset, inclusive: boolean): number {
  for (let index = log.terms.length - 1; index >= 0; index -= 1) {
    const entry = log.terms[index];
    if (entry !== undefined && (entry.start < end || (inclusive && entry.start === end))) return index;
  }
  return -1;
}

/** Term of the batch that ends at or contains what precedes `end`; `log.start` ≤ `end` ≤ `log.end`. */
export function termBefore(log: LogView, end: Offset): Term {
  assert(end >= log.start, () => `term before ${end} asked, log starts at ${log.start}`);
  assert(end <= log.end, () => `term before ${end} asked, log ends at ${log.end}`);
  return log.terms[entryIndex(log, end, false)]?.term ?? log.startTerm;
}

/** Term of the record at `position`; `log.start` ≤ `position` < `log.end`. */
export function termAt(log: LogView, position: Offset): Term {
  assert(position < log.end, () => `term at ${position} asked, log ends at ${log.end}`);
  return log.terms[entryIndex(log, position, true)]?.term ?? log.startTerm;
}

/** End of the log and the term of its last batch: what the up-to-date test compares (thesis 3.6.1). */
export function lastPosition(log: LogView): LogPosition {
  return { end: log.end, term: termBefore(log, log.end) };
}

/**
 * True when a log that ends at `candidate` holds everything that one ending at `mine` can have committed (thesis
 * 3.6.1).
 */
export function isUpToDate(candidate: LogPosition, mine: LogPosition): boolean {
  if (candidate.term !== mine.term) return candidate.term > mine.term;
  return candidate.end >= mine.end;
}

/**
 * The largest term ≤ `ceiling` of which the log holds (or held just below its start) a batch, and where its batches
 * end; null when all are above (KIP-101, KIP-279).
 */
export function floorOfTerm(log: LogView, ceiling: Term): LogPosition | null {
  let end = log.end;
  for (let index = log.terms.length - 1; index >= 0; index -= 1) {
    const entry = log.terms[index];
    if (entry === undefined) continue;
    if (entry.term <= ceiling && entry.start < end) return { term: entry.term, end };
    end = entry.start;
  }
  return log.startTerm <= ceiling ? { term: log.startTerm, end } : null;
}

/** The newest term in the index, whether or not a batch of it exists. */
export function newestTerm(log: LogView): Term {
  return log.terms.at(-1)?.term ?? log.startTerm;
}

/** Where `term` begins, when it is in the index; null otherwise. */
export function startOfTerm(log: LogView, term: Term): Offset | null {
  return log.terms.find((entry) => entry.term === term)?.start ?? null;
}

/** The newest voters, committed or not; null when the log names none. */
export function loggedVoters(log: LogView): readonly Voter[] | null {
  return log.voters.at(-1)?.voters ?? log.baseVoters;
}

/**
 * Puts `batch` at the end; its term must not be lower than the newest. Opens the term if it is the first batch of it.
 */
export function appendToView(log: LogView, batch: BatchPosition): void {
  assert(batch.end > batch.base, () => `empty batch at ${batch.base}`);
  assert(batch.end > log.end, () => `batch ends at ${batch.end}, log already at ${log.end}`);
  // A log that begins inside a batch (DeleteRecords) is filled again with that whole batch.
  assert(batch.base >= log.end || log.end === log.start, () => `batch at ${batch.base} below the log end ${log.end}`);
  const newest = newestTerm(log);
  assert(batch.term >= newest, () => `batch of term ${batch.term} after term ${newest}`);
  const base = batch.base < log.end ? log.end : batch.base;
  if (batch.term > newest) beginTerm(log.terms, { term: batch.term, start: base });
  if (batch.control?.kind === 'voters') log.voters.push({ base, voters: batch.control.voters });
  log.end = batch.end;
}

/** An isr leader's term gets its start although no batch of it exists. */
export function openTermInView(log: LogView, opened: TermStart): void {
  assert(opened.start === log.end, () => `term ${opened.term} opened at ${opened.start}, log ends at ${log.end}`);
  const newest = newestTerm(log);
  assert(opened.term > newest, () => `term ${opened.term} opened after term ${newest}`);
  beginTerm(log.terms, opened);
}

/** Cuts the log to end at `end`; terms and voters entries that begin at or above it go with it. */
export function truncateView(log: LogView, end: Offset): void {
  assert(end >= log.start, () => `truncation to ${end} below the log start ${log.start}`);
  assert(end <= log.end, () => `truncation to ${end} above the log end ${log.end}`);
  while ((log.terms.at(-1)?.start ?? -1) >= end) log.terms.pop();
  while ((log.voters.at(-1)?.base ?? -1) >= end) log.voters.pop();
  log.end = end;
}

/** The log now begins and ends at `position`, knowing `voters` (null: keep those in force). */
export function resetView(log: LogView, position: LogPosition, voters: readonly Voter[] | null): void {
  log.baseVoters = voters ?? loggedVoters(log);
  log.start = position.end;
  log.startTerm = position.term;
  log.end = position.end;
  log.terms = [];
  log.voters = [];
}

/** Forgets everything below `start`, except the term and the voters that hold there. */
export function advanceViewStart(log: LogView, start: Offset): void {
  const startTerm = termBefore(log, start);
  log.terms = log.terms.filter((entry) => entry.start >= start);
  log.baseVoters = log.voters.filter((entry) => entry.base < start).at(-1)?.voters ?? log.baseVoters;
  log.voters = log.voters.filter((entry) => entry.base >= start);
  log.start = start;
  log.startTerm = startTerm;
}
