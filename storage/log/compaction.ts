/**
 * Compaction of a log's closed segments: segment for segment, each replaced in one step that a crash cannot split.
 *
 * ```
 *  keys of all that may be cleaned ─▶ for each segment: <base>.log.cleaned written, synced
 *     ─▶ group record with the new size, synced (from here on it counts) ─▶ rename ─▶ directory synced
 * ```
 * May be cleaned: the log's first segments, as far as they are closed, lie whole below where everything is decided (the last stable
 * offset), and the last checkpoint has recorded them as they are. The rename is repeated at start when it was
 * interrupted (`cleaned-files.ts`).
 */
import type { Offset } from '../../raft/index.ts';
import { readBatchHeader } from '../batch/index.ts';
import type { AbortedRange } from '../replica-log.ts';
import { removeIfThere, removeIndex } from '../segment/segment-index.ts';
import { CLEANED_SUFFIX } from '../segment/segment-name.ts';
import { unlessRemoved } from '../segment/segment-set.ts';
import type { SegmentSet } from '../segment/segment-set.ts';
import { emptySummary, Segment } from '../segment/segment.ts';
import { walkBatches } from '../segment/segment-walk.ts';
import { DamageError } from '../segment/damage.ts';
import { CleanedTransactions } from './cleaned-transactions.ts';
import { cleanBatch, KeyOffsets } from './cleaning.ts';
import type { GroupRecord } from './group-record.ts';

/** Keys in memory during one pass; what does not fit is cleaned by the next pass. */
const KEYS_MAX = 1_000_000;
const WRITE_BYTES = 1024 * 1024;

export interface Compactable {
  readonly set: SegmentSet;
  /** Resolves when all that the log has taken on is in the files; to null when it ended before. */
  settled(): Promise<unknown>;
  /** As last given to the store. */
  record(): GroupRecord;
  /** Gives it to the store; resolves when it is durable there. */
  store(record: GroupRecord): Promise<void>;
  /** Runs `action` when nothing else touches the files; false when the log ended before. */
  exclusively(action: () => Promise<void>): Promise<boolean>;
  /** Reads wait until `action` is done; those that run begin anew. */
  whileMoving(action: () => Promise<void>): Promise<void>;
}

export interface CompactionOptions {
  readonly wallNow: number;
  readonly deleteRetentionMs: number;
  /** Below it everything is committed, and no transaction is open. */
  readonly stableEnd: Offset;
  /** All aborted transactions that end below it, ascending by marker. */
  readonly aborted: readonly AbortedRange[];
}

/** Bytes that were freed. Rejects with a fault of the disk or {@link DamageError}: the log is to go offline. */
export async function compact(log: Compactable, options: CompactionOptions): Promise<number> {
  const { set } = log;
  // What is being cut off lies where the high watermark may be by now, and would pass for the newest of its key.
  if ((await log.settled()) === null) return 0;
  // A start has finished what a crash interrupted. No later one must take the next file of that name for the same.
  if (log.record().moving.length > 0) await log.store({ ...log.record(), moving: [] });
  const known = new Map(log.record().segments.map((segment) => [segment.base as number, segment]));
  const isCleanable = (segment: Segment): boolean =>
    known.get(segment.base)?.bytes === segment.bytes && segment.end <= options.stableEnd && !segment.dirty;
  // None is left out between two: a marker is told from an idle one by what lies before it.
  const closed = set.segments.slice(0, -1);
  const firstOther = closed.findIndex((segment) => !isCleanable(segment));
  const keys = new KeyOffsets(KEYS_MAX);
  const transactions = new CleanedTransactions(options.aborted);
  const seen: Segment[] = [];
  for (const segment of firstOther < 0 ? closed : closed.slice(0, firstOther)) {
    let fits = true;
    const isThere = await walk(set, segment, 0, (batch) => {
      const header = readBatchHeader(batch);
      transactions.see(header);
      fits = transactions.isAborted(header) || keys.see(batch, header);
      return fits;
    });
    if (!fits) break;
    if (isThere) seen.push(segment);
  }
  let freed = 0;
  for (const segment of seen) freed += await cleanSegment(log, segment, keys, transactions, options);
  return freed;
}

