/**
 * The small files beside a segment: its indexes, the terms, checkpoints of offsets.
 *
 *   .index      relative offset i32 │ position i32            .timeindex   timestamp i64 │ relative offset i32
 *   .txnindex   version i16 │ producer id i64 │ first offset i64 │ last offset i64 │ last stable offset i64
 *
 * The files of a running Kafka broker are made larger ahead of need: an entry of zeros behind the first is their end.
 */
import { BATCH_HEADER_SIZE, readBatchHeader } from '../../storage/batch/index.ts';
import { DiskError } from '../../storage/index.ts';
import { ByteSource } from './byte-source.ts';
import type { DumpDisk } from './byte-source.ts';
import type { Tell } from './fact.ts';
import { baseOffsetOf, fileKindOf } from './file-kind.ts';

const OFFSET_ENTRY_BYTES = 8;
const TIME_ENTRY_BYTES = 12;
const TRANSACTION_ENTRY_BYTES = 34;

/** Calls `entry` with the position of each whole entry until it answers false; the rest is damage. */
function eachEntry(bytes: Buffer, entryBytes: number, tell: Tell, entry: (at: number) => boolean): void {
  let at = 0;
  for (; at + entryBytes <= bytes.length; at += entryBytes) if (!entry(at)) return;
  if (at < bytes.length)
    tell({ kind: 'damage', position: at, reason: `${bytes.length - at} bytes are no whole entry` });
}

/** Why the batch at `position` of the segment is not the one of the entry; null when it is, or there is no segment. */
async function wrongEntry(segment: ByteSource | null, position: number, offset: number): Promise<string | null> {
  if (segment === null) return null;
  const head = await segment.view(position, BATCH_HEADER_SIZE);
  if (head.length < BATCH_HEADER_SIZE) return `position ${position} is behind the end of the segment`;
  const header = readBatchHeader(head);
  const last = header.baseOffset + header.lastOffsetDelta;
  return offset >= header.baseOffset && offset <= last
    ? null
    : `the batch at ${position} holds offsets ${header.baseOffset} to ${last}`;
}

/** Entries of an offset index, each compared with the segment beside it. */
export async function dumpOffsetIndex(disk: DumpDisk, path: string, bytes: Buffer, tell: Tell): Promise<void> {
  const base = baseOffsetOf(path);
  const entries: { readonly at: number; readonly offset: number; readonly position: number }[] = [];
  eachEntry(bytes, OFFSET_ENTRY_BYTES, tell, (at) => {
    const [relative, position] = [bytes.readInt32BE(at), bytes.readInt32BE(at + 4)];
    if (at > 0 && relative === 0 && position === 0) return false;
    entries.push({ at, offset: base + relative, position });
    return true;
  });
  const segmentPath = path.replace(/\.index$/, '.log');
  const segment = (await disk.exists(segmentPath)) ? await ByteSource.open(disk, segmentPath) : null;
  try {
    let last = { offset: -1, position: -1 };
    for (const { at, offset, position } of entries) {
      tell({ kind: 'offset-entry', offset, position });
      const falls = offset <= last.offset || position <= last.position;
      const wrong = falls ? 'an entry that does not rise' : await wrongEntry(segment, position, offset);
      if (wrong !== null) tell({ kind: 'damage', position: at, reason: wrong });
      last = { offset, position };
    }
  } finally {
    await segment?.close();
  }
}

export function dumpTimeIndex(path: string, bytes: Buffer, tell: Tell): void {
  const base = baseOffsetOf(path);
  let last = { timestamp: Number.NEGATIVE_INFINITY, offset: -1 };
  eachEntry(bytes, TIME_ENTRY_BYTES, tell, (at) => {
    const [timestamp, relative] = [Number(bytes.readBigInt64BE(at)), bytes.readInt32BE(at + 8)];
    if (at > 0 && timestamp === 0 && relative === 0) return false;
    const offset = base + relative;
    tell({ kind: 'time-entry', timestamp, offset });
    if (timestamp <= last.timestamp || offset < last.offset)
      tell({ kind: 'damage', position: at, reason: 'an entry that does not rise' });
    last = { timestamp, offset };
    return true;
  });
}

export function dumpTransactionIndex(bytes: Buffer, tell: Tell): void {
  const int64 = (at: number): number => Number(bytes.readBigInt64BE(at));
  eachEntry(bytes, TRANSACTION_ENTRY_BYTES, tell, (at) => {
    tell({
      kind: 'aborted-transaction',
      version: bytes.readInt16BE(at),
      producerId: int64(at + 2),
      firstOffset: int64(at + 10),
      lastOffset: int64(at + 18),
      lastStableOffset: int64(at + 26),
    });
    return true;
  });
}

/** A checkpoint of Kafka's text form: version, number of entries, entries. */
export function dumpCheckpoint(path: string, bytes: Buffer, tell: Tell): void {
  const lines = bytes.toString('utf8').split('\n');
  const damage = (line: number, reason: string): void =>
    tell({
      kind: 'damage',
      position: Buffer.byteLength(lines.slice(0, line).join('\n')) + (line === 0 ? 0 : 1),
      reason,
    });
  if (lines[0] !== '0') return damage(0, `version ${JSON.stringify(lines[0] ?? '')}, only 0 is known`);
  const count = Number(lines[1]);
  const rest = lines.slice(2).filter((line) => line !== '');
  if (!Number.isInteger(count) || count !== rest.length)
    return damage(1, `${rest.length} entries, not ${lines[1] ?? ''}`);
  const isTerms = fileKindOf(path) === 'term-checkpoint';
  for (const [index, line] of rest.entries()) {
    const match = isTerms ? /^(\d+) (\d+)$/.exec(line) : /^(\S+) (\d+) (-?\d+)$/.exec(line);
    if (match === null) return damage(index + 2, `${JSON.stringify(line)} is no entry`);
    const [, first, second, third] = match;
    if (isTerms) tell({ kind: 'term-start', term: Number(first), start: Number(second) });
    else tell({ kind: 'checkpoint', topic: first ?? '', partition: Number(second), offset: Number(third) });
  }
}

/** A missing or unreadable file as the line that says so; other errors go on. */
export function damageOf(error: unknown): {
  readonly kind: 'damage';
  readonly position: null;
  readonly reason: string;
} {
  if (error instanceof DiskError)
    return { kind: 'damage', position: null, reason: error.kind === 'missing' ? 'no such file' : error.message };
  throw error;
}
