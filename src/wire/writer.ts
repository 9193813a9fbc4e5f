/**
 * Collects the bytes of one frame as a list of buffers.
 *
 *   chunk ──────────────┐ records (the caller's buffer, not copied) ┌── same chunk goes on
 *
 * Small fields go into a chunk that is cut where records are inserted, so megabytes of batches are sent from where
 * they lie. A chunk that is full is put aside, never copied. Values are checked: a wrong one is a
 * {@link WireError} `value`.
 */
import { Buffer } from 'node:buffer';
import { WireError } from './wire-error.ts';

const FIRST_CHUNK = 512;
const LARGEST_CHUNK = 64 * 1024;
const UUID = /^[A-Za-z0-9_-]{22}(?:==)?$/;
const TWO_32 = 0x1_0000_0000;

export class Writer {
  private readonly done: Uint8Array[] = [];
  private doneSize = 0;
  private chunk: Buffer;
  /** Where the part of the chunk begins that is not yet in `done`. */
  private start = 0;
  private position = 0;

  /** @param expected bytes that the small fields will probably take */
  constructor(expected = FIRST_CHUNK) {
    this.chunk = Buffer.allocUnsafe(expected);
  }

  /** Bytes so far. */
  size(): number {
    return this.doneSize + this.position - this.start;
  }

  /** Hands out all bytes; the writer must not be used afterwards. */
  finish(): readonly Uint8Array[] {
    this.cut();
    return this.done;
  }

  private cut(): void {
    if (this.position === this.start) return;
    this.done.push(this.chunk.subarray(this.start, this.position));
    this.doneSize += this.position - this.start;
    this.start = this.position;
  }

  /** Makes room for `size` bytes and returns where they go; it may change the chunk, so it is called before the chunk is named. */
  private room(size: number): number {
    if (this.position + size > this.chunk.length) {
      this.cut();
      this.chunk = Buffer.allocUnsafe(Math.max(size, Math.min(this.chunk.length * 2, LARGEST_CHUNK)));
      this.start = 0;
      this.position = 0;
    }
    const at = this.position;
    this.position = at + size;
    return at;
  }

  int8(value: number): void {
    const at = this.room(1);
    this.chunk.writeInt8(value, at);
  }
  int16(value: number): void {
    const at = this.room(2);
    this.chunk.writeInt16BE(value, at);
  }
  uint16(value: number): void {
    const at = this.room(2);
    this.chunk.writeUInt16BE(value, at);
  }
  int32(value: number): void {
    const at = this.room(4);
    this.chunk.writeInt32BE(value, at);
  }
  int64(value: number): void {
    const at = this.room(8);
    const high = Math.floor(value / TWO_32);
    this.chunk.writeInt32BE(high, at);
    this.chunk.writeUInt32BE(value - high * TWO_32, at + 4);
  }
  bigInt64(value: bigint): void {
    const at = this.room(8);
    this.chunk.writeBigInt64BE(value, at);
  }
  float64(value: number): void {
    const at = this.room(8);
    this.chunk.writeDoubleBE(value, at);
  }
  uvarint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      const at = this.room(1);
      this.chunk.writeUInt8((rest & 0x7f) | 0x80, at);
      rest >>>= 7;
    }
    const at = this.room(1);
    this.chunk.writeUInt8(rest, at);
  }

  /** `text`, which takes `size` bytes in UTF-8. */
  text(text: string, size: number): void {
    const at = this.room(size);
    this.chunk.write(text, at, size, 'utf8');
  }

  /** Copies `bytes`: for small fields. */
  copy(bytes: Uint8Array): void {
    const at = this.room(bytes.length);
    this.chunk.set(bytes, at);
  }

  /** Takes `bytes` into the list as they are: they must not change until the frame is sent. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.cut();
    this.done.push(bytes);
    this.doneSize += bytes.length;
  }

  /** A uuid of 22 characters. */
  uuid(text: string): void {
    if (!UUID.test(text))
      throw new WireError('value', `not a uuid of 22 base64url characters: ${JSON.stringify(text)}`);
    const at = this.room(16);
    this.chunk.write(text, at, 16, 'base64url');
  }
}
