/**
 * The disk of one machine: it outlives the processes, which reach it through a {@link SimDiskPort} each.
 *
 *   process killed   the page cache stays as it is; operations in flight happened, did not, or half did
 *   power lost       as above, then everything unsynced is kept, lost or torn (see `disk-tree.ts`)
 *
 * Faults: `inject` makes operations fail, `readOnly` all that change something, `capacityBytes` fills it up, `slowness`,
 * `syncDelay` and `stall` delay it; `flipBit`, `truncateAtRest` and `disk-damage.ts` damage files. Ghost views for
 * checkers: `durableBytes`, `cachedBytes`, `paths`.
 */
import { assert } from '../../raft/index.ts';
import type { Random } from '../../raft/index.ts';
import { DiskError } from '../../storage/index.ts';
import type { ByteImage } from './byte-image.ts';
import { DiskFaults, drawLatency } from './disk-faults.ts';
import type { DiskFault, DiskOperation, Latency } from './disk-faults.ts';
import { SimDirectory, SimFile } from './disk-tree.ts';
import type { CrashMode, DirectoryStore, SimNode } from './disk-tree.ts';
import type { Life } from './life.ts';

/**
 * Told of each operation when it has been asked for (`start`) and when it has taken effect but nobody knows yet
 * (`done`). The place to crash a machine at every boundary: killing it inside the call is allowed.
 */
export type DiskWatch = (operation: DiskOperation, phase: 'start' | 'done', path: string) => void;

const SYNCS: ReadonlySet<DiskOperation> = new Set(['datasync', 'syncDirectory']);
/** What a disk that is for reading only denies; of `open`, what would make a file or write to it (`sim-disk-port.ts`). */
const CHANGING: ReadonlySet<DiskOperation> = new Set([
  'write',
  'truncate',
  'makeDirectory',
  'rename',
  'removeFile',
  'removeTree',
]);

export class SimDisk {
  /** Bytes the file system can hold. Infinity: no limit. May be changed at any time. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** Multiplies every latency. */
  slowness = 1;
  /** Milliseconds that each sync takes beyond its latency. */
  syncDelay = 0;
  /** The file system was mounted anew, for reading only: everything that would change it is denied. */
  readOnly = false;
  /** One in so many small writes does not finish at once; 0: all do. */
  lateWriteOneIn = 10;
  /** Writes of at most so many bytes may finish at once. */
  readonly smallWriteBytes = 128 * 1024;
  latencies: { write: Latency; read: Latency; sync: Latency; entry: Latency } = {
    write: { least: 0.05, tail: 0.1 },
    read: { least: 0.03, tail: 0.05 },
    sync: { least: 0.15, tail: 0.4 },
    entry: { least: 0.03, tail: 0.05 },
  };
  /** Syncs report success and make nothing durable: a device that lies (outside the promise; for detection only). */
  syncLies = false;
  /** Ghost: how many syncs were lies. */
  lies = 0;
  /** Ghost: how often something was done to what it holds that no process did: damage at rest, sectors, older copies. */
  damages = 0;
  /** Ghost: how many operations have failed, for whatever reason but a wrong name. */
  refusals = 0;
  /** Ghost: how often it was replaced by an older copy of itself. */
  restores = 0;
  /** Ghost: how often it was replaced by an empty one. */
  wipes = 0;
  /** Ghost: files that the process has open. */
  openFiles = 0;
  watch: DiskWatch | null = null;
  /** For checkers: called right before and right after a sync of the file of that name makes its content durable. */
  onSync: ((path: string) => void) | null = null;
  readonly faults = new DiskFaults();
  readonly chance: Random;
  #root = new SimDirectory();
  #nextFile = 0;
  #used: number | null = 0;
  #stalled: { readonly only: DiskOperation | null; readonly waiting: (() => void)[] } | null = null;
  /** What was here once; see {@link remember}. */
  #remembered: SimDirectory | null = null;

  constructor(chance: Random) {
    this.chance = chance;
  }

  /** Makes matching operations fail; the answer takes the fault back. */
  inject(fault: DiskFault): () => void {
    return this.faults.add(fault);
  }

