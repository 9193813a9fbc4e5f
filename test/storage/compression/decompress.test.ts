/** Streams made by hand, good and bad: what each decompressor takes, and that it keeps its bounds. */
import { expect, test } from 'vitest';
import { decompressStream } from '../../../storage/compression/index.ts';
import type { Compression } from '../../../storage/compression/index.ts';

const LIMIT = 1000;

function open(codec: Compression, hex: string, limit = LIMIT): string {
  const plain = decompressStream(codec, Buffer.from(hex.replaceAll(' ', ''), 'hex'), limit);
  return typeof plain === 'string' ? `refused: ${plain}` : Buffer.from(plain).toString('latin1');
}

/** An LZ4 frame of one block; the header is that of independent 64 KiB blocks. */
function lz4(block: string): string {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.replaceAll(' ', '').length / 2);
  return `04224d18 60 40 82 ${size.toString('hex')} ${block} 00000000`;
}

test.each([
  ['a literal', '03 08 616263', 'abc'],
  ['a copy that overlaps what it writes', '07 08 616263 01 03', 'abcabca'],
  ['a copy with 16 bits of distance', '06 08 616263 0a 0300', 'abcabc'],
  ['nothing', '00', ''],
])('snappy: %s', (_name, hex, plain) => {
  expect(open('snappy', hex)).toBe(plain);
});

test.each([
  ['a literal that is cut', '03 08 6162'],
  ['a copy from before the beginning', '07 08 616263 01 04'],
  ['a copy of distance 0', '07 08 616263 01 00'],
  ['a copy beyond the promised length', '05 08 616263 01 03'],
  ['fewer bytes than promised', '04 08 616263'],
  ['a length that its bytes cannot give', 'ffffff7f 08 616263'],
  ['no length', ''],
])('snappy refuses %s', (_name, hex) => {
  expect(open('snappy', hex)).toMatch(/^refused/);
});

test.each([
  ['literals only', '30 616263', 'abc'],
  ['a match that overlaps what it writes', '33 616263 0300 10 64', 'abcabcabcad'],
])('lz4: %s', (_name, block, plain) => {
  expect(open('lz4', lz4(block))).toBe(plain);
});

test.each([
  ['a match from before the beginning', '33 616263 0400 10 64'],
  ['a match of distance 0', '33 616263 0000 10 64'],
  ['literals that are cut', '50 616263'],
  ['a block that ends with a match', '33 616263 0300'],
])('lz4 refuses %s', (_name, block) => {
  expect(open('lz4', lz4(block))).toMatch(/^refused/);
});

test('no codec gives more than the limit', () => {
  expect(open('snappy', '03 08 616263', 2)).toMatch(/^refused/);
  expect(open('lz4', lz4('30 616263'), 2)).toMatch(/^refused/);
  // A zstd frame of one repeated byte: four bytes that promise 100,000.
  expect(open('zstd', '28b52ffd 00 48 030d0c 61')).toMatch(/^refused/);
  expect(open('zstd', '28b52ffd 00 48 230000 61')).toBe('aaaa');
});
