/**
 * Files and directories of a simulated disk, each as it is in memory and as it is on the platter.
 *
 *   file       cache (what reads see)   pending writes and truncations   durable (what was synced)
 *   directory  entries                  pending links, unlinks, renames  durable entries
 *
 * `crash` is a power loss: every pending change of every file and directory is kept, lost or (writes) torn at
 * 512 bytes, each on its own, in any combination; then what is durable becomes what is. Content and entries
 * are independent: synced content in a file whose creation was not synced may be gone with its name.
 */
import type { Random } from '../../raft/index.ts';
import { ByteImage } from './byte-image.ts';

const SECTOR = 512;
/** Unsynced bytes of one file after which the oldest are written back, as a kernel does after a while. */
const WRITE_BACK_BYTES = 8 * 1024 * 1024;

/** How one power loss treats what was not synced; drawn once per crash so that extremes are seen too. */
export type CrashMode = 'lose-all' | 'keep-all' | 'mixed';

export function drawCrashMode(chance: Random): CrashMode {
  const draw = chance.below(8);
  if (draw < 2) return 'lose-all';
  return draw < 3 ? 'keep-all' : 'mixed';
}

type FileChange =
  | { readonly kind: 'write'; readonly order: number; readonly position: number; readonly data: Uint8Array }
  | { readonly kind: 'resize'; readonly order: number; readonly size: number };

export class SimFile {
  readonly kind = 'file';
  readonly id: number;
  cache = new ByteImage();
  durable = new ByteImage();
  /** A sync failed: some cached bytes will never reach the platter, and the kernel may drop them from the cache. */
  suspect = false;
  /** Sectors that cannot be read until somebody writes there; half-open. */
  unreadable: { readonly from: number; readonly to: number } | null = null;
  #pending: FileChange[] = [];
  #pendingBytes = 0;
  #order = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** Changes so far; a sync covers those before the number that this showed when it began. */
  get order(): number {
    return this.#order;
  }

  get unsyncedBytes(): number {
    return this.#pendingBytes;
  }

  /** `data` is kept: the caller gives it away. */
  write(position: number, data: Uint8Array): void {
    if (this.isUnreadable(position, data.length)) this.unreadable = null;
    this.cache.write(position, data);
    this.#pending.push({ kind: 'write', order: this.#order, position, data });
    this.#pendingBytes += data.length;
    this.#order += 1;
    while (this.#pendingBytes > WRITE_BACK_BYTES) this.#writeBack();
  }

  resize(size: number): void {
    this.cache.resize(size);
    this.#pending.push({ kind: 'resize', order: this.#order, size });
    this.#order += 1;
  }

  /** Makes the changes before `order` durable. */
  sync(order: number): void {
    const rest = this.#pending.findIndex((change) => change.order >= order);
    const covered = rest === -1 ? this.#pending.splice(0) : this.#pending.splice(0, rest);
    for (const change of covered) this.#apply(change);
  }

  isUnreadable(position: number, length: number): boolean {
    const bad = this.unreadable;
    return bad !== null && position < bad.to && bad.from < position + length;
  }

  /** Everything has been written back, and nobody reads: damage to cache and platter alike. */
  damage(change: (image: ByteImage) => void): void {
    this.sync(Number.POSITIVE_INFINITY);
    change(this.cache);
    change(this.durable);
  }

  /** A failed sync, as ext4 and XFS do it: each dirty page reached the platter or not, and all count as clean now. */
  failSync(chance: Random): void {
    const dropped = this.#pending;
    this.#pending = [];
    for (const change of dropped) {
      if (chance.below(2) === 0) this.#apply(change);
      else this.#forget(change);
    }
    this.suspect = true;
  }

  crash(chance: Random, mode: CrashMode): void {
    if (this.#pending.length === 0 && !this.suspect) return;
    for (const change of this.#pending) {
      if (mode === 'keep-all') this.#apply(change);
      else if (mode === 'mixed') this.#applyOrNot(change, chance);
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    this.suspect = false;
    this.cache = this.durable.clone();
  }

  /** Cached pages of a file whose sync failed may be dropped at any time: reads then see the platter. */
  evict(): void {
    if (this.#pending.length === 0) this.cache = this.durable.clone();
  }

  /** A file of its own with the durable content of this one. */
  durableCopy(): SimFile {
    const copy = new SimFile(this.id);
    copy.durable = this.durable.clone();
    copy.cache = this.durable.clone();
    return copy;
  }

  #writeBack(): void {
    const oldest = this.#pending.shift();
    if (oldest !== undefined) this.#apply(oldest);
  }

  #forget(change: FileChange): void {
    if (change.kind === 'write') this.#pendingBytes -= change.data.length;
  }

  #apply(change: FileChange): void {
    if (change.kind === 'write') this.durable.write(change.position, change.data);
    else this.durable.resize(change.size);
    this.#forget(change);
  }

  #applyOrNot(change: FileChange, chance: Random): void {
    const draw = chance.below(3);
    if (draw === 0) return;
    if (draw === 1 || change.kind === 'resize') return this.#apply(change);
    this.#tear(change.position, change.data, chance);
  }

