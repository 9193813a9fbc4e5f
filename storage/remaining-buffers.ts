/**
 * What is left to write after a short write.
 *
 * The operating system may take fewer bytes than it was given; the rest follows in another call. Views are
 * returned, nothing is copied.
 */
import { assert } from '../raft/index.ts';

/** The bytes of `buffers` behind the first `written`, without empty buffers; `written` is at most their length. */
export function remainingBuffers(buffers: readonly Uint8Array[], written: number): Uint8Array[] {
  assert(written >= 0, () => `written must not be negative, is ${written}`);
  const left: Uint8Array[] = [];
  let skip = written;
  for (const buffer of buffers) {
    if (skip >= buffer.length) skip -= buffer.length;
    else {
      left.push(skip === 0 ? buffer : buffer.subarray(skip));
      skip = 0;
    }
  }
  assert(skip === 0, () => `${skip} bytes more were written than given`);
  return left;
}
