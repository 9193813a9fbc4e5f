/** The bytes of one file as one observer sees them (the page cache, or the platter): grows by doubling, holes read as zeros. */
export class ByteImage {
  #bytes = new Uint8Array(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  write(position: number, data: Uint8Array): void {
    const end = position + data.length;
    this.#reserve(end);
    this.#bytes.set(data, position);
    if (end > this.#size) this.#size = end;
  }

  /** Cuts, or extends with zeros. */
  resize(size: number): void {
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    else this.#reserve(size);
    this.#size = size;
  }

  /** Copies into `target` from `position`; answers how many bytes there were. */
  read(target: Uint8Array, position: number): number {
    const end = Math.min(this.#size, position + target.length);
    if (end <= position) return 0;
    target.set(this.#bytes.subarray(position, end));
    return end - position;
  }

  /** All bytes, without a copy: good until the next change. For checkers. */
  view(): Buffer {
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#size);
  }

  /** A fresh copy of all bytes. */
  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  flipBit(bit: number): void {
    const index = bit >>> 3;
    if (index < this.#size) this.#bytes[index] = (this.#bytes[index] ?? 0) ^ (1 << (bit & 7));
  }

  clone(): ByteImage {
    const twin = new ByteImage();
    twin.write(0, this.#bytes.subarray(0, this.#size));
    return twin;
  }

  #reserve(end: number): void {
    if (end <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2, 256));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
  }
}
