/**
 * What is to be done to a log's files at start: computed from the checkpoint and the journal records after it, pure.
 *
 * ```
 *  always      checkpointed end E ──cuts in the journal──▶ keep ≤ E: cut the files there, then write the journal's batches again
 *  os          keep as above, then scan: whole good batches with rising offsets stay, the torn tail goes;
 *              after a cut that the journal does not know to be done, nothing above the cut is believed
 * ```
 * A journal record names the log end before it: one that does not fit is a gap, and is refused.
 */
import { offset } from '../../raft/index.ts';
import type { Offset, TermStart } from '../../raft/index.ts';
import type { PlacedRecord } from '../journal/journal-replay.ts';
import type { StoredBatch } from '../replica-log.ts';
import { DamageError } from '../segment/damage.ts';
import type { GroupRecord } from './group-record.ts';
import { applyOperation, invalidOperation, wipedTo } from './log-state.ts';
import type { LogFacts } from './log-state.ts';

export interface RecoveryPlan {
  /** After everything that the journal says; for os and interval `logEnd` is where the scan begins. */
  readonly facts: LogFacts;
  /** The files are trusted up to here; null: they are of before a reset, and all go. */
  readonly keep: Offset | null;
  /** End of the files that are kept: `keep`, or where the log was wiped to. The first file of a scan begins here. */
  readonly from: Offset;
  /** To be written from `keep` on (always). */
  readonly batches: readonly StoredBatch[];
  /** Null: nothing is scanned. Else batches above `keep` are believed that end at or below `limit`. */
  readonly scan: { readonly limit: Offset | null; readonly opened: readonly TermStart[] } | null;
  /** The log was written after the checkpoint without the journal. */
  readonly unsynced: boolean;
}

export function planRecovery(record: GroupRecord, records: readonly PlacedRecord[]): RecoveryPlan | DamageError {
  return record.flush === 'always' ? planJournaled(record, records) : planScanned(record, records);
}

function planJournaled(record: GroupRecord, records: readonly PlacedRecord[]): RecoveryPlan | DamageError {
  let facts = record.facts;
  let keep: Offset | null = facts.logEnd;
  let wiped = facts.logStart;
  let batches: StoredBatch[] = [];
  for (const placed of records) {
    const { operation, bytes } = placed.record;
    const endBefore = placed.record.end;
    if (operation.kind === 'cut-done' || operation.kind === 'unsynced') continue;
    const isPositioned = operation.kind === 'append' || operation.kind === 'hard-state';
    if (isPositioned && endBefore !== facts.logEnd)
      return refused(placed, `the log end before it was ${endBefore}, and is ${facts.logEnd}: there is a gap`);
    const reason = invalidOperation(facts, operation);
    if (reason !== null) return refused(placed, reason);
    if (operation.kind === 'append' && bytes !== null) batches.push({ position: operation.position, bytes });
    const end = wipedTo(facts, operation);
    if (end !== null) {
      keep = null;
      wiped = end;
      batches = [];
    } else if (operation.kind === 'truncate') {
      if (keep !== null && operation.to <= keep) {
        keep = operation.to;
        batches = [];
      } else batches = batches.filter((batch) => batch.position.end <= operation.to);
    }
    facts = applyOperation(facts, operation);
  }
  batches = batches.filter((batch) => batch.position.end > facts.logStart);
  return { facts, keep, from: keep ?? wiped, batches, scan: null, unsynced: false };
}

function planScanned(record: GroupRecord, records: readonly PlacedRecord[]): RecoveryPlan | DamageError {
  let facts = record.facts;
  let keep: Offset | null = facts.logEnd;
  let wiped = facts.logStart;
  /** Cuts that may not have been carried out: behind the lowest of them the files may be of before it. */
  let pending: { readonly sequence: number; readonly to: Offset }[] = [];
  let opened: TermStart[] = [];
  let unsynced = false;
  for (const { record: read } of records) {
    const { operation } = read;
    if (operation.kind === 'cut-done') pending = pending.filter((cut) => cut.sequence > operation.cut);
    else if (operation.kind === 'unsynced') unsynced = true;
    else if (operation.kind === 'open-term') opened.push(operation.start);
    else {
      // The batches since the checkpoint are not in the journal: what they did to the end is told by the record itself.
      const end = wipedTo(facts, operation);
      if (end !== null) {
        keep = null;
        wiped = end;
        pending = [{ sequence: read.sequence, to: end }];
        opened = [];
      } else if (operation.kind === 'truncate') {
        if (keep !== null && operation.to < keep) keep = operation.to;
        pending.push({ sequence: read.sequence, to: operation.to });
        opened = opened.filter((entry) => entry.start < operation.to);
      }
      const ending =
        operation.kind === 'truncate' || operation.kind === 'log-start'
          ? Math.max(facts.logEnd, operation.to)
          : facts.logEnd;
      facts = applyOperation({ ...facts, logEnd: offset(ending) }, operation);
    }
  }
  const from = keep ?? wiped;
  const limit = pending.length === 0 ? null : offset(Math.min(...pending.map((cut) => cut.to)));
  const scanned = { limit, opened };
  const start = Math.max(from, facts.logStart);
  // Terms of batches that only the files know are not known here; what a raised log start made of the older ones is a guess.
  const isKnown = (entry: TermStart): boolean =>
    entry.start < from || (entry.start === from && record.facts.terms.includes(entry));
  return {
    facts: { ...facts, logEnd: offset(start), terms: facts.terms.filter(isKnown) },
    keep,
    from,
    batches: [],
    scan: unsynced || records.length > 0 ? scanned : null,
    unsynced,
  };
}

function refused(placed: PlacedRecord, reason: string): DamageError {
  return new DamageError(
    placed.path,
    placed.position,
    `journal record ${placed.record.sequence} does not follow: ${reason}`,
  );
}
