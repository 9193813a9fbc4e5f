/** Batches that Kafka wrote are read as Kafka reads them, and built to the same bytes. */
import { expect, test } from 'vitest';
import {
  buildBatch,
  intactHeader,
  nextBatch,
  readControlBatch,
  markerCoordinatorEpoch,
  readBatchHeader,
  readRecords,
} from '../../../storage/batch/index.ts';
import type { BatchHeader, LogRecord } from '../../../storage/batch/index.ts';
import { decompressStream } from '../../../storage/compression/index.ts';
import { fixtureLines } from '../../wire/fixture.ts';

interface GoldenRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly storedTimestamp?: number;
  readonly sequence: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string | null])[];
  readonly control?: { readonly type: string; readonly json: { readonly coordinatorEpoch?: number } };
}
interface GoldenBatch {
  readonly baseOffset: number;
  readonly sizeInBytes: number;
  readonly partitionLeaderEpoch: number;
  readonly crc: number;
  readonly compression: string;
  readonly timestampType: string;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly deleteHorizonMs: number | null;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly count: number;
}
interface Golden {
  readonly name: string;
  readonly exact: boolean;
  readonly hex: string;
  readonly batch: GoldenBatch;
  readonly records: readonly GoldenRecord[];
}

const LIMIT = 8 * 1024 * 1024;
const golden = fixtureLines('batches').map((line) => JSON.parse(line) as Golden);
const base64 = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('base64');
const bytesOf = (text: string | null): Uint8Array | null => (text === null ? null : Buffer.from(text, 'base64'));

/** A header in Kafka's words. */
function headerInKafkasWords(header: BatchHeader): GoldenBatch {
  return {
    baseOffset: header.baseOffset,
    sizeInBytes: header.size,
    partitionLeaderEpoch: header.term,
    crc: header.crc,
    compression: header.compression,
    timestampType: header.timestampType === 'append' ? 'LogAppendTime' : 'CreateTime',
    isTransactional: header.transactional,
    isControl: header.control,
    deleteHorizonMs: header.hasDeleteHorizon ? header.baseTimestamp : null,
    lastOffsetDelta: header.lastOffsetDelta,
    baseTimestamp: header.baseTimestamp,
    maxTimestamp: header.maxTimestamp,
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    baseSequence: header.baseSequence,
    count: header.recordCount,
  };
}

function recordInKafkasWords(record: LogRecord): Omit<GoldenRecord, 'storedTimestamp' | 'control'> {
  const { offset, timestamp, sequence, key, value } = record;
  const headers = record.headers.map((header) => [header.key, base64(header.value)] as const);
  return { offset, timestamp, sequence, key: base64(key), value: base64(value), headers };
}

function read(hex: string): { readonly header: BatchHeader; readonly records: readonly LogRecord[] } {
  const result = readRecords(Buffer.from(hex, 'hex'), decompressStream, LIMIT);
  if (result.kind === 'refused') throw new Error(result.detail);
  return result;
}

test.each(golden.map((line) => [line.name, line] as const))(
  'batch %s reads as Kafka reads it',
  (_name, { hex, batch, records }) => {
    const batchBytes = Buffer.from(hex, 'hex');
    // Offsets at the end of int64 are legal for Kafka; here a log ends before 2^53.
    expect(typeof intactHeader(batchBytes) === 'object').toBe(
      Number.isSafeInteger(batch.baseOffset + batch.lastOffsetDelta + 1),
    );
    const result = read(hex);
    expect(headerInKafkasWords(result.header)).toMatchObject(headerInKafkasWords(readBatchHeader(batchBytes)));
    expect(batch).toMatchObject(headerInKafkasWords(result.header));
    expect(result.records.length).toBe(records.length);
    records.forEach(({ storedTimestamp, control: _control, ...record }, index) => {
      const found = result.records[index];
      if (Number.isSafeInteger(record.offset))
        expect(found === undefined ? null : recordInKafkasWords(found)).toEqual(record);
      if (storedTimestamp !== undefined) expect(found?.storedTimestamp).toBe(storedTimestamp);
    });
  },
);

const safe = golden.filter(
  ({ exact, batch, records }) =>
    exact &&
    [batch.baseOffset, batch.producerId, batch.maxTimestamp, ...records.map(({ offset }) => offset)].every(
      Number.isSafeInteger,
    ),
);

test('uncompressed batches are built from their records to the very bytes', () => {
  expect(safe.length).toBeGreaterThan(60);
  for (const { name, hex, batch, records } of safe) {
    const built = buildBatch({
      records: records.map((record) => ({
        key: bytesOf(record.key),
        value: bytesOf(record.value),
        timestamp: record.storedTimestamp ?? record.timestamp,
        headers: record.headers.map(([key, value]) => ({ key, value: bytesOf(value) })),
        offsetDelta: record.offset - batch.baseOffset,
      })),
      baseOffset: batch.baseOffset,
      term: batch.partitionLeaderEpoch,
      timestampType: batch.timestampType === 'LogAppendTime' ? 'append' : 'create',
      producer: { id: batch.producerId, epoch: batch.producerEpoch, baseSequence: batch.baseSequence },
      transactional: batch.isTransactional,
      control: batch.isControl,
      baseTimestamp: batch.baseTimestamp,
      maxTimestamp: batch.maxTimestamp,
      lastOffsetDelta: batch.lastOffsetDelta,
      hasDeleteHorizon: batch.deleteHorizonMs !== null,
    });
    expect(Buffer.from(built).toString('hex'), name).toBe(hex);
  }
});

test('control batches give their type, and markers the epoch of their coordinator', () => {
  const lines = golden.filter(({ records }) => records.some(({ control }) => control !== undefined));
  expect(lines.length).toBeGreaterThan(5);
  for (const { name, hex, records } of lines) {
    const controls = readControlBatch(Buffer.from(hex, 'hex'));
    const wanted = records.map(({ control }) =>
      control?.type.toLowerCase().replace('kraft_voters', 'voters').replaceAll('_', '-'),
    );
    expect(
      controls?.map(({ type }) => type),
      name,
    ).toEqual(wanted);
    const epoch = records[0]?.control?.json.coordinatorEpoch;
    if (epoch !== undefined) expect(controls?.map(({ body }) => markerCoordinatorEpoch(body))).toEqual([epoch]);
  }
});

test('a buffer of several batches is cut at their ends, and a cut last one is no fault', () => {
  for (const line of fixtureLines('batchsets')) {
    const { hex, validBytes, batches } = JSON.parse(line) as {
      readonly hex: string;
      readonly validBytes: number;
      readonly batches: readonly unknown[];
    };
    const bytes = Buffer.from(hex, 'hex');
    let at = 0;
    let count = 0;
    for (let next = nextBatch(bytes, at); next.kind === 'batch'; next = nextBatch(bytes, at)) {
      expect(intactHeader(bytes.subarray(at, at + next.size))).toBeTypeOf('object');
      at += next.size;
      count += 1;
    }
    expect(nextBatch(bytes, at).kind).toBe('partial');
    expect([at, count]).toEqual([validBytes, batches.length]);
  }
});
