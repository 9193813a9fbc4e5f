/**
 * Removing a log's directory with all in it; a missing one is no error.
 *
 * The metadata log shares its directory with the snapshots of its state machine: those are not the log's and stay.
 */
import type { Disk } from '../disk.ts';

/** Rejects with the disk's error; the caller syncs the parent. */
export async function removeLogDirectory(disk: Disk, path: string): Promise<void> {
  if (!(await disk.exists(path))) return;
  const names = (await disk.list(path)).map((entry) => entry.name);
  if (!names.some((name) => name.endsWith('.snapshot'))) return disk.removeTree(path);
  for (const name of names) if (!name.endsWith('.snapshot')) await disk.removeFile(`${path}/${name}`);
  await disk.syncDirectory(path);
}
