/**
 * The outside of zstd: frames and the headers of their blocks.
 *
 *   28 b5 2f fd │ descriptor │ [window] │ [dictionary id] │ [content size] │ (block header u24 │ block)… │ [checksum u32]
 *   block header: bit 0 last, bits 1–2 kind (0 raw, 1 one byte repeated, 2 compressed), then the size
 *
 * Gives the greatest size that each frame can decompress to, so that no one allocates what a header merely promises.
 */
const MAGIC = 0xfd2f_b528;
const SKIPPABLE = 0x184d_2a50;
const LARGEST_BLOCK = 128 * 1024;

export interface ZstdFrame {
  /** The whole frame. */
  readonly bytes: Uint8Array;
  /** The most that it can decompress to. */
  readonly bound: number;
  /** What its header says that it decompresses to; null: nothing is said. */
  readonly contentSize: number | null;
  /** Where the window descriptor stands in it; null: the content size is the window. */
  readonly windowAt: number | null;
}

interface Header {
  readonly size: number;
  readonly contentSize: number | null;
  readonly windowAt: number | null;
  readonly checksum: boolean;
}

/** A little-endian number of at most eight bytes; beyond 2^53 the nearest double. */
function little(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = size - 1; index >= 0; index -= 1) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

function readHeader(bytes: Uint8Array, at: number): Header | string {
  const descriptor = bytes[at + 4] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0) return 'a zstd frame with a reserved bit';
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const code = descriptor >> 6;
  const contentWidth = code === 0 ? (single ? 1 : 0) : 2 ** code;
  const dictionaryAt = at + 5 + (single ? 0 : 1);
  if (little(bytes, dictionaryAt, dictionary) !== 0) return 'a zstd frame with a dictionary';
  const contentAt = dictionaryAt + dictionary;
  const contentSize =
    contentWidth === 0 ? null : little(bytes, contentAt, contentWidth) + (contentWidth === 2 ? 256 : 0);
  const size = contentAt + contentWidth - at;
  if (size > bytes.length - at) return 'a zstd frame that is cut';
  return { size, contentSize, windowAt: single ? null : 5, checksum: (descriptor & 0x04) !== 0 };
}

/** Hops over the blocks from `at`; returns where they end and what they give at most. */
function skipBlocks(bytes: Uint8Array, at: number): { readonly end: number; readonly bound: number } | string {
  let position = at;
  let bound = 0;
  for (;;) {
    if (bytes.length - position < 3) return 'a zstd block that is cut';
    const header = little(bytes, position, 3);
    const kind = (header >> 1) & 3;
    const size = header >> 3;
    position += 3;
    if (kind === 3 || size > LARGEST_BLOCK) return 'a zstd block of no known kind';
    const taken = kind === 1 ? 1 : size;
    if (taken > bytes.length - position) return 'a zstd block that is cut';
    position += taken;
    bound += kind === 2 ? LARGEST_BLOCK : size;
    if ((header & 1) === 1) return { end: position, bound };
  }
}

/** All frames of `bytes`, without skippable ones; a string says why these are none. */
export function zstdFrames(bytes: Uint8Array): readonly ZstdFrame[] | string {
  const frames: ZstdFrame[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 8) return 'bytes behind the zstd frame';
    const magic = little(bytes, at, 4);
    if (magic - (magic % 16) === SKIPPABLE) {
      at += 8 + little(bytes, at + 4, 4);
      if (at > bytes.length) return 'a zstd frame that is cut';
      continue;
    }
    if (magic !== MAGIC) return 'not zstd';
    const header = readHeader(bytes, at);
    if (typeof header === 'string') return header;
    const blocks = skipBlocks(bytes, at + header.size);
    if (typeof blocks === 'string') return blocks;
    const end = blocks.end + (header.checksum ? 4 : 0);
    if (end > bytes.length) return 'a zstd frame that is cut';
    if (header.contentSize !== null && header.contentSize > blocks.bound) return 'a zstd frame that promises too much';
    frames.push({
      bytes: bytes.subarray(at, end),
      bound: blocks.bound,
      contentSize: header.contentSize,
      windowAt: header.windowAt,
    });
    at = end;
  }
  return frames;
}
