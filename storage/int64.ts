/**
 * int64 fields of files as `number`: two 32-bit halves, big-endian.
 *
 * Every position that this room writes is a safe integer (2^53). Bytes from disk may hold anything: the
 * readers answer what is there, exact up to 2^53, and the callers' gates refuse what is not safe.
 */
import { assert } from '../raft/index.ts';

const HIGH = 2 ** 32;

/** Writes `value`, a safe integer, as a signed big-endian int64. */
export function writeInt64(target: Buffer, value: number, at: number): void {
  assert(Number.isSafeInteger(value), () => `int64 field must be a safe integer, is ${value}`);
  const high = Math.floor(value / HIGH);
  target.writeInt32BE(high, at);
  target.writeUInt32BE(value - high * HIGH, at + 4);
}

/** Reads a signed big-endian int64; not exact beyond 2^53, which `Number.isSafeInteger` of the answer tells. */
export function readInt64(source: Buffer, at: number): number {
  return source.readInt32BE(at) * HIGH + source.readUInt32BE(at + 4);
}

/** A `Buffer` over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
