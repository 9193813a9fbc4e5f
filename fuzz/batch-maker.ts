/**
 * Makes what producers send as records: batches of format 2 in every compression, with control bits, producers, markers; message
 * sets of formats 0 and 1; bombs. Good at first, then spoiled in their records, their compressed stream or their
 * header, with a length and a
 * CRC that are right again, or not.
 */
import { crc32, gzipSync } from 'node:zlib';
import type { Random } from '../raft/index.ts';
import { batchCrc, BATCH_HEADER_SIZE, buildControlBatch, markerBody } from '../storage/batch/index.ts';
import { compressStream } from '../storage/compression/index.ts';
import { noise, once, pick, signed64 } from './dice.ts';
import { mutate, spoilAnywhere } from './mutate.ts';
import { Sketch, uvarint } from './sketch.ts';

const LENGTH_AT = 8;
const CRC_AT = 17;
const NOW = 1_750_000_000_000;
/** Stand for a producer id, and the epoch behind it, that only a session knows. */
export const PRODUCER_MARK = 0x5a5a_0000_1234n;
export const EPOCH_MARK = 0x5a5b;
const sketch = new Sketch();

function zigzag(value: number): Buffer {
  return uvarint(value >= 0 ? value * 2 : -value * 2 - 1);
}

function field(bytes: Uint8Array | null): readonly Buffer[] {
  return bytes === null ? [zigzag(-1)] : [zigzag(bytes.length), Buffer.from(bytes)];
}

function bytesOrNull(random: Random): Buffer | null {
  return once(random, 5) ? null : noise(random, random.below(24));
}

/** One record, marked field by field. */
function record(random: Random, delta: number, target: Sketch): void {
  const headers = once(random, 4) ? 1 + random.below(3) : 0;
  const parts: Buffer[] = [
    Buffer.from([0]),
    zigzag(random.below(1000)),
    zigzag(delta),
    ...field(bytesOrNull(random)),
    ...field(bytesOrNull(random)),
    zigzag(headers),
  ];
  for (let each = 0; each < headers; each += 1)
    parts.push(...field(noise(random, 3).fill(0x68)), ...field(bytesOrNull(random)));
  target.uvarint(2 * parts.reduce((sum, part) => sum + part.length, 0));
  for (const part of parts) target.raw(part, part.length > 5 ? 'bytes' : 'varint');
}

/** Blocks of zstd as they are, which any decoder reads: this runtime cannot compress so. */
function storedZstd(bytes: Uint8Array): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes.length, 5);
  const block = Buffer.alloc(3);
  block.writeUIntLE((bytes.length << 3) | 1, 0, 3);
  return Buffer.concat([head, block, bytes]);
}

/** 128 KiB a block, from four bytes each. */
function zstdBomb(blocks: number): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  head.writeUInt32LE(blocks * 0x2_0000, 5);
  const all = [head];
  for (let each = 1; each <= blocks; each += 1) {
    const block = Buffer.alloc(4);
    block.writeUIntLE((0x2_0000 << 3) | (1 << 1) | (each === blocks ? 1 : 0), 0, 3);
    all.push(block);
  }
  return Buffer.concat(all);
}

/** Says that it holds 4 GiB. */
const SNAPPY_LIE = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x61]);
/** A frame of one block whose match repeats itself for a long time. */
const LZ4_BOMB = Buffer.concat([
  Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]),
  Buffer.from([0x05, 0x40, 0x00, 0x00, 0x1f, 0x61, 0x01, 0x00]),
  Buffer.alloc(0x3fff, 0xff),
  Buffer.from([0x00, 0, 0, 0, 0]),
]);

let gzipBomb: Buffer | null = null;

function bomb(random: Random): { readonly code: number; readonly stream: Buffer } {
  switch (random.below(4)) {
    case 0:
      return { code: 1, stream: (gzipBomb ??= gzipSync(Buffer.alloc(48 << 20), { level: 9 })) };
    case 1:
      return { code: 2, stream: SNAPPY_LIE };
    case 2:
      return { code: 3, stream: LZ4_BOMB };
    default:
      return { code: 4, stream: zstdBomb(1 + random.below(800)) };
  }
}

function compressed(code: number, plain: Buffer): Uint8Array {
  switch (code) {
    case 1:
      return compressStream('gzip', plain, 1).bytes;
    case 2:
      return compressStream('snappy', plain).bytes;
    case 3:
      return compressStream('lz4', plain).bytes;
    case 4:
      return storedZstd(plain);
    default:
      return plain;
  }
}

