/**
 * The simulated `KeyValue`: a sorted map in memory with the crash semantics of the contract.
 *
 *   batch ──▶ live map ──▶ unsynced batches ──(synced batch, or power loss keeps a prefix)──▶ durable map
 *
 * Batches take effect whole and in the order in which they were asked for. A killed process leaves all that
 * took effect; a power loss keeps the durable map and a seeded prefix of the unsynced batches. The store hangs
 * on its directory of the simulated disk: who does not sync the parent of a new store may lose the whole of it.
 */
import { assert } from '../../raft/index.ts';
import type { Random } from '../../raft/index.ts';
import { KeyValueError } from '../../storage/index.ts';
import type { DiskError, KeyRange, KeyValue, KeyValueChange, KeyValueOpener } from '../../storage/index.ts';
import { drawLatency } from './disk-faults.ts';
import type { DiskOperation, Latency } from './disk-faults.ts';
import type { CrashMode, DirectoryStore, SimDirectory } from './disk-tree.ts';
import { never } from './life.ts';
import type { Life } from './life.ts';
import type { SimDisk } from './sim-disk.ts';
import { fingerprint } from './trace.ts';

/** Unsynced batches after which the oldest become durable, as a kernel's write-back does it. */
const UNSYNCED_MAX = 1000;

/** Order of the UTF-8 bytes: as UTF-16 code units, but surrogates come after all else. */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    const aSurrogate = a >= 0xd800 && a < 0xe000;
    const bSurrogate = b >= 0xd800 && b < 0xe000;
    if (aSurrogate !== bSurrogate) return aSurrogate ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}

/** What one directory holds: it outlives the processes, as the disk does. */
class Store implements DirectoryStore {
  holder: Life | null = null;
  /** Its files do not check any more: LevelDB refuses to open it. */
  isDamaged = false;
  #live = new Map<string, Uint8Array>();
  #durable = new Map<string, Uint8Array>();
  #unsynced: (readonly KeyValueChange[])[] = [];
  #sorted: string[] | null = null;

  get(key: string): Uint8Array | null {
    const value = this.#live.get(key);
    return value === undefined ? null : new Uint8Array(value);
  }

  range(range: KeyRange): (readonly [string, Uint8Array])[] {
    this.#sorted ??= [...this.#live.keys()].sort(compareKeys);
    const found: (readonly [string, Uint8Array])[] = [];
    const limit = range.limit ?? Number.POSITIVE_INFINITY;
    for (const key of this.#sorted) {
      if (found.length >= limit) break;
      if (range.from !== undefined && compareKeys(key, range.from) < 0) continue;
      if (range.to !== undefined && compareKeys(key, range.to) >= 0) break;
      const value = this.#live.get(key);
      if (value !== undefined) found.push([key, new Uint8Array(value)]);
    }
    return found;
  }

