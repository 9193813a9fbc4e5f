/**
 * The disk of one real node as the simulated disk models it: page cache, what is durable, and directory entries apart. Built
 * from the records of {@link RecordedDisk}; the same code that crashes simulated disks then says what a power loss leaves.
 *
 * ```
 *  records ─▶ take ─▶ SimDisk        process gone ─▶ settle: intents without an end are compared with the real files
 *                        └─ crash(mode) ─▶ the real files are made what is durable
 * ```
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../raft/index.ts';
import { SimDisk } from '../sim/index.ts';
import type { CrashMode } from '../sim/index.ts';
import { decodeRecords } from './disk-record.ts';
import type { DiskIntent } from './disk-record.ts';

type Node = NonNullable<ReturnType<SimDisk['find']>>;
type File = Extract<Node, { kind: 'file' }>;
type Directory = Extract<Node, { kind: 'directory' }>;

interface Outstanding {
  readonly intent: DiskIntent;
  readonly data: Uint8Array;
  /** Of a sync: what it covers. */
  readonly order: number;
}

/** The model and the disk disagree: the harness is broken, not the node. */
export class HarnessError extends Error {
  override readonly name = 'HarnessError';
}

/** LevelDB's, which does its own I/O: not in the records. */
const NOT_RECORDED = ['meta'];

export class DiskImage {
  readonly #disk: SimDisk;
  readonly #random: Random;
  /** The real data directory. */
  readonly #root: string;
  /** Open files of the present life. */
  readonly #files = new Map<number, File>();
  readonly #outstanding = new Map<number, Outstanding>();

  constructor(root: string, random: Random) {
    this.#root = root;
    this.#random = random;
    this.#disk = new SimDisk(random);
  }

  /** Takes what a life has done; answers how many bytes of `records` were whole. */
  take(records: Buffer): number {
    const { acts, length } = decodeRecords(records);
    for (const { record, data } of acts) {
      if (record.kind !== 'done') {
        this.#outstanding.set(record.number, { intent: record, data, order: this.#orderOf(record) });
        continue;
      }
      const begun = this.#outstanding.get(record.number);
      if (begun === undefined) throw new HarnessError(`operation ${record.number} is done and never began`);
      this.#outstanding.delete(record.number);
      if (record.ok) this.#apply(begun);
      else this.#look(begun);
    }
    return length;
  }

