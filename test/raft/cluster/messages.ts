/**
 * Builders of messages for tests of single rules.
 */
import { type Append, type BatchPosition, byteCount, offset, term, type Vote } from '../../../raft/index.ts';
import { voter } from './configs.ts';

/** A vote request of `from` for term `of`, with its log's end and last term. */
export function vote(from: number, of: number, end: number, lastTerm: number, transfer = false): Vote {
  return {
    kind: 'vote',
    term: term(of),
    candidate: voter(from),
    log: { end: offset(end), term: term(lastTerm) },
    transfer,
  };
}

/** Batches of one offset each, from `from` on, with these terms. */
export function batches(from: number, ...terms: readonly number[]): BatchPosition[] {
  return terms.map((of, index) => ({
    base: offset(from + index),
    end: offset(from + index + 1),
    term: term(of),
    bytes: byteCount(10),
    control: null,
  }));
}

/** An append of term `of`; its own term begins after what it sends unless `changes` say otherwise. */
export function append(
  of: number,
  prevOffset: number,
  prevTerm: number,
  sent: readonly BatchPosition[] = [],
  changes: Partial<Append> = {},
): Append {
  const header = {
    term: term(of),
    progressId: 7,
    prevOffset: offset(prevOffset),
    prevTerm: term(prevTerm),
    termStart: offset(prevOffset + sent.length),
  };
  return {
    kind: 'append',
    ...header,
    highWatermark: offset(0),
    logStart: offset(0),
    round: 0,
    batches: sent,
    ...changes,
  };
}
