/**
 * What one partition of `__transaction_state` says: for each transactional id what is committed, and what was written last.
 *
 * Invariants: at most one transition of an id is written and not committed (the coordinator refuses a second), but that what
 * follows the end of a transaction may stand behind it; a rewrite of the log writes the newest value of an id again, and changes
 * nothing here.
 */
import { Buffer } from 'node:buffer';
import { assert } from '../../raft/index.ts';
import { recordBytes } from '../coordinator-log/index.ts';
import type { KeyValueRecord, LogImage } from '../coordinator-log/index.ts';
import type { WireCodec } from '../wire/index.ts';
import type { Known } from './decision.ts';
import { decodeTransactionRecord, transactionRecord } from './transaction-record.ts';
import { isEnded } from './transaction.ts';
import type { Transaction } from './transaction.ts';

interface Entry {
  committed: Transaction | null;
  /** As written last; null: a tombstone. */
  newest: Transaction | null;
  /** Of the newest record; 0 for a tombstone. */
  bytes: number;
  /** Transitions so far, and how many of them are known to be committed. */
  written: number;
  settled: number;
}

/** Names a live record. */
export type TransactionName =
  | { readonly kind: 'transaction'; readonly transactionalId: string }
  | { readonly kind: 'other'; readonly key: string };

function isPending({ written, settled }: Entry): boolean {
  return settled < written;
}

const UNKNOWN: Known = { transaction: null, pending: false };

export class TransactionImage implements LogImage<TransactionName> {
  readonly #codec: WireCodec;
  readonly #entries = new Map<string, Entry>();
  readonly #others = new Map<string, KeyValueRecord>();
  #liveBytes = 0;

  constructor(codec: WireCodec) {
    this.#codec = codec;
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The id as decisions see it. */
  known(transactionalId: string): Known {
    const entry = this.#entries.get(transactionalId);
    return entry === undefined ? UNKNOWN : { transaction: entry.committed, pending: isPending(entry) };
  }

  /** The id as it will be once the end of its transaction, which has been written, is committed; null when that is not so. */
  ahead(transactionalId: string): Known | null {
    const entry = this.#entries.get(transactionalId);
    if (entry === undefined || !isPending(entry) || entry.newest === null || !isEnded(entry.newest)) return null;
    return { transaction: entry.newest, pending: false };
  }

  /** All ids with something committed, a fresh list. */
  transactions(): readonly (Known & { readonly transactionalId: string; readonly transaction: Transaction })[] {
    return [...this.#entries].flatMap(([transactionalId, entry]) =>
      entry.committed === null ? [] : [{ transactionalId, transaction: entry.committed, pending: isPending(entry) }],
    );
  }

  apply(record: KeyValueRecord): string | null {
    const decoded = decodeTransactionRecord(this.#codec, record);
    if (decoded.kind === 'other') {
      this.#applyOther(record);
      return decoded.reason;
    }
    this.#set(decoded.transactionalId, decoded.value, decoded.value === null ? 0 : recordBytes(record));
    return null;
  }

  /**
   * The transition that was just appended; answers its number for {@link commit}. The record holds all of it but the last
   * epoch, which only the coordinator that decided knows.
   */
  decided(transactionalId: string, next: Transaction | null): number {
    const entry = this.#entries.get(transactionalId);
    assert(entry !== undefined, () => `nothing was appended for ${transactionalId}`);
    entry.newest = next;
    return entry.written;
  }

  /** The transition with this number is committed, and all before it. False: that was known. */
  commit(transactionalId: string, number: number, next: Transaction | null): boolean {
    const entry = this.#entries.get(transactionalId);
    if (entry === undefined || number <= entry.settled) return false;
    entry.settled = number;
    entry.committed = next;
    if (next === null && !isPending(entry)) this.#entries.delete(transactionalId);
    return true;
  }

  /** Everything that was read is committed. */
  commitAll(): void {
    for (const [transactionalId, { written, newest }] of [...this.#entries])
      this.commit(transactionalId, written, newest);
  }

  #set(transactionalId: string, value: Transaction | null, bytes: number): void {
    const entry = this.#entries.get(transactionalId);
    this.#liveBytes += bytes - (entry?.bytes ?? 0);
    if (entry === undefined) {
      this.#entries.set(transactionalId, { committed: null, newest: value, bytes, written: 1, settled: 0 });
      return;
    }
    entry.newest = value;
    entry.bytes = bytes;
    entry.written += 1;
  }

  #applyOther(record: KeyValueRecord): void {
    const name = Buffer.from(record.key).toString('hex');
    const former = this.#others.get(name);
    this.#liveBytes += record.value === null ? 0 : recordBytes(record);
    this.#liveBytes -= former === undefined ? 0 : recordBytes(former);
    if (record.value === null) this.#others.delete(name);
    else this.#others.set(name, { key: new Uint8Array(record.key), value: new Uint8Array(record.value) });
  }

  names(): readonly TransactionName[] {
    return [
      ...[...this.#entries.keys()].map((transactionalId) => ({ kind: 'transaction' as const, transactionalId })),
      ...[...this.#others.keys()].map((key) => ({ kind: 'other' as const, key })),
    ];
  }

  record(name: TransactionName): KeyValueRecord | null {
    if (name.kind === 'other') return this.#others.get(name.key) ?? null;
    const newest = this.#entries.get(name.transactionalId)?.newest ?? null;
    return newest === null ? null : transactionRecord(this.#codec, name.transactionalId, newest);
  }

  /** Transactions are not written within transactions. */
  get undecided(): boolean {
    return false;
  }

  isUndecided(): boolean {
    return false;
  }
}
