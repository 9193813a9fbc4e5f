/**
 * Finding an offset in a segment by its sparse index, and not believing the index blindly.
 *
 * The entry found must lead to the batch that it names; if it does not, the index (a torn or stale file) is rebuilt
 * from the segment, and only what is wrong with the segment itself counts as damage.
 */
import { BATCH_HEADER_BYTES, invalidBatchHeader, readBatchHeader } from './batch-header.ts';
import { DamageError } from './damage.ts';
import { loadIndex, rebuildIndex } from './segment-index.ts';
import type { IndexPorts } from './segment-index.ts';
import type { Segment } from './segment.ts';
import { walkBatches } from './segment-walk.ts';
import type { BatchVisitor } from './segment-walk.ts';

/** A byte where a batch begins that ends at or below `target + 1`, as close to `target` as the index knows; 0 at worst. */
export async function seekOffset(
  ports: IndexPorts,
  segment: Segment,
  target: number,
  indexIntervalBytes: number,
): Promise<number> {
  await loadIndex(ports, segment, indexIntervalBytes);
  const entry = segment.offsets.lookup(target - segment.base);
  if (entry === null) return 0;
  if (await leadsTo(ports, segment, entry.position, segment.base + entry.relative)) return entry.position;
  await rebuildIndex(ports, segment, indexIntervalBytes);
  return segment.offsets.lookup(target - segment.base)?.position ?? 0;
}

/** Walks from {@link seekOffset} of `target` to byte `to`. Rejects with {@link DamageError} at bytes that are no batch. */
export async function walkFromOffset(
  ports: IndexPorts,
  segment: Segment,
  target: number,
  to: number,
  indexIntervalBytes: number,
  visit: BatchVisitor,
): Promise<void> {
  const from = Math.min(await seekOffset(ports, segment, target, indexIntervalBytes), to);
  const end = await walkBatches(ports, segment.path, from, to, visit);
  if (end.kind === 'bad') throw new DamageError(segment.path, end.position, end.reason);
}

async function leadsTo(ports: IndexPorts, segment: Segment, position: number, last: number): Promise<boolean> {
  const open = await ports.files.use(segment.path, 'write');
  try {
    const header = Buffer.allocUnsafe(BATCH_HEADER_BYTES);
    const got = await open.file.read(header, position);
    if (got < BATCH_HEADER_BYTES || invalidBatchHeader(header, 0) !== null) return false;
    return readBatchHeader(header, 0).end === last + 1;
  } finally {
    open.release();
  }
}
