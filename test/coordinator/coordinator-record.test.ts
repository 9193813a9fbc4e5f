/**
 * Records of groups and offsets against those that Kafka itself has written.
 */
import { describe, expect, test } from 'vitest';
import { WireCodec } from '../../src/wire/index.ts';
import { CoordinatorImage } from '../../src/coordinator/coordinator-image.ts';
import { decodeRecord, groupRecord, offsetKey, offsetRecord } from '../../src/coordinator/coordinator-record.ts';
import { restoreGroup, snapshotGroup } from '../../src/coordinator/group-snapshot.ts';
import { resetAlarm } from '../../src/coordinator/group.ts';
import { fixtureLines } from '../wire/fixture.ts';
import { GroupBench } from './group-bench.ts';

interface Golden {
  readonly topic: string;
  readonly record: string;
  readonly valueVersion: number;
  readonly key: { readonly group: string; readonly topic: string; readonly partition: number };
  readonly value: Readonly<Record<string, unknown>>;
  readonly unknownTags?: unknown;
  readonly keyHex: string;
  readonly valueHex: string;
}

const codec = new WireCodec();
const golden = (record: string): readonly Golden[] =>
  fixtureLines('coordinator-records')
    .map((line) => JSON.parse(line) as Golden)
    .filter((line) => line.topic === '__consumer_offsets' && line.record === record);
const hex = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString('hex');
const bytesOf = ({ keyHex, valueHex }: Golden): { key: Buffer; value: Buffer } => ({
  key: Buffer.from(keyHex, 'hex'),
  value: Buffer.from(valueHex, 'hex'),
});
/** int64 beyond 2^53 is refused by the codec; such a record is kept as it is. */
const exact = (line: Golden): boolean =>
  Object.values(line.value).every((value) => typeof value !== 'number' || Number.isSafeInteger(value));

describe('golden records', () => {
  test('keys of commits come out byte for byte', () => {
    const lines = golden('OffsetCommit');
    expect(lines.length).toBeGreaterThan(20);
    for (const { key, keyHex } of lines)
      expect(hex(offsetKey(codec, key.group, key.topic, key.partition))).toBe(keyHex);
  });

  test('commits of every version are read, and those of version 4 written the same', () => {
    let written = 0;
    for (const line of golden('OffsetCommit').filter(exact)) {
      const decoded = decodeRecord(codec, bytesOf(line));
      if (decoded.kind !== 'offset' || decoded.value === null)
        throw new Error(`${line.valueHex} was read as ${decoded.kind}`);
      expect(decoded).toMatchObject({
        group: line.key.group,
        topic: line.key.topic,
        partition: line.key.partition,
        value: { offset: line.value['offset'], metadata: line.value['metadata'] },
      });
      const term = line.value['leaderEpoch'];
      if (line.valueVersion !== 4 || line.unknownTags !== undefined || (typeof term === 'number' && term < -1))
        continue;
      expect(hex(offsetRecord(codec, decoded.group, decoded.topic, decoded.partition, decoded.value).value)).toBe(
        line.valueHex,
      );
      written += 1;
    }
    expect(written).toBeGreaterThan(1);
  });

  test('groups of every version are read, and those of version 3 written the same', () => {
    const lines = golden('GroupMetadata').filter(exact);
    expect(new Set(lines.map(({ valueVersion }) => valueVersion))).toEqual(new Set([0, 1, 2, 3, 4]));
    for (const line of lines) {
      const decoded = decodeRecord(codec, bytesOf(line));
      if (decoded.kind !== 'group' || decoded.value === null)
        throw new Error(`${line.valueHex} was read as ${decoded.kind}`);
      if (line.valueVersion === 3)
        expect(hex(groupRecord(codec, decoded.group, decoded.value).value)).toBe(line.valueHex);
    }
  });

  test('commits with a key of the first type are read like the others', () => {
    const lines = golden('LegacyOffsetCommit').filter(exact);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines)
      expect(decodeRecord(codec, bytesOf(line))).toMatchObject({
        kind: 'offset',
        group: line.key.group,
        value: { offset: line.value['offset'] },
      });
  });
});

test('records of unknown types are kept as they are, newest per key, and go with their tombstone', () => {
  const image = new CoordinatorImage(codec);
  const keys = ['00030001', '000a0001', '000a0002', '7fff'].map((key) => Buffer.from(key, 'hex'));
  for (const value of ['old', 'new'])
    for (const key of keys) expect(image.apply({ key, value: Buffer.from(value) })).toBe(null);
  expect(image.names().map((name) => image.record(name))).toMatchObject(
    keys.map((key) => ({ key: new Uint8Array(key), value: new Uint8Array(Buffer.from('new')) })),
  );
  for (const key of keys) image.apply({ key, value: null });
  expect(image.names()).toEqual([]);
  expect(image.liveBytes).toBe(0);
});

test('damaged records are told, not thrown, and kept', () => {
  const image = new CoordinatorImage(codec);
  for (const key of ['', '00', '0001', '0002ffff', '000100016700']) {
    expect(image.apply({ key: Buffer.from(key, 'hex'), value: Buffer.from('0004', 'hex') })).not.toBe(null);
  }
  const { key } = groupRecord(codec, 'g', null);
  expect(image.apply({ key, value: Buffer.from('00630102', 'hex') })).toMatch(/versions/);
  expect(image.groupIds()).toEqual([]);
  expect(image.names().length).toBe(6);
});

test('a stable group comes back from its record as it was', () => {
  const bench = new GroupBench({ initialRebalanceDelayMs: 10 });
  const requests = [bench.join({ instanceId: 'one' }), bench.join()];
  bench.advance(30);
  const ids = requests.map((request) => bench.joined(request).memberId);
  for (const id of [...ids].reverse())
    bench.sync(id, 1, Object.fromEntries(ids.map((other) => [other, `of ${other}`])));
  bench.group.leader = ids[1] ?? '';
  const assignments = bench.persisted.at(-1)?.assignments ?? new Map<string, Uint8Array>();
  const restored = restoreGroup('g', snapshotGroup(bench.group, assignments, bench.group.stateSince), bench.context);
  resetAlarm(bench.group);
  restored.state = bench.group.state;
  expect(restored).toEqual({ ...bench.group, due: restored.due });
});