  /** The process is gone: what it had begun is there, or not, or in part. */
  settle(): void {
    for (const begun of this.#outstanding.values()) this.#look(begun);
    this.#outstanding.clear();
    this.#files.clear();
  }

  /** The power fails; the process must be gone and {@link settle} called. Makes the real files what is durable. */
  crash(mode: CrashMode): void {
    this.#disk.losePower(mode);
    this.#writeOut(this.#directory('/'), '/');
  }

  /** The real directory was changed by other hands: what is there now counts as durable. */
  reload(): void {
    this.#disk.wipe();
    this.#files.clear();
    this.#outstanding.clear();
    this.#readIn('/');
    this.#disk.losePower('keep-all');
  }

  /** Where the model differs from the real files; null: nowhere. */
  difference(): string | null {
    const paths = this.#disk.paths();
    const known = new Set(paths);
    for (const path of this.#realFiles('/')) if (!known.has(path)) return `${path} is there, not in the model`;
    for (const path of paths) {
      const real = readOrNull(this.#real(path));
      if (real === null) return `${path} is in the model, not there`;
      const cached = this.#disk.cachedBytes(path) ?? new Uint8Array(0);
      if (Buffer.compare(real, cached) !== 0)
        return `${path}: ${real.length} bytes are not the ${cached.length} of the model`;
    }
    return null;
  }

  #orderOf(intent: DiskIntent): number {
    if (intent.kind === 'sync') return this.#files.get(intent.file)?.order ?? 0;
    return intent.kind === 'sync-directory' ? this.#directory(intent.path).order : 0;
  }

  #apply({ intent, data, order }: Outstanding): void {
    switch (intent.kind) {
      case 'open':
        return void this.#files.set(intent.file, this.#fileAt(intent.path));
      case 'write':
        return this.#opened(intent.file).write(intent.position, new Uint8Array(data));
      case 'truncate':
        return this.#opened(intent.file).resize(intent.size);
      case 'sync':
        return this.#opened(intent.file).sync(order);
      case 'failed-sync':
        return this.#opened(intent.file).failSync(this.#random);
      case 'make-directory':
        return void this.#disk.makeDirectory(intent.path);
      case 'sync-directory':
        return this.#directory(intent.path).sync(order);
      case 'rename':
        return this.#rename(intent.from, intent.to);
      case 'remove-file':
      case 'remove-tree':
        return this.#remove(intent.path);
    }
  }

  /** Begun, and not known to be done: as the real files show. A sync that nobody heard of covers nothing. */
  #look({ intent, data }: Outstanding): void {
    switch (intent.kind) {
      case 'open':
        if (existsSync(this.#real(intent.path))) this.#files.set(intent.file, this.#fileAt(intent.path));
        return;
      case 'write':
        return this.#lookAtWrite(intent.file, intent.position, data.length);
      case 'truncate': {
        const path = this.#pathOf(intent.file);
        if (path !== null && statSync(this.#real(path)).size === intent.size)
          this.#opened(intent.file).resize(intent.size);
        return;
      }
      case 'sync':
      case 'failed-sync':
      case 'sync-directory':
        return;
      case 'make-directory':
        if (existsSync(this.#real(intent.path))) this.#disk.makeDirectory(intent.path);
        return;
      case 'rename':
        if (!existsSync(this.#real(intent.from)) && this.#disk.find(intent.from) !== null)
          this.#rename(intent.from, intent.to);
        return;
      case 'remove-file':
      case 'remove-tree':
        return this.#removeMissing(intent.path);
    }
  }

  #lookAtWrite(id: number, position: number, length: number): void {
    const file = this.#files.get(id);
    const path = file === undefined ? null : this.#pathOf(id);
    const real = path === null ? null : readOrNull(this.#real(path));
    if (file === undefined || real === null) return;
    const written = new Uint8Array(real.subarray(position, position + length));
    const before = new Uint8Array(written.length);
    const known = file.cache.read(before, position);
    if (known === written.length && Buffer.compare(before, written) === 0) return;
    if (written.length > 0) file.write(position, written);
  }

  /** Removes from the model what is no longer there: a tree is removed from its leaves. */
  #removeMissing(path: string): void {
    const node = this.#disk.find(path);
    if (node === null) return;
    if (!existsSync(this.#real(path))) return this.#remove(path);
    if (node.kind === 'directory')
      for (const name of [...node.entries.keys()]) this.#removeMissing(childOf(path, name));
  }

  #remove(path: string): void {
    if (this.#disk.find(path) === null) return;
    const { directory, name } = this.#disk.parent(path);
    directory.unlink(name);
    this.#disk.recount();
  }

  #rename(from: string, to: string): void {
    const source = this.#disk.parent(from);
    const target = this.#disk.parent(to);
    const node = source.directory.entries.get(source.name);
    if (node === undefined) throw new HarnessError(`${from} was renamed and is not in the model`);
    if (source.directory === target.directory) source.directory.rename(source.name, target.name, node);
    else {
      target.directory.link(target.name, node);
      source.directory.unlink(source.name);
    }
  }

  #fileAt(path: string): File {
    const found = this.#disk.find(path);
    if (found?.kind === 'file') return found;
    if (found !== null) throw new HarnessError(`${path} is a directory`);
    const { directory, name } = this.#disk.parent(path);
    const made = this.#disk.newFile();
    directory.link(name, made);
    return made;
  }

  #opened(id: number): File {
    const file = this.#files.get(id);
    if (file === undefined) throw new HarnessError(`file ${id} was never opened`);
    return file;
  }

  #pathOf(id: number): string | null {
    const file = this.#files.get(id);
    return this.#disk.paths().find((path) => this.#disk.find(path) === file) ?? null;
  }

  #directory(path: string): Directory {
    const found = this.#disk.find(path);
    if (found?.kind !== 'directory') throw new HarnessError(`${path} is no directory of the model`);
    return found;
  }

  #real(path: string): string {
    return join(this.#root, path);
  }

  /** Children of a real directory, without those that are not recorded. */
  #realChildren(path: string): readonly { readonly path: string; readonly isDirectory: boolean }[] {
    if (!existsSync(this.#real(path))) return [];
    return readdirSync(this.#real(path), { withFileTypes: true })
      .filter(({ name }) => path !== '/' || !NOT_RECORDED.includes(name))
      .map((entry) => ({ path: childOf(path, entry.name), isDirectory: entry.isDirectory() }));
  }

  #realFiles(path: string): readonly string[] {
    return this.#realChildren(path).flatMap((child) =>
      child.isDirectory ? this.#realFiles(child.path) : [child.path],
    );
  }

  #writeOut(directory: Directory, path: string): void {
    mkdirSync(this.#real(path), { recursive: true });
    for (const name of readdirSync(this.#real(path))) {
      if (path === '/' && NOT_RECORDED.includes(name)) continue;
      if (!directory.entries.has(name)) rmSync(join(this.#real(path), name), { recursive: true });
    }
    for (const [name, node] of directory.entries) {
      const child = childOf(path, name);
      if (node.kind === 'directory') this.#writeOut(node, child);
      else {
        const bytes = node.cache.copy();
        const real = readOrNull(this.#real(child));
        if (real === null || Buffer.compare(real, bytes) !== 0)
          writeFileSync(this.#real(child), bytes, { mode: 0o600 });
      }
    }
  }

  #readIn(path: string): void {
    for (const child of this.#realChildren(path)) {
      if (child.isDirectory) {
        this.#disk.makeDirectory(child.path);
        this.#readIn(child.path);
      } else this.#fileAt(child.path).write(0, new Uint8Array(readFileSync(this.#real(child.path))));
    }
  }
}

function childOf(path: string, name: string): string {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}

function readOrNull(path: string): Buffer | null {
  return existsSync(path) ? readFileSync(path) : null;
}
