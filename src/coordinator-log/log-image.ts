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

/** Where a record stands. */
export interface RecordPlace {
  /** Offset at which its batch begins. */
  readonly base: Offset;
  /** The transaction that it belongs to; null: it counts at once. */
  readonly transaction: BatchTransaction | null;
}

/** `Name` names a live record. */
export interface LogImage<Name> {
  /** Sum of {@link recordBytes} of all live records. */
  readonly liveBytes: number;
  /** Takes in the next record of the log; keeps no view of its bytes. Returns why it was not understood, or null. */
  apply(record: KeyValueRecord, place: RecordPlace): string | null;
  /** All live records by name, a fresh list. */
  names(): readonly Name[];
  /** The record that says what the image says under `name` now; null when that is nothing any more. */
  record(name: Name): KeyValueRecord | null;
  /** There are records whose transaction is open: no rewrite may begin and cut them off. */
  readonly undecided: boolean;
  /** An open transaction holds a record of this name: written again, the older value would pass for the newer one. */
  isUndecided(name: Name): boolean;
}
