/**
 * One record of the journal.
 *
 * ```
 *  0 magic u32 'FLJR' | 4 crc u32 | 8 file generation: life u32, file u32 | 16 sequence i64 | 24 synced i64
 * 32 kind u8 | 33 group bytes u8 | 34 zero u16 | 36 log number u32 | 40 offset i64 | 48 term i64 | 56 payload bytes u32 | 60 group, payload
 * ```
 * - The length of a record is 60 + group bytes + payload bytes: all of them under the CRC.
 * - `synced`: every record up to this sequence was durable before this one was written. A hole below it is damage, a hole
 *   above it is the torn last round.
 * - The CRC-32C covers everything from byte 8 on; of a batch only its first 21 bytes (offset, length, term, magic and the
 *   batch's own CRC): the rest is under that CRC, and replay checks both. So no payload is summed twice.
 * - The CRC begins from the directory's salt: a client cannot forge a record inside a payload, and a journal file of
 *   another directory says nothing here.
 * - `offset` and `term` say what the payload does not: the log end before an append, the target of a cut.
 */
import { assert, byteCount, groupId, offset, term } from '../../raft/index.ts';
import type { BatchPosition, GroupId } from '../../raft/index.ts';
import { readInt64, writeInt64 } from '../int64.ts';
import { isVoter, isVoters, isWhole, readJson } from '../json.ts';
import type { LogOperation } from '../log/log-state.ts';
import {
  batchBytesAt,
  batchChecks,
  BATCH_HEADER_BYTES,
  checksum,
  invalidBatchHeader,
  readBatchHeader,
  UNCOVERED_BYTES,
} from '../segment/batch-header.ts';

export const RECORD_MAGIC = 0x464c4a52;
export const RECORD_HEADER_BYTES = 60;

/** Which life of the node wrote a file, and its how-manyeth file that was; compared in this order. */
export interface Generation {
  readonly life: number;
  readonly file: number;
}

/** What only the journal says, besides the operations on a log. */
export type JournalMark =
  /**
   * os, interval: the cut or reset with sequence `cut` was carried out and synced; what lies above in the segments is of
   * after it. Named, because a later cut may be in the journal before an earlier one is carried out.
   */
  | { readonly kind: 'cut-done'; readonly cut: number }
  /** os, interval: the first append since the last checkpoint; what follows may be lost with the power. */
  | { readonly kind: 'unsynced' };

export type JournalOperation = LogOperation | JournalMark;

/** What is to be written. `bytes` of an append are the batch. */
export interface JournalEntry {
  readonly group: GroupId;
  /** Number of the log: a group that was deleted and made anew has another. */
  readonly log: number;
  readonly operation: JournalOperation;
  /** Log end before the operation. */
  readonly end: number;
  readonly bytes: Uint8Array | null;
}

/** An entry as it was read back. */
export interface JournalRecord extends JournalEntry {
  readonly generation: Generation;
  readonly sequence: number;
  readonly synced: number;
  /** Of the whole record. */
  readonly length: number;
  readonly bytes: Buffer | null;
}

const KINDS = [
  'hard-state',
  'truncate',
  'reset',
  'open-term',
  'append',
  'voters',
  'log-start',
  'cut-done',
  'unsynced',
] as const;

/** An entry with everything that does not depend on the file it goes to. */
export interface PreparedEntry {
  readonly entry: JournalEntry;
  readonly group: Buffer;
  readonly payload: Uint8Array;
  readonly length: number;
}

const NOTHING = Buffer.alloc(0);

/** Turns an entry into what its round will write. `group` is its group id in UTF-8; the batch of an append is not copied. */
export function prepareEntry(entry: JournalEntry, group: Buffer): PreparedEntry {
  assert(group.length <= 255, () => `group id ${entry.group} is longer than 255 bytes`);
  const payload = payloadOf(entry);
  return { entry, group, payload, length: RECORD_HEADER_BYTES + group.length + payload.length };
}

function payloadOf(entry: JournalEntry): Uint8Array {
  const { operation } = entry;
  if (operation.kind === 'append') {
    assert(entry.bytes !== null, 'an append needs its batch');
    assert(
      entry.bytes.length === operation.position.bytes,
      () => `batch ${operation.position.base} has not the bytes that its position says`,
    );
    return entry.bytes;
  }
  if (operation.kind === 'hard-state') return Buffer.from(JSON.stringify(operation.hardState.votedFor), 'utf8');
  if (operation.kind === 'voters') return Buffer.from(JSON.stringify(operation.entry.voters), 'utf8');
  return NOTHING;
}

