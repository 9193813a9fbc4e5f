/**
 * What the journal files say after a crash.
 *
 * ```
 *  file A  [7][8][9][10]|rest of an older generation        file B  [11][12][13 torn]…
 *           └────────────── contiguous from the checkpoint's sequence on ──┘ ▲ the end of the replay
 * ```
 * - A file is read from its beginning; the first record tells its generation, a record of another one ends it.
 * - Records continue the checkpoint's sequence without a hole. A file that was given up halfway (disk full) may repeat
 *   the last sequences in the next one, with the same content.
 * - Behind the end, a good record may lie in the torn last round. But if any record says that a sequence beyond the end
 *   *was synced*, the hole is damage, and the directory is refused: what was acknowledged must not silently shrink.
 */
import { DamageError } from '../segment/damage.ts';
import { JOURNAL_HEADER_BYTES } from './journal-file.ts';
import { decodeRecord, RECORD_MAGIC } from './journal-record.ts';
import type { Generation, JournalRecord } from './journal-record.ts';

export interface JournalFileBytes {
  readonly path: string;
  readonly bytes: Buffer;
}

/** A record and where it lies. */
export interface PlacedRecord {
  readonly record: JournalRecord;
  readonly path: string;
  readonly position: number;
}

const MAGIC = Buffer.alloc(4);
MAGIC.writeUInt32BE(RECORD_MAGIC);

/** The records of one file, from its beginning to the first byte that does not continue it. */
export function readJournalFile(
  file: JournalFileBytes,
  salt: number,
): { readonly records: readonly PlacedRecord[]; readonly validBytes: number } {
  const records: PlacedRecord[] = [];
  let at = JOURNAL_HEADER_BYTES;
  let generation: Generation | null = null;
  while (at < file.bytes.length) {
    const record = decodeRecord(file.bytes, at, salt);
    if (record === null) break;
    generation ??= record.generation;
    if (compareGenerations(record.generation, generation) !== 0) break;
    records.push({ record, path: file.path, position: at });
    at += record.length;
  }
  return { records, validBytes: at };
}

/**
 * The records to replay: those after sequence `after`, of life `life` of the node (the last one that wrote), in order.
 * Or the damage that was found.
 */
export function replayJournal(
  files: readonly JournalFileBytes[],
  after: number,
  life: number,
  salt: number,
): readonly PlacedRecord[] | DamageError {
  const found: PlacedRecord[] = [];
  let synced: PlacedRecord | null = null;
  for (const file of files) {
    const { records, validBytes } = readJournalFile(file, salt);
    found.push(...records.filter(({ record }) => record.generation.life === life));
    for (const placed of [...records.slice(-1), ...strays(file, validBytes, salt)]) {
      if (placed.record.generation.life !== life) continue;
      if (synced === null || placed.record.synced > synced.record.synced) synced = placed;
    }
  }
  found.sort(
    (left, right) =>
      compareGenerations(left.record.generation, right.record.generation) ||
      left.record.sequence - right.record.sequence,
  );
  const replayed: PlacedRecord[] = [];
  let last = after;
  for (const placed of found) {
    if (placed.record.sequence <= last) continue;
    if (placed.record.sequence !== last + 1) break;
    replayed.push(placed);
    last += 1;
  }
  if (synced === null || synced.record.synced <= last) return replayed;
  const place = placeOfHole(files, replayed.at(-1) ?? null, synced, salt);
  return new DamageError(
    place.path,
    place.position,
    `journal record ${last + 1} is missing or damaged, but record ${synced.record.sequence} says that it was durable`,
  );
}

export function compareGenerations(left: Generation, right: Generation): number {
  return left.life - right.life || left.file - right.file;
}

/** Good records behind the first bad byte. */
function strays(file: JournalFileBytes, from: number, salt: number): readonly PlacedRecord[] {
  const found: PlacedRecord[] = [];
  let at = file.bytes.indexOf(MAGIC, from);
  while (at !== -1) {
    const record = decodeRecord(file.bytes, at, salt);
    if (record !== null) found.push({ record, path: file.path, position: at });
    at = file.bytes.indexOf(MAGIC, at + (record?.length ?? 1));
  }
  return found;
}

function placeOfHole(
  files: readonly JournalFileBytes[],
  last: PlacedRecord | null,
  synced: PlacedRecord,
  salt: number,
): { readonly path: string; readonly position: number } {
  if (last !== null) return { path: last.path, position: last.position + last.record.length };
  const file = files.find((other) => other.path === synced.path);
  return { path: synced.path, position: file === undefined ? 0 : readJournalFile(file, salt).validBytes };
}
