/**
 * What a node does to its disk, as it is written down outside of the process: an intent before each operation, and whether it
 * was done behind it. Whoever finds an intent alone does not know: the process died in between.
 *
 * ```
 *  record: header length u32 | data length u32 | header (JSON) | data (of writes)
 * ```
 * Records are appended with one write each; a torn last one belongs to an operation that never began.
 */

/** `number` names the operation, `file` an open file of this life; paths begin at the data directory (`/logs/…`). */
export type DiskIntent =
  | { readonly kind: 'open'; readonly number: number; readonly file: number; readonly path: string }
  | { readonly kind: 'write'; readonly number: number; readonly file: number; readonly position: number }
  | { readonly kind: 'truncate'; readonly number: number; readonly file: number; readonly size: number }
  | { readonly kind: 'sync'; readonly number: number; readonly file: number }
  | { readonly kind: 'failed-sync'; readonly number: number; readonly file: number }
  | { readonly kind: 'make-directory'; readonly number: number; readonly path: string }
  | { readonly kind: 'sync-directory'; readonly number: number; readonly path: string }
  | { readonly kind: 'rename'; readonly number: number; readonly from: string; readonly to: string }
  | { readonly kind: 'remove-file'; readonly number: number; readonly path: string }
  | { readonly kind: 'remove-tree'; readonly number: number; readonly path: string };

export type DiskRecord = DiskIntent | { readonly kind: 'done'; readonly number: number; readonly ok: boolean };

export interface RecordedAct {
  readonly record: DiskRecord;
  /** Of a write; else empty. A view of what was decoded. */
  readonly data: Uint8Array;
}

const LENGTHS_BYTES = 8;

/** The buffers of one record, to be written in one go. `data` is not copied. */
export function encodeRecord(record: DiskRecord, data: readonly Uint8Array[] = []): readonly Uint8Array[] {
  const header = Buffer.from(JSON.stringify(record));
  const lengths = Buffer.alloc(LENGTHS_BYTES);
  lengths.writeUInt32LE(header.length, 0);
  lengths.writeUInt32LE(
    data.reduce((sum, { length }) => sum + length, 0),
    4,
  );
  return [lengths, header, ...data];
}

/** All whole records, oldest first, and how many bytes they take; a torn rest is left. */
export function decodeRecords(bytes: Buffer): { readonly acts: readonly RecordedAct[]; readonly length: number } {
  const acts: RecordedAct[] = [];
  let at = 0;
  while (at + LENGTHS_BYTES <= bytes.length) {
    const dataAt = at + LENGTHS_BYTES + bytes.readUInt32LE(at);
    const end = dataAt + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) break;
    const record = JSON.parse(bytes.toString('utf8', at + LENGTHS_BYTES, dataAt)) as DiskRecord;
    acts.push({ record, data: bytes.subarray(dataAt, end) });
    at = end;
  }
  return { acts, length: at };
}
