/** A store with one memory log and snapshots in memory, for the metadata group. */
import { byteCount, METADATA_GROUP } from '../../raft/index.ts';
import type { SnapshotMeta } from '../../raft/index.ts';
import type { SnapshotStore, Store } from '../../storage/index.ts';
import type { MemoryReplicaLog } from '../replica/memory-replica-log.ts';

export class MemorySnapshots implements SnapshotStore {
  #newest: { readonly meta: SnapshotMeta; readonly state: Buffer } | null = null;
  #receiving = Buffer.alloc(0);
  /** The next write rejects with this. */
  failure: Error | null = null;
  writes = 0;

  newest(): SnapshotMeta | null {
    return this.#newest?.meta ?? null;
  }

  /** Puts a snapshot there, as an earlier life left it. */
  put(meta: SnapshotMeta, state: Uint8Array): void {
    this.#newest = { meta, state: Buffer.from(state) };
  }

  async write(last: SnapshotMeta['last'], voters: SnapshotMeta['voters'], state: Uint8Array): Promise<SnapshotMeta> {
    await Promise.resolve();
    this.writes += 1;
    if (this.failure !== null) throw this.failure;
    const meta = { last, voters, bytes: byteCount(state.length) };
    this.put(meta, state);
    return meta;
  }

  async read(_meta: SnapshotMeta, position: number, bytesMax: number): Promise<Uint8Array> {
    await Promise.resolve();
    return (this.#newest?.state ?? Buffer.alloc(0)).subarray(position, position + bytesMax);
  }

  async receive(meta: SnapshotMeta, position: number, chunk: Uint8Array): Promise<number> {
    await Promise.resolve();
    if (this.#newest !== null && this.#newest.meta.last.end >= meta.last.end) return meta.bytes;
    if (position === 0) this.#receiving = Buffer.alloc(0);
    if (position !== this.#receiving.length) return this.#receiving.length;
    this.#receiving = Buffer.concat([this.#receiving, chunk]);
    if (this.#receiving.length === meta.bytes) this.put(meta, this.#receiving);
    return this.#receiving.length;
  }
}

/** What the metadata group uses of a store. */
export function memoryStore(log: MemoryReplicaLog, snapshots: MemorySnapshots): Store {
  const store: Partial<Store> = {
    groups: [{ group: METADATA_GROUP, directory: '@metadata', flush: 'always', failed: false }],
    metadataSnapshots: snapshots,
    openLog: () => Promise.resolve(log),
  };
  return store as Store;
}
