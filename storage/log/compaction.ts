/**
 * Compaction of a log's closed segments: one after the other, or a few small neighbours as one, each replaced in one step that
 * a crash cannot split.
 *
 * ```
 *  keys of what was never cleaned ─▶ for each segment (group of small ones) from the first on: <base>.log.cleaned written, synced
 *     ─▶ group record with the new size, synced (from here on it counts) ─▶ rename, files of the others removed ─▶ directory synced
 * ```
 * May be cleaned: the log's first segments, as far as they are closed, lie whole below where everything is decided (the last stable
 * offset), and the last checkpoint has recorded them as they are. The rename is repeated at start when it was
 * interrupted (`cleaned-files.ts`). Below `GroupRecord.cleaned` no key stands twice, so only what lies above is remembered, as far
 * as memory allows; a pass that was interrupted is begun anew, and finds what it had done.
 */
import { offset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import { readBatchHeader } from '../batch/index.ts';
import type { DiskFile } from '../disk.ts';
import type { AbortedRange, CompactionLimits, CompactionNeed, LogLife } from '../replica-log.ts';
import { removeIfThere, removeIndex } from '../segment/segment-index.ts';
import { CLEANED_SUFFIX } from '../segment/segment-name.ts';
import { unlessRemoved } from '../segment/segment-set.ts';
import type { SegmentSet } from '../segment/segment-set.ts';
import { emptySummary, Segment } from '../segment/segment.ts';
import { walkBatches } from '../segment/segment-walk.ts';
import type { BatchVisitor } from '../segment/segment-walk.ts';
import { DamageError } from '../segment/damage.ts';
import { CleanedTransactions } from './cleaned-transactions.ts';
import { cleanBatch, seeKeys } from './cleaning.ts';
import { moved } from './file-moves.ts';
import type { FileMove } from './file-moves.ts';
import type { GroupRecord } from './group-record.ts';
import { KeyOffsets } from './key-offsets.ts';
import { compactionNeed } from './log-life.ts';
import { segmentGroups } from './segment-groups.ts';

const WRITE_BYTES = 1024 * 1024;
/** Of a file that is written at once are never more bytes unsynced: a large sync would hold up the journal's. */
const UNSYNCED_BYTES = 4 * WRITE_BYTES;

export interface Compactable {
  readonly set: SegmentSet;
  /** Resolves when all that the log has taken on is in the files; to null when it ended before. */
  settled(): Promise<unknown>;
  /** As last given to the store. */
  record(): GroupRecord;
  /** Gives it to the store; resolves when it is durable there. `move`: how its segments differ from those before. */
  store(record: GroupRecord, move?: FileMove): Promise<void>;
  /** Runs `action` when nothing else touches the files; false when the log ended before. */
  exclusively(action: () => Promise<void>): Promise<boolean>;
  /** Reads wait until `action` is done; those that run begin anew. */
  whileMoving(action: () => Promise<void>): Promise<void>;
}

export interface CompactionOptions extends CompactionLimits {
  readonly wallNow: number;
  readonly deleteRetentionMs: number;
  readonly minLagMs: number;
  /** Below it everything is committed, and no transaction is open. */
  readonly stableEnd: Offset;
  /** All aborted transactions that end below it, ascending by marker. */
  readonly aborted: readonly AbortedRange[];
}

/** What one pass knows. */
interface Pass {
  readonly log: Compactable;
  readonly options: CompactionOptions;
  readonly keys: KeyOffsets;
  readonly transactions: CleanedTransactions;
  /** What lies from here on was not looked at, and stays as it is. */
  end: Offset;
}

/** Bytes that were freed. Rejects with a fault of the disk or {@link DamageError}: the log is to go offline. */
export async function compact(log: Compactable, options: CompactionOptions): Promise<number> {
  const { set } = log;
  // What is being cut off lies where the high watermark may be by now, and would pass for the newest of its key.
  if ((await log.settled()) === null) return 0;
  // A start has finished what a crash interrupted. No later one must take the next file of that name for the same.
  if (log.record().moving.length > 0) await log.store({ ...log.record(), moving: [] });
  const keys = new KeyOffsets(options.keyBytesMax);
  const transactions = new CleanedTransactions(options.aborted);
  const pass: Pass = { log, options, keys, transactions, end: offset(0) };
  const seen: Segment[] = [];
  for (const segment of cleanable(set, log.record(), options)) {
    const fits = await seeSegment(pass, segment);
    if (!segment.removed) seen.push(segment);
    if (!fits) break;
  }
  let freed = 0;
  let done: number = pass.end;
  for (const group of segmentGroups(seen, set.shape.segmentBytesMax)) {
    const freedHere = await cleanGroup(pass, group);
    // Outdated records are left in it, which no later pass would look for below `cleaned`.
    if (freedHere === null) done = Math.min(done, group[0].base);
    else freed += freedHere;
  }
  const record = log.record();
  // Where it was cut meanwhile, nothing more is known of what lies behind the cut.
  const cleaned = offset(Math.min(done, set.end));
  if (cleaned > record.cleaned) await log.store({ ...record, cleaned });
  return freed;
}

export interface CleanableMoment {
  readonly wallNow: number;
  readonly minLagMs: number;
  readonly stableEnd: Offset;
}

/**
 * The segments that may be cleaned, from the first one on; none is left out between two: a marker is told from an idle one
 * by what lies before it.
 */
function cleanable(set: SegmentSet, record: GroupRecord, moment: CleanableMoment): readonly Segment[] {
  const known = new Map(record.segments.map((segment) => [segment.base as number, segment]));
  return leading(ripe(set, record.cleaned, moment), (segment) => {
    return known.get(segment.base)?.bytes === segment.bytes && !segment.dirty;
  });
}

/** Whether the last checkpoint has recorded all that is old enough and decided. */
export function isCovered(set: SegmentSet, record: GroupRecord, moment: CleanableMoment): boolean {
  return cleanable(set, record, moment).length === ripe(set, record.cleaned, moment).length;
}

/** The closed segments, from the first one on, whose records may be compacted by now. */
function ripe(set: SegmentSet, cleaned: Offset, moment: CleanableMoment): readonly Segment[] {
  return leading(set.segments.slice(0, -1), (segment) => isRipe(segment, cleaned, moment));
}

function leading(segments: readonly Segment[], test: (segment: Segment) => boolean): readonly Segment[] {
  const firstOther = segments.findIndex((segment) => !test(segment));
  return firstOther < 0 ? segments : segments.slice(0, firstOther);
}

/** {@link compactionNeed} of the segments that could be compacted, those that no checkpoint covers yet included. */
export function needOf(
  set: SegmentSet,
  moment: CleanableMoment,
  cleaned: Offset,
  life: LogLife,
): CompactionNeed | null {
  return compactionNeed(ripe(set, cleaned, moment), cleaned, life, moment.wallNow);
}

/** Below the last stable offset, and old enough; what was cleaned once is. */
function isRipe(segment: Segment, cleaned: Offset, { wallNow, minLagMs, stableEnd }: CleanableMoment): boolean {
  if (segment.end > stableEnd) return false;
  if (minLagMs === 0 || segment.end <= cleaned) return true;
  return (segment.largest?.timestamp ?? 0) <= wallNow - minLagMs;
}

/** The first pass over one segment: its transactions, and the keys of what was never cleaned. False: the table is full. */
async function seeSegment(pass: Pass, segment: Segment): Promise<boolean> {
  const { keys, transactions, log } = pass;
  const { cleaned } = log.record();
  let fits = true;
  await walk(pass, segment, 0, (batch) => {
    const header = readBatchHeader(batch);
    const isDirty = header.baseOffset >= cleaned && !transactions.isAborted(header);
    fits = !isDirty || seeKeys(batch, header, keys);
    if (!fits) return false;
    transactions.see(header);
    pass.end = offset(header.baseOffset + header.lastOffsetDelta + 1);
    return true;
  });
  if (fits && segment.end > pass.end) pass.end = segment.end;
  return fits;
}

/** Neighbours, at least one. */
type Group = readonly [Segment, ...Segment[]];

/** Bytes that were freed; null: some of it was cut off, trimmed or removed meanwhile, and it stays as it is. */
async function cleanGroup(pass: Pass, group: Group): Promise<number | null> {
  const { log, keys, transactions, options } = pass;
  const { set } = log;
  const end = group.at(-1)?.end;
  const clean = (batch: Buffer): Buffer | null => {
    const header = readBatchHeader(batch);
    if (header.baseOffset >= pass.end) return batch;
    const isLast = header.baseOffset + header.lastOffsetDelta + 1 === end;
    const keepsPlace = isLast || transactions.isLastOfProducer(header);
    return cleanBatch(batch, keys, transactions, { ...options, keepsPlace });
  };
  if (group.length === 1) {
    const [segment] = group;
    const isChanged = await changes(pass, segment, clean);
    if (segment.removed) return null;
    if (!isChanged) return 0;
  }
  const cleaned = await writeCleaned(pass, group, clean);
  if (cleaned === null) return null;
  let freed: number | null = null;
  await log.exclusively(async () => {
    // Else the file that was written is a rest.
    const isThere = group.every((segment) => set.segments.includes(segment) && set.segments.at(-1) !== segment);
    if (!isThere || group.at(-1)?.end !== cleaned.end) return removeRest(set, cleaned);
    await log.whileMoving(() => swap(log, group, cleaned));
    freed = group.reduce((sum, segment) => sum + segment.bytes, -cleaned.bytes);
  });
  return freed;
}

/** Whether anything in `segment` is to change, as far as it is there. */
async function changes(pass: Pass, segment: Segment, clean: (batch: Buffer) => Buffer | null): Promise<boolean> {
  let isChanged = false;
  await walk(pass, segment, 0, (batch) => {
    isChanged = clean(batch) !== batch;
    return !isChanged;
  });
  return isChanged;
}

function removeRest(set: SegmentSet, cleaned: Segment): Promise<void> {
  return removeIfThere(set.ports.disk, `${cleaned.path}${CLEANED_SUFFIX}`);
}

/**
 * The order: 1. the file is whole, synced, and its name durable; 2. the record says that it is to take the place of the group;
 * 3. it does; 4. the record says that nothing is to be moved any more. Only then may another file of that name be written. What
 * a crash leaves of the group's other files is in no record, and goes at the next start.
 */
async function swap(log: Compactable, group: Group, cleaned: Segment): Promise<void> {
  const { set } = log;
  const { disk, files } = set.ports;
  const move = { before: group.map((segment) => segment.summary()), after: cleaned.summary() };
  const record = log.record();
  await log.store({ ...record, segments: moved(record.segments, move), moving: [cleaned.base] }, move);
  for (const segment of group) {
    segment.removed = true;
    files.forget(segment.path);
    await removeIndex(disk, segment);
  }
  await disk.rename(`${cleaned.path}${CLEANED_SUFFIX}`, cleaned.path);
  for (const segment of group.slice(1)) await removeIfThere(disk, segment.path);
  await disk.syncDirectory(set.directory);
  set.replace(group, cleaned);
  await log.store({ ...log.record(), moving: [] });
}

/**
 * Writes what is left of `group` beside it, piece by piece; durable, name included, when it resolves. Null: some of it
 * was removed meanwhile.
 */
async function writeCleaned(
  pass: Pass,
  group: Group,
  clean: (batch: Buffer) => Buffer | null,
): Promise<Segment | null> {
  const { set } = pass.log;
  const cleaned = new Segment(set.directory, emptySummary(group[0].base));
  const file = await set.ports.disk.open(`${cleaned.path}${CLEANED_SUFFIX}`, 'create');
  try {
    await file.truncate(0);
    const writing: Writing = { file, cleaned, synced: 0, clean };
    for (const segment of group) await appendCleaned(pass, segment, writing);
    await file.datasync();
  } finally {
    await file.close();
  }
  if (group.some((segment) => segment.removed)) {
    await removeRest(set, cleaned);
    return null;
  }
  await set.ports.disk.syncDirectory(set.directory);
  // Its indexes are complete in memory: it was noted from its first byte.
  cleaned.indexedFrom = 0;
  return cleaned;
}

/** A file that is being written. */
interface Writing {
  readonly file: DiskFile;
  readonly cleaned: Segment;
  /** Bytes that are durable. */
  synced: number;
  readonly clean: (batch: Buffer) => Buffer | null;
}

async function appendCleaned(pass: Pass, segment: Segment, writing: Writing): Promise<void> {
  const { file, cleaned, clean } = writing;
  const { indexIntervalBytes } = pass.log.set.shape;
  for (let from = 0; from < segment.bytes;) {
    const pieces: Buffer[] = [];
    const at = cleaned.bytes;
    const isThere = await walk(pass, segment, from, (batch) => {
      const header = readBatchHeader(batch);
      from += batch.length;
      const left = clean(batch);
      if (left === null) return true;
      const { maxTimestamp } = readBatchHeader(left);
      const end = header.baseOffset + header.lastOffsetDelta + 1;
      cleaned.note({ base: header.baseOffset, end, bytes: left.length, maxTimestamp }, indexIntervalBytes);
      // The walker uses its buffer again.
      pieces.push(Buffer.from(left));
      return cleaned.bytes - at < WRITE_BYTES;
    });
    if (!isThere) return;
    if (pieces.length > 0) await file.write(pieces, at);
    if (cleaned.bytes - writing.synced < UNSYNCED_BYTES) continue;
    await file.datasync();
    writing.synced = cleaned.bytes;
  }
}

/**
 * Visits the segment's batches from byte `from` on; the buffer is only valid within a visit. Answers false when the segment is
 * removed meanwhile (it lies below the log start, mostly): what was found then is no damage.
 */
async function walk(
  { log, options }: Pass,
  segment: Segment,
  from: number,
  visit: (batch: Buffer) => boolean,
): Promise<boolean> {
  const { ports } = log.set;
  await unlessRemoved(segment, async () => {
    const onBatch: BatchVisitor = ({ header }, source, at) => visit(source.subarray(at, at + header.bytes));
    const end = await walkBatches(ports, segment.path, from, segment.bytes, onBatch, options.pace);
    if (end.kind === 'bad') throw new DamageError(segment.path, end.position, end.reason);
  });
  return !segment.removed;
}
