/** Files whose checksums are right and whose JSON is not what is written: refused by a reason, not by a throw (the fuzzer found them). */
import { describe, expect, test } from 'vitest';
import { byteCount, directoryId, groupId, nodeId, offset, term } from '../../raft/index.ts';
import { decodeSnapshot } from '../../storage/data/snapshot-files.ts';
import { crc32c } from '../../storage/index.ts';
import { decodeRecord, encodeRecordHead, prepareEntry } from '../../storage/journal/journal-record.ts';
import type { JournalEntry } from '../../storage/journal/journal-record.ts';
import { decodeGroupRecord, encodeGroupRecord } from '../../storage/log/group-record.ts';
import type { GroupRecord } from '../../storage/log/group-record.ts';

const GROUP = groupId('t:0');
const RECORD: GroupRecord = {
  group: GROUP,
  log: 1,
  directory: 't-0',
  flush: 'always',
  facts: {
    hardState: { term: term(4), votedFor: { node: nodeId(1), directory: directoryId('d') } },
    logStart: offset(0),
    logStartTerm: term(0),
    logEnd: offset(20),
    terms: [{ term: term(4), start: offset(0) }],
    voters: [{ base: offset(0), voters: [{ node: nodeId(1), directory: directoryId('d') }] }],
  },
  highWatermark: offset(19),
  segments: [
    { base: offset(0), end: offset(20), bytes: 500, lastBatch: 400, largest: { timestamp: 7, offset: offset(3) } },
  ],
  moving: [0],
  cleaned: offset(10),
  states: [['producers', [10, 20]]],
  lossy: false,
  gaps: true,
  failure: null,
  whole: true,
};

describe('a checkpoint of a group', () => {
  const json = JSON.parse(encodeGroupRecord(RECORD).toString()) as Readonly<Record<string, unknown>>;
  const decode = (changed: object): GroupRecord | string =>
    decodeGroupRecord(Buffer.from(JSON.stringify({ ...json, ...changed })));

  test('comes back as it was written', () => {
    expect(decodeGroupRecord(encodeGroupRecord(RECORD))).toEqual(RECORD);
    expect(decode({ cleaned: undefined, whole: undefined })).toEqual({ ...RECORD, cleaned: 0, whole: false });
  });

  test.each([
    ['group', ''],
    ['terms', undefined],
    ['terms', [[1]]],
    ['terms', [[1, -1]]],
    ['votedFor', { node: 'x' }],
    ['voters', [[0, [{ node: 1 }]]]],
    ['segments', [[0, 20, 500]]],
    ['logEnd', 2 ** 60],
    ['states', { producers: [] }],
    ['flush', 'sometimes'],
  ])('with %s %j is refused by name', (name, value) => {
    expect(decode({ [name]: value })).toBe(`has no right ${name}`);
  });
});

describe('a record of the journal', () => {
  const bytesOf = (operation: JournalEntry['operation']): Buffer => {
    const name = Buffer.from(GROUP);
    const prepared = prepareEntry({ group: GROUP, log: 1, end: 0, bytes: null, operation }, name);
    const head = Buffer.alloc(prepared.length - prepared.payload.length);
    encodeRecordHead(head, 0, prepared, { generation: { life: 1, file: 1 }, sequence: 1, synced: 0, salt: 7 });
    return Buffer.concat([head, prepared.payload]);
  };

  test('that names voters, or none, or what is no voter', () => {
    const voted = (votedFor: unknown): Buffer =>
      bytesOf({ kind: 'hard-state', hardState: { term: term(1), votedFor: votedFor as never } });
    expect(decodeRecord(voted(null), 0, 7)).toMatchObject({ operation: { hardState: { votedFor: null } } });
    expect(decodeRecord(voted({ node: 1, directory: 'd' }), 0, 7)).not.toBeNull();
    expect(decodeRecord(voted({ node: -1, directory: 'd' }), 0, 7)).toBeNull();
    expect(decodeRecord(voted('x'), 0, 7)).toBeNull();
    expect(
      decodeRecord(bytesOf({ kind: 'voters', entry: { base: offset(0), voters: 'all' as never } }), 0, 7),
    ).toBeNull();
  });

  test('with a term that is no whole number is none', () => {
    const bytes = bytesOf({ kind: 'log-start', to: offset(1), before: -5 as never });
    expect(decodeRecord(bytes, 0, 7)).toBeNull();
  });
});

test('a snapshot whose footer is no JSON, or lacks what it must say, is refused', () => {
  const state = Buffer.from('state');
  const file = (footer: string): Buffer => {
    const trailer = Buffer.alloc(12);
    trailer.writeUInt32BE(footer.length, 0);
    trailer.writeUInt32BE(crc32c(Buffer.from(footer)), 4);
    trailer.write('FLSS', 8, 'latin1');
    return Buffer.concat([state, Buffer.from(footer), trailer]);
  };
  const json = { version: 1, end: 9, term: 2, bytes: state.length, voters: [], crc: crc32c(state) };
  expect(decodeSnapshot(file(JSON.stringify(json)))).toEqual({
    last: { end: 9, term: 2 },
    voters: [],
    bytes: byteCount(5),
  });
  expect(decodeSnapshot(file('{'))).toBe('the footer of the snapshot is no JSON');
  expect(decodeSnapshot(file('null'))).toBe('the footer of the snapshot is no JSON');
  expect(decodeSnapshot(file(JSON.stringify({ ...json, term: -1 })))).toContain('not as it is written');
  expect(decodeSnapshot(file(JSON.stringify({ ...json, voters: [{}] })))).toContain('not as it is written');
});
