/**
 * The `KeyValue` port: a sorted map of bytes on disk (LevelDB behind it).
 *
 * Real: `storage/level-key-value.ts`. Simulated: `chaos/sim/sim-key-value.ts`, in memory with crash semantics.
 *
 * Contract: a batch is atomic; a synced batch makes durable all batches before it; batches that were not
 * synced are lost at a crash as a suffix. Keys are ordered by their UTF-8 bytes. Opening takes a lock that
 * dies with the process: a second opener gets {@link KeyValueError} `locked`. The directory itself is durable only
 * after `Disk.syncDirectory` of its parent. After a failed batch the store refuses all others until opened again.
 */
export type KeyValueErrorKind = 'locked' | 'damaged' | 'full' | 'io';

/** The store refused; `path` is its directory. */
export class KeyValueError extends Error {
  override readonly name = 'KeyValueError';
  readonly kind: KeyValueErrorKind;
  readonly path: string;
  constructor(kind: KeyValueErrorKind, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.path = path;
  }
}

export type KeyValueChange =
  | { readonly kind: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: string };

/** Half-open range of keys; an absent bound is open. */
export interface KeyRange {
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
}

export interface KeyValue {
  get(key: string): Promise<Uint8Array | null>;
  /** Ascending by key. */
  range(range: KeyRange): Promise<readonly (readonly [key: string, value: Uint8Array])[]>;
  apply(changes: readonly KeyValueChange[], options: { readonly sync: boolean }): Promise<void>;
  close(): Promise<void>;
}

export interface KeyValueOpener {
  /** Opens or creates the store in directory `path`. */
  openKeyValue(path: string): Promise<KeyValue>;
}
