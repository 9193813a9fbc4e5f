/**
 * The last step of compaction, and its repetition after a crash.
 *
 * ```
 *  write <base>.log.cleaned, sync ─▶ record says `moving` (the point of no return) ─▶ rename over <base>.log
 * ```
 * At start a `.cleaned` file that the record says is to be moved takes its place; any other is a rest and goes. So do the files
 * of neighbours that went into it, as all files do that no record names (`recover-files.ts`).
 */
import type { Disk } from '../disk.ts';
import { removeIfThere } from '../segment/segment-index.ts';
import { CLEANED_SUFFIX, segmentBaseOf, segmentFileName } from '../segment/segment-name.ts';
import type { SegmentSummary } from '../segment/segment.ts';

/** Finishes what a crash interrupted; `kept` are the segments that are still wanted. Rejects with the disk's error. */
export async function finishCleaning(
  disk: Disk,
  directory: string,
  moving: readonly number[],
  kept: readonly SegmentSummary[],
): Promise<void> {
  const names = (await disk.list(directory)).map((entry) => entry.name).filter((name) => name.endsWith(CLEANED_SUFFIX));
  // Where there is nothing to move, a process may have died between the rename and its sync.
  if (names.length === 0 && moving.length === 0) return;
  for (const name of names) {
    const base = segmentBaseOf(name.slice(0, -CLEANED_SUFFIX.length));
    const segment = kept.find((other) => other.base === base);
    const path = `${directory}/${name}`;
    if (segment === undefined || !moving.includes(segment.base)) {
      await removeIfThere(disk, path);
      continue;
    }
    await removeIfThere(disk, `${directory}/${segmentFileName(segment.base, 'index')}`);
    await removeIfThere(disk, `${directory}/${segmentFileName(segment.base, 'timeindex')}`);
    await disk.rename(path, `${directory}/${segmentFileName(segment.base, 'log')}`);
  }
  await disk.syncDirectory(directory);
}
