/**
 * Bytes under construction that know where their structure lies, so that a mutation can lie about just one length.
 *
 * ```
 *  00 03 │ 61 62 63 │ 00 00 00 02 │ …          marks: length16 at 0 · text at 2 · length32 at 5 …
 * ```
 * A maker of messages writes valid bytes and marks; `mutate` spoils them. Marks never overlap and rise.
 */
export type MarkKind =
  /** Length or count before a value: -1 is null. */
  | 'length16'
  | 'length32'
  /** One more than the length, as an unsigned varint. */
  | 'compact'
  /** Number of tagged fields behind it. */
  | 'tags'
  /** Any other varint: tag, size of a tagged field, field of a record. */
  | 'varint'
  | 'number'
  | 'text'
  | 'bytes';

export interface Mark {
  readonly kind: MarkKind;
  readonly at: number;
  readonly size: number;
}

/** What a sketch was, to go back to. */
export interface SketchPoint {
  readonly length: number;
  readonly marks: number;
}

/** Encodes an unsigned varint of at most 32 bits. */
export function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** Used again and again: `reset` before each message. */
export class Sketch {
  #bytes = Buffer.allocUnsafeSlow(1 << 16);
  #length = 0;
  readonly #marks: Mark[] = [];

  get length(): number {
    return this.#length;
  }

  get marks(): readonly Mark[] {
    return this.#marks;
  }

  reset(): void {
    this.#length = 0;
    this.#marks.length = 0;
  }

  point(): SketchPoint {
    return { length: this.#length, marks: this.#marks.length };
  }

  /** Forgets what was written since. */
  back(to: SketchPoint): void {
    this.#length = to.length;
    this.#marks.length = to.marks;
  }

  /** A view of what was written, from `from` on; valid until the next write. */
  view(from = 0): Buffer {
    return this.#bytes.subarray(from, this.#length);
  }

  int8(value: number): void {
    this.#bytes.writeInt8(value, this.#room('number', 1));
  }

  int16(value: number, kind: MarkKind = 'number'): void {
    this.#bytes.writeInt16BE(value, this.#room(kind, 2));
  }

  uint16(value: number): void {
    this.#bytes.writeUInt16BE(value, this.#room('number', 2));
  }

  int32(value: number, kind: MarkKind = 'number'): void {
    this.#bytes.writeInt32BE(value, this.#room(kind, 4));
  }

  int64(value: bigint): void {
    this.#bytes.writeBigInt64BE(value, this.#room('number', 8));
  }

  float64(value: number): void {
    this.#bytes.writeDoubleBE(value, this.#room('number', 8));
  }

  uvarint(value: number, kind: MarkKind = 'varint'): void {
    this.raw(uvarint(value), kind);
  }

  raw(bytes: Uint8Array, kind: MarkKind): void {
    const at = this.#room(kind, bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Puts `bytes` in at `at`; marks from the `mark`th on move behind them. */
  insert(at: number, mark: number, bytes: Uint8Array, kind: MarkKind): void {
    this.#grow(bytes.length);
    this.#bytes.copyWithin(at + bytes.length, at, this.#length);
    this.#bytes.set(bytes, at);
    this.#length += bytes.length;
    const moved = this.#marks.slice(mark).map((each) => ({ ...each, at: each.at + bytes.length }));
    this.#marks.splice(mark, moved.length, { kind, at, size: bytes.length }, ...moved);
  }

  #room(kind: MarkKind, size: number): number {
    this.#grow(size);
    const at = this.#length;
    this.#length += size;
    if (size > 0) this.#marks.push({ kind, at, size });
    return at;
  }

  #grow(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + size));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
