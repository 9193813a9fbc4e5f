/**
 * The key-value store of a data directory, in one writer's hands.
 *
 * A full disk breaks LevelDB until it is opened again: the batch then waits for space, the store is reopened and the
 * batch is repeated (puts and deletes can be). Any other failed write ends the process, as with the journal.
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
  readonly fatal: (reason: string) => never;
}

/** One writer at a time; `apply` never rejects: it waits, or the process ends. */
export class MetaStore implements KeyValue {
  readonly #options: MetaStoreOptions;
  #keyValue: KeyValue;
  #last: Promise<void> = Promise.resolve();
  #closing = false;

  constructor(options: MetaStoreOptions, keyValue: KeyValue) {
    this.#options = options;
    this.#keyValue = keyValue;
  }

  get(key: string): Promise<Uint8Array | null> {
    return this.#keyValue.get(key);
  }

  range(range: KeyRange): Promise<readonly (readonly [key: string, value: Uint8Array])[]> {
    return this.#keyValue.range(range);
  }

  /** Resolves when the batch is in; batches go in in the order of the calls. */
  apply(changes: readonly KeyValueChange[], options: { readonly sync: boolean }): Promise<void> {
    const applied = this.#last.then(() => this.#apply(changes, options));
    this.#last = applied;
    return applied;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#last;
    await this.#keyValue.close();
  }

  async #apply(changes: readonly KeyValueChange[], options: { readonly sync: boolean }): Promise<void> {
    for (;;) {
      try {
        await this.#keyValue.apply(changes, options);
        return;
      } catch (error) {
        if (!(error instanceof KeyValueError && error.kind === 'full'))
          this.#options.fatal(`key-value store failed: ${String(error)}`);
        // While closing nobody waits for space: what is not recorded is replayed by the next start.
        if (this.#closing) return;
      }
      await new Promise<void>((resolve) => this.#options.clock.setTimer(millis(RETRY_MS), resolve));
      await this.#reopen();
    }
  }

  async #reopen(): Promise<void> {
    await this.#keyValue.close();
    try {
      this.#keyValue = await this.#options.opener.openKeyValue(this.#options.path);
    } catch (error) {
      this.#options.fatal(`key-value store cannot be opened again: ${String(error)}`);
    }
  }
}
