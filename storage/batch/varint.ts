/**
 * Zigzag varints of records: a cursor that reads them, and functions that size and write them.
 *
 * The cursor never throws: past the end, or at a varint that does not end, it sets `failed` and gives 0, so a walk
 * over records tests once per record instead of once per byte. Overlong forms are legal up to 5 (varint) and 10
 * (varlong) bytes, as in Kafka.
 */
const TWO_32 = 0x1_0000_0000;

/** A position in bytes that moves with every read; `failed` stays set once anything went wrong. */
export class VarintCursor {
  readonly bytes: Uint8Array;
  position: number;
  readonly end: number;
  failed = false;

  /** Reads `bytes` from `position` (included) to `end` (not included). */
  constructor(bytes: Uint8Array, position: number, end: number) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  private fail(): number {
    this.failed = true;
    return 0;
  }

  /** A signed number of at most 32 bits. */
  varint(): number {
    const { bytes, end } = this;
    let at = this.position;
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      if (at >= end) return this.fail();
      const byte = bytes[at] ?? 0;
      at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.position = at;
        return (value >>> 1) ^ -(value & 1);
      }
    }
    return this.fail();
  }

  /** A signed number of at most 64 bits; beyond 2^53 the nearest double. */
  varlong(): number {
    const { bytes, end } = this;
    let at = this.position;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift <= 63; shift += 7) {
      if (at >= end) return this.fail();
      const byte = bytes[at] ?? 0;
      at += 1;
      if (shift < 28) {
        low |= (byte & 0x7f) << shift;
      } else if (shift === 28) {
        low |= byte << 28;
        high = (byte & 0x7f) >>> 4;
      } else {
        high |= (byte & 0x7f) << (shift - 32);
      }
      if (byte < 0x80) {
        this.position = at;
        return unzigzag(low, high);
      }
    }
    return this.fail();
  }

  /** Steps over `size` bytes; fails when they are not there. */
  skip(size: number): void {
    if (size > this.end - this.position) this.failed = true;
    else this.position += size;
  }
}

function unzigzag(low: number, high: number): number {
  const sign = -(low & 1);
  const halfLow = ((low >>> 1) | (high << 31)) ^ sign;
  const halfHigh = (high >>> 1) ^ sign;
  return halfHigh * TWO_32 + (halfLow >>> 0);
}

/** Bytes that `value`, a safe integer, takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = magnitude(value); rest >= 0x40; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

/** The zigzag form without its lowest bit, the sign: so it stays a safe integer. */
function magnitude(value: number): number {
  return value < 0 ? -(value + 1) : value;
}

/** Writes `value`, a safe integer, at `at`; returns the position behind it. There must be room. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let position = at;
  const whole = magnitude(value);
  let low = (whole % 0x40) * 2 + (value < 0 ? 1 : 0);
  let rest = Math.floor(whole / 0x40);
  while (rest > 0) {
    target[position] = low | 0x80;
    position += 1;
    low = rest % 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target[position] = low;
  return position + 1;
}
