/**
 * Bringing a log's files to what the recovery plan says. Every step can be repeated: a crash within it changes nothing
 * that the next start would not do again, because the checkpoint and the journal stay until all is synced.
 *
 * ```
 *  list ─▶ remove what no checkpoint knows ─▶ check what must be whole ─▶ cut at `keep` ─▶ write the journal's batches | scan
 * ```
 * Nothing here syncs (the checkpoint that follows does), so nothing here may be reported durable.
 */
import { offset } from '../../raft/index.ts';
import type { BatchPosition, Offset, TermStart } from '../../raft/index.ts';
import { DiskError } from '../disk.ts';
import { DamageError } from '../segment/damage.ts';
import { removeIfThere } from '../segment/segment-index.ts';
import type { IndexPorts } from '../segment/segment-index.ts';
import { segmentBaseOf, segmentFileName } from '../segment/segment-name.ts';
import { misnamed, positionOf } from '../segment/segment-read.ts';
import { SegmentSet } from '../segment/segment-set.ts';
import type { SegmentShape } from '../segment/segment-set.ts';
import { emptySummary, RELATIVE_MAX, Segment } from '../segment/segment.ts';
import type { SegmentSummary } from '../segment/segment.ts';
import { hasBatch, walkBatches } from '../segment/segment-walk.ts';
import { finishCleaning } from './cleaned-files.ts';
import type { GroupRecord } from './group-record.ts';
import { applyOperation } from './log-state.ts';
import type { LogFacts } from './log-state.ts';
import type { RecoveryPlan } from './recovery-plan.ts';

export interface RecoveredFiles {
  readonly set: SegmentSet;
  readonly facts: LogFacts;
}

/**
 * Rejects with {@link DamageError} or {@link DiskError}. `thorough`: look at every file, not only at the last (the
 * node did not stop in order). `isWritten`: only the process died since the last checkpoint.
 */
export async function recoverFiles(
  ports: IndexPorts,
  directory: string,
  record: GroupRecord,
  plan: RecoveryPlan,
  shape: SegmentShape,
  thorough: boolean,
  isWritten: boolean,
): Promise<RecoveredFiles> {
  const bases = await listBases(ports, directory, record);
  const { keep, facts } = plan;
  const before = record.segments.filter((segment) => keep !== null && segment.base < keep);
  const kept = before.filter((segment) => isKept(segment, before, plan, bases));
  const set = new SegmentSet(ports, directory, shape, kept, plan.from);
  set.hasGaps ||= record.gaps;
  await finishCleaning(ports.disk, directory, record.moving, kept);
  const lastBefore = before.at(-1)?.base ?? -1;
  const limit = plan.scan?.limit ?? null;
  const isScanned = plan.scan !== null && (limit === null || limit > facts.logEnd);
  const toScan = isScanned ? bases.filter((base) => base > lastBefore) : [];
  for (const base of bases) {
    if (kept.some((segment) => segment.base === base) || toScan.includes(base)) continue;
    set.directoryDirty = true;
    await removeIfThere(ports.disk, `${directory}/${segmentFileName(base, 'log')}`);
  }
  await checkFiles(set, bases, thorough);
  if (keep !== null) await set.truncate(keep, plan.scan === null);
  const last = set.segments.at(-1);
  const fileBytes = last === undefined ? 0 : await checkLast(set, last, facts);
  if (plan.scan === null) {
    if (last !== undefined && fileBytes > last.bytes) await cutFile(set, last);
    if (plan.batches.length > 0) await set.append(plan.batches);
    return { set, facts };
  }
  const scanned = await scan(set, plan, last, fileBytes, toScan, isWritten && plan.scan.limit === null);
  await set.trim(scanned.logStart);
  if (set.segments.length === 0) await set.reset(scanned.logEnd);
  return { set, facts: scanned };
}

/**
 * Segments below the log start are of no use, except to a scan: behind what the checkpoint knows of the last one there
 * may be more.
 */
function isKept(
  segment: SegmentSummary,
  before: readonly SegmentSummary[],
  plan: RecoveryPlan,
  bases: readonly Offset[],
): boolean {
  // Cut at `keep` it may lie below the log start although it did not before.
  if (Math.min(segment.end, plan.keep ?? segment.end) > plan.facts.logStart) return true;
  return plan.scan !== null && segment === before.at(-1) && bases.includes(segment.base);
}

async function listBases(ports: IndexPorts, directory: string, record: GroupRecord): Promise<readonly Offset[]> {
  try {
    const entries = await ports.disk.list(directory);
    return entries.flatMap((entry) => segmentBaseOf(entry.name) ?? []);
  } catch (error) {
    if (!(error instanceof DiskError && error.kind === 'missing')) throw error;
    throw new DamageError(directory, null, `the directory of ${record.group} is missing`);
  }
}

async function checkFiles(set: SegmentSet, bases: readonly Offset[], thorough: boolean): Promise<void> {
  for (const segment of set.segments) {
    if (!bases.includes(segment.base)) throw new DamageError(segment.path, null, 'the file is missing');
    if (!thorough) continue;
    const size = await sizeOf(set.ports, segment.path);
    // A file that was cut by a truncation may be shorter than the checkpoint says; then `keep` lies below its end.
    if (size < segment.bytes && segment !== set.segments.at(-1)) {
      throw new DamageError(segment.path, size, `the file ends here, but had ${segment.bytes} bytes`);
    }
  }
}

