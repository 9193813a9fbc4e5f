/** What compaction compresses again is read back by every reader: our own decompressors, and the looks that produce takes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressStream, decompressStream } from '../../../storage/compression/index.ts';
import { invalidStream } from '../../../storage/compression/stream-shape.ts';

const inputs = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc
    .array(fc.constantFrom('abcd', 'abc', 'a', 'key-1', '\0\0\0\0'), { maxLength: 3000 })
    .map((parts) => Buffer.from(parts.join(''))),
);

describe.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s', (compression) => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(inputs, (bytes) => {
        const compressed = compressStream(compression, bytes);
        const back = decompressStream(compressed.compression, compressed.bytes, 1e6);
        expect(Buffer.from(back as Uint8Array).equals(bytes)).toBe(true);
        // An empty raw snappy stream begins with no literal.
        if (bytes.length > 0) expect(invalidStream(compressed.compression, compressed.bytes)).toBe(null);
      }),
      { numRuns: 60 },
    );
  });

  it('shrinks what repeats, over block borders too, and hardly grows what does not', () => {
    const text = Buffer.from('{"name":"flotilla","value":12345}'.repeat(9000));
    expect(compressStream(compression, text).bytes.length).toBeLessThan(text.length / 8);
    const noise = Buffer.from(
      Array.from({ length: 200_000 }, (_, index) => (index * 2_654_435_761 * (index % 977)) >>> 13),
    );
    const grown = compressStream(compression, noise);
    expect(grown.bytes.length).toBeLessThan(noise.length * 1.2);
    expect(Buffer.from(decompressStream(grown.compression, grown.bytes, 1e6) as Uint8Array).equals(noise)).toBe(true);
  });
});