  apply(changes: readonly KeyValueChange[], sync: boolean): void {
    put(this.#live, changes);
    this.#sorted = null;
    this.#unsynced.push(changes);
    const keep = sync ? 0 : UNSYNCED_MAX;
    while (this.#unsynced.length > keep) this.#writeBack();
  }

  durableCopy(): Store {
    const copy = new Store();
    copy.#durable = new Map(this.#durable);
    copy.#live = new Map(this.#durable);
    copy.isDamaged = this.isDamaged;
    return copy;
  }

  losePower(chance: Random, mode: CrashMode): void {
    const all = this.#unsynced.length;
    const kept = mode === 'keep-all' ? all : mode === 'lose-all' ? 0 : chance.below(all + 1);
    for (let index = 0; index < kept; index += 1) this.#writeBack();
    this.#unsynced = [];
    this.#live = new Map(this.#durable);
    this.#sorted = null;
  }

  #writeBack(): void {
    const oldest = this.#unsynced.shift();
    if (oldest !== undefined) put(this.#durable, oldest);
  }
}

function put(map: Map<string, Uint8Array>, changes: readonly KeyValueChange[]): void {
  for (const change of changes) {
    if (change.kind === 'put') map.set(change.key, change.value);
    else map.delete(change.key);
  }
}

/** All stores of one machine. */
export class SimKeyValueStores {
  readonly disk: SimDisk;

  constructor(disk: SimDisk) {
    this.disk = disk;
  }

  /** After the disk's own: a store whose directory was not durable is gone with it. */
  losePower(mode: CrashMode): void {
    for (const store of this.disk.stores()) if (store instanceof Store) store.losePower(this.disk.chance, mode);
  }

  /** Damage at rest: the store in directory `path` cannot be opened any more. False: there is none. */
  damage(path: string): boolean {
    const directory = this.disk.find(path);
    if (directory?.kind !== 'directory' || !(directory.store instanceof Store)) return false;
    directory.store.isDamaged = true;
    return true;
  }

  /** The store in directory `path`, made when missing. */
  at(path: string): Store {
    const directory: SimDirectory = this.disk.makeDirectory(path);
    if (directory.store instanceof Store) return directory.store;
    const store = new Store();
    directory.store = store;
    return store;
  }
}

export class SimKeyValueOpener implements KeyValueOpener {
  readonly #life: Life;
  readonly #stores: SimKeyValueStores;

  constructor(life: Life, stores: SimKeyValueStores) {
    this.#life = life;
    this.#stores = stores;
  }

  openKeyValue(path: string): Promise<KeyValue> {
    const life = this.#life;
    const stores = this.#stores;
    if (!life.alive) return never();
    life.note('kv-open', 0, 0, path);
    return new Promise((resolve, reject) => {
      life.schedule('event', drawLatency(stores.disk.latencies.sync, stores.disk.chance), () => {
        // LevelDB begins new files when it is opened.
        const refused = stores.disk.refusal('open', path) ?? stores.disk.refusal('write', path);
        if (refused !== null) {
          reject(keyValueError(refused, path));
          return;
        }
        const store = stores.at(path);
        if (store.isDamaged) {
          reject(new KeyValueError('damaged', path, `Corruption: ${path} does not check`));
          return;
        }
        if (store.holder !== null && store.holder.alive) {
          reject(new KeyValueError('locked', path, `${path} is held by ${store.holder.label}`));
          return;
        }
        if (stores.disk.isFull) {
          reject(new KeyValueError('full', path, `no space to open ${path}`));
          return;
        }
        store.holder = life;
        resolve(new SimKeyValue(life, stores.disk, store, path));
      });
    });
  }
}

interface Queued {
  readonly apply: () => void;
  readonly complete: () => void;
}

class SimKeyValue implements KeyValue {
  readonly #life: Life;
  readonly #disk: SimDisk;
  readonly #store: Store;
  readonly #path: string;
  readonly #batches: Queued[] = [];
  #closed = false;
  /** A failed write: LevelDB refuses all later ones until it is opened again. */
  #broken: KeyValueError | null = null;

  constructor(life: Life, disk: SimDisk, store: Store, path: string) {
    this.#life = life;
    this.#disk = disk;
    this.#store = store;
    this.#path = path;
    life.onEnd(() => this.#settleAtDeath());
  }

  get(key: string): Promise<Uint8Array | null> {
    this.#life.note('kv-get', 0, 0, key);
    return this.#read(() => this.#store.get(key));
  }

  range(range: KeyRange): Promise<readonly (readonly [key: string, value: Uint8Array])[]> {
    this.#life.note('kv-range', range.limit ?? -1, 0, `${range.from ?? ''}..${range.to ?? ''}`);
    return this.#read(() => this.#store.range(range));
  }

  apply(changes: readonly KeyValueChange[], options: { readonly sync: boolean }): Promise<void> {
    const life = this.#life;
    if (!life.alive) return never();
    assert(!this.#closed, () => `${this.#path} is closed`);
    const owned = changes.map((change) =>
      change.kind === 'put' ? { ...change, value: new Uint8Array(change.value) } : change,
    );
    for (const change of owned) {
      const sum = change.kind === 'put' ? fingerprint(change.value) : 0;
      life.note('kv-apply', options.sync ? 1 : 0, sum, change.key);
    }
    const latency = options.sync ? this.#disk.latencies.sync : this.#disk.latencies.write;
    return new Promise((resolve, reject) => {
      this.#batches.push({
        apply: () => this.#store.apply(owned, options.sync),
        complete: () => this.#finish(owned, options.sync, resolve, reject),
      });
      this.#disk.watch?.(options.sync ? 'datasync' : 'write', 'start', this.#path);
      if (!life.alive) return;
      // Batches take effect in order: whichever deadline comes first completes the oldest one.
      this.#later(options.sync ? 'datasync' : 'write', latency, () => this.#batches.shift()?.complete());
    });
  }

  close(): Promise<void> {
    if (!this.#life.alive) return never();
    this.#life.note('kv-close', 0, 0, this.#path);
    this.#closed = true;
    return new Promise((resolve) => {
      this.#later('close', this.#disk.latencies.entry, () => {
        while (this.#batches.length > 0) this.#batches.shift()?.complete();
        if (this.#store.holder === this.#life) this.#store.holder = null;
        resolve();
      });
    });
  }

  #finish(
    changes: readonly KeyValueChange[],
    sync: boolean,
    resolve: () => void,
    reject: (error: KeyValueError) => void,
  ): void {
    if (this.#broken !== null) return reject(this.#broken);
    const operation = sync ? 'datasync' : 'write';
    const fault = this.#disk.refusal(operation, this.#path);
    if (fault !== null) {
      this.#life.note('disk-fault', 1, 0, this.#path);
      this.#broken = keyValueError(fault, this.#path);
    } else if (this.#disk.isFull) this.#broken = new KeyValueError('full', this.#path, `no space for ${this.#path}`);
    if (this.#broken !== null) return reject(this.#broken);
    this.#store.apply(changes, sync);
    this.#disk.watch?.(operation, 'done', this.#path);
    if (this.#life.alive) resolve();
  }

  #read<T>(answer: () => T): Promise<T> {
    if (!this.#life.alive) return never();
    assert(!this.#closed, () => `${this.#path} is closed`);
    return new Promise((resolve) => this.#later('read', this.#disk.latencies.read, () => resolve(answer())));
  }

  #later(operation: DiskOperation, latency: Latency, complete: () => void): void {
    const delay = this.#disk.delayOf(operation, latency);
    this.#life.schedule('event', delay, () => this.#disk.whenMoving(this.#life, operation, complete));
  }

  /** A prefix of the batches in flight took effect before the process died. */
  #settleAtDeath(): void {
    const applied = this.#disk.chance.below(this.#batches.length + 1);
    for (const batch of this.#batches.slice(0, applied)) batch.apply();
    this.#batches.length = 0;
  }
}

function keyValueError({ kind, message }: DiskError, path: string): KeyValueError {
  return new KeyValueError(kind === 'full' ? 'full' : 'io', path, message);
}
