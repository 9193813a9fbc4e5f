/**
 * The LZ4 frame format: header, blocks, end mark; and the checksum (xxHash32) of its header.
 *
 *   04 22 4d 18 │ flags │ block size code │ [content size u64] │ header checksum │ (size u32 │ block │ [checksum])… │ 0
 *
 * As Kafka does it: blocks must be independent, dictionaries are not allowed, bytes behind the end mark are ignored.
 */
const MAGIC = 0x184d_2204;
const PRIME_1 = 0x9e37_79b1;
const PRIME_2 = 0x85eb_ca77;
const PRIME_3 = 0xc2b2_ae3d;
const PRIME_4 = 0x27d4_eb2f;
const PRIME_5 = 0x1656_67b1;
const UNCOMPRESSED_BIT = 0x8000_0000;

export interface Lz4Block {
  readonly bytes: Uint8Array;
  readonly compressed: boolean;
}

export interface Lz4Frame {
  readonly blocks: readonly Lz4Block[];
  /** Most bytes that one block decompresses to. */
  readonly blockSize: number;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** xxHash32 with seed 0, for fewer than 16 bytes, which is all that a frame header has. */
export function shortXxHash32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hash = (PRIME_5 + bytes.length) | 0;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(view.getInt32(at, true), PRIME_3)) | 0, 17), PRIME_4);
  }
  for (; at < bytes.length; at += 1) {
    hash = Math.imul(rotate((hash + Math.imul(bytes[at] ?? 0, PRIME_5)) | 0, 11), PRIME_1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

interface Header {
  readonly blockSize: number;
  readonly blockChecksums: boolean;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, view: DataView): Header | string {
  if (bytes.length < 7 || view.getUint32(0, true) !== MAGIC) return 'not an lz4 frame';
  const flags = bytes[4] ?? 0;
  if (flags >> 6 !== 1) return 'an lz4 frame of another version';
  if ((flags & 0x20) === 0) return 'lz4 blocks that depend on each other';
  if ((flags & 0x03) !== 0) return 'an lz4 frame with dictionary or reserved bit';
  const code = ((bytes[5] ?? 0) >> 4) & 7;
  if (code < 4 || ((bytes[5] ?? 0) & 0x8f) !== 0) return 'an lz4 frame with a wrong block size';
  const checksumAt = (flags & 0x08) === 0 ? 6 : 14;
  if (bytes.length <= checksumAt) return 'an lz4 frame that is cut';
  const checksum = (shortXxHash32(bytes.subarray(4, checksumAt)) >>> 8) & 0xff;
  if (checksum !== bytes[checksumAt]) return 'an lz4 frame with a wrong header checksum';
  return { blockSize: 2 ** (8 + 2 * code), blockChecksums: (flags & 0x10) !== 0, end: checksumAt + 1 };
}

/** Views of the blocks of the frame at the beginning of `bytes`; a string says why it is none. */
export function readLz4Frame(bytes: Uint8Array): Lz4Frame | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(bytes, view);
  if (typeof header === 'string') return header;
  const blocks: Lz4Block[] = [];
  let at = header.end;
  for (;;) {
    if (bytes.length - at < 4) return 'an lz4 frame without end';
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return { blocks, blockSize: header.blockSize };
    const compressed = word < UNCOMPRESSED_BIT;
    const size = compressed ? word : word - UNCOMPRESSED_BIT;
    const taken = size + (header.blockChecksums ? 4 : 0);
    if (size > header.blockSize || taken > bytes.length - at) return `an lz4 block of ${size} bytes`;
    blocks.push({ bytes: bytes.subarray(at, at + size), compressed });
    at += taken;
  }
}

/** Why `bytes` do not begin with a whole LZ4 frame; null: they do. */
export function invalidLz4Frame(bytes: Uint8Array): string | null {
  const frame = readLz4Frame(bytes);
  return typeof frame === 'string' ? frame : null;
}
