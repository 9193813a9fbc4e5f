/** What is durable of a log, told from the bytes of journal and segments: no more than is there, whatever was written over. */
import { describe, expect, it } from 'vitest';
import { Platter } from '../../../chaos/checkers/platter.ts';
import { ByteImage } from '../../../chaos/sim/byte-image.ts';
import { byteCount, groupId, METADATA_GROUP, nodeId, directoryId, offset, term } from '../../../raft/index.ts';
import { buildBatch, stampBatch } from '../../../storage/batch/index.ts';
import { encodeRecordHead, prepareEntry } from '../../../storage/journal/journal-record.ts';
import type { Generation, JournalEntry } from '../../../storage/journal/journal-record.ts';
import { checksum } from '../../../storage/segment/batch-header.ts';

const GROUP = groupId('topic:0');
const SALT = 77;

class FakeDisk {
  restores = 0;
  readonly directories = new Map<string, Map<string, ByteImage>>();

  durableFiles(path: string): ReadonlyMap<string, ByteImage> {
    return this.directories.get(path) ?? new Map();
  }

  write(directory: string, name: string, at: number, bytes: Uint8Array): void {
    const files = this.directories.get(directory) ?? new Map<string, ByteImage>();
    this.directories.set(directory, files);
    const image = files.get(name) ?? new ByteImage();
    files.set(name, image);
    image.write(at, bytes);
  }

  /** A journal file of its own, empty. */
  journal(name: string, salt = SALT): void {
    const header = Buffer.alloc(16);
    header.writeUInt32BE(0x464c4a46, 0);
    header.writeUInt32BE(1, 4);
    header.writeUInt32BE(salt, 8);
    header.writeUInt32BE(checksum(header.subarray(0, 12)), 12);
    this.write('/data/journal', name, 0, header);
  }
}

function batchAt(base: number, records: number, inTerm = 1): Buffer {
  const values = Array.from({ length: records }, () => ({
    key: null,
    value: Buffer.from('v'),
    headers: [],
    timestamp: 0,
  }));
  const batch = Buffer.from(buildBatch({ records: values }));
  stampBatch(batch, offset(base), term(inTerm));
  return batch;
}

function append(base: number, records: number, log = 1): JournalEntry {
  const bytes = batchAt(base, records);
  const position = {
    base: offset(base),
    end: offset(base + records),
    term: term(1),
    bytes: byteCount(bytes.length),
    control: null,
  };
  return { group: GROUP, log, operation: { kind: 'append', position }, end: base, bytes };
}

function truncate(to: number): JournalEntry {
  return { group: GROUP, log: 1, operation: { kind: 'truncate', to: offset(to) }, end: to, bytes: null };
}

/** Bytes of the entries, sequences from `first` on. */
function records(generation: Generation, first: number, ...entries: readonly JournalEntry[]): Buffer {
  return Buffer.concat(
    entries.map((entry, index) => {
      const prepared = prepareEntry(entry, Buffer.from(entry.group));
      const record = Buffer.alloc(prepared.length);
      encodeRecordHead(record, 0, prepared, { generation, sequence: first + index, synced: 0, salt: SALT });
      record.set(prepared.payload, prepared.length - prepared.payload.length);
      return record;
    }),
  );
}

const FIRST: Generation = { life: 1, file: 1 };

function followed(disk: FakeDisk): Platter {
  const platter = new Platter(disk, '/data');
  platter.follow();
  return platter;
}

