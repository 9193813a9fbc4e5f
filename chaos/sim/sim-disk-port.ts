/**
 * The simulated `Disk`: one process's way to the disk of its machine.
 *
 * Every operation takes a seeded time and takes effect when it completes, so operations in flight complete in
 * an order of the seed. Small writes mostly complete at once. When the process dies, each operation in flight
 * has happened, has not, or has in part. Breaches of the contract by the caller (overlapping writes, a buffer
 * changed while in flight, use after close) fail the run.
 */
import { assert } from '../../raft/index.ts';
import { DiskError } from '../../storage/index.ts';
import type { DirectoryEntry, Disk, DiskErrorKind, DiskFile, OpenMode } from '../../storage/index.ts';
import type { DiskOperation } from './disk-faults.ts';
import type { SimDirectory, SimFile } from './disk-tree.ts';
import { never } from './life.ts';
import type { Life } from './life.ts';
import type { DiskDesk, DiskWork } from './disk-work.ts';
import { SimDiskFile } from './sim-disk-file.ts';
import type { SimDisk } from './sim-disk.ts';

const READ_FILE_MAX = 64 * 1024 * 1024;
/** What `freeBytes` says of a disk without a limit. */
const FREE_BYTES_UNLIMITED = 2 ** 40;

/** What a process had asked for when it died. */
interface InFlight {
  readonly apply: () => void;
  readonly applyPartly: () => void;
}

export class SimDiskPort implements Disk, DiskDesk {
  readonly disk: SimDisk;
  readonly life: Life;
  readonly #inFlight = new Set<InFlight>();

  readonly #handles: { readonly outOfHandles: boolean };

