/**
 * The `Disk` port: the only way of the product to files.
 *
 * Real: `storage/node-disk.ts` (one of the two files that may touch `node:fs`). Simulated:
 * `chaos/sim/sim-disk.ts`, which keeps page cache, durable image and directory entries apart, loses or tears
 * what was not synced, and can fail or fill up.
 *
 * What is durable: file bytes after `datasync` of that file resolved; creations, renames and removals after
 * `syncDirectory` of the parent resolved. A `datasync` covers the file's size too. Nothing else is promised.
 *
 * Paths are absolute, '/'-separated. Every failure is a {@link DiskError}.
 */

/** Done already (`undefined`), or when the promise resolves. Callers test before they await: small writes complete at once. */
export type Pending = Promise<void> | undefined;

/**
 * Why the disk refused. `missing` ENOENT, `exists` EEXIST, `full` ENOSPC/EDQUOT, `handles` EMFILE/ENFILE, `denied`
 * EACCES/EPERM/EROFS, `io` all else.
 */
export type DiskErrorKind = 'missing' | 'exists' | 'full' | 'handles' | 'denied' | 'io';

/** The disk refused `path`. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly kind: DiskErrorKind;
  readonly path: string;
  constructor(kind: DiskErrorKind, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.path = path;
  }
}

export interface DiskFile {
  readonly path: string;
  /**
   * Writes all of `buffers`, one after the other, at `position`. Small writes finish before the call returns
   * (`undefined`); larger ones resolve later, and until then the buffers must not change. Two writes of one file
   * may be in flight only when their ranges do not overlap. Never throws: a failure is a rejection (of small writes
   * too), and a prefix may have been written.
   */
  write(buffers: readonly Uint8Array[], position: number): Pending;
  /** Reads into `target` from `position`; resolves to the bytes read, less than asked only at the end of the file. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Makes all completed writes of this file durable. After a failure the file must never be trusted again. */
  datasync(): Promise<void>;
  /** Cuts or extends (with zeros) to `size` bytes. */
  truncate(size: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

/**
 * `read`: must exist. `write`: must exist, read and write. `create`: read and write, made when missing. `exclusive`:
 * read and write, must not exist.
 */
export type OpenMode = 'read' | 'write' | 'create' | 'exclusive';

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory';
}

export interface Disk {
  open(path: string, mode: OpenMode): Promise<DiskFile>;
  /** Whole content of a small file; at most 64 MiB. */
  readFile(path: string): Promise<Uint8Array>;
  /** Entries sorted by name. */
  list(path: string): Promise<readonly DirectoryEntry[]>;
  exists(path: string): Promise<boolean>;
  /** Creates the directory and its missing parents. */
  makeDirectory(path: string): Promise<void>;
  /** Replaces `to` when it exists; atomic with respect to crashes only after `syncDirectory` of the parent. */
  rename(from: string, to: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** Removes the directory and all below it; no error when missing. */
  removeTree(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** Bytes that can still be written to the file system of `path`. */
  freeBytes(path: string): Promise<number>;
  /** Size of the file system of `path`, in bytes. */
  totalBytes(path: string): Promise<number>;
}
