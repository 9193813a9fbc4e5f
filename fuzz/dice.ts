/**
 * Draws of values that break things: limits, neighbours of limits, what is usual, and noise.
 */
import type { Random } from '../raft/index.ts';

/** One of `among`, which is not empty. */
export function pick<T>(random: Random, among: readonly T[]): T {
  return among[random.below(among.length)] as T;
}

/** True once in `times`. */
export function once(random: Random, times: number): boolean {
  return random.below(times) === 0;
}

/** Bytes of noise, drawn four at a time. */
export function noise(random: Random, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (; at + 4 <= length; at += 4) bytes.writeUInt32LE(random.below(0x1_0000_0000), at);
  for (; at < length; at += 1) bytes[at] = random.below(256);
  return bytes;
}

/** A whole number of `bits` bits, signed: mostly small, often at a limit, sometimes anything. */
export function signed(random: Random, bits: 8 | 16 | 32): number {
  const half = 2 ** (bits - 1);
  switch (random.below(8)) {
    case 0:
      return pick(random, [-half, half - 1, half - 2, 1 - half]);
    case 1:
      return -1;
    case 2:
      return random.below(half * 2) - half;
    default:
      return random.below(6);
  }
}

const LIMITS_64 = [
  -(2n ** 63n),
  2n ** 63n - 1n,
  2n ** 53n,
  2n ** 53n - 1n,
  -(2n ** 53n),
  2n ** 32n,
  2n ** 31n,
] as const;

/** The same of 64 bits. */
export function signed64(random: Random): bigint {
  switch (random.below(8)) {
    case 0:
      return pick(random, LIMITS_64);
    case 1:
      return -1n;
    case 2:
      return (BigInt(random.below(0x1_0000_0000)) << 32n) + BigInt(random.below(0x1_0000_0000)) - 2n ** 63n;
    default:
      return BigInt(random.below(1000));
  }
}

const TEXTS = [
  '',
  'a',
  't',
  'orders',
  'größe',
  '\u0000',
  '日本',
  '😀',
  '../..',
  '__consumer_offsets',
  'x'.repeat(249),
] as const;

export function anyText(random: Random): string {
  return once(random, 40) ? 'l'.repeat(1 + random.below(2000)) : pick(random, TEXTS);
}
