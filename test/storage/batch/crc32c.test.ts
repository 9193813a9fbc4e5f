/** CRC-32C and zigzag varints give the numbers that Kafka gives, in the native and in the script version. */
import { expect, test } from 'vitest';
import { crc32c, makeScriptCrc32c, VarintCursor, varintSize, writeVarint } from '../../../storage/batch/index.ts';
import { fixtureText } from '../../wire/fixture.ts';

interface Signed {
  readonly value: number | string;
  readonly hex: string;
  readonly size: number;
}
interface Read {
  readonly value?: string;
  readonly bytes?: number;
}
const hashes = JSON.parse(fixtureText('hashes.json')) as {
  readonly crc32c: readonly { readonly data: string; readonly crc32c: number }[];
  readonly varint: {
    readonly varint: readonly Signed[];
    readonly varlong: readonly Signed[];
    readonly reading: readonly { readonly hex: string; readonly varint: Read; readonly varlong: Read }[];
  };
};

test.each([
  ['native', crc32c],
  ['script', makeScriptCrc32c()],
] as const)('the %s version agrees with Kafka, also over bytes in two parts', (_name, crc) => {
  for (const { data, crc32c: expected } of hashes.crc32c) {
    const bytes = Buffer.from(data, 'base64');
    expect(crc(bytes)).toBe(expected);
    const middle = Math.floor(bytes.length / 3);
    expect(crc(bytes.subarray(middle), crc(bytes.subarray(0, middle)))).toBe(expected);
  }
});

test('varints and varlongs are sized, written and read as Kafka does', () => {
  for (const { value, hex, size } of [...hashes.varint.varint, ...hashes.varint.varlong]) {
    const bytes = Buffer.from(hex, 'hex');
    const cursor = new VarintCursor(bytes, 0, bytes.length);
    expect(cursor.varlong()).toBe(Number(value));
    expect([cursor.position, cursor.failed]).toEqual([size, false]);
    if (!Number.isSafeInteger(Number(value))) continue;
    const target = Buffer.alloc(size);
    expect([varintSize(Number(value)), writeVarint(target, 0, Number(value)), target.toString('hex')]).toEqual([
      size,
      size,
      hex,
    ]);
  }
  for (const { value, hex } of hashes.varint.varint)
    expect(new VarintCursor(Buffer.from(hex, 'hex'), 0, hex.length / 2).varint()).toBe(value);
});

test('overlong and broken varints are read or refused as Kafka does', () => {
  for (const { hex, varint, varlong } of hashes.varint.reading) {
    for (const [kind, expected] of [
      ['varint', varint],
      ['varlong', varlong],
    ] as const) {
      const bytes = Buffer.from(hex, 'hex');
      const cursor = new VarintCursor(bytes, 0, bytes.length);
      const value = cursor[kind]();
      expect(cursor.failed, `${kind} ${hex}`).toBe(expected.value === undefined);
      if (expected.value !== undefined)
        expect([value, cursor.position]).toEqual([Number(expected.value), expected.bytes]);
    }
  }
});
