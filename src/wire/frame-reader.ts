/**
 * Cuts a stream of bytes into frames.
 *
 *   chunks as TCP brings them ──push──▶ [size i32][frame][size i32][frame]… ──next──▶ frames
 *
 * A frame that lies within one chunk is a view of it; one that is spread is joined by one copy. The size is checked
 * before anything is kept for it, and memory follows the bytes that really came, not the size that was promised.
 * After a refusal the stream is useless: the connection closes.
 */
import { Buffer } from 'node:buffer';

export type FrameResult =
  | { readonly kind: 'frame'; readonly bytes: Buffer }
  /** Not enough bytes yet. */
  | { readonly kind: 'more' }
  | { readonly kind: 'refused'; readonly reason: 'negative' | 'oversized'; readonly size: number };

const MORE: FrameResult = { kind: 'more' };
const SIZE_BYTES = 4;

export class FrameReader {
  private readonly maxBytes: number;
  private chunks: Buffer[] = [];
  /** Bytes of the first chunk that are used up. */
  private used = 0;
  /** Bytes in `chunks` that are not used up. */
  private available = 0;
  /** Size of the frame that is being awaited; null: its size field is awaited. */
  private size: number | null = null;

  /** @param maxBytes greatest size of a frame, without its size field */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Bytes that are kept for a frame that is not complete. */
  pending(): number {
    return this.available;
  }

  /** True when a frame has begun and is not complete, or is complete and was not taken. */
  begun(): boolean {
    return this.size !== null || this.available > 0;
  }

  /** Takes the next bytes of the stream; they must not change afterwards, as frames are views of them. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.available += chunk.length;
  }

  /** The next frame without its size field. Call until it is not `frame`. */
  next(): FrameResult {
    if (this.size === null) {
      if (this.available < SIZE_BYTES) return MORE;
      const size = this.take(SIZE_BYTES).readInt32BE(0);
      if (size < 0) return { kind: 'refused', reason: 'negative', size };
      if (size > this.maxBytes) return { kind: 'refused', reason: 'oversized', size };
      this.size = size;
    }
    if (this.available < this.size) return MORE;
    const bytes = this.take(this.size);
    this.size = null;
    return { kind: 'frame', bytes };
  }

  /** The next `size` bytes, which are there. */
  private take(size: number): Buffer {
    const first = this.chunks[0];
    this.available -= size;
    if (first !== undefined && first.length - this.used >= size) {
      const bytes = first.subarray(this.used, this.used + size);
      this.used += size;
      if (this.used === first.length) {
        this.chunks.shift();
        this.used = 0;
      }
      return bytes;
    }
    return this.join(size);
  }

  private join(size: number): Buffer {
    const joined = Buffer.allocUnsafe(size);
    let filled = 0;
    let whole = 0;
    for (const chunk of this.chunks) {
      const end = Math.min(chunk.length, this.used + size - filled);
      joined.set(chunk.subarray(this.used, end), filled);
      filled += end - this.used;
      this.used = end;
      if (end < chunk.length) break;
      this.used = 0;
      whole += 1;
      if (filled === size) break;
    }
    this.chunks = this.chunks.slice(whole);
    return joined;
  }
}