describe('the platter', () => {
  it('holds what the journal holds, and no more than half a record says', () => {
    const disk = new FakeDisk();
    disk.journal('1');
    const platter = followed(disk);
    expect(platter.end(GROUP)).toBe(0);
    const bytes = records(FIRST, 1, append(0, 2), append(2, 1));
    disk.write('/data/journal', '1', 16, bytes.subarray(0, bytes.length - 1));
    platter.follow();
    expect(platter.end(GROUP)).toBe(2);
    disk.write('/data/journal', '1', 16, bytes);
    platter.follow();
    expect(platter.end(GROUP)).toBe(3);
  });

  it('a record whose batch is damaged is not there, nor what follows it', () => {
    const disk = new FakeDisk();
    disk.journal('1');
    const bytes = records(FIRST, 1, append(0, 2), append(2, 1));
    disk.write('/data/journal', '1', 16, bytes);
    disk.directories
      .get('/data/journal')
      ?.get('1')
      ?.flipBit((16 + 140) * 8);
    expect(followed(disk).end(GROUP)).toBe(0);
  });

  it('cuts, other logs of the group and hard states are followed', () => {
    const disk = new FakeDisk();
    disk.journal('1');
    const hardState = { term: term(3), votedFor: { node: nodeId(2), directory: directoryId('d') } };
    const vote: JournalEntry = {
      group: GROUP,
      log: 1,
      operation: { kind: 'hard-state', hardState },
      end: 2,
      bytes: null,
    };
    disk.write('/data/journal', '1', 16, records(FIRST, 1, append(0, 5), truncate(2), vote));
    const platter = followed(disk);
    expect([platter.end(GROUP), platter.hardState(GROUP)]).toEqual([2, hardState]);
    const other = records(FIRST, 4, append(0, 1, 2));
    disk.write('/data/journal', '1', 16 + records(FIRST, 1, append(0, 5), truncate(2), vote).length, other);
    platter.follow();
    expect([platter.end(GROUP), platter.hardState(GROUP)]).toEqual([1, null]);
  });

  it('a file that is written over continues, and what is behind the new records is of before', () => {
    const disk = new FakeDisk();
    disk.journal('1');
    disk.journal('2');
    disk.write('/data/journal', '1', 16, records(FIRST, 1, append(0, 1), append(1, 1), append(2, 1)));
    disk.write('/data/journal', '2', 16, records({ life: 1, file: 2 }, 4, append(3, 1)));
    const platter = followed(disk);
    expect(platter.end(GROUP)).toBe(4);
    disk.write('/data/journal', '1', 16, records({ life: 1, file: 3 }, 5, append(4, 1)));
    platter.follow();
    expect(platter.end(GROUP)).toBe(5);
  });

  it('what is durable before something else is does not count until that is', () => {
    const disk = new FakeDisk();
    disk.journal('1');
    disk.journal('2');
    disk.write('/data/journal', '1', 16, records(FIRST, 1, append(0, 1)));
    disk.write('/data/journal', '2', 16, records({ life: 1, file: 2 }, 3, append(2, 1)));
    const platter = followed(disk);
    expect(platter.end(GROUP)).toBe(1);
    disk.write('/data/journal', '1', 16, records(FIRST, 1, append(0, 1), append(1, 1)));
    platter.follow();
    expect(platter.end(GROUP)).toBe(3);
  });

  it('another disk holds nothing of the one before', () => {
    const disk = new FakeDisk();
    disk.journal('1');
    disk.write('/data/journal', '1', 16, records(FIRST, 1, append(0, 1)));
    const platter = followed(disk);
    disk.directories.clear();
    disk.journal('1', SALT + 1);
    platter.follow();
    expect(platter.end(GROUP)).toBe(0);
  });

  it('yesterday, put back, holds what it held', () => {
    const disk = new FakeDisk();
    disk.journal('1');
    disk.write('/data/journal', '1', 16, records(FIRST, 1, append(0, 1), append(1, 1)));
    const platter = followed(disk);
    disk.directories.clear();
    disk.journal('1');
    disk.write('/data/journal', '1', 16, records(FIRST, 1, append(0, 1)));
    disk.restores += 1;
    platter.follow();
    expect(platter.end(GROUP)).toBe(1);
  });

  it('knows a term from the moment that it is opened', () => {
    const disk = new FakeDisk();
    disk.journal('1');
    const start = { term: term(7), start: offset(1) };
    const opened: JournalEntry = { group: GROUP, log: 1, operation: { kind: 'open-term', start }, end: 1, bytes: null };
    disk.write('/data/journal', '1', 16, records(FIRST, 1, append(0, 1)));
    expect(followed(disk).newestTerm(GROUP)).toBe(1);
    disk.write('/data/journal', '1', 16, records(FIRST, 1, append(0, 1), opened));
    expect(followed(disk).newestTerm(GROUP)).toBe(7);
  });

  it('segments hold what they hold, and a snapshot of metadata is whole or nothing', () => {
    const disk = new FakeDisk();
    disk.write('/data/logs/t-0.topic', `${'0'.repeat(20)}.log`, 0, Buffer.concat([batchAt(0, 2), batchAt(2, 1, 4)]));
    const platter = followed(disk);
    expect(platter.segmentsHold(GROUP, 't-0.topic', 3, 4)).toBe(true);
    expect(platter.segmentsHold(GROUP, 't-0.topic', 3, 5)).toBe(false);
    expect(platter.segmentsHold(GROUP, 't-0.topic', 4, 4)).toBe(false);
    const name = `${'9'.padStart(20, '0')}-${'1'.padStart(10, '0')}.snapshot`;
    const directory = `/data/logs/@${METADATA_GROUP}`;
    disk.write(directory, name, 0, Buffer.from('half of it'));
    expect(platter.snapshotEnd()).toBe(0);
    disk.write(directory, name, 10, Buffer.from('FLSS'));
    expect(platter.snapshotEnd()).toBe(9);
  });
});