/** Writes header and group id to `target` at `at`; the payload follows behind them. */
export function encodeRecordHead(
  target: Buffer,
  at: number,
  prepared: PreparedEntry,
  place: { readonly generation: Generation; readonly sequence: number; readonly synced: number; readonly salt: number },
): void {
  const { entry, group, payload } = prepared;
  const fields = fieldsOf(entry);
  target.writeUInt32BE(RECORD_MAGIC, at);
  target.writeUInt32BE(place.generation.life, at + 8);
  target.writeUInt32BE(place.generation.file, at + 12);
  writeInt64(target, place.sequence, at + 16);
  writeInt64(target, place.synced, at + 24);
  target.writeUInt8(KINDS.indexOf(entry.operation.kind), at + 32);
  target.writeUInt8(group.length, at + 33);
  target.writeUInt16BE(0, at + 34);
  target.writeUInt32BE(entry.log, at + 36);
  writeInt64(target, fields.offset, at + 40);
  writeInt64(target, fields.term, at + 48);
  target.writeUInt32BE(payload.length, at + 56);
  target.set(group, at + RECORD_HEADER_BYTES);
  const head = checksum(target.subarray(at + 8, at + RECORD_HEADER_BYTES + group.length), place.salt);
  target.writeUInt32BE(checksum(coveredPart(entry.operation.kind, payload), head), at + 4);
}

function coveredPart(kind: JournalOperation['kind'], payload: Uint8Array): Uint8Array {
  return kind === 'append' ? payload.subarray(0, UNCOVERED_BYTES) : payload;
}

function fieldsOf(entry: JournalEntry): { readonly offset: number; readonly term: number } {
  const { operation } = entry;
  switch (operation.kind) {
    case 'hard-state':
      return { offset: entry.end, term: operation.hardState.term };
    case 'truncate':
      return { offset: operation.to, term: 0 };
    case 'log-start':
      return { offset: operation.to, term: operation.before };
    case 'reset':
      return { offset: operation.to.end, term: operation.to.term };
    case 'open-term':
      return { offset: operation.start.start, term: operation.start.term };
    case 'append':
      return { offset: entry.end, term: operation.position.term };
    case 'voters':
      return { offset: operation.entry.base, term: 0 };
    case 'cut-done':
      return { offset: operation.cut, term: 0 };
    case 'unsynced':
      return { offset: entry.end, term: 0 };
  }
}

/**
 * The record at `at`, or null when there is none: bytes of another time, a torn write, damage, nothing that this
 * writes. Never throws. `bytes`
 * is a view of `source`.
 */
export function decodeRecord(source: Buffer, at: number, salt: number): JournalRecord | null {
  if (source.length - at < RECORD_HEADER_BYTES || source.readUInt32BE(at) !== RECORD_MAGIC) return null;
  const groupBytes = source.readUInt8(at + 33);
  const payloadBytes = source.readUInt32BE(at + 56);
  const length = RECORD_HEADER_BYTES + groupBytes + payloadBytes;
  const kind = KINDS[source.readUInt8(at + 32)];
  if (kind === undefined || groupBytes === 0 || source.length - at < length) return null;
  const payloadAt = at + RECORD_HEADER_BYTES + groupBytes;
  const payload = source.subarray(payloadAt, at + length);
  const head = checksum(source.subarray(at + 8, payloadAt), salt);
  if (checksum(coveredPart(kind, payload), head) !== source.readUInt32BE(at + 4)) return null;
  const end = readInt64(source, at + 40);
  const inTerm = readInt64(source, at + 48);
  if (!isWhole(end) || !isWhole(inTerm)) return null;
  const operation = operationOf(kind, end, inTerm, payload);
  if (operation === null) return null;
  return {
    group: groupId(source.toString('utf8', at + RECORD_HEADER_BYTES, payloadAt)),
    log: source.readUInt32BE(at + 36),
    generation: { life: source.readUInt32BE(at + 8), file: source.readUInt32BE(at + 12) },
    sequence: readInt64(source, at + 16),
    synced: readInt64(source, at + 24),
    operation,
    end,
    length,
    bytes: kind === 'append' ? payload : null,
  };
}

function operationOf(
  kind: (typeof KINDS)[number],
  at: number,
  inTerm: number,
  payload: Buffer,
): JournalOperation | null {
  switch (kind) {
    case 'hard-state': {
      const votedFor = readJson(payload);
      return votedFor === null || isVoter(votedFor) ? { kind, hardState: { term: term(inTerm), votedFor } } : null;
    }
    case 'truncate':
      return { kind, to: offset(at) };
    case 'log-start':
      return { kind, to: offset(at), before: term(inTerm) };
    case 'reset':
      return { kind, to: { end: offset(at), term: term(inTerm) } };
    case 'open-term':
      return { kind, start: { term: term(inTerm), start: offset(at) } };
    case 'append': {
      const position = positionOfBatch(payload);
      return position === null ? null : { kind, position };
    }
    case 'voters': {
      const voters = readJson(payload);
      return isVoters(voters) ? { kind, entry: { base: offset(at), voters } } : null;
    }
    case 'cut-done':
      return { kind, cut: at };
    case 'unsynced':
      return { kind };
  }
}

/** Null when the payload is not one whole batch with a good CRC: this is where a torn payload shows. */
function positionOfBatch(payload: Buffer): BatchPosition | null {
  if (payload.length < BATCH_HEADER_BYTES || invalidBatchHeader(payload, 0) !== null) return null;
  if (batchBytesAt(payload, 0) !== payload.length || !batchChecks(payload, 0, payload.length)) return null;
  const header = readBatchHeader(payload, 0);
  return {
    base: offset(header.base),
    end: offset(header.end),
    term: term(header.term),
    bytes: byteCount(header.bytes),
    control: null,
  };
}
