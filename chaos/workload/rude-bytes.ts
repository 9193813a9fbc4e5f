/**
 * What a node gets from clients that are broken or mean: bytes that are no requests, and batches that are none. Each says what a
 * node owes for it.
 *
 *   closed   the connection ends: nobody can tell where the next request begins, or what was asked
 *   refused  an answer with an error, and nothing is written
 */
import { crc32c } from '../../storage/index.ts';
import type { Random } from '../../raft/index.ts';
import { buildBatch } from '../../storage/batch/index.ts';

const ATTRIBUTES_AT = 21;
const CRC_AT = 17;
const MAGIC_AT = 16;
const LAST_DELTA_AT = 23;
const COUNT_AT = 57;
/** More than a batch may have by default (1 MiB). */
const TOO_MANY_BYTES = 1_100_000;

function frame(size: number, ...parts: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(size);
  return Buffer.concat([head, ...parts]);
}

function header(api: number, version: number): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeInt16BE(api, 0);
  bytes.writeInt16BE(version, 2);
  bytes.writeInt32BE(7, 4);
  bytes.writeInt16BE(-1, 8);
  return bytes;
}

/** Bytes after which a node closes the connection. */
export const NO_REQUESTS: Readonly<Record<string, (random: Random) => Buffer>> = {
  'a negative size': () => frame(-1),
  'the greatest size': () => frame(0x7fff_ffff, Buffer.alloc(100)),
  'an empty request': () => frame(0),
  'a header cut off': () => frame(3, Buffer.from([0, 3, 0])),
  'an unknown API': () => frame(10, header(999, 0)),
  'a version of the future': () => frame(10, header(3, 99)),
  'a list longer than the request': () => frame(14, header(3, 4), Buffer.from([0x7f, 0xff, 0xff, 0xff])),
  noise: (random) => {
    const noise = Buffer.from(random.bytes(8 + random.below(200)));
    // A size that the noise reaches, of an API that nobody has.
    noise.writeInt32BE(noise.length - 4, 0);
    noise.writeInt16BE(-1, 4);
    return noise;
  },
};

/** `change` sees a good batch of two records; the sum is right afterwards. */
function changed(change: (batch: Buffer) => void): Buffer {
  const batch = goodBatch();
  change(batch);
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
  return batch;
}

function goodBatch(control = false): Buffer {
  const records = ['rude-0', 'rude-1'].map((value) => ({ key: null, value: Buffer.from(value), timestamp: 0 }));
  return Buffer.from(buildBatch({ records, control }));
}

/** Batches that a node refuses. */
export const NO_BATCHES: Readonly<Record<string, (random: Random) => Uint8Array>> = {
  'a wrong sum': (random) => {
    const batch = goodBatch();
    const at = ATTRIBUTES_AT + random.below(batch.length - ATTRIBUTES_AT);
    batch.writeUInt8(batch.readUInt8(at) ^ (1 << random.below(8)), at);
    return batch;
  },
  'a batch cut off': (random) => {
    const batch = goodBatch();
    return batch.subarray(0, batch.length - 1 - random.below(batch.length - 1));
  },
  'two batches': () => Buffer.concat([goodBatch(), goodBatch()]),
  'a control batch': () => goodBatch(true),
  'an old format': () => {
    const batch = goodBatch();
    batch.writeUInt8(1, MAGIC_AT);
    return batch;
  },
  'fewer records than it says': () => changed((batch) => void batch.writeInt32BE(9, COUNT_AT)),
  'more records than it says': () => changed((batch) => void batch.writeInt32BE(1, COUNT_AT)),
  'a last offset beyond its records': () => changed((batch) => void batch.writeInt32BE(90, LAST_DELTA_AT)),
  'too many bytes': () => buildBatch({ records: [{ key: null, value: Buffer.alloc(TOO_MANY_BYTES), timestamp: 0 }] }),
  nothing: () => new Uint8Array(0),
};