async function cleanSegment(
  log: Compactable,
  segment: Segment,
  keys: KeyOffsets,
  transactions: CleanedTransactions,
  options: CompactionOptions,
): Promise<number> {
  const { set } = log;
  const clean = (batch: Buffer): Buffer | null => {
    const header = readBatchHeader(batch);
    const isLast = header.baseOffset + header.lastOffsetDelta + 1 === segment.end;
    const keepsPlace = isLast || transactions.isLastOfProducer(header);
    return cleanBatch(batch, keys, transactions, { ...options, keepsPlace });
  };
  let isChanged = false;
  const isThere = await walk(set, segment, 0, (batch) => {
    isChanged = clean(batch) !== batch;
    return !isChanged;
  });
  if (!isThere || !isChanged) return 0;
  const cleaned = await writeCleaned(set, segment, clean);
  if (cleaned === null) return 0;
  let freed = 0;
  await log.exclusively(async () => {
    // Cut, trimmed or replaced meanwhile: the file that was written is a rest.
    const isSame = set.segments.includes(segment) && segment.end === cleaned.end && set.segments.at(-1) !== segment;
    if (!isSame) return removeIfThere(set.ports.disk, `${cleaned.path}${CLEANED_SUFFIX}`);
    await log.whileMoving(() => swap(log, segment, cleaned));
    freed = segment.bytes - cleaned.bytes;
  });
  return freed;
}

/**
 * The order: 1. the file is whole, synced, and its name durable; 2. the record says that it is to take its place; 3. it does;
 * 4. the record says that nothing is to be moved any more. Only then may another file of that name be written.
 */
async function swap(log: Compactable, segment: Segment, cleaned: Segment): Promise<void> {
  const { set } = log;
  const { disk, files } = set.ports;
  const before = log.record();
  const segments = before.segments.map((other) => (other.base === segment.base ? cleaned.summary() : other));
  await log.store({ ...before, segments, moving: [segment.base] });
  segment.removed = true;
  files.forget(segment.path);
  await removeIndex(disk, segment);
  await disk.rename(`${cleaned.path}${CLEANED_SUFFIX}`, cleaned.path);
  await disk.syncDirectory(set.directory);
  set.replace(cleaned);
  await log.store({ ...log.record(), moving: [] });
}

/** Writes what is left of `segment` beside it, piece by piece; durable, name included, when it resolves. Null: it was removed meanwhile. */
async function writeCleaned(
  set: SegmentSet,
  segment: Segment,
  clean: (batch: Buffer) => Buffer | null,
): Promise<Segment | null> {
  const cleaned = new Segment(segment.directory, emptySummary(segment.base));
  const file = await set.ports.disk.open(`${cleaned.path}${CLEANED_SUFFIX}`, 'create');
  try {
    await file.truncate(0);
    for (let from = 0; from < segment.bytes;) {
      const pieces: Buffer[] = [];
      const at = cleaned.bytes;
      const isThere = await walk(set, segment, from, (batch) => {
        const header = readBatchHeader(batch);
        from += batch.length;
        const left = clean(batch);
        if (left === null) return true;
        const { maxTimestamp } = readBatchHeader(left);
        const end = header.baseOffset + header.lastOffsetDelta + 1;
        cleaned.note({ base: header.baseOffset, end, bytes: left.length, maxTimestamp }, set.shape.indexIntervalBytes);
        // The walker uses its buffer again.
        pieces.push(Buffer.from(left));
        return cleaned.bytes - at < WRITE_BYTES;
      });
      if (!isThere) break;
      if (pieces.length > 0) await file.write(pieces, at);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  if (segment.removed) {
    await removeIfThere(set.ports.disk, `${cleaned.path}${CLEANED_SUFFIX}`);
    return null;
  }
  await set.ports.disk.syncDirectory(set.directory);
  // Its indexes are complete in memory: it was noted from its first byte.
  cleaned.indexedFrom = 0;
  return cleaned;
}

/**
 * Visits the segment's batches from byte `from` on; the buffer is only valid within a visit. Answers false when the segment is
 * removed meanwhile (it lies below the log start, mostly): what was found then is no damage.
 */
async function walk(
  set: SegmentSet,
  segment: Segment,
  from: number,
  visit: (batch: Buffer) => boolean,
): Promise<boolean> {
  await unlessRemoved(segment, async () => {
    const end = await walkBatches(set.ports, segment.path, from, segment.bytes, ({ header }, source, at) =>
      visit(source.subarray(at, at + header.bytes)),
    );
    if (end.kind === 'bad') throw new DamageError(segment.path, end.position, end.reason);
  });
  return !segment.removed;
}
