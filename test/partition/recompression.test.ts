/** compression.type: the leader compresses anew what came by another codec, and keeps what came by the right one. */
import { describe, expect, it } from 'vitest';
import { admitBatch } from '../../src/partition/admission.ts';
import type { AdmissionRules } from '../../src/partition/admission.ts';
import { batchCrc, buildBatch, readBatchHeader, readRecords, writeBatchHeader } from '../../storage/batch/index.ts';
import type { Compression } from '../../storage/batch/index.ts';
import { compressStream, decompressStream } from '../../storage/compression/index.ts';

const RULES: AdmissionRules = {
  batchBytesMax: 1 << 20,
  segmentBytesMax: 1 << 20,
  timestampType: 'create',
  timestampBeforeMax: 1e15,
  timestampAfterMax: 1e15,
  keyRequired: false,
};

function sent(compression: Compression): Buffer {
  const records = Array.from({ length: 20 }, (_, at) => ({
    key: Buffer.from(`k${at}`),
    value: Buffer.from('flotilla '.repeat(20)),
    timestamp: 1000 + at,
  }));
  const producer = { id: 7, epoch: 1, baseSequence: 40 };
  const plain = Buffer.from(buildBatch({ records, producer }));
  const { bytes } = compressStream(compression, plain.subarray(61));
  const batch = Buffer.concat([plain.subarray(0, 61), bytes]);
  writeBatchHeader(batch, { ...readBatchHeader(plain), compression });
  return batch;
}

function admitted(batch: Buffer, compression: Compression | undefined): Buffer {
  const rules = compression === undefined ? RULES : { ...RULES, compression };
  const outcome = admitBatch(batch, rules, { internal: false, version: 9 }, 5000);
  if (outcome.kind !== 'admitted') throw new Error(JSON.stringify(outcome));
  return outcome.batch;
}

function values(batch: Buffer): unknown {
  const read = readRecords(batch, decompressStream, 1e6);
  if (read.kind === 'refused') return read.detail;
  return read.records.map(({ key, value, ...record }) => ({
    ...record,
    key: String(Buffer.from(key ?? [])),
    value: String(Buffer.from(value ?? [])),
  }));
}

describe('a batch', () => {
  it('is kept as it came, byte for byte, by default and when it is as wanted', () => {
    for (const [from, to] of [
      ['none', undefined],
      ['snappy', undefined],
      ['snappy', 'snappy'],
      ['none', 'none'],
    ] as const) {
      const batch = sent(from);
      expect(admitted(Buffer.from(batch), to).equals(batch)).toBe(true);
    }
  });

  it.each([
    ['none', 'gzip'],
    ['none', 'lz4'],
    ['gzip', 'snappy'],
    ['lz4', 'none'],
  ] as const)('by %s becomes one by %s with the same records, header and a good CRC', (from, to) => {
    const batch = sent(from);
    const kept = admitted(Buffer.from(batch), to);
    expect(values(kept)).toEqual(values(batch));
    expect(readBatchHeader(kept)).toEqual({
      ...readBatchHeader(batch),
      compression: to,
      size: kept.length,
      crc: batchCrc(kept),
      attributes: readBatchHeader(kept).attributes,
    });
  });

  it('whose records cannot be read is refused where they are looked into', () => {
    const batch = sent('gzip');
    batch[batch.length - 12] = (batch[batch.length - 12] ?? 0) ^ 0xff;
    batch.writeUInt32BE(batchCrc(batch), 17);
    const outcome = admitBatch(batch, { ...RULES, compression: 'lz4' }, { internal: false, version: 9 }, 5000);
    expect(outcome).toMatchObject({ kind: 'invalid-record' });
  });
});