/** gzip costs a hundred times what the rest does. */
const CODES = [0, 0, 0, 0, 0, 0, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6, 7] as const;

function records(random: Random): { readonly code: number; readonly count: number; readonly stream: Uint8Array } {
  const count = once(random, 30) ? 0 : 1 + random.below(5);
  if (once(random, 20_000)) return { ...bomb(random), count };
  sketch.reset();
  for (let delta = 0; delta < count; delta += 1) record(random, delta, sketch);
  const plain = once(random, 3) ? mutate(random, sketch, 1 + random.below(2)) : Buffer.from(sketch.view());
  const code = once(random, 60) ? 1 : pick(random, CODES);
  const stream = compressed(code, plain);
  return { code, count, stream: code !== 0 && once(random, 4) ? spoilAnywhere(random, Buffer.from(stream)) : stream };
}

function header(random: Random, code: number, count: number, target: Sketch): void {
  target.int64(once(random, 20) ? signed64(random) : 0n);
  target.int32(0, 'length32');
  target.int32(-1);
  target.int8(2);
  target.int32(0);
  const isProducer = once(random, 3);
  const flags =
    (once(random, 10) ? 0x08 : 0) |
    (isProducer && once(random, 3) ? 0x10 : 0) |
    (once(random, 15) ? 0x20 : 0) |
    (once(random, 30) ? 0x40 : 0);
  target.int16(code | flags);
  target.int32(count - 1);
  target.int64(BigInt(NOW));
  target.int64(BigInt(NOW + 1000));
  const isMarked = isProducer && once(random, 2);
  target.int64(isMarked ? PRODUCER_MARK : isProducer ? BigInt(random.below(3)) : -1n);
  target.int16(isMarked ? EPOCH_MARK : isProducer ? random.below(2) : -1);
  target.int32(isProducer ? random.below(4) : -1);
  target.int32(count, 'length32');
}

/** Length and CRC as they must be for these bytes. */
export function mendBatch(batch: Buffer): Buffer {
  if (batch.length < BATCH_HEADER_SIZE) return batch;
  batch.writeInt32BE(batch.length - LENGTH_AT - 4, LENGTH_AT);
  batch.writeUInt32BE(batchCrc(batch), CRC_AT);
  return batch;
}

function newBatch(random: Random): Buffer {
  const { code, count, stream } = records(random);
  sketch.reset();
  header(random, code, count, sketch);
  const head = once(random, 3) ? mutate(random, sketch, 1) : Buffer.from(sketch.view());
  const batch = Buffer.concat([head, stream]);
  return once(random, 8) ? batch : mendBatch(batch);
}

/** A message of format 0 or 1. */
function oldMessage(random: Random): Buffer {
  sketch.reset();
  const magic = random.below(2);
  sketch.int64(BigInt(random.below(3)));
  sketch.int32(0, 'length32');
  sketch.int32(0);
  sketch.int8(magic);
  sketch.int8(random.below(4));
  if (magic === 1) sketch.int64(BigInt(NOW));
  for (const part of [bytesOrNull(random), bytesOrNull(random)]) {
    sketch.int32(part?.length ?? -1, 'length32');
    sketch.raw(part ?? Buffer.alloc(0), 'bytes');
  }
  const bytes = once(random, 3) ? mutate(random, sketch, 1) : Buffer.from(sketch.view());
  if (bytes.length < 18 || once(random, 4)) return bytes;
  bytes.writeInt32BE(bytes.length - 12, LENGTH_AT);
  bytes.writeUInt32BE(crc32 === undefined ? 0 : crc32(bytes.subarray(16)), 12);
  return bytes;
}

/** The records of one partition of a produce request; a fresh buffer. */
export function makeRecords(random: Random): Buffer {
  const kind = random.below(100);
  if (kind < 5) return oldMessage(random);
  if (kind < 8) return Buffer.concat([newBatch(random), newBatch(random)]);
  if (kind < 11) {
    const producer = { id: random.below(3), epoch: random.below(2) };
    const type = pick(random, ['commit', 'abort', 'leader-change', 'voters'] as const);
    return Buffer.from(buildControlBatch({ type, body: markerBody(random.below(3)), timestamp: NOW, producer }));
  }
  const batch = newBatch(random);
  return kind < 15 ? spoilAnywhere(random, batch) : batch;
}
