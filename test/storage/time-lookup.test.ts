/** Searching by time finds the record itself, inside compressed batches too; one that is a bomb answers with where it begins. */
import { describe, expect, it } from 'vitest';
import { byteCount, offset, term } from '../../raft/index.ts';
import { buildBatch, readBatchHeader, writeBatchHeader } from '../../storage/batch/index.ts';
import type { Compression } from '../../storage/batch/index.ts';
import { compressStream, decompressedBytesMax, decompressStream } from '../../storage/compression/index.ts';
import type { StoredBatch } from '../../storage/index.ts';
import { StoreRig } from './store-rig.ts';

function stored(bytes: Uint8Array): StoredBatch {
  const { baseOffset, lastOffsetDelta } = readBatchHeader(bytes);
  const position = {
    base: offset(baseOffset),
    end: offset(baseOffset + lastOffsetDelta + 1),
    term: term(1),
    bytes: byteCount(bytes.length),
    control: null,
  };
  return { position, bytes };
}

/** Records with these timestamps, not rising. */
function batchOf(base: number, timestamps: readonly number[], compression: Compression): StoredBatch {
  const records = timestamps.map((timestamp) => ({ key: null, value: Buffer.from('v'), timestamp }));
  const plain = Buffer.from(buildBatch({ records, baseOffset: base, term: 1 }));
  const { bytes } = compressStream(compression, plain.subarray(61));
  const batch = Buffer.concat([plain.subarray(0, 61), bytes]);
  writeBatchHeader(batch, { ...readBatchHeader(plain), compression });
  return stored(batch);
}

/** A zstd frame of so many blocks that each say: the same byte 128 Ki times. */
function zstdBomb(blocks: number): Buffer {
  const frame = Buffer.alloc(6 + 4 * blocks);
  frame.set([0x28, 0xb5, 0x2f, 0xfd, 0, 0x70]);
  for (let block = 0; block < blocks; block += 1) {
    const isLast = block === blocks - 1 ? 1 : 0;
    frame.writeUIntLE(isLast | (1 << 1) | ((128 * 1024) << 3), 6 + 4 * block, 3);
  }
  return frame;
}

describe.each([0, 1 << 20])('a search by time, with %i bytes of the log in memory', (tailBytesPerLogMax) => {
  it.each(['none', 'gzip', 'snappy', 'lz4'] as const)(
    'finds the first record of a batch by %s that is young enough',
    async (compression) => {
      const rig = new StoreRig(`time ${compression} ${tailBytesPerLogMax}`);
      const log = await rig.openLog(await rig.open({ tailBytesPerLogMax }));
      await rig.persist(log, {
        append: [batchOf(0, [10, 40, 20, 30], compression), batchOf(4, [50, 35, 60], compression)],
      });
      const found = async (timestamp: number): Promise<unknown> => {
        const result = await rig.run(log.findTimestamp(timestamp, log.logEnd));
        return result === null ? null : [result.offset, result.timestamp];
      };
      expect(await found(5)).toEqual([0, 10]);
      expect(await found(15)).toEqual([1, 40]);
      expect(await found(41)).toEqual([4, 50]);
      expect(await found(51)).toEqual([6, 60]);
      expect(await found(61)).toBe(null);
      expect(await rig.run(log.findMaxTimestamp(log.logEnd))).toMatchObject({ offset: 6, timestamp: 60 });
    },
  );

  it('does not open a bomb: the batch begins there', async () => {
    const rig = new StoreRig(`bomb ${tailBytesPerLogMax}`);
    const log = await rig.openLog(await rig.open({ tailBytesPerLogMax }));
    const bomb = zstdBomb(2000);
    expect([bomb.length, decompressedBytesMax(bomb.length) < 2000 * 128 * 1024]).toEqual([8006, true]);
    expect(decompressStream('zstd', bomb, decompressedBytesMax(bomb.length))).toContain('bytes');
    const plain = Buffer.from(
      buildBatch({ records: [{ key: null, value: null, timestamp: 7 }], baseOffset: 0, term: 1, lastOffsetDelta: 4 }),
    );
    const batch = Buffer.concat([plain.subarray(0, 61), bomb]);
    writeBatchHeader(batch, { ...readBatchHeader(plain), compression: 'zstd' });
    await rig.persist(log, { append: [stored(batch)] });
    expect(await rig.run(log.findTimestamp(5, log.logEnd))).toMatchObject({ offset: 0, timestamp: 7 });
  });
});

describe('what compressed bytes may hold', () => {
  it('is bounded by their size, and by a size that nothing exceeds', () => {
    expect(decompressedBytesMax(0)).toBe(16 << 20);
    expect(decompressedBytesMax(10_000)).toBe((16 << 20) + 11_000_000);
    expect(decompressedBytesMax(1e9)).toBe(128 << 20);
  });
});