  /** Keeps a seeded subset of the sectors; the size may survive without them, then with zeros or junk below it. */
  #tear(position: number, data: Uint8Array, chance: Random): void {
    const end = position + data.length;
    const before = this.durable.size;
    if (end > before && chance.below(2) === 0) {
      this.durable.resize(end);
      const from = Math.max(position, before);
      if (chance.below(4) === 0) this.durable.write(from, chance.bytes(end - from));
    }
    let from = position;
    while (from < end) {
      const to = Math.min(end, (Math.floor(from / SECTOR) + 1) * SECTOR);
      if (chance.below(2) === 0) this.durable.write(from, data.subarray(from - position, to - position));
      from = to;
    }
  }
}

type EntryChange =
  | { readonly kind: 'link'; readonly order: number; readonly name: string; readonly node: SimNode }
  | { readonly kind: 'unlink'; readonly order: number; readonly name: string }
  | {
      readonly kind: 'rename';
      readonly order: number;
      readonly from: string;
      readonly to: string;
      readonly node: SimNode;
    };

export type SimNode = SimFile | SimDirectory;

/** What a key-value store keeps in its directory, as the tree sees it. */
export interface DirectoryStore {
  durableCopy(): DirectoryStore;
}

export class SimDirectory {
  readonly kind = 'directory';
  entries = new Map<string, SimNode>();
  durable = new Map<string, SimNode>();
  /** What a key-value store keeps in this directory; it owns the value, the directory only carries it along. */
  store: DirectoryStore | null = null;
  #pending: EntryChange[] = [];
  #order = 0;

  get order(): number {
    return this.#order;
  }

  link(name: string, node: SimNode): void {
    this.entries.set(name, node);
    this.#pending.push({ kind: 'link', order: this.#take(), name, node });
  }

  unlink(name: string): void {
    this.entries.delete(name);
    this.#pending.push({ kind: 'unlink', order: this.#take(), name });
  }

  rename(from: string, to: string, node: SimNode): void {
    this.entries.delete(from);
    this.entries.set(to, node);
    this.#pending.push({ kind: 'rename', order: this.#take(), from, to, node });
  }

  /** The entry as if it had always been so; null: gone. For damage while nobody runs. */
  damage(name: string, node: SimNode | null): void {
    this.sync(Number.POSITIVE_INFINITY);
    for (const names of [this.entries, this.durable]) {
      if (node === null) names.delete(name);
      else names.set(name, node);
    }
  }

  /** Makes the changes of entries before `order` durable. */
  sync(order: number): void {
    while ((this.#pending[0]?.order ?? order) < order) {
      const change = this.#pending.shift();
      if (change !== undefined) this.#apply(change);
    }
  }

  crash(chance: Random, mode: CrashMode, seen: Set<SimNode>): void {
    seen.add(this);
    for (const change of this.#pending) {
      if (mode === 'keep-all') this.#apply(change);
      else if (mode === 'mixed') this.#applyOrNot(change, chance);
    }
    this.#pending = [];
    this.entries = new Map(this.durable);
    for (const node of this.entries.values()) {
      if (seen.has(node)) continue;
      if (node.kind === 'directory') node.crash(chance, mode, seen);
      else {
        seen.add(node);
        node.crash(chance, mode);
      }
    }
  }

  /** A tree of its own with the durable content of this one. */
  durableCopy(): SimDirectory {
    const copy = new SimDirectory();
    for (const [name, node] of this.durable) copy.durable.set(name, node.durableCopy());
    copy.entries = new Map(copy.durable);
    copy.store = this.store?.durableCopy() ?? null;
    return copy;
  }

  #take(): number {
    this.#order += 1;
    return this.#order - 1;
  }

  #apply(change: EntryChange): void {
    if (change.kind === 'link') this.durable.set(change.name, change.node);
    else if (change.kind === 'unlink') this.durable.delete(change.name);
    else {
      if (this.durable.get(change.from) === change.node) this.durable.delete(change.from);
      this.durable.set(change.to, change.node);
    }
  }

  /** A rename that was not synced may have happened, not happened, or left both names; the target name is never lost. */
  #applyOrNot(change: EntryChange, chance: Random): void {
    const draw = chance.below(3);
    if (draw === 0) return;
    if (draw === 1 && change.kind === 'rename') this.durable.set(change.to, change.node);
    else this.#apply(change);
  }
}
