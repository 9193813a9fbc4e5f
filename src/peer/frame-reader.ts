/**
 * Cuts a byte stream into frames.
 *
 * A frame that lies whole in one chunk is a part of that chunk; one that arrives in pieces is gathered in a buffer of
 * its own, allocated once its length is known to be allowed. Every byte is copied at most once. The CRC over length and
 * header is checked as soon as it is there: behind a wrong length a connection would wait for ever.
 *
 *   push(chunk), then next() until null; then the following chunk.
 */
import { assert } from '../../raft/index.ts';
import { FrameError } from './frame-error.ts';
import { checkedHead, FRAME_OVERHEAD_BYTES, LENGTH_BYTES } from './frame.ts';

const NOTHING = Buffer.alloc(0);

export class FrameReader {
  #bytesMax: number;
  /** What of the last chunk is not consumed. */
  #rest: Buffer = NOTHING;
  readonly #length = Buffer.alloc(LENGTH_BYTES);
  #lengthFilled = 0;
  #frame: Buffer | null = null;
  #frameFilled = 0;
  #headChecked = false;

  /** @param bytesMax longest frame that is accepted, length field included */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Once the sender is known it may send longer ones. */
  allow(bytesMax: number): void {
    this.#bytesMax = bytesMax;
  }

  /** Takes over `chunk`. */
  push(chunk: Buffer): void {
    assert(this.#rest.length === 0, () => `${this.#rest.length} bytes of the chunk before were not consumed`);
    this.#rest = chunk;
  }

  /**
   * The next whole frame, length field included; null when more bytes are needed. Throws {@link FrameError} on a length
   * that is not allowed, or that its CRC contradicts before the frame is whole.
   */
  next(): Buffer | null {
    // Nothing more can be whole: the end of nearly every chunk.
    if (this.#rest.length === 0) return null;
    if (this.#frame === null) {
      if (this.#lengthFilled === 0 && this.#rest.length >= LENGTH_BYTES) {
        const bytes = this.#allowed(this.#rest.readUInt32BE(0));
        if (this.#rest.length >= bytes) return this.#take(bytes);
        this.#begin(bytes);
      } else if (this.#fillLength()) {
        this.#begin(this.#allowed(this.#length.readUInt32BE(0)));
      }
    }
    return this.#fillFrame();
  }

  #take(bytes: number): Buffer {
    // One frame in one chunk is what mostly comes, and a view costs more than to read what it shows.
    if (bytes === this.#rest.length) {
      const all = this.#rest;
      this.#rest = NOTHING;
      return all;
    }
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return taken;
  }

  #allowed(length: number): number {
    const bytes = LENGTH_BYTES + length;
    if (bytes < FRAME_OVERHEAD_BYTES) throw new FrameError(`a frame of ${bytes} bytes`);
    if (bytes > this.#bytesMax) throw new FrameError(`a frame of ${bytes} bytes, more than ${this.#bytesMax}`);
    return bytes;
  }

  #fillLength(): boolean {
    const taken = this.#take(Math.min(LENGTH_BYTES - this.#lengthFilled, this.#rest.length));
    taken.copy(this.#length, this.#lengthFilled);
    this.#lengthFilled += taken.length;
    return this.#lengthFilled === LENGTH_BYTES;
  }

  #begin(bytes: number): void {
    // Not from the shared pool: parts of a frame are kept long.
    this.#frame = Buffer.allocUnsafeSlow(bytes);
    this.#frameFilled = this.#length.copy(this.#frame, 0, 0, this.#lengthFilled);
    this.#lengthFilled = 0;
    this.#headChecked = false;
  }

  #fillFrame(): Buffer | null {
    const frame = this.#frame;
    if (frame === null) return null;
    const taken = this.#take(Math.min(frame.length - this.#frameFilled, this.#rest.length));
    taken.copy(frame, this.#frameFilled);
    this.#frameFilled += taken.length;
    if (this.#frameFilled < frame.length) {
      if (!this.#headChecked) this.#headChecked = checkedHead(frame, this.#frameFilled) !== null;
      return null;
    }
    this.#frame = null;
    return frame;
  }
}
