/**
 * The key-value store of a data directory, in one writer's hands.
 *
 * A full disk breaks LevelDB until it is opened again, and that takes space too: the batch waits, the store is reopened
 * and the batch is repeated (puts and deletes can be). Any other failed write ends the process, as with the journal.
 */
import { millis } from '../../raft/index.ts';
import type { Clock } from '../clock.ts';
import { KeyValueError } from '../key-value.ts';
import type { KeyRange, KeyValue, KeyValueChange, KeyValueOpener } from '../key-value.ts';

const RETRY_MS = 1000;

export interface MetaStoreOptions {
  readonly opener: KeyValueOpener;
  readonly path: string;
  readonly clock: Clock;
  /** A batch was refused for want of space, and waits; null: it has gone in. */
  readonly onFull: (error: KeyValueError | null) => void;
  readonly fatal: (reason: string) => never;
}

/** One writer at a time; `apply` never rejects once the store is open: it waits, or the process ends. */
export class MetaStore implements KeyValue {
  readonly #options: MetaStoreOptions;
  /** Null while it could not be opened again. */
  #keyValue: KeyValue | null;
  #last: Promise<void> = Promise.resolve();
  #isFull = false;
  /** Not while the store is being opened: who starts it is told at once. */
  #waits = false;
  #gaveUp: KeyValueError | null = null;
  #readers: (() => void)[] = [];

  constructor(options: MetaStoreOptions, keyValue: KeyValue) {
    this.#options = options;
    this.#keyValue = keyValue;
  }

  /** Not null: a batch was not put in for want of space, because nobody waits for it (any more). */
  get gaveUp(): KeyValueError | null {
    return this.#gaveUp;
  }

  /** From now on batches wait for space. */
  beginToWait(): void {
    this.#waits = true;
  }

  /** Nobody waits for space any more: the store closes, and what is not recorded is replayed by the next start. */
  giveUp(): void {
    this.#waits = false;
    this.#callReaders();
  }

  async get(key: string): Promise<Uint8Array | null> {
    return (await this.#opened()).get(key);
  }

  async range(range: KeyRange): Promise<readonly (readonly [key: string, value: Uint8Array])[]> {
    return (await this.#opened()).range(range);
  }

  /** Resolves when the batch is in; batches go in in the order of the calls. */
  apply(changes: readonly KeyValueChange[], options: { readonly sync: boolean }): Promise<void> {
    const applied = this.#last.then(() => this.#apply(changes, options));
    this.#last = applied;
    return applied;
  }

  async close(): Promise<void> {
    this.giveUp();
    await this.#last;
    await this.#keyValue?.close();
  }

  async #apply(changes: readonly KeyValueChange[], options: { readonly sync: boolean }): Promise<void> {
    while (!(await this.#tryApply(changes, options))) {
      if (this.#gaveUp !== null) return;
      await new Promise<void>((resolve) => this.#options.clock.setTimer(millis(RETRY_MS), resolve));
      await this.#reopen();
    }
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#options.onFull(null);
  }

  /** Answers false when there was no space. */
  async #tryApply(changes: readonly KeyValueChange[], options: { readonly sync: boolean }): Promise<boolean> {
    if (this.#keyValue === null) {
      if (!this.#waits) this.#gaveUp = this.#noSpace();
      return false;
    }
    try {
      await this.#keyValue.apply(changes, options);
      return true;
    } catch (error) {
      this.#refuse(error, 'failed');
      return false;
    }
  }

  async #reopen(): Promise<void> {
    const { opener, path } = this.#options;
    const before = this.#keyValue;
    this.#keyValue = null;
    await before?.close();
    try {
      this.#keyValue = await opener.openKeyValue(path);
    } catch (error) {
      this.#refuse(error, 'cannot be opened again');
    }
    if (this.#keyValue !== null) this.#callReaders();
  }

  #refuse(error: unknown, what: string): void {
    const isFull = error instanceof KeyValueError && error.kind === 'full';
    if (!isFull) this.#options.fatal(`key-value store ${what}: ${String(error)}`);
    if (!this.#waits) this.#gaveUp = error;
    this.#isFull = true;
    this.#options.onFull(error);
  }

  #noSpace(): KeyValueError {
    return new KeyValueError('full', this.#options.path, 'there was no space to open it again');
  }

  async #opened(): Promise<KeyValue> {
    while (this.#keyValue === null) {
      if (!this.#waits) throw this.#noSpace();
      await new Promise<void>((resolve) => this.#readers.push(resolve));
    }
    return this.#keyValue;
  }

  #callReaders(): void {
    const readers = this.#readers;
    this.#readers = [];
    for (const resolve of readers) resolve();
  }
}
