/**
 * Buffers for reads from segments: one size, reused, a bounded number kept.
 *
 * A buffer that is never given back is simply collected: `release` is an offer, not a duty.
 */
import { assert } from '../../raft/index.ts';

/** One per store. */
export class BufferPool {
  readonly bufferBytes: number;
  readonly #keepMax: number;
  readonly #free: Buffer[] = [];

  constructor(bufferBytes: number, keepMax: number) {
    assert(bufferBytes > 0, 'pooled buffers must not be empty');
    this.bufferBytes = bufferBytes;
    this.#keepMax = keepMax;
  }

  /** A buffer of at least `bytes`; of the pool's size when that is enough. Its content is anything. */
  take(bytes: number): Buffer {
    if (bytes > this.bufferBytes) return Buffer.allocUnsafeSlow(bytes);
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.bufferBytes);
  }

  /** Takes `buffer` back; its former holder must not touch it again. */
  give(buffer: Buffer): void {
    if (buffer.length !== this.bufferBytes || this.#free.length >= this.#keepMax) return;
    this.#free.push(buffer);
  }
}
