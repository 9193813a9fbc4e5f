/**
 * A cursor over the bytes of one message: every read is checked against the end first.
 *
 * Nothing is copied: byte fields are views of the frame, which its owner keeps alive and unchanged while they are
 * in use. All refusals are {@link WireError}.
 */
import { Buffer, isUtf8 } from 'node:buffer';
import { WireError } from './wire-error.ts';

const TWO_32 = 0x1_0000_0000;

/** Whether a decoded int64 may stand for another value, beyond 2^53. */
export function isFar(value: number): boolean {
  return Math.abs(value) >= Number.MAX_SAFE_INTEGER;
}

export class Reader {
  readonly buffer: Buffer;
  position: number;
  end: number;

  /** Reads `bytes` from `position` up to its end. */
  constructor(bytes: Uint8Array, position = 0) {
    this.buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
    this.end = this.buffer.length;
  }

  remaining(): number {
    return this.end - this.position;
  }

  /** Claims `size` bytes and returns where they begin. */
  take(size: number): number {
    const at = this.position;
    if (size > this.end - at) throw new WireError('truncated', `needs ${size} bytes, ${this.end - at} are left`);
    this.position = at + size;
    return at;
  }

  int8(): number {
    return this.buffer.readInt8(this.take(1));
  }
  int16(): number {
    return this.buffer.readInt16BE(this.take(2));
  }
  uint16(): number {
    return this.buffer.readUInt16BE(this.take(2));
  }
  int32(): number {
    return this.buffer.readInt32BE(this.take(4));
  }
  /**
   * What lies beyond 2^53 becomes the greatest (least) safe integer: a time or an offset there lies behind all that exists,
   * which is what clients mean by it. Where the value itself matters, who takes it refuses {@link isFar}.
   */
  int64(): number {
    const at = this.take(8);
    const value = this.buffer.readInt32BE(at) * TWO_32 + this.buffer.readUInt32BE(at + 4);
    if (Number.isSafeInteger(value)) return value;
    return value > 0 ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER;
  }
  bigInt64(): bigint {
    return this.buffer.readBigInt64BE(this.take(8));
  }
  float64(): number {
    return this.buffer.readDoubleBE(this.take(8));
  }

  /** An unsigned varint of at most five bytes; as in Kafka, bits beyond the 32nd are dropped. */
  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.buffer.readUInt8(this.take(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    const last = this.buffer.readUInt8(this.take(1));
    if (last >= 0x80) throw new WireError('varint', 'a varint of more than five bytes');
    return (value | (last << 28)) >>> 0;
  }

  /** A view of the next `size` bytes. */
  view(size: number): Buffer {
    const at = this.take(size);
    return this.buffer.subarray(at, at + size);
  }

  /** The next `size` bytes as text. */
  text(size: number): string {
    const at = this.take(size);
    const text = this.buffer.toString('utf8', at, at + size);
    // What is no UTF-8 decodes to U+FFFD; so may a U+FFFD that was sent, hence the second look.
    if (text.includes('\uFFFD') && !isUtf8(this.buffer.subarray(at, at + size))) {
      throw new WireError('utf8', 'a string that is not UTF-8');
    }
    return text;
  }

  /** 16 bytes as 22 characters of base64url. */
  uuid(): string {
    const at = this.take(16);
    return this.buffer.toString('base64url', at, at + 16);
  }
}
