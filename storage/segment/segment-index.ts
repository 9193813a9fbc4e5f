/**
 * Loading, rebuilding and saving the indexes of a segment.
 *
 * The files are a cache of what the segment says. They are never synced: a missing, torn or stale one is found
 * out (it does not decode, or its entries do not lead to their batches) and rebuilt from the segment.
 */
import { assert } from '../../raft/index.ts';
import { DiskError } from '../disk.ts';
import type { Disk } from '../disk.ts';
import { asBuffer } from '../int64.ts';
import { decodeOffsetIndex, OffsetIndex } from './offset-index.ts';
import { segmentFileName } from './segment-name.ts';
import type { SegmentFileKind } from './segment-name.ts';
import { emptySummary, Segment } from './segment.ts';
import { walkBatches } from './segment-walk.ts';
import type { WalkPorts } from './segment-walk.ts';
import { decodeTimeIndex, TimeIndex } from './time-index.ts';

/** Bytes at the end of a segment that may lack index entries before it is worth walking over them. */
const UNINDEXED_BYTES_MAX = 64 * 1024;

export interface IndexPorts extends WalkPorts {
  readonly disk: Disk;
}

function indexPath(segment: Segment, kind: SegmentFileKind): string {
  return `${segment.directory}/${segmentFileName(segment.base, kind)}`;
}

/** Makes the segment's indexes cover it from its beginning. */
export async function loadIndex(ports: IndexPorts, segment: Segment, indexIntervalBytes: number): Promise<void> {
  if (segment.indexedFrom === 0) return;
  const upTo = segment.indexedFrom;
  const offsets = await readOr(
    ports.disk,
    indexPath(segment, 'index'),
    (bytes) => decodeOffsetIndex(bytes, upTo),
    new OffsetIndex(),
  );
  const times = await readOr(ports.disk, indexPath(segment, 'timeindex'), decodeTimeIndex, new TimeIndex());
  const trusted = offsets.length > 0 && upTo - offsets.lastPosition <= UNINDEXED_BYTES_MAX;
  // Somebody may have done it, or cut the segment, while the files were read.
  if (segment.indexedFrom !== upTo) return loadIndex(ports, segment, indexIntervalBytes);
  if (!trusted && upTo > UNINDEXED_BYTES_MAX) return rebuildIndex(ports, segment, indexIntervalBytes);
  adopt(segment, offsets, times);
}

/**
 * Walks over the whole segment and makes its indexes anew; the files are written at the next save. Bytes that are no
 * batch end the index there and are no failure of its own: whoever reads them finds them.
 */
export async function rebuildIndex(ports: IndexPorts, segment: Segment, indexIntervalBytes: number): Promise<void> {
  const { cuts } = segment;
  const upTo = segment.indexedFrom === 0 ? segment.bytes : segment.indexedFrom;
  const twin = new Segment(segment.directory, emptySummary(segment.base));
  await walkBatches(ports, segment.path, 0, upTo, ({ header }) => {
    if (header.base < twin.end || header.end > segment.end) return false;
    twin.note(header, indexIntervalBytes);
    return true;
  });
  if (segment.cuts !== cuts) return rebuildIndex(ports, segment, indexIntervalBytes);
  if (segment.indexedFrom === 0) {
    // A rebuild of a distrusted index: entries added meanwhile lie behind `upTo` and are lost, which only costs time.
    segment.offsets = twin.offsets;
    segment.times = twin.times;
  } else if (segment.indexedFrom === upTo) adopt(segment, twin.offsets, twin.times);
  segment.indexSaved = false;
}

function adopt(segment: Segment, offsets: OffsetIndex, times: TimeIndex): void {
  offsets.join(segment.offsets);
  times.join(segment.times);
  segment.offsets = offsets;
  segment.times = times;
  segment.indexedFrom = 0;
}

/** Writes the index files whole. The index must be loaded. */
export async function saveIndex(disk: Disk, segment: Segment): Promise<void> {
  assert(segment.indexedFrom === 0, () => `the index of ${segment.path} is not loaded`);
  segment.indexSaved = true;
  await replaceFile(disk, indexPath(segment, 'index'), segment.offsets.encode());
  const times = new TimeIndex();
  times.join(segment.times);
  if (segment.largest !== null && segment.largest.timestamp >= 0) {
    times.add(segment.largest.timestamp, segment.largest.offset - segment.base);
  }
  await replaceFile(disk, indexPath(segment, 'timeindex'), times.encode());
}

/** Removes the index files, if there are any: the segment was cut, and entries behind the cut must not come back. */
export async function removeIndex(disk: Disk, segment: Segment): Promise<void> {
  segment.indexSaved = false;
  await removeIfThere(disk, indexPath(segment, 'index'));
  await removeIfThere(disk, indexPath(segment, 'timeindex'));
}

/** Removes a file; a missing one is no error. */
export async function removeIfThere(disk: Disk, path: string): Promise<void> {
  try {
    await disk.removeFile(path);
  } catch (error) {
    if (!(error instanceof DiskError && error.kind === 'missing')) throw error;
  }
}

async function replaceFile(disk: Disk, path: string, bytes: Buffer): Promise<void> {
  const file = await disk.open(path, 'create');
  try {
    await file.truncate(0);
    if (bytes.length > 0) await file.write([bytes], 0);
  } finally {
    await file.close();
  }
}

async function readOr<T>(disk: Disk, path: string, decode: (bytes: Buffer) => T | string, otherwise: T): Promise<T> {
  try {
    const decoded = decode(asBuffer(await disk.readFile(path)));
    return typeof decoded === 'string' ? otherwise : decoded;
  } catch (error) {
    if (error instanceof DiskError && error.kind === 'missing') return otherwise;
    throw error;
  }
}
