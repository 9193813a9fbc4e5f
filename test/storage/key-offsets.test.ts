/** The table of keys of a compaction: the same as a map of strings, within its memory. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashKey, KeyOffsets } from '../../storage/log/key-offsets.ts';

function hex(text: string): string {
  const hash = new Uint32Array(4);
  const bytes = Buffer.from(` ${text}`);
  hashKey(bytes, 1, bytes.length, hash);
  return [...hash].map((word) => word.toString(16).padStart(8, '0')).join('');
}

describe('the hash of a key', () => {
  it.each([
    ['I will not buy this record, it is scratched.', 'a0a9683b25ac5e40d9af2895890dddf5'],
    ['', '00000000000000000000000000000000'],
  ])('of %j is what MurmurHash3 x86 128 says', (text, expected) => {
    expect(hex(text)).toBe(expected);
  });

  it('differs for keys that differ in one byte anywhere', () => {
    const seen = new Set(Array.from({ length: 40 }, (_, length) => hex('a'.repeat(length))));
    for (let at = 0; at < 40; at += 1) seen.add(hex(`${'a'.repeat(at)}b${'a'.repeat(39 - at)}`));
    expect(seen.size).toBe(80);
  });
});

describe('the table', () => {
  it('knows the newest offset of each key, as a map does', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 3000 }), (keys) => {
        const table = new KeyOffsets(1 << 20);
        const map = new Map<string, number>();
        for (const [offset, key] of keys.entries()) {
          const bytes = Buffer.from(key);
          table.put(bytes, 0, bytes.length, offset);
          map.set(key, offset);
        }
        expect(table.size).toBe(map.size);
        for (const [key, offset] of map) expect(table.newest(Buffer.from(key), 0, Buffer.byteLength(key))).toBe(offset);
        expect(table.newest(Buffer.from('none of them'), 0, 12)).toBe(-1);
      }),
      { numRuns: 30 },
    );
  });

  it('is right at every moment while it grows, also of keys that come again meanwhile', () => {
    const table = new KeyOffsets(1 << 20);
    const map = new Map<string, number>();
    for (let offset = 0; offset < 20_000; offset += 1) {
      // New ones, and some of long ago.
      const key = `k${offset % 3 === 0 ? (offset * 7919) % (offset + 1) : offset}`;
      table.put(Buffer.from(key), 0, key.length, offset);
      map.set(key, offset);
      const asked = `k${(offset * 104_729) % 20_000}`;
      expect(table.newest(Buffer.from(asked), 0, asked.length)).toBe(map.get(asked) ?? -1);
      if (offset % 997 === 0) expect(table.size).toBe(map.size);
    }
    for (const [key, offset] of map) expect(table.newest(Buffer.from(key), 0, key.length)).toBe(offset);
    expect(table.size).toBe(map.size);
  });

  it('grows to the memory that it may take and no further', () => {
    const table = new KeyOffsets(24 * 4096);
    let keys = 0;
    for (; table.hasRoom(1); keys += 1) table.put(Buffer.from(`k${keys}`), 0, `k${keys}`.length, keys);
    expect([keys, table.bytes]).toEqual([3072, 24 * 4096]);
    expect(table.newest(Buffer.from('k77'), 0, 3)).toBe(77);
    expect([table.canHold(3072), table.canHold(3073)]).toEqual([true, false]);
  });
});
