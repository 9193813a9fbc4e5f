/**
 * A `Disk` around the real one that writes down what is done to it, so that whoever kills the process can take back what
 * was not synced; and that fails when it is told to.
 *
 * ```
 *  node ─▶ RecordedDisk ─▶ NodeDisk ─▶ files          kill -9 leaves files and records as the kernel has them;
 *                 └──────▶ records (append only)      disk-image.ts makes a power loss of the two
 * ```
 * Files outside of the data directory are passed through. LevelDB does its own I/O: it stays as the kill left it.
 */
import { writevSync } from 'node:fs';
import { DiskError } from '../../storage/index.ts';
import type { DirectoryEntry, Disk, DiskFile, OpenMode, Pending } from '../../storage/index.ts';
import { encodeRecord } from './disk-record.ts';
import type { DiskIntent } from './disk-record.ts';

/** What the disk is to do wrong; the harness sends it to the node's process. */
export interface DiskFaultState {
  /** Bytes that files may still grow; null: as many as the real disk has. */
  bytesLeft: number | null;
  readOnly: boolean;
  /** Each sync takes so much longer. */
  syncDelayMs: number;
  /** So many syncs from now on fail, and what they covered may be lost. */
  failSyncs: number;
}

export function soundDisk(): DiskFaultState {
  return { bytesLeft: null, readOnly: false, syncDelayMs: 0, failSyncs: 0 };
}

type Numberless<Intent> = Intent extends unknown ? Omit<Intent, 'number'> : never;
type NewIntent = Numberless<DiskIntent>;

export class RecordedDisk implements Disk {
  readonly faults: DiskFaultState = soundDisk();
  readonly #disk: Disk;
  readonly #root: string;
  readonly #records: number;
  #number = 0;
  #files = 0;

  /**
   * @param root the data directory
   * @param records descriptor of the file of records, opened for appending
   */
  constructor(disk: Disk, root: string, records: number) {
    this.#disk = disk;
    this.#root = root;
    this.#records = records;
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    const inside = this.#inside(path);
    if (inside === null || mode === 'read') return this.#disk.open(path, mode);
    this.refuse(path);
    if (mode !== 'write' && this.faults.bytesLeft !== null && this.faults.bytesLeft <= 0) throw full(path);
    const file = this.#files;
    this.#files += 1;
    const intent = this.begin({ kind: 'open', file, path: inside });
    const opened = await this.during(intent, this.#disk.open(path, mode));
    return new RecordedFile(this, opened, file, await opened.size());
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.#disk.readFile(path);
  }

  list(path: string): Promise<readonly DirectoryEntry[]> {
    return this.#disk.list(path);
  }

  exists(path: string): Promise<boolean> {
    return this.#disk.exists(path);
  }

  makeDirectory(path: string): Promise<void> {
    return this.#entry(
      path,
      (inside) => ({ kind: 'make-directory', path: inside }),
      () => this.#disk.makeDirectory(path),
    );
  }

