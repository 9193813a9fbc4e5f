/**
 * A file that is read from its beginning in windows, so that a segment of a gibibyte needs no gibibyte of memory.
 */
import type { Disk, DiskFile } from '../../storage/index.ts';

/** All that a dump needs of a disk. */
export type DumpDisk = Pick<Disk, 'open' | 'exists'>;

const WINDOW_BYTES = 1 << 20;

export class ByteSource {
  readonly size: number;
  readonly #file: DiskFile;
  #start = 0;
  #window = Buffer.alloc(0);

  private constructor(file: DiskFile, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** Rejects with a `DiskError`. Whoever opened it closes it. */
  static async open(disk: DumpDisk, path: string): Promise<ByteSource> {
    const file = await disk.open(path, 'read');
    return new ByteSource(file, await file.size());
  }

  /** The bytes from `position` on, `length` of them or up to the end of the file. Valid until the next call. */
  async view(position: number, length: number): Promise<Buffer> {
    const end = Math.min(position + length, this.size);
    if (position < this.#start || end > this.#start + this.#window.length) {
      const target = Buffer.alloc(Math.min(Math.max(length, WINDOW_BYTES), Math.max(0, this.size - position)));
      const got = await this.#file.read(target, position);
      this.#window = target.subarray(0, got);
      this.#start = position;
    }
    return this.#window.subarray(position - this.#start, end - this.#start);
  }

  /** The whole file: for the small kinds. */
  all(): Promise<Buffer> {
    return this.view(0, this.size);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
