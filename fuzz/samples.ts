/**
 * Good files and frames, made by the encoders of the product, and checksums made right again after they were spoiled.
 */
import { byteCount, directoryId, groupId, incarnation, nodeId, offset, term } from '../raft/index.ts';
import { encodeCommand } from '../src/controller/controller-codec.ts';
import type { RemoteCommand } from '../src/controller/controller-codec.ts';
import { applyRecords, emptyImage, encodeImage, encodeRecord } from '../src/metadata/index.ts';
import { FrameBuilder } from '../src/peer/frame.ts';
import type { FrameItem } from '../src/peer/frame-item.ts';
import { buildBatch } from '../storage/batch/index.ts';
import { crc32c } from '../storage/index.ts';
import { JOURNAL_HEADER_BYTES } from '../storage/journal/index.ts';
import { encodeRecordHead, prepareEntry, RECORD_HEADER_BYTES } from '../storage/journal/journal-record.ts';
import type { JournalEntry } from '../storage/journal/journal-record.ts';
import { encodeGroupRecord } from '../storage/log/group-record.ts';
import { checksum, UNCOVERED_BYTES } from '../storage/segment/batch-header.ts';
import { OffsetIndex } from '../storage/segment/offset-index.ts';
import { encodeTermCheckpoint } from '../storage/segment/term-checkpoint.ts';
import { TimeIndex } from '../storage/segment/time-index.ts';
import { EVERY_RECORD } from '../test/metadata/records.ts';

export const SALT = 4711;
const GROUP = groupId('topic-id:0');
const LIFE = { node: nodeId(1), incarnation: incarnation('life-1') };
const ENDPOINT = { host: '127.0.0.1', port: 9092 };
const TERMS = [
  { term: term(1), start: offset(0) },
  { term: term(4), start: offset(1998) },
];

function batch(base: number, value: string): Buffer {
  const records = [{ key: null, value: Buffer.from(value), timestamp: 1000 + base }];
  return Buffer.from(buildBatch({ records, baseOffset: base, term: 2 }));
}

function segment(): Buffer {
  return Buffer.concat([batch(0, 'a'), batch(1, 'b'.repeat(200)), batch(2, ''), batch(3, 'dd')]);
}

function journal(): Buffer {
  const header = Buffer.alloc(JOURNAL_HEADER_BYTES);
  header.write('FLJF', 0, 'latin1');
  header.writeUInt32BE(1, 4);
  header.writeUInt32BE(SALT, 8);
  header.writeUInt32BE(crc32c(header.subarray(0, 12)), 12);
  const bytes = batch(7, 'hello');
  const position = { base: offset(7), end: offset(8), term: term(2), bytes: byteCount(bytes.length), control: null };
  const voters = [{ node: nodeId(1), directory: directoryId('d') }];
  const operations: readonly (Pick<JournalEntry, 'operation' | 'end'> & { readonly bytes?: Buffer })[] = [
    { end: 7, operation: { kind: 'hard-state', hardState: { term: term(2), votedFor: null } } },
    { end: 7, operation: { kind: 'hard-state', hardState: { term: term(3), votedFor: voters[0] ?? null } } },
    { end: 7, operation: { kind: 'open-term', start: { term: term(2), start: offset(7) } } },
    { end: 7, operation: { kind: 'append', position }, bytes },
    { end: 8, operation: { kind: 'voters', entry: { base: offset(7), voters } } },
    { end: 8, operation: { kind: 'truncate', to: offset(7) } },
    { end: 7, operation: { kind: 'log-start', to: offset(7), before: term(1) } },
    { end: 7, operation: { kind: 'reset', to: { end: offset(9), term: term(4) } } },
    { end: 9, operation: { kind: 'cut-done', cut: 15 } },
    { end: 9, operation: { kind: 'unsynced' } },
  ];
  const parts = operations.flatMap((each, index) => {
    const group = Buffer.from(GROUP);
    const prepared = prepareEntry({ group: GROUP, log: 1, ...each, bytes: each.bytes ?? null }, group);
    const head = Buffer.alloc(RECORD_HEADER_BYTES + group.length);
    encodeRecordHead(head, 0, prepared, {
      generation: { life: 3, file: 2 },
      sequence: 10 + index,
      synced: 9 + index,
      salt: SALT,
    });
    return [head, prepared.payload];
  });
  return Buffer.concat([header, ...parts, Buffer.alloc(200)]);
}