/** The last segment must be whole up to its end, and its last batch good and of the term that is known. Answers the bytes of the file. */
async function checkLast(set: SegmentSet, segment: Segment, facts: LogFacts): Promise<number> {
  const size = await sizeOf(set.ports, segment.path);
  if (size < segment.bytes)
    throw new DamageError(segment.path, size, `the file ends here, but had ${segment.bytes} bytes`);
  let end = 0;
  let wrongTerm: string | null = null;
  const walked = await walkBatches(set.ports, segment.path, segment.lastBatch, segment.bytes, ({ header }) => {
    end = header.end;
    wrongTerm = misnamed(header, facts);
    return true;
  });
  if (walked.kind === 'bad') throw new DamageError(segment.path, walked.position, walked.reason);
  if (wrongTerm !== null) throw new DamageError(segment.path, segment.lastBatch, wrongTerm);
  if (segment.bytes > 0 && end !== segment.end) {
    throw new DamageError(segment.path, segment.lastBatch, `the last batch ends at ${end}, not at ${segment.end}`);
  }
  return size;
}

/** Keeps the good batches behind what is trusted, and cuts the rest off. */
async function scan(
  set: SegmentSet,
  plan: RecoveryPlan,
  last: Segment | undefined,
  lastBytes: number,
  bases: readonly Offset[],
  isWritten: boolean,
): Promise<LogFacts> {
  const state = { facts: plan.facts, opened: [...(plan.scan?.opened ?? [])] };
  const limit = plan.scan?.limit ?? null;
  const believe = (position: BatchPosition): boolean => {
    const lastTerm = state.facts.terms.at(-1)?.term ?? state.facts.logStartTerm;
    if (limit !== null && position.end > limit) return false;
    if (position.end > state.facts.logStart) {
      const opening = state.opened.filter((entry) => entry.start <= position.base).at(-1);
      if (position.term < lastTerm || position.term < (opening?.term ?? 0)) return false;
      openTerms(state, position.base);
      const base = offset(Math.max(position.base, state.facts.logEnd));
      state.facts = applyOperation(state.facts, { kind: 'append', position: { ...position, base } });
    }
    return true;
  };
  let whole = limit === null || plan.facts.logEnd < limit;
  if (last !== undefined)
    whole = await scanFile(set, last, whole ? lastBytes : last.bytes, lastBytes, believe, isWritten);
  for (const base of bases) {
    const segment = new Segment(set.directory, emptySummary(base));
    const size = await sizeOf(set.ports, segment.path);
    // A missing file before it would be a hole, unless it lay below the log start and was removed for that.
    const follows = base === set.end || (base > set.end && base <= plan.facts.logStart);
    // A log that begins inside a batch, and was filled again with that whole batch.
    const isAround = set.segments.length === 0 && base < set.end && set.end === plan.facts.logStart;
    if (whole && (follows || isAround) && size > 0) {
      set.adopt(segment);
      whole = await scanFile(set, segment, size, size, believe, isWritten);
      if (segment.bytes > 0) continue;
      set.disown(segment);
    }
    // One that lies below was removed before and is back, because that was not synced: it says nothing of what follows.
    if (base >= set.end) whole = false;
    set.ports.files.forget(segment.path);
    set.directoryDirty = true;
    await removeIfThere(set.ports.disk, segment.path);
  }
  openTerms(state, state.facts.logEnd);
  return state.facts;
}

/** Terms that were opened at or below `at`, before the batch there. */
function openTerms(state: { facts: LogFacts; readonly opened: TermStart[] }, at: Offset): void {
  for (let first = state.opened[0]; first !== undefined && first.start <= at; first = state.opened[0]) {
    state.opened.shift();
    if (first.start >= state.facts.logEnd)
      state.facts = applyOperation(state.facts, { kind: 'open-term', start: first });
  }
}

/**
 * Answers whether the file was good to its very end. `isWritten`: only the process died, so everything before its last
 * write is there; what is bad before the end is damage then, not a torn tail.
 */
async function scanFile(
  set: SegmentSet,
  segment: Segment,
  to: number,
  fileBytes: number,
  believe: (position: BatchPosition) => boolean,
  isWritten: boolean,
): Promise<boolean> {
  let end: number = segment.end;
  const walked = await walkBatches(set.ports, segment.path, segment.bytes, to, ({ header }) => {
    const follows = set.hasGaps ? header.base >= end : header.base === end;
    if (!follows || header.end - 1 - segment.base > RELATIVE_MAX || !believe(positionOf(header))) return false;
    end = header.end;
    segment.note(header, set.shape.indexIntervalBytes);
    return true;
  });
  segment.dirty = true;
  if (segment.bytes === fileBytes) return to === fileBytes;
  if (isWritten && walked.kind !== 'end') {
    // What a dying process wrote last ends too early, and has nothing behind it; a length that is damaged looks alike.
    const isTorn = walked.kind === 'bad' && walked.torn;
    const reason = walked.kind === 'bad' ? walked.reason : 'a batch that contradicts those before it';
    if (!isTorn || (await hasBatch(set.ports, segment.path, segment.bytes + 1, fileBytes, segment.end)))
      throw new DamageError(segment.path, segment.bytes, reason);
  }
  await cutFile(set, segment);
  return false;
}

async function cutFile(set: SegmentSet, segment: Segment): Promise<void> {
  const open = await set.ports.files.use(segment.path, 'write');
  try {
    open.dirty = true;
    segment.dirty = true;
    await open.file.truncate(segment.bytes);
  } finally {
    open.release();
  }
}

async function sizeOf(ports: IndexPorts, path: string): Promise<number> {
  const open = await ports.files.use(path, 'write');
  try {
    return await open.file.size();
  } finally {
    open.release();
  }
}