  rename(from: string, to: string): Promise<void> {
    const target = this.#inside(to);
    return this.#entry(
      from,
      (inside) => ({ kind: 'rename', from: inside, to: target ?? inside }),
      () => this.#disk.rename(from, to),
    );
  }

  removeFile(path: string): Promise<void> {
    return this.#entry(
      path,
      (inside) => ({ kind: 'remove-file', path: inside }),
      () => this.#disk.removeFile(path),
    );
  }

  removeTree(path: string): Promise<void> {
    return this.#entry(
      path,
      (inside) => ({ kind: 'remove-tree', path: inside }),
      () => this.#disk.removeTree(path),
    );
  }

  syncDirectory(path: string): Promise<void> {
    const inside = this.#inside(path);
    if (inside === null) return this.#disk.syncDirectory(path);
    return this.during(this.begin({ kind: 'sync-directory', path: inside }), this.#disk.syncDirectory(path));
  }

  totalBytes(path: string): Promise<number> {
    return this.#disk.totalBytes(path);
  }

  async freeBytes(path: string): Promise<number> {
    return this.faults.bytesLeft ?? (await this.#disk.freeBytes(path));
  }

  /** Writes the intent down; the answer is its number. */
  begin(intent: NewIntent, data: readonly Uint8Array[] = []): number {
    const number = this.#number;
    this.#number += 1;
    this.#append(encodeRecord({ ...intent, number } as DiskIntent, data));
    return number;
  }

  /** Writes down that it is done, or has failed. */
  end(number: number, ok: boolean): void {
    this.#append(encodeRecord({ kind: 'done', number, ok }));
  }

  async during<T>(number: number, work: Promise<T>): Promise<T> {
    let ok = false;
    try {
      const result = await work;
      ok = true;
      return result;
    } finally {
      this.end(number, ok);
    }
  }

  /** Throws when nothing may be changed. */
  refuse(path: string): void {
    if (this.faults.readOnly) throw new DiskError('denied', path, `${path} is on a read-only file system`);
  }

  /** Takes room for `bytes`; false: there is not enough. */
  takeRoom(bytes: number): boolean {
    const { bytesLeft } = this.faults;
    if (bytesLeft === null) return true;
    if (bytesLeft < bytes) return false;
    this.faults.bytesLeft = bytesLeft - bytes;
    return true;
  }

  async #entry(path: string, intent: (inside: string) => NewIntent, work: () => Promise<void>): Promise<void> {
    const inside = this.#inside(path);
    if (inside === null) return work();
    this.refuse(path);
    return this.during(this.begin(intent(inside)), work());
  }

  #inside(path: string): string | null {
    if (path === this.#root) return '/';
    return path.startsWith(`${this.#root}/`) ? path.slice(this.#root.length) : null;
  }

  #append(buffers: readonly Uint8Array[]): void {
    writevSync(this.#records, buffers);
  }
}

function full(path: string): DiskError {
  return new DiskError('full', path, `no space left for ${path}`);
}

class RecordedFile implements DiskFile {
  readonly #disk: RecordedDisk;
  readonly #file: DiskFile;
  readonly #id: number;
  /** Its size, for the room that a write takes. */
  #end: number;

  constructor(disk: RecordedDisk, file: DiskFile, id: number, size: number) {
    this.#end = size;
    this.#disk = disk;
    this.#file = file;
    this.#id = id;
  }

  get path(): string {
    return this.#file.path;
  }

  write(buffers: readonly Uint8Array[], position: number): Pending {
    let length = 0;
    for (const buffer of buffers) length += buffer.length;
    if (length === 0) return undefined;
    try {
      this.#disk.refuse(this.path);
    } catch (error) {
      return Promise.reject(error as DiskError);
    }
    if (!this.#disk.takeRoom(Math.max(0, position + length - this.#end))) return Promise.reject(full(this.path));
    this.#end = Math.max(this.#end, position + length);
    const number = this.#disk.begin({ kind: 'write', file: this.#id, position }, buffers);
    const pending = this.#file.write(buffers, position);
    if (pending !== undefined) return this.#disk.during(number, pending);
    this.#disk.end(number, true);
    return undefined;
  }

  read(target: Uint8Array, position: number): Promise<number> {
    return this.#file.read(target, position);
  }

  async datasync(): Promise<void> {
    const { faults } = this.#disk;
    if (faults.failSyncs > 0) {
      faults.failSyncs -= 1;
      this.#disk.end(this.#disk.begin({ kind: 'failed-sync', file: this.#id }), true);
      throw new DiskError('io', this.path, `the sync of ${this.path} failed`);
    }
    const number = this.#disk.begin({ kind: 'sync', file: this.#id });
    const { syncDelayMs } = faults;
    if (syncDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, syncDelayMs));
    return this.#disk.during(number, this.#file.datasync());
  }

  async truncate(size: number): Promise<void> {
    this.#disk.refuse(this.path);
    this.#end = size;
    return this.#disk.during(this.#disk.begin({ kind: 'truncate', file: this.#id, size }), this.#file.truncate(size));
  }

  size(): Promise<number> {
    return this.#file.size();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