function image(): Buffer {
  return Buffer.from(encodeImage(applyRecords(emptyImage(), EVERY_RECORD, offset(EVERY_RECORD.length), term(1))));
}

function snapshot(): Buffer {
  const state = image();
  const voters = [{ node: 1, directory: 'd' }];
  const json = { version: 1, end: 9, term: 2, bytes: state.length, voters, crc: crc32c(state) };
  const footer = Buffer.from(JSON.stringify(json));
  const trailer = Buffer.alloc(12);
  trailer.writeUInt32BE(footer.length, 0);
  trailer.writeUInt32BE(crc32c(footer), 4);
  trailer.write('FLSS', 8, 'latin1');
  return Buffer.concat([state, footer, trailer]);
}

function checkpoint(): Buffer {
  return encodeGroupRecord({
    group: GROUP,
    log: 1,
    directory: 't-0',
    flush: 'always',
    facts: {
      hardState: { term: term(4), votedFor: null },
      logStart: offset(0),
      logStartTerm: term(0),
      logEnd: offset(2000),
      terms: TERMS,
      voters: [{ base: offset(0), voters: [{ node: nodeId(1), directory: directoryId('d') }] }],
    },
    highWatermark: offset(1999),
    segments: [
      {
        base: offset(0),
        end: offset(2000),
        bytes: 5000,
        lastBatch: 4000,
        largest: { timestamp: 7, offset: offset(3) },
      },
    ],
    moving: [0],
    cleaned: offset(10),
    states: [['producers', [100, 2000]]],
    lossy: false,
    gaps: true,
    failure: { kind: 'damaged', path: '/data/x', position: 7, reason: 'CRC' },
    whole: true,
  });
}

function frame(): Buffer {
  const builder = new FrameBuilder();
  const bytes = batch(7, 'hello');
  const position = { base: offset(7), end: offset(8), term: term(2), bytes: byteCount(bytes.length), control: null };
  const voter = { node: nodeId(1), directory: directoryId('d') };
  const sender = { ...LIFE, directory: directoryId('d'), clusterId: 'c', empty: false, bootId: 'b' };
  const zero = { term: term(2), progressId: 1, round: 3 };
  const items: readonly (readonly [FrameItem, readonly Uint8Array[]])[] = [
    [
      {
        kind: 'hello',
        hello: { version: 1, sender: sender as never, addressed: nodeId(2), lane: 'control', endpoint: ENDPOINT },
      },
      [],
    ],
    [
      {
        kind: 'message',
        group: GROUP,
        message: {
          kind: 'append',
          ...zero,
          prevOffset: offset(7),
          prevTerm: term(1),
          termStart: offset(0),
          highWatermark: offset(5),
          logStart: offset(0),
          batches: [position],
        },
      },
      [bytes],
    ],
    [
      {
        kind: 'message',
        group: GROUP,
        message: {
          kind: 'append-reply',
          ...zero,
          outcome: { kind: 'matched', verifiedEnd: offset(8) },
          logEnd: offset(8),
          logStart: offset(0),
        },
      },
      [],
    ],
    [
      {
        kind: 'message',
        group: GROUP,
        message: {
          kind: 'vote',
          term: term(3),
          candidate: voter,
          log: { end: offset(8), term: term(2) },
          transfer: false,
        },
      },
      [],
    ],
    [{ kind: 'request', id: 7, method: 'controller.heartbeat', body: Buffer.from('body') }, []],
    [{ kind: 'identity', clusterId: 'c', empty: false, deaf: true }, []],
  ];
  for (const [item, attachment] of items) builder.add(item, attachment);
  return Buffer.concat(builder.seal());
}

