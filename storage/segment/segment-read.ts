/**
 * Reading a run of batches from the segments: one pooled buffer, every CRC checked.
 *
 * Checking on every read costs a fifth of a nanosecond per byte and is what keeps damaged bytes from peers and
 * consumers (reliability D7). Offsets and term lie outside of a batch's CRC: they are compared with what is known of the
 * log without its files. A caller that cut the log meanwhile must throw the answer away and ask again.
 */
import { assert, byteCount, offset, term } from '../../raft/index.ts';
import type { BatchPosition, Offset, Term, TermStart } from '../../raft/index.ts';
import type { BatchRun, ReadLimit } from '../replica-log.ts';
import type { BatchHeader } from './batch-header.ts';
import { scanBatch } from './batch-scan.ts';
import { DamageError } from './damage.ts';
import { seekOffset } from './segment-seek.ts';
import type { SegmentSet } from './segment-set.ts';
import type { Segment } from './segment.ts';

export const EMPTY_RUN: BatchRun = { positions: [], buffers: [], bytes: byteCount(0), release: () => undefined };

/** Where the batch that follows `offset` begins: lets a reader in sequence skip the index. */
export interface ReadHint {
  readonly segment: Segment;
  readonly offset: Offset;
  readonly position: number;
}

/** Where the terms of a log begin. */
export interface KnownTerms {
  readonly logStart: Offset;
  readonly logStartTerm: Term;
  /** Ascending. */
  readonly terms: readonly TermStart[];
}

export interface SegmentRun {
  readonly run: BatchRun;
  readonly next: ReadHint | null;
}

export function positionOf(header: BatchHeader): BatchPosition {
  return {
    base: offset(header.base),
    end: offset(header.end),
    term: term(header.term),
    bytes: byteCount(header.bytes),
    control: null,
  };
}

/** The segment with the batch that contains or follows `from`; undefined when there is none. */
export function segmentFor(segments: readonly Segment[], from: number): Segment | undefined {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const segment = segments[middle];
    if (segment !== undefined && segment.end <= from) low = middle + 1;
    else high = middle;
  }
  return segments[low];
}

/** Batches from the one that contains or follows `from`, of one segment. Rejects with {@link DamageError} or the disk's error. */
export async function readSegments(
  set: SegmentSet,
  from: Offset,
  limit: ReadLimit,
  hint: ReadHint | null,
  terms: KnownTerms,
): Promise<SegmentRun> {
  const segment = segmentFor(set.segments, from);
  if (segment === undefined || segment.base >= limit.end) return { run: EMPTY_RUN, next: null };
  const known = hint !== null && hint.segment === segment && hint.offset === from;
  const start = known ? hint.position : await seekOffset(set.ports, segment, from, set.shape.indexIntervalBytes);
  const end = known ? hint.offset : segment.base;
  return collect(set, segment, { position: start, end, isNext: known || start === 0 }, from, limit, terms);
}

/** Where a walk begins: the batches before it end at or below `end`; at `end` itself when `isNext`. */
interface Start {
  readonly position: number;
  readonly end: number;
  readonly isNext: boolean;
}

async function collect(
  set: SegmentSet,
  segment: Segment,
  start: Start,
  from: Offset,
  limit: ReadLimit,
  terms: KnownTerms,
): Promise<SegmentRun> {
  const { files, buffers } = set.ports;
  const open = await files.use(segment.path, 'write');
  let buffer = buffers.take(buffers.bufferBytes);
  try {
    let { position, end, isNext } = start;
    while (position < segment.bytes) {
      const wanted = Math.min(buffer.length, segment.bytes - position);
      const got = await open.file.read(buffer.subarray(0, wanted), position);
      const places = { terms, hasGaps: set.hasGaps };
      const piece = pick(segment, buffer.subarray(0, got), { position, end, isNext }, from, limit, places);
      if (piece.positions.length > 0 || piece.ended) return finish(set, segment, buffer, piece, position);
      position += piece.skipped;
      end = piece.passed;
      isNext ||= piece.skipped > 0;
      if (piece.skipped > 0) continue;
      // Not even one batch is whole: it is cut off in the file, too big for the caller, or wants a larger buffer.
      if (got < buffer.length) throw new DamageError(segment.path, position, 'the last batch is not whole');
      if (piece.needed > limit.bytesMax && !limit.atLeastOne) return finish(set, segment, buffer, piece, position);
      assert(piece.needed > buffer.length, () => `a batch of ${piece.needed} bytes must fit`);
      buffers.give(buffer);
      buffer = buffers.take(piece.needed);
    }
    buffers.give(buffer);
    return { run: EMPTY_RUN, next: null };
  } finally {
    open.release();
  }
}