  /** Why the operation fails, if it does: what a test has ordered, or a disk that is for reading only. */
  refusal(operation: DiskOperation, path: string): DiskError | null {
    const error = this.faults.strike(operation, path, this.chance);
    const isDenied = error === null && this.readOnly && CHANGING.has(operation);
    if (error !== null || isDenied) this.refusals += 1;
    if (!isDenied) return error;
    return new DiskError('denied', path, `the file system of ${path} is for reading only`);
  }

  /** Milliseconds for one operation; draws. */
  delayOf(operation: DiskOperation, latency: Latency): number {
    return drawLatency(latency, this.chance) * this.slowness + (SYNCS.has(operation) ? this.syncDelay : 0);
  }

  /** From now on nothing completes (or only no operation of that name), until {@link unstall}. */
  stall(only: DiskOperation | null = null): void {
    this.#stalled ??= { only, waiting: [] };
  }

  unstall(): void {
    const waiting = this.#stalled?.waiting ?? [];
    this.#stalled = null;
    for (const complete of waiting) complete();
  }

  /** Completes now, or in a turn of `life` when the stall is over. */
  whenMoving(life: Life, operation: DiskOperation, complete: () => void): void {
    const stalled = this.#stalled;
    if (stalled === null || (stalled.only !== null && stalled.only !== operation)) complete();
    else stalled.waiting.push(() => void life.schedule('event', 0, complete));
  }

  /** The power fails: unsynced changes are kept, lost or torn. The machine's process must be dead already. */
  losePower(mode: CrashMode): void {
    this.openFiles = 0;
    this.#root.crash(this.chance, mode, new Set());
    this.#used = null;
  }

