/** After a short write, exactly the bytes that were not taken are left. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { remainingBuffers } from '../../storage/remaining-buffers.ts';

test('what is left and what was written are all the bytes, at every cut', () => {
  const buffers = fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 5 });
  fc.assert(
    fc.property(buffers, (given) => {
      const all = Buffer.concat(given);
      for (let written = 0; written <= all.length; written += 1) {
        const left = remainingBuffers(given, written);
        expect(Buffer.concat(left).equals(all.subarray(written))).toBe(true);
        expect(left.every((buffer) => buffer.length > 0)).toBe(true);
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('more written than given is a bug', () => {
  expect(() => remainingBuffers([new Uint8Array(3)], 4)).toThrow('1 bytes more');
});
