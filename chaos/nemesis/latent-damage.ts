/**
 * Damage that is still there, seen from outside: nobody may have read it yet, and then its node believes itself whole. Ghost state
 * for the budget.
 */
import type { SimDisk } from '../sim/index.ts';

const HEADER_BYTES = 12;

/**
 * Before the damage: `watch` is to be called after it. From then on `isThere` says whether these bytes of the file are as damaged
 * as they were, in the directory that it was in: a log that is made anew has another.
 */
export function watchDamage(
  disk: SimDisk,
  path: string,
  at: number,
  length: number,
): { readonly watch: () => void; readonly isThere: () => boolean } {
  const directory = disk.find(path.slice(0, path.lastIndexOf('/')));
  const read = (): Buffer => Buffer.from(disk.cachedBytes(path) ?? []).subarray(at, at + length);
  const good = read();
  let bad: Buffer | null = null;
  return {
    watch: () => {
      bad = read();
    },
    isThere: () => {
      if (bad === null || disk.find(path.slice(0, path.lastIndexOf('/'))) !== directory) return false;
      // Unreadable, not other: until somebody writes there.
      if (bad.equals(good)) return disk.isUnreadable(path, at, length);
      const now = read();
      return now.length < good.length || now.equals(bad);
    },
  };
}

/** Where the last whole batch of a segment begins; 0: there is only one. */
export function lastBatchAt(bytes: Uint8Array): number {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let last = 0;
  for (let at = 0; at + HEADER_BYTES <= file.length; at += HEADER_BYTES + file.readInt32BE(at + 8)) {
    if (file.readInt32BE(at + 8) <= 0) break;
    last = at;
  }
  return last;
}
