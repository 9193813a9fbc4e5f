/** Bytes from outside: every gate and reader returns or refuses, whatever is in them, and within its bounds. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BATCH_HEADER_SIZE,
  batchCrc,
  buildBatch,
  checkProduce,
  intactHeader,
  nextBatch,
  readRecords,
} from '../../../storage/batch/index.ts';
import type { Compression, ProduceRules } from '../../../storage/batch/index.ts';
import { decompressStream } from '../../../storage/compression/index.ts';
import { fixtureLines } from '../../wire/fixture.ts';

const LIMIT = 1024 * 1024;
const RULES: ProduceRules = {
  maxBytes: LIMIT,
  timestamps: [-Infinity, Number.MAX_SAFE_INTEGER],
  timestampType: 'create',
  keyRequired: true,
  decompress: decompressStream,
  zstdAllowed: true,
};

const golden = fixtureLines('batches')
  .filter((line) => line.length < 20_000)
  .map((line) => JSON.parse(line) as { readonly name: string; readonly hex: string });

const change = fc.record({
  at: fc.nat(3000),
  byte: fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xfe, 0xff),
  kind: fc.constantFrom('set', 'set', 'cut'),
});

test('golden batches with bytes changed or cut, with and without a CRC that fits, are taken or refused', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...golden),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      ({ hex }, changes, fixCrc) => {
        let bytes = Buffer.from(hex, 'hex');
        for (const { at, byte, kind } of changes) {
          if (kind === 'set') bytes[at % bytes.length] = byte;
          else bytes = bytes.subarray(0, Math.max(1, at % bytes.length));
        }
        if (bytes.length >= BATCH_HEADER_SIZE) {
          if (fixCrc) bytes.writeUInt32BE(batchCrc(bytes), 17);
          const read = readRecords(bytes, decompressStream, LIMIT);
          if (read.kind === 'records') expect(read.records.length).toBe(Math.max(0, read.header.recordCount));
        }
        nextBatch(bytes, 0);
        intactHeader(bytes);
        const check = checkProduce(bytes, RULES);
        if (check.kind === 'accepted') expect(intactHeader(check.batch)).toBeTypeOf('object');
      },
    ),
    { numRuns: 4000, seed: 11 },
  );
});

test('damaged compressed streams give bytes within the limit, or a reason', () => {
  const codecs: readonly Compression[] = ['gzip', 'snappy', 'lz4', 'zstd'];
  const streams = golden
    .filter(({ name }) => codecs.some((codec) => name.includes(codec)))
    .map(({ name, hex }) => ({
      codec: codecs.find((codec) => name.includes(codec)) ?? 'gzip',
      bytes: Buffer.from(hex, 'hex').subarray(BATCH_HEADER_SIZE),
    }));
  fc.assert(
    fc.property(
      fc.constantFrom(...streams),
      fc.array(change, { maxLength: 4 }),
      fc.constantFrom(100, 5000, LIMIT),
      ({ codec, bytes }, changes, limit) => {
        const spoiled = Buffer.from(bytes);
        for (const { at, byte } of changes) spoiled[at % spoiled.length] = byte;
        const plain = decompressStream(codec, spoiled, limit);
        if (typeof plain !== 'string') expect(plain.length).toBeLessThanOrEqual(limit);
      },
    ),
    { numRuns: 4000, seed: 12 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...codecs), fc.uint8Array({ maxLength: 100 }), (codec, bytes) => {
      const plain = decompressStream(codec, bytes, LIMIT);
      if (typeof plain !== 'string') expect(plain.length).toBeLessThanOrEqual(LIMIT);
    }),
    { numRuns: 2000, seed: 13 },
  );
});

test('what is built reads back', () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 200 }));
  const record = fc.record({
    key: bytes,
    value: bytes,
    timestamp: fc.integer({ min: 0, max: 2 ** 45 }),
    headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: bytes }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
      const batch = buildBatch({ records });
      expect(checkProduce(batch, { ...RULES, keyRequired: false })).toMatchObject({ kind: 'accepted' });
      const read = readRecords(batch, decompressStream, LIMIT);
      const view = (value: Uint8Array | null): string | null =>
        value === null ? null : Buffer.from(value).toString('hex');
      const shown = (
        list: readonly {
          key: Uint8Array | null;
          value: Uint8Array | null;
          timestamp: number;
          headers: readonly { key: string; value: Uint8Array | null }[];
        }[],
      ): unknown =>
        list.map((one) => [
          view(one.key),
          view(one.value),
          one.timestamp,
          one.headers.map((header) => [header.key, view(header.value)]),
        ]);
      expect(read.kind === 'records' ? shown(read.records) : read.detail).toEqual(shown(records));
    }),
    { numRuns: 200, seed: 14 },
  );
});
