/** The hashes are Kafka's. */
import { expect, test } from 'vitest';
import { coordinatorPartition, javaStringHash, murmur2, partitionOfKey } from '../../src/wire/index.ts';
import { Reader } from '../../src/wire/reader.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { Writer } from '../../src/wire/writer.ts';
import { fixtureText } from './fixture.ts';

interface Hashes {
  readonly murmur2: readonly {
    readonly key: string;
    readonly hash: number;
    readonly partition: Readonly<Record<string, number>>;
  }[];
  readonly coordinatorPartition: readonly {
    readonly id: string;
    readonly hashCode: number;
    readonly partition: Readonly<Record<string, number>>;
  }[];
  readonly uuid: readonly { readonly string: string; readonly hex: string }[];
  readonly uuidRejected: readonly { readonly string: string; readonly accepted?: string }[];
  readonly varint: {
    readonly unsignedVarint: readonly { readonly value: number; readonly hex: string }[];
    readonly reading: readonly {
      readonly hex: string;
      readonly unsignedVarint: { readonly value?: string; readonly bytes?: number };
    }[];
  };
}
const hashes = JSON.parse(fixtureText('hashes.json')) as Hashes;

test('murmur2 and the partition of a key are those of the Java client', () => {
  for (const { key, hash, partition } of hashes.murmur2) {
    const bytes = Buffer.from(key, 'base64');
    expect(murmur2(bytes)).toBe(hash);
    for (const [count, expected] of Object.entries(partition))
      expect(partitionOfKey(bytes, Number(count))).toBe(expected);
  }
});

test('groups and transactional ids fall on the partitions that Kafka gives them', () => {
  for (const { id, hashCode, partition } of hashes.coordinatorPartition) {
    expect(javaStringHash(id)).toBe(hashCode);
    for (const [count, expected] of Object.entries(partition))
      expect(coordinatorPartition(id, Number(count))).toBe(expected);
  }
});

test('uuids are read and written as Kafka does, and wrong ones refused', () => {
  for (const { string, hex } of hashes.uuid) {
    expect(new Reader(Buffer.from(hex, 'hex')).uuid()).toBe(string);
    const writer = new Writer();
    writer.uuid(string);
    expect(Buffer.concat(writer.finish()).toString('hex')).toBe(hex);
  }
  for (const { string, accepted } of hashes.uuidRejected) {
    const writer = new Writer();
    if (accepted === undefined) expect(() => writer.uuid(string), string).toThrow(WireError);
    else writer.uuid(string);
    if (accepted !== undefined) expect(new Reader(Buffer.concat(writer.finish())).uuid()).toBe(accepted);
  }
});

test('unsigned varints are read and written as Kafka does, broken ones refused', () => {
  for (const { value, hex } of hashes.varint.unsignedVarint) {
    const writer = new Writer();
    writer.uvarint(value);
    expect(Buffer.concat(writer.finish()).toString('hex')).toBe(hex);
    expect(new Reader(Buffer.from(hex, 'hex')).uvarint()).toBe(value);
  }
  for (const { hex, unsignedVarint } of hashes.varint.reading) {
    const reader = new Reader(Buffer.from(hex, 'hex'));
    if (unsignedVarint.value === undefined) {
      expect(() => reader.uvarint(), hex).toThrow(WireError);
    } else {
      expect(reader.uvarint() | 0, hex).toBe(Number(unsignedVarint.value));
      expect(reader.position).toBe(unsignedVarint.bytes);
    }
  }
});