/** Commands between nodes by the method that carries them. */
const SENT: readonly RemoteCommand[] = [
  {
    kind: 'register-broker',
    ...LIFE,
    directory: directoryId('d'),
    kafka: ENDPOINT,
    peer: ENDPOINT,
    admin: ENDPOINT,
    rack: 'r',
    knownIncarnations: [LIFE.incarnation],
    found: [{ topicId: 't', partition: 0, lastTerm: term(1), end: offset(7), lossy: false, failed: false }],
  },
  { kind: 'broker-heartbeat', ...LIFE, appliedEnd: offset(7), wantsUnfence: true, wantsShutdown: false },
  {
    kind: 'alter-partition',
    ...LIFE,
    proposals: [{ topicId: 't', partition: 0, leaderTerm: term(1), version: 3, isr: [LIFE], expelled: [nodeId(2)] }],
  },
  {
    kind: 'create-topics',
    topics: [
      {
        name: 't',
        partitions: 3,
        replicationFactor: 1,
        assignments: [[nodeId(1)]],
        configs: [{ key: 'a', value: 'b' }],
        internal: false,
      },
    ],
    validateOnly: false,
  },
  {
    kind: 'alter-configs',
    resources: [
      {
        resource: { kind: 'topic', name: 't' },
        replaceAll: true,
        changes: [{ key: 'a', operation: 'set', value: 'b' }],
      },
    ],
    validateOnly: true,
  },
  { kind: 'elect-leaders', election: 'unclean', partitions: [{ topic: 't', partition: 0 }] },
];

export const COMMANDS = [
  'controller.register',
  'controller.heartbeat',
  'controller.alter-partition',
  'controller.command',
] as const;

function offsetIndex(): Buffer {
  const index = new OffsetIndex();
  for (let each = 0; each < 20; each += 1) index.add(each * 10, each * 400);
  return index.encode();
}

function timeIndex(): Buffer {
  const index = new TimeIndex();
  for (let each = 0; each < 20; each += 1) index.add(1000 + each, each * 10);
  return index.encode();
}

const MAKE = {
  segment: () => [segment()],
  'offset-index': () => [offsetIndex()],
  'time-index': () => [timeIndex()],
  'term-checkpoint': () => [encodeTermCheckpoint(TERMS)],
  journal: () => [journal()],
  checkpoint: () => [checkpoint()],
  snapshot: () => [snapshot()],
  image: () => [image()],
  'metadata-record': () => EVERY_RECORD.map((record) => Buffer.from(encodeRecord(record))),
  frame: () => [frame()],
  ...Object.fromEntries(
    COMMANDS.map((method) => [
      method,
      () =>
        SENT.map(encodeCommand)
          .filter((sent) => sent.method === method)
          .map(({ body }) => Buffer.from(body)),
    ]),
  ),
} as const satisfies Readonly<Record<string, () => readonly Buffer[]>>;

export type SampleName = keyof typeof MAKE | (typeof COMMANDS)[number];

const made = new Map<string, readonly Buffer[]>();

/** Good bytes of that kind; not to be changed. */
export function samples(name: SampleName): readonly Buffer[] {
  const known = made.get(name);
  if (known !== undefined) return known;
  const fresh = (MAKE as Readonly<Record<string, () => readonly Buffer[]>>)[name]?.() ?? [];
  made.set(name, fresh);
  return fresh;
}

/** The CRCs of all records that still have the length that they say. */
export function mendJournal(bytes: Buffer): void {
  for (let at = JOURNAL_HEADER_BYTES; at + RECORD_HEADER_BYTES <= bytes.length;) {
    const payloadAt = at + RECORD_HEADER_BYTES + bytes.readUInt8(at + 33);
    const end = payloadAt + bytes.readUInt32BE(at + 56);
    if (end > bytes.length) return;
    const isAppend = bytes.readUInt8(at + 32) === 4;
    const head = checksum(bytes.subarray(at + 8, payloadAt), SALT);
    bytes.writeUInt32BE(
      checksum(bytes.subarray(payloadAt, isAppend ? Math.min(end, payloadAt + UNCOVERED_BYTES) : end), head),
      at + 4,
    );
    at = end;
  }
}

/** The CRC of the footer, where there is one. */
export function mendSnapshot(bytes: Buffer): void {
  const trailerAt = bytes.length - 12;
  if (trailerAt < 0) return;
  const footerAt = trailerAt - bytes.readUInt32BE(trailerAt);
  if (footerAt >= 0) bytes.writeUInt32BE(crc32c(bytes.subarray(footerAt, trailerAt)), trailerAt + 4);
}

/** Length of the frame and CRC of its header. */
export function mendFrame(bytes: Buffer): void {
  if (bytes.length < 12) return;
  bytes.writeUInt32BE(bytes.length - 4);
  const crcAt = 8 + bytes.readUInt32BE(4);
  if (crcAt + 4 <= bytes.length) bytes.writeUInt32BE(crc32c(bytes.subarray(0, crcAt)), crcAt);
}
