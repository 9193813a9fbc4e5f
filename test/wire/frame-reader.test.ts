/** Frames come out as they were sent, however TCP cuts them, and bad sizes are refused before anything is kept. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader } from '../../src/wire/index.ts';

function framed(body: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

/** All frames that can be read, as hex. */
function drain(reader: FrameReader): readonly string[] {
  const frames: string[] = [];
  for (let next = reader.next(); next.kind === 'frame'; next = reader.next()) frames.push(next.bytes.toString('hex'));
  return frames;
}

test('frames come out whole and in order, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 30 })),
      (bodies, cuts) => {
        const stream = Buffer.concat(bodies.map((body) => framed(body)));
        const reader = new FrameReader(100);
        const seen: string[] = [];
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          reader.push(stream.subarray(at, at + cut));
          at += cut;
          seen.push(...drain(reader));
        }
        expect(seen).toEqual(bodies.map((body) => Buffer.from(body).toString('hex')));
        expect(reader.pending()).toBe(0);
        expect(reader.next()).toEqual({ kind: 'more' });
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});

test('a frame within one chunk is a view of it', () => {
  const chunk = framed(Buffer.from('abc'));
  const reader = new FrameReader(3);
  reader.push(chunk);
  const frame = reader.next();
  expect(frame.kind === 'frame' && frame.bytes.buffer === chunk.buffer).toBe(true);
});

test('an oversized and a negative size are refused as soon as the four bytes are there', () => {
  const oversized = new FrameReader(10);
  oversized.push(Buffer.from([0, 0, 0]));
  expect(oversized.next()).toEqual({ kind: 'more' });
  oversized.push(Buffer.from([11]));
  expect(oversized.next()).toEqual({ kind: 'refused', reason: 'oversized', size: 11 });
  const negative = new FrameReader(10);
  negative.push(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  expect(negative.next()).toEqual({ kind: 'refused', reason: 'negative', size: -1 });
});
