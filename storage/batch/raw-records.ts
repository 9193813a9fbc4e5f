/**
 * Records of a batch as bytes: where each one lies, and where its key. Makes no object per record.
 *
 * For compaction, which reads much more than it keeps, and keeps records as they are: their deltas count from the batch's base
 * offset and base timestamp, which stay.
 */
import { VarintCursor } from './varint.ts';

/** One record in the bytes that are walked over; the object is the same at every visit. */
export interface RawRecord {
  /** The record is bytes `from` … `to`, its length varint included. */
  from: number;
  to: number;
  offsetDelta: number;
  timestampDelta: number;
  /** The key is bytes `keyFrom` … `keyTo`; -1: it has none. */
  keyFrom: number;
  keyTo: number;
  /** A key without a value. */
  isTombstone: boolean;
}

/** Visits `count` records that fill `bytes`. False when they do not, or one is damaged: then what was visited counts for nothing. */
export function walkRawRecords(bytes: Uint8Array, count: number, visit: (record: RawRecord) => void): boolean {
  const cursor = new VarintCursor(bytes, 0, bytes.length);
  const record = { from: 0, to: 0, offsetDelta: 0, timestampDelta: 0, keyFrom: -1, keyTo: -1, isTombstone: false };
  for (let index = 0; index < count; index += 1) {
    record.from = cursor.position;
    const size = cursor.varint();
    record.to = cursor.position + size;
    if (cursor.failed || size < 0 || record.to > bytes.length) return false;
    cursor.skip(1);
    record.timestampDelta = cursor.varlong();
    record.offsetDelta = cursor.varint();
    const keySize = cursor.varint();
    record.keyFrom = keySize < 0 ? -1 : cursor.position;
    if (keySize > 0) cursor.skip(keySize);
    record.keyTo = cursor.position;
    record.isTombstone = cursor.varint() < 0 && keySize >= 0;
    if (cursor.failed || cursor.position > record.to) return false;
    visit(record);
    cursor.position = record.to;
  }
  return cursor.position === bytes.length;
}
