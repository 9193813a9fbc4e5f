/** Journal files and metadata snapshots: written by the storage room, read by the dump. */
import { describe, expect, it } from 'vitest';
import { byteCount, groupId, offset, term } from '../../raft/index.ts';
import { dumpFiles } from '../../src/log-dump/index.ts';
import { emptyImage, encodeImage, encodeRecord } from '../../src/metadata/index.ts';
import { buildBatch, crc32c, readBatchHeader } from '../../storage/batch/index.ts';
import { encodeRecordHead, prepareEntry } from '../../storage/journal/journal-record.ts';
import type { JournalEntry } from '../../storage/journal/journal-record.ts';
import { diskOf } from './kafka-directory.ts';

const SALT = 4711;

type Line = Readonly<Record<string, unknown>>;

async function dump(
  path: string,
  bytes: Uint8Array,
  records = true,
): Promise<{ readonly code: number; readonly lines: readonly Line[] }> {
  const lines: Line[] = [];
  const disk = diskOf(new Map([[path, bytes]]));
  const code = await dumpFiles([path], { output: 'jsonl', records, disk }, (text) =>
    lines.push(JSON.parse(text) as Line),
  );
  return { code, lines };
}

/** A journal file as the storage room lays it out: magic, version, salt, CRC, records, zeros. */
function journalFile(entries: readonly JournalEntry[]): Buffer {
  const header = Buffer.alloc(16);
  header.write('FLJF', 0, 'latin1');
  header.writeUInt32BE(1, 4);
  header.writeUInt32BE(SALT, 8);
  header.writeUInt32BE(crc32c(header.subarray(0, 12)), 12);
  const parts: Uint8Array[] = [header];
  for (const [index, entry] of entries.entries()) {
    const group = Buffer.from(entry.group);
    const prepared = prepareEntry(entry, group);
    const head = Buffer.alloc(60 + group.length);
    encodeRecordHead(head, 0, prepared, {
      generation: { life: 3, file: 2 },
      sequence: 10 + index,
      synced: 9 + index,
      salt: SALT,
    });
    parts.push(head, prepared.payload);
  }
  parts.push(Buffer.alloc(500));
  return Buffer.concat(parts);
}

const group = groupId('topic-id:0');
const batch = buildBatch({
  records: [{ key: null, value: Buffer.from('hello'), timestamp: 5 }],
  baseOffset: 7,
  term: 2,
});
const position = { base: offset(7), end: offset(8), term: term(2), bytes: byteCount(batch.length), control: null };
const entries: readonly JournalEntry[] = [
  {
    group,
    log: 1,
    end: 7,
    bytes: null,
    operation: { kind: 'hard-state', hardState: { term: term(2), votedFor: null } },
  },
  { group, log: 1, end: 7, bytes: null, operation: { kind: 'open-term', start: { term: term(2), start: offset(7) } } },
  { group, log: 1, end: 7, bytes: batch, operation: { kind: 'append', position } },
  { group, log: 1, end: 8, bytes: null, operation: { kind: 'truncate', to: offset(7) } },
];

describe('log dump of a journal', () => {
  it('tells each record with its place, and where the records end', async () => {
    expect(readBatchHeader(batch).baseOffset).toBe(7);
    const { code, lines } = await dump('journal/00000001.journal', journalFile(entries));
    expect(code).toBe(0);
    const operations = lines.filter(({ kind }) => kind === 'journal-record');
    expect(operations.map(({ operation, sequence, synced }) => [operation, sequence, synced])).toEqual([
      ['hard-state', 10, 9],
      ['open-term', 11, 10],
      ['append', 12, 11],
      ['truncate', 13, 12],
    ]);
    expect(operations[2]).toMatchObject({
      group: 'topic-id:0',
      baseOffset: 7,
      endOffset: 8,
      term: 2,
      batchSize: batch.length,
      life: 3,
      fileNumber: 2,
    });
    const end = lines.at(-1);
    expect(end).toMatchObject({ kind: 'journal-end', unused: 500 });
  });

  it('stops at the first record that does not check', async () => {
    const bytes = journalFile(entries);
    bytes[bytes.length - 501 - 20] = 0xff;
    const { lines } = await dump('00000001.journal', bytes);
    expect(lines.filter(({ kind }) => kind === 'journal-record')).toHaveLength(3);
  });

  it('refuses a file without its header', async () => {
    const { code, lines } = await dump('00000001.journal', Buffer.alloc(100));
    expect(code).toBe(65);
    expect(lines.at(-1)).toMatchObject({ kind: 'damage', position: 0 });
  });
});

/** As the storage room writes it: state, footer, trailer. */
function snapshotFile(state: Uint8Array): Buffer {
  const footer = Buffer.from(
    JSON.stringify({ version: 1, end: 9, term: 2, bytes: state.length, voters: [], crc: crc32c(state) }),
  );
  const trailer = Buffer.alloc(12);
  trailer.writeUInt32BE(footer.length, 0);
  trailer.writeUInt32BE(crc32c(footer), 4);
  trailer.write('FLSS', 8, 'latin1');
  return Buffer.concat([state, footer, trailer]);
}

describe('log dump of the metadata', () => {
  const path = '@metadata/00000000000000000009-0000000002.snapshot';

  it('tells what a snapshot covers, and its state on demand', async () => {
    const file = snapshotFile(encodeImage(emptyImage()));
    const { code, lines } = await dump(path, file);
    expect(code).toBe(0);
    expect(lines[1]).toMatchObject({ kind: 'snapshot', end: 9, term: 2, valid: true, image: { brokers: {} } });
    expect((await dump(path, file, false)).lines[1]).not.toHaveProperty('image');
  });

  it('finds damage in state, footer and end of a snapshot', async () => {
    const state = encodeImage(emptyImage());
    for (const at of [0, state.length + 3, state.length + 80]) {
      const file = snapshotFile(state);
      file[at] = (file[at] ?? 0) ^ 1;
      expect((await dump(path, file)).code).toBe(65);
    }
    expect((await dump(path, snapshotFile(state).subarray(0, -5))).code).toBe(65);
  });

  it('reads the records of the metadata log', async () => {
    const value = encodeRecord({
      kind: 'topic-created',
      topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
      name: 'orders',
      internal: false,
    });
    const bytes = buildBatch({ records: [{ key: null, value, timestamp: 5 }], baseOffset: 0, term: 1 });
    const { lines } = await dump('logs/@metadata/00000000000000000000.log', bytes);
    expect(lines.at(-1)).toMatchObject({ kind: 'record', value: { kind: 'topic-created', name: 'orders' } });
  });
});
