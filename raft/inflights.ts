/**
 * The window of one follower: appends sent and not yet acknowledged, oldest first.
 *
 *      matchOffset                          nextOffset
 *          |   end, bytes   |   end, bytes   |
 *          [================[================)
 *
 * Bounded by count and by bytes. An acknowledgement of an end frees everything up to it.
 */
import { assert } from './assert.ts';
import { type ByteCount, byteCount, type Offset } from './ids.ts';

export interface Inflights {
  readonly appends: { readonly end: Offset; readonly bytes: ByteCount }[];
  bytes: ByteCount;
}

export function emptyInflights(): Inflights {
  return { appends: [], bytes: byteCount(0) };
}

export function isFull(inflights: Inflights, appendsMax: number, bytesMax: ByteCount): boolean {
  return inflights.appends.length >= appendsMax || inflights.bytes >= bytesMax;
}

/** An append up to `end` went out. Ends rise strictly. */
export function addInflight(inflights: Inflights, end: Offset, bytes: ByteCount): void {
  const last = inflights.appends.at(-1);
  assert(last === undefined || last.end < end, () => `append to ${end} sent after one to ${last?.end}`);
  inflights.appends.push({ end, bytes });
  inflights.bytes = byteCount(inflights.bytes + bytes);
}

/** All below `end` is acknowledged. */
export function freeInflights(inflights: Inflights, end: Offset): void {
  let freed = 0;
  let bytes = 0;
  for (const append of inflights.appends) {
    if (append.end > end) break;
    freed += 1;
    bytes += append.bytes;
  }
  if (freed === 0) return;
  inflights.appends.splice(0, freed);
  inflights.bytes = byteCount(inflights.bytes - bytes);
}
