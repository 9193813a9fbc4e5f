/**
 * What the journal said of a log that cannot be used, kept beside its files: the journal is recycled, and with it would go
 * what was acknowledged and never reached the segments.
 *
 * ```
 *  start ─▶ damage ─▶ rescued.journal: the log's records after its checkpoint, synced ─▶ checkpoint "failed" ─▶ journal recycled
 *  start ─▶ checkpoint + rescued.journal: recovery as on the day of the damage
 * ```
 */
import type { Disk } from '../disk.ts';
import type { PlacedRecord } from '../journal/journal-replay.ts';
import { decodeRecord, encodeRecordHead, prepareEntry } from '../journal/journal-record.ts';
import type { JournalRecord } from '../journal/journal-record.ts';
import { DamageError } from '../segment/damage.ts';
import { removeIfThere } from '../segment/segment-index.ts';

const NAME = 'rescued.journal';
/** The file is read by nobody who does not know what it is. */
const SALT = 0;

function encode(record: JournalRecord): readonly Uint8Array[] {
  const group = Buffer.from(record.group, 'utf8');
  const prepared = prepareEntry(record, group);
  const head = Buffer.alloc(prepared.length - prepared.payload.length);
  encodeRecordHead(head, 0, prepared, { ...record, salt: SALT });
  return [head, prepared.payload];
}

/** Writes them durably, over what an earlier damage left. Rejects with the disk's error. */
export async function rescueRecords(disk: Disk, directory: string, records: readonly PlacedRecord[]): Promise<void> {
  // The damage may be that it is missing.
  if (!(await disk.exists(directory))) await disk.makeDirectory(directory);
  const file = await disk.open(`${directory}/${NAME}`, 'create');
  try {
    await file.truncate(0);
    let position = 0;
    for (const { record } of records) {
      const buffers = encode(record);
      await file.write(buffers, position);
      position += buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  await disk.syncDirectory(directory);
}

/** The records of log number `log`, in order; none when nothing was rescued. Rejects with the disk's error. */
export async function readRescued(
  disk: Disk,
  directory: string,
  log: number,
): Promise<readonly PlacedRecord[] | DamageError> {
  const path = `${directory}/${NAME}`;
  if (!(await disk.exists(path))) return [];
  const bytes = await readWhole(disk, path);
  const records: PlacedRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const record = decodeRecord(bytes, at, SALT);
    if (record === null) return new DamageError(path, at, 'no record of the journal');
    if (record.log === log) records.push({ record, path, position: at });
    at += record.length;
  }
  return records;
}

async function readWhole(disk: Disk, path: string): Promise<Buffer> {
  const file = await disk.open(path, 'read');
  try {
    const bytes = Buffer.alloc(await file.size());
    return bytes.subarray(0, await file.read(bytes, 0));
  } finally {
    await file.close();
  }
}

/** They are in the log again, or given up. */
export function removeRescued(disk: Disk, directory: string): Promise<void> {
  return removeIfThere(disk, `${directory}/${NAME}`);
}