  constructor(life: Life, disk: SimDisk, handles: { readonly outOfHandles: boolean } = { outOfHandles: false }) {
    this.life = life;
    this.disk = disk;
    this.#handles = handles;
    life.onEnd(() => this.#settleAtDeath());
  }

  /** Runs one operation as the rest of the simulated world sees it. */
  run<T>(work: DiskWork<T>): Promise<T> {
    if (!this.life.alive) return never();
    const entry: InFlight = { apply: () => void work.apply(), applyPartly: () => work.applyPartly?.() };
    this.#inFlight.add(entry);
    this.disk.watch?.(work.operation, 'start', work.path);
    if (!this.life.alive) return never();
    return new Promise<T>((resolve, reject) => {
      const delay = this.disk.delayOf(work.operation, work.latency);
      const complete = (): void => {
        if (!this.life.alive) return;
        this.#inFlight.delete(entry);
        this.#finish(work, resolve, reject);
      };
      this.life.schedule('event', delay, () => this.disk.whenMoving(this.life, work.operation, complete));
    });
  }

  /** Fails, or takes effect; for operations that complete within the call. Throws {@link DiskError}. */
  perform<T>(work: DiskWork<T>): T {
    const error = this.disk.refusal(work.operation, work.path);
    if (error === null) return work.apply();
    this.life.note('disk-fault', 0, 0, work.path);
    // What is denied has not begun.
    if (error.kind === 'denied') throw error;
    if (work.applyFailure !== undefined) work.applyFailure();
    else work.applyPartly?.();
    throw error;
  }

  open(path: string, mode: OpenMode): Promise<DiskFile> {
    this.life.note('disk-open', 0, 0, path);
    return this.#entry('open', path, () => new SimDiskFile(this, path, this.#openNode(path, mode), mode !== 'read'));
  }

  readFile(path: string): Promise<Uint8Array> {
    this.life.note('disk-read', 0, 0, path);
    return this.#entry('readFile', path, () => {
      const file = this.#existing(path);
      if (file.unreadable !== null) throw new DiskError('io', path, `a sector of ${path} cannot be read`);
      if (file.cache.size > READ_FILE_MAX) throw new DiskError('io', path, `${path} is too big to read whole`);
      return file.cache.copy();
    });
  }

  list(path: string): Promise<readonly DirectoryEntry[]> {
    return this.#entry('list', path, () => {
      const directory = this.#directory(path);
      const entries = [...directory.entries].map(([name, node]): DirectoryEntry => ({ name, kind: node.kind }));
      return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
    });
  }

  exists(path: string): Promise<boolean> {
    return this.#entry('exists', path, () => this.disk.find(path) !== null);
  }

  makeDirectory(path: string): Promise<void> {
    this.life.note('disk-entry', 1, 0, path);
    return this.#entry('makeDirectory', path, () => {
      this.#refuseWhenFull(path);
      this.disk.makeDirectory(path);
    });
  }

  rename(from: string, to: string): Promise<void> {
    this.life.note('disk-entry', 2, 0, to);
    return this.#entry('rename', from, () => {
      const source = this.disk.parent(from);
      const target = this.disk.parent(to);
      const node = source.directory.entries.get(source.name);
      if (node === undefined) throw new DiskError('missing', from, `no ${from}`);
      const replaced = target.directory.entries.get(target.name);
      if (replaced?.kind === 'directory' && replaced.entries.size > 0) {
        throw new DiskError('exists', to, `${to} is a directory and not empty`);
      }
      if (source.directory === target.directory) source.directory.rename(source.name, target.name, node);
      else {
        target.directory.link(target.name, node);
        source.directory.unlink(source.name);
      }
      this.disk.recount();
    });
  }

  removeFile(path: string): Promise<void> {
    this.life.note('disk-entry', 3, 0, path);
    return this.#entry('removeFile', path, () => {
      this.#existing(path);
      const { directory, name } = this.disk.parent(path);
      directory.unlink(name);
      this.disk.recount();
    });
  }

  removeTree(path: string): Promise<void> {
    this.life.note('disk-entry', 4, 0, path);
    return this.#entry('removeTree', path, () => {
      const node = this.disk.find(path);
      if (node === null) return;
      if (node.kind === 'directory') unlinkAll(node);
      const { directory, name } = this.disk.parent(path);
      directory.unlink(name);
      this.disk.recount();
    });
  }

  syncDirectory(path: string): Promise<void> {
    this.life.note('disk-sync-directory', 0, 0, path);
    const now = this.disk.find(path);
    const order = now?.kind === 'directory' ? now.order : 0;
    return this.run({
      operation: 'syncDirectory',
      path,
      latency: this.disk.latencies.sync,
      apply: () => {
        const directory = this.#directory(path);
        if (directory === now) directory.sync(order);
      },
    });
  }

  freeBytes(path: string): Promise<number> {
    return this.#entry('freeBytes', path, () => this.bytesLeft());
  }

  totalBytes(path: string): Promise<number> {
    return this.#entry('freeBytes', path, () => this.bytesLeft() + this.disk.usedBytes());
  }

  /** Bytes until the disk is full. */
  bytesLeft(): number {
    const capacity = this.disk.capacityBytes;
    return capacity === Number.POSITIVE_INFINITY ? FREE_BYTES_UNLIMITED : Math.max(0, capacity - this.disk.usedBytes());
  }

  #finish<T>(work: DiskWork<T>, resolve: (value: T) => void, reject: (error: unknown) => void): void {
    try {
      const answer = this.perform(work);
      this.disk.watch?.(work.operation, 'done', work.path);
      if (this.life.alive) resolve(answer);
    } catch (error) {
      // Only refusals go to the caller; a bug in the simulator or a breach of the contract fails the run.
      if (!(error instanceof DiskError)) throw error;
      reject(error);
    }
  }

  #entry<T>(operation: DiskOperation, path: string, apply: () => T): Promise<T> {
    return this.run({ operation, path, latency: this.disk.latencies.entry, apply });
  }

  #openNode(path: string, mode: OpenMode): SimFile {
    if (this.#handles.outOfHandles) throw this.#refused('handles', path, `too many open files for ${path}`);
    const { directory, name } = this.disk.parent(path);
    const node = directory.entries.get(name);
    if (node === undefined) {
      if (mode === 'read' || mode === 'write') throw new DiskError('missing', path, `no file ${path}`);
      if (this.disk.readOnly) throw new DiskError('denied', path, `${path} cannot be made on a disk for reading only`);
      this.#refuseWhenFull(path);
      const file = this.disk.newFile();
      directory.link(name, file);
      return file;
    }
    if (node.kind === 'directory') throw new DiskError('io', path, `${path} is a directory`);
    if (mode !== 'read' && this.disk.readOnly) throw new DiskError('denied', path, `${path} is for reading only`);
    if (mode === 'exclusive') throw new DiskError('exists', path, `${path} exists`);
    return node;
  }

  #existing(path: string): SimFile {
    const node = this.disk.find(path);
    if (node === null) throw new DiskError('missing', path, `no file ${path}`);
    if (node.kind === 'directory') throw new DiskError('io', path, `${path} is a directory`);
    return node;
  }

  #directory(path: string): SimDirectory {
    const node = this.disk.find(path);
    if (node?.kind !== 'directory') throw new DiskError('missing', path, `no directory ${path}`);
    return node;
  }

  #refused(kind: DiskErrorKind, path: string, message: string): DiskError {
    this.disk.refusals += 1;
    return new DiskError(kind, path, message);
  }

  #refuseWhenFull(path: string): void {
    if (this.bytesLeft() === 0) throw this.#refused('full', path, `no space for ${path}`);
  }

  /** What was in flight when the process died: done, not done, or half done, each by the seed. */
  #settleAtDeath(): void {
    for (const entry of this.#inFlight) {
      const draw = this.disk.chance.below(3);
      try {
        if (draw === 0) entry.apply();
        else if (draw === 1) entry.applyPartly();
      } catch (error) {
        // It would have been refused; nobody is left to be told.
        assert(error instanceof DiskError, () => `unexpected ${String(error)}`);
      }
    }
    this.#inFlight.clear();
  }
}

function unlinkAll(directory: SimDirectory): void {
  for (const [name, node] of [...directory.entries]) {
    if (node.kind === 'directory') unlinkAll(node);
    directory.unlink(name);
  }
}