  /** The process was killed: the cache stays, but pages of files whose sync had failed may be gone. */
  loseProcess(): void {
    this.openFiles = 0;
    this.#walk(this.#root, '', (_path, file) => {
      if (file.suspect && this.chance.below(2) === 0) file.evict();
    });
  }

  /** An empty disk in its place (the machine's process must be dead). */
  wipe(): void {
    this.wipes += 1;
    this.#root = new SimDirectory();
    this.#used = 0;
  }

  /** Ghost: what is on the platter under `path` for certain; null when there is no durable file of that name. */
  durableBytes(path: string): Uint8Array | null {
    const file = durableFile(this.#root, path);
    return file === null ? null : file.durable.copy();
  }

  /** Ghost: the files of a directory that are on the platter for certain, by name, as they are there; none when it is not. */
  durableFiles(path: string): ReadonlyMap<string, ByteImage> {
    const node = this.#durable(path);
    const files = new Map<string, ByteImage>();
    if (node?.kind !== 'directory') return files;
    for (const [name, file] of node.durable) if (file.kind === 'file') files.set(name, file.durable);
    return files;
  }

  /** Ghost: what a reader would see under `path` now; null when there is no such file. */
  cachedBytes(path: string): Uint8Array | null {
    const node = this.find(path);
    return node?.kind === 'file' ? node.cache.copy() : null;
  }

  /** Ghost: whether a read of these bytes would fail. */
  isUnreadable(path: string, at: number, length: number): boolean {
    const node = this.find(path);
    return node?.kind === 'file' && node.isUnreadable(at, length);
  }

  /** Ghost: all files there are now, sorted. */
  paths(): readonly string[] {
    const found: string[] = [];
    this.#walk(this.#root, '', (path) => found.push(path));
    return found.sort();
  }

  /** Ghost: key-value stores in the tree. */
  stores(): readonly DirectoryStore[] {
    const found: DirectoryStore[] = [];
    const visit = (directory: SimDirectory): void => {
      if (directory.store !== null) found.push(directory.store);
      for (const node of directory.entries.values()) if (node.kind === 'directory') visit(node);
    };
    visit(this.#root);
    return found;
  }

  /** Keeps a copy of what is durable now: the older content that a lost write or a backup brings back. */
  remember(): void {
    this.#remembered = this.snapshot();
  }

  get remembered(): SimDirectory | null {
    return this.#remembered;
  }

  /** All durable content, key-value stores too, to be put back by {@link restore}: yesterday's directory. */
  snapshot(): SimDirectory {
    return this.#root.durableCopy();
  }

  /** Replaces everything by a {@link snapshot} (the machine's process must be dead). */
  restore(snapshot: SimDirectory): void {
    this.#root = snapshot.durableCopy();
    this.restores += 1;
    this.damages += 1;
    this.#used = null;
  }

  /** Damage at rest: flips one bit, in cache and on the platter. */
  flipBit(path: string, bit: number): void {
    this.damages += 1;
    const file = this.#fileAt(path);
    file.cache.flipBit(bit);
    file.durable.flipBit(bit);
  }

  /** Damage at rest: cuts the file, in cache and on the platter. */
  truncateAtRest(path: string, size: number): void {
    this.damages += 1;
    const file = this.#fileAt(path);
    file.cache.resize(size);
    file.durable.resize(size);
    this.#used = null;
  }

  /** Not one byte is left. */
  get isFull(): boolean {
    return this.capacityBytes <= this.usedBytes();
  }

  /** Bytes in all files. */
  usedBytes(): number {
    if (this.#used === null) {
      let used = 0;
      this.#walk(this.#root, '', (_path, file) => {
        used += file.cache.size;
      });
      this.#used = used;
    }
    return this.#used;
  }

  /** For the ports: files grew by `bytes`. Anything else that changes sizes calls {@link recount}. */
  grew(bytes: number): void {
    if (this.#used !== null) this.#used += bytes;
  }

  recount(): void {
    this.#used = null;
  }

  newFile(): SimFile {
    this.#nextFile += 1;
    return new SimFile(this.#nextFile);
  }

  /** The file or directory of that name; null when there is none. */
  find(path: string): SimNode | null {
    let node: SimNode | undefined = this.#root;
    for (const name of parts(path)) {
      if (node?.kind !== 'directory') return null;
      node = node.entries.get(name);
    }
    return node ?? null;
  }

  /** The directory that holds `path`, and the name in it. Throws {@link DiskError} `missing`. */
  parent(path: string): { readonly directory: SimDirectory; readonly name: string } {
    const names = parts(path);
    const name = names.pop();
    assert(name !== undefined, 'the root has no parent');
    const directory = this.find(`/${names.join('/')}`);
    if (directory?.kind !== 'directory') throw new DiskError('missing', path, `no directory for ${path}`);
    return { directory, name };
  }

  /** Creates the directory and its missing parents. Throws {@link DiskError} `exists` where a file is in the way. */
  makeDirectory(path: string): SimDirectory {
    let directory = this.#root;
    for (const name of parts(path)) {
      const next = directory.entries.get(name);
      if (next === undefined) {
        const made = new SimDirectory();
        directory.link(name, made);
        directory = made;
      } else if (next.kind === 'directory') directory = next;
      else throw new DiskError('exists', path, `a file is in the way of ${path}`);
    }
    return directory;
  }

  #durable(path: string): SimNode | null {
    let node: SimNode | undefined = this.#root;
    for (const name of parts(path)) {
      if (node?.kind !== 'directory') return null;
      node = node.durable.get(name);
    }
    return node ?? null;
  }

  #fileAt(path: string): SimFile {
    const node = this.find(path);
    assert(node?.kind === 'file', () => `no file ${path}`);
    return node;
  }

  #walk(directory: SimDirectory, prefix: string, visit: (path: string, file: SimFile) => void): void {
    for (const [name, node] of directory.entries) {
      const path = `${prefix}/${name}`;
      if (node.kind === 'file') visit(path, node);
      else this.#walk(node, path, visit);
    }
  }
}

/** The file that is durable under `path`; null when there is none. */
export function durableFile(root: SimDirectory, path: string): SimFile | null {
  let node: SimNode | undefined = root;
  for (const name of parts(path)) {
    if (node?.kind !== 'directory') return null;
    node = node.durable.get(name);
  }
  return node?.kind === 'file' ? node : null;
}

/** Names along an absolute path. */
function parts(path: string): string[] {
  assert(path.startsWith('/'), () => `a path must be absolute, is ${path}`);
  return path.split('/').filter((name) => name !== '');
}
