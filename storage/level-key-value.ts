/**
 * The real `KeyValue`: LevelDB, through `level`.
 *
 * Its LOCK file is held by the kernel for as long as the process lives; it is also the lock of the whole data
 * directory. LevelDB refuses everything after a failed write until it is opened again: the error is passed on
 * and the node's answer to it is to stop.
 */
import { Level } from 'level';
import { KeyValueError } from './key-value.ts';
import type { KeyRange, KeyValue, KeyValueChange, KeyValueErrorKind, KeyValueOpener } from './key-value.ts';

type Database = Level<string, Uint8Array>;

/** The store holds kilobytes: small buffers keep an idle node small. */
const CACHE_BYTES = 1024 * 1024;
const WRITE_BUFFER_BYTES = 1024 * 1024;

function keyValueError(cause: unknown, path: string): KeyValueError {
  let kind: KeyValueErrorKind = 'io';
  let message = String(cause);
  for (let error = cause; error instanceof Error; error = error.cause) {
    message = error.message;
    const code = 'code' in error ? error.code : '';
    if (code === 'LEVEL_LOCKED') kind = 'locked';
    else if (code === 'LEVEL_CORRUPTION' || message.includes('Corruption')) kind = 'damaged';
    // CURRENT names a manifest that is not there: a part of the store was removed.
    else if (message.includes('MANIFEST') && message.includes('No such file')) kind = 'damaged';
    else if (message.includes('No space left') || message.includes('quota exceeded')) kind = 'full';
  }
  return new KeyValueError(kind, path, message, { cause });
}

async function refined<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw keyValueError(error, path);
  }
}

class LevelKeyValue implements KeyValue {
  readonly #path: string;
  readonly #database: Database;

  constructor(path: string, database: Database) {
    this.#path = path;
    this.#database = database;
  }

  async get(key: string): Promise<Uint8Array | null> {
    return (await refined(this.#path, this.#database.get(key))) ?? null;
  }

  range(range: KeyRange): Promise<readonly (readonly [key: string, value: Uint8Array])[]> {
    const iterator = this.#database.iterator({
      ...(range.from === undefined ? {} : { gte: range.from }),
      ...(range.to === undefined ? {} : { lt: range.to }),
      ...(range.limit === undefined ? {} : { limit: range.limit }),
    });
    return refined(this.#path, iterator.all());
  }

  apply(changes: readonly KeyValueChange[], options: { readonly sync: boolean }): Promise<void> {
    const operations = changes.map((change) =>
      change.kind === 'put'
        ? { type: 'put' as const, key: change.key, value: change.value }
        : { type: 'del' as const, key: change.key },
    );
    return refined(this.#path, this.#database.batch(operations, { sync: options.sync }));
  }

  close(): Promise<void> {
    return refined(this.#path, this.#database.close());
  }
}

/** Opens LevelDB stores. Rejects with {@link KeyValueError}: `locked` while another process holds the directory. */
export class LevelKeyValueOpener implements KeyValueOpener {
  async openKeyValue(path: string): Promise<KeyValue> {
    const database: Database = new Level<string, Uint8Array>(path, {
      keyEncoding: 'utf8',
      valueEncoding: 'view',
      cacheSize: CACHE_BYTES,
      writeBufferSize: WRITE_BUFFER_BYTES,
    });
    await refined(path, database.open());
    return new LevelKeyValue(path, database);
  }
}
