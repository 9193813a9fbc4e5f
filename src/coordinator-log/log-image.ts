/**
 * What the log of one coordinator partition says, as its writer and its rewrite see it: the newest record of every key.
 *
 * Decide, log, apply: records that were appended, and records that are read back by a later coordinator, go through the
 * same `apply`.
 */
import type { Offset } from '../../raft/index.ts';
import type { BatchTransaction, KeyValueRecord } from './partition-log.ts';

/** Bytes of a record beside its key and value: lengths, deltas, attributes. Close enough for accounting. */
const RECORD_OVERHEAD_BYTES = 8;

export function recordBytes(record: KeyValueRecord): number {
  return record.key.length + (record.value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
}

/** A batch of a transaction, and where it begins. */
export interface PlacedTransaction extends BatchTransaction {
  readonly base: Offset;
}

/** `Name` names a live record. */
export interface LogImage<Name> {
  /** Sum of {@link recordBytes} of all live records. */
  readonly liveBytes: number;
  /** Takes in the next record of the log; keeps no view of its bytes. Returns why it was not understood, or null. */
  apply(record: KeyValueRecord, transaction: PlacedTransaction | null): string | null;
  /** All live records by name, a fresh list. */
  names(): readonly Name[];
  /** The record that says what the image says under `name` now; null when that is nothing any more. */
  record(name: Name): KeyValueRecord | null;
  /** The oldest record that is not decided yet, which no rewrite may cut off; null: there is none. */
  keepFrom(): Offset | null;
}
