/**
 * Records of consumer groups against those that Kafka itself has written.
 */
import { expect, test } from 'vitest';
import { consumerRecord, decodeConsumerRecord } from '../../src/coordinator/consumer-record.ts';
import { CoordinatorImage } from '../../src/coordinator/coordinator-image.ts';
import { WireCodec } from '../../src/wire/index.ts';
import { fixtureLines } from '../wire/fixture.ts';

interface Golden {
  readonly record: string;
  readonly sample: string;
  readonly key: Readonly<Record<string, unknown>>;
  readonly value: Readonly<Record<string, unknown>>;
  readonly unknownTags?: unknown;
  readonly keyHex: string;
  readonly valueHex: string;
}

const codec = new WireCodec();
const lines = fixtureLines('coordinator-records')
  .map((line) => JSON.parse(line) as Golden)
  .filter(({ record }) => record.startsWith('ConsumerGroup'));
const bytesOf = ({ keyHex, valueHex }: Golden) => ({
  key: Buffer.from(keyHex, 'hex'),
  value: Buffer.from(valueHex, 'hex'),
});
const hex = (bytes: Uint8Array | null): string => (bytes === null ? 'null' : Buffer.from(bytes).toString('hex'));

/** Far int64 cannot be kept as numbers; the coordinator never writes any. */
const holdsFar = (value: Readonly<Record<string, unknown>>): boolean =>
  Object.values(value).some((one) => typeof one === 'number' && !Number.isSafeInteger(one));

test('every record is read as what it is, and its key and tombstone come out byte for byte', () => {
  expect(lines.length).toBe(42);
  for (const line of lines) {
    const decoded = decodeConsumerRecord(codec, bytesOf(line));
    if (decoded.kind !== 'consumer') throw new Error(`${line.record} ${line.sample} was read as ${decoded.kind}`);
    expect(decoded.groupId).toBe(line.key['groupId']);
    const tombstone = consumerRecord(codec, decoded.groupId, { ...decoded.record, value: null });
    expect([hex(tombstone.key), tombstone.value], `${line.record} ${line.sample}`).toEqual([line.keyHex, null]);
    const read = decodeConsumerRecord(codec, { key: tombstone.key, value: null });
    expect(read).toMatchObject({ kind: 'consumer', groupId: decoded.groupId, record: { value: null } });
  }
});

test('ordinary values are written as Kafka writes them', () => {
  let written = 0;
  for (const line of lines.filter(
    ({ sample, unknownTags }) => (sample === 'a' || sample === 'b') && unknownTags === undefined,
  )) {
    const decoded = decodeConsumerRecord(codec, bytesOf(line));
    if (decoded.kind !== 'consumer' || decoded.record.kind === 'old-metadata' || holdsFar(line.value)) continue;
    // Lists that are sets come out sorted, and epochs of partitions are always told.
    const again = consumerRecord(codec, decoded.groupId, decoded.record);
    const reread = decodeConsumerRecord(codec, again);
    expect(reread, line.record).toEqual(decoded);
    if (hex(again.value) === line.valueHex) written += 1;
  }
  expect(written).toBeGreaterThanOrEqual(4);
});

test('foreign and broken records are told apart, and the image keeps all of them as they are', () => {
  expect(decodeConsumerRecord(codec, { key: Buffer.from([0]), value: null })).toEqual({ kind: 'foreign' });
  expect(decodeConsumerRecord(codec, { key: Buffer.from([0, 1, 0]), value: null })).toEqual({ kind: 'foreign' });
  for (const value of [Buffer.from([0]), Buffer.from([0, 9]), Buffer.from([0, 0, 1])]) {
    const broken = { key: Buffer.from([0, 3, 0, 1, 0x67]), value };
    expect(decodeConsumerRecord(codec, broken).kind).toBe('unreadable');
  }
  const image = new CoordinatorImage(codec);
  for (const line of lines) image.apply(bytesOf(line));
  const kept = [...image.others()].map(({ key, value }) => `${hex(key)} ${hex(value)}`);
  const newest = new Map(lines.map(({ keyHex, valueHex }) => [keyHex, valueHex]));
  expect(kept.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    [...newest].map(([key, value]) => `${key} ${value}`).toSorted((a, b) => (a < b ? -1 : 1)),
  );
});
