/**
 * The last step of compaction, and its repetition after a crash.
 *
 * ```
 *  write <base>.log.cleaned, sync ─▶ checkpoint names the new size (the point of no return) ─▶ rename over <base>.log
 * ```
 * At start a `.cleaned` file whose size is the one in the checkpoint takes its place; any other is a rest and goes.
 */
import type { Disk } from '../disk.ts';
import { CLEANED_SUFFIX, segmentBaseOf, segmentFileName } from '../segment/segment-name.ts';
import { removeIfThere } from '../segment/segment-index.ts';
import type { SegmentSummary } from '../segment/segment.ts';

/** Finishes what a crash interrupted; `segments` are those of the checkpoint. Rejects with the disk's error. */
export async function finishCleaning(
  disk: Disk,
  directory: string,
  segments: readonly SegmentSummary[],
): Promise<void> {
  const names = (await disk.list(directory)).map((entry) => entry.name).filter((name) => name.endsWith(CLEANED_SUFFIX));
  if (names.length === 0) return;
  for (const name of names) {
    const base = segmentBaseOf(name.slice(0, -CLEANED_SUFFIX.length));
    const segment = segments.find((other) => other.base === base);
    const path = `${directory}/${name}`;
    if (segment === undefined || (await sizeOf(disk, path)) !== segment.bytes) await removeIfThere(disk, path);
    else {
      await removeIfThere(disk, `${directory}/${segmentFileName(segment.base, 'index')}`);
      await removeIfThere(disk, `${directory}/${segmentFileName(segment.base, 'timeindex')}`);
      await disk.rename(path, `${directory}/${segmentFileName(segment.base, 'log')}`);
    }
  }
  await disk.syncDirectory(directory);
}

async function sizeOf(disk: Disk, path: string): Promise<number> {
  const file = await disk.open(path, 'read');
  try {
    return await file.size();
  } finally {
    await file.close();
  }
}