interface Piece {
  readonly positions: readonly BatchPosition[];
  /** Bytes before the first batch that was wanted, and where these batches end. */
  readonly skipped: number;
  readonly passed: number;
  readonly bytes: number;
  /** The next batch is beyond the limits. */
  readonly ended: boolean;
  /** Bytes of the batch that was not whole in the buffer. */
  readonly needed: number;
}

/** `source` begins at byte `position` of the segment. */
function pick(
  segment: Segment,
  source: Buffer,
  { position, end, isNext }: Start,
  from: Offset,
  limit: ReadLimit,
  places: Places,
): Piece {
  const positions: BatchPosition[] = [];
  let skipped = 0;
  let bytes = 0;
  let previousEnd = end;
  let isExact = isNext && !places.hasGaps;
  for (let at = 0; at < source.length;) {
    const step = scanBatch(source, at, source.length);
    if (step.kind === 'bad') {
      // What was found before it is good; the next read begins here and tells.
      if (positions.length > 0) break;
      throw new DamageError(segment.path, position + at, step.reason);
    }
    if (step.kind === 'short')
      return { positions, skipped, passed: previousEnd, bytes, ended: false, needed: step.bytes };
    const { header } = step;
    const reason = misplaced(segment, header, previousEnd, isExact) ?? misnamed(header, places.terms);
    if (reason !== null) {
      if (positions.length > 0) break;
      throw new DamageError(segment.path, position + at, reason);
    }
    previousEnd = header.end;
    isExact = !places.hasGaps;
    at += header.bytes;
    if (header.end <= from) {
      skipped = at;
      continue;
    }
    const first = positions.length === 0 && limit.atLeastOne;
    if (header.end > limit.end || (bytes + header.bytes > limit.bytesMax && !first)) {
      return { positions, skipped, passed: previousEnd, bytes, ended: true, needed: 0 };
    }
    positions.push(positionOf(header));
    bytes += header.bytes;
  }
  return { positions, skipped, passed: previousEnd, bytes, ended: false, needed: 0 };
}

/** What is known of batches apart from their bytes. */
interface Places {
  readonly terms: KnownTerms;
  /** A batch may begin above the end of the one before it. */
  readonly hasGaps: boolean;
}

/**
 * Why a batch cannot lie there: it must lie between the batch before it and the end of the segment; `isExact`: at the
 * end of the one before it.
 */
function misplaced(segment: Segment, header: BatchHeader, previousEnd: number, isExact: boolean): string | null {
  const fits = isExact ? header.base === previousEnd : header.base >= previousEnd;
  if (fits && header.end <= segment.end) return null;
  return `a batch of [${header.base}, ${header.end}) lies between ${previousEnd} and ${segment.end}`;
}

/** Why a batch cannot have its term; nothing is known any more of one that lies below the log start. */
export function misnamed(header: BatchHeader, { logStart, logStartTerm, terms }: KnownTerms): string | null {
  if (header.end <= logStart) return null;
  const term = terms.findLast(({ start }) => start < header.end)?.term ?? logStartTerm;
  return header.term === term ? null : `a batch of term ${header.term} lies where term ${term} is`;
}

function finish(set: SegmentSet, segment: Segment, buffer: Buffer, piece: Piece, position: number): SegmentRun {
  const last = piece.positions.at(-1);
  if (last === undefined) {
    set.ports.buffers.give(buffer);
    return { run: EMPTY_RUN, next: null };
  }
  let released = false;
  const run: BatchRun = {
    positions: piece.positions,
    buffers: [buffer.subarray(piece.skipped, piece.skipped + piece.bytes)],
    bytes: byteCount(piece.bytes),
    release: () => {
      if (released) return;
      released = true;
      set.ports.buffers.give(buffer);
    },
  };
  return { run, next: { segment, offset: last.end, position: position + piece.skipped + piece.bytes } };
}
