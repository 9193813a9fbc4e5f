/**
 * What one partition of `__consumer_offsets` says: the newest record of every key. Decide, log, apply: records that
 * were appended, and records that are read back by a later coordinator, go through the same `apply`.
 *
 * Invariants: replaying the log from any log start that a rewrite allowed gives an equal image; `liveBytes` is the sum
 * of the sizes of the records that {@link CoordinatorImage.record} gives for {@link CoordinatorImage.names}.
 */
import { Buffer } from 'node:buffer';
import { offset as toOffset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import { recordBytes } from '../coordinator-log/index.ts';
import type { KeyValueRecord, LogImage, RecordPlace } from '../coordinator-log/index.ts';
import type { GroupMetadataValue, WireCodec } from '../wire/index.ts';
import { decodeRecord, groupRecord, offsetRecord } from './coordinator-record.ts';
import type { CommittedOffset } from './coordinator-record.ts';
import { PendingOffsets } from './pending-offsets.ts';

interface Stored<Value> {
  readonly value: Value;
  readonly bytes: number;
}

/** `at`: where its batch begins in the log, as far as it matters which of two is newer. */
interface StoredOffset extends Stored<CommittedOffset> {
  readonly at: Offset;
}

const NOWHERE: RecordPlace = { base: toOffset(0), transaction: null };

/** Names a live record. */
export type RecordName =
  | { readonly kind: 'offset'; readonly group: string; readonly topic: string; readonly partition: number }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'other'; readonly key: string };

export interface NamedOffset extends CommittedOffset {
  readonly topic: string;
  readonly partition: number;
}

export class CoordinatorImage implements LogImage<RecordName> {
  readonly #codec: WireCodec;
  readonly #offsets = new Map<string, Map<string, Map<number, StoredOffset>>>();
  readonly pending = new PendingOffsets();
  /** As written, byte for byte: the group in memory may have gone on since. */
  readonly #groups = new Map<string, Stored<Uint8Array>>();
  readonly #others = new Map<string, KeyValueRecord>();
  #liveBytes = 0;

  constructor(codec: WireCodec) {
    this.#codec = codec;
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** Takes in the next record of the log; keeps no view of its bytes. Returns why it was not understood, or null. */
  apply(record: KeyValueRecord, { base: at, transaction }: RecordPlace = NOWHERE): string | null {
    const decoded = decodeRecord(this.#codec, record);
    const bytes = recordBytes(record);
    if (transaction !== null) {
      if (decoded.kind !== 'offset' || decoded.value === null) return 'nothing but offsets is written in transactions';
      this.pending.add(transaction.producerId, { ...decoded, value: decoded.value, bytes, at });
      return null;
    }
    switch (decoded.kind) {
      case 'offset':
        this.#applyOffset(
          decoded.group,
          decoded.topic,
          decoded.partition,
          decoded.value === null ? null : { value: decoded.value, bytes, at },
        );
        if (decoded.value === null) this.pending.drop(decoded.group, decoded.topic, decoded.partition);
        return null;
      case 'group':
        this.#applyGroup(decoded.group, record.value === null ? null : { value: new Uint8Array(record.value), bytes });
        return null;
      case 'other':
        this.#applyOther(record, bytes);
        return decoded.reason;
    }
  }

  #applyOffset(group: string, topic: string, partition: number, stored: StoredOffset | null): void {
    const topics = this.#offsets.get(group) ?? new Map<string, Map<number, StoredOffset>>();
    const partitions = topics.get(topic) ?? new Map<number, StoredOffset>();
    this.#liveBytes += (stored?.bytes ?? 0) - (partitions.get(partition)?.bytes ?? 0);
    if (stored === null) partitions.delete(partition);
    else partitions.set(partition, stored);
    if (partitions.size === 0) topics.delete(topic);
    else topics.set(topic, partitions);
    if (topics.size === 0) this.#offsets.delete(group);
    else this.#offsets.set(group, topics);
  }

  #applyGroup(group: string, stored: Stored<Uint8Array> | null): void {
    this.#liveBytes += (stored?.bytes ?? 0) - (this.#groups.get(group)?.bytes ?? 0);
    if (stored === null) this.#groups.delete(group);
    else this.#groups.set(group, stored);
  }

  #applyOther(record: KeyValueRecord, bytes: number): void {
    const name = Buffer.from(record.key).toString('hex');
    const former = this.#others.get(name);
    this.#liveBytes += (record.value === null ? 0 : bytes) - (former === undefined ? 0 : recordBytes(former));
    if (record.value === null) this.#others.delete(name);
    else this.#others.set(name, { key: new Uint8Array(record.key), value: new Uint8Array(record.value) });
  }

  /** The transaction of the producer is over: its offsets count now, or never did. Returns the groups that they are of. */
  endTransaction(producerId: number, committed: boolean): ReadonlySet<string> {
    const over = this.pending.take(producerId);
    for (const { group, topic, partition, value, bytes, at } of committed ? over : []) {
      const stored = this.#offsets.get(group)?.get(topic)?.get(partition);
      if (stored === undefined || stored.at < at) this.#applyOffset(group, topic, partition, { value, bytes, at });
    }
    return new Set(over.map(({ group }) => group));
  }

  get undecided(): boolean {
    return this.pending.any;
  }

  isUndecided(name: RecordName): boolean {
    return name.kind === 'offset' && this.pending.has(name.group, name.topic, name.partition);
  }

  offset(group: string, topic: string, partition: number): CommittedOffset | null {
    return this.#offsets.get(group)?.get(topic)?.get(partition)?.value ?? null;
  }

  /** All offsets of `group`, a fresh list in the order of first commit. */
  offsets(group: string): readonly NamedOffset[] {
    const all: NamedOffset[] = [];
    for (const [topic, partitions] of this.#offsets.get(group) ?? []) {
      for (const [partition, { value }] of partitions) all.push({ ...value, topic, partition });
    }
    return all;
  }

  /** Offsets that count, or may one day. */
  hasOffsets(group: string): boolean {
    return this.#offsets.has(group) || this.pending.hasGroup(group);
  }

  /** The group's newest record as a value of the log; null when it has none. */
  group(group: string): GroupMetadataValue | null {
    const stored = this.#groups.get(group);
    if (stored === undefined) return null;
    const { key } = groupRecord(this.#codec, group, null);
    const decoded = decodeRecord(this.#codec, { key, value: stored.value });
    return decoded.kind === 'group' ? decoded.value : null;
  }

  hasGroup(group: string): boolean {
    return this.#groups.has(group);
  }

  /** Records of other types, consumer groups among them. */
  others(): Iterable<KeyValueRecord> {
    return this.#others.values();
  }

  /** Groups with a record or with offsets, pending ones among them; a fresh list. */
  groupIds(): readonly string[] {
    return [...new Set([...this.#groups.keys(), ...this.#offsets.keys(), ...this.pending.groups()])];
  }

  /** All live records by name, a fresh list. */
  names(): readonly RecordName[] {
    const names: RecordName[] = [];
    for (const group of this.#groups.keys()) names.push({ kind: 'group', group });
    for (const group of this.#offsets.keys()) {
      for (const { topic, partition } of this.offsets(group)) names.push({ kind: 'offset', group, topic, partition });
    }
    for (const key of this.#others.keys()) names.push({ kind: 'other', key });
    return names;
  }

  /** The record that says what the image says under `name` now; null when that is nothing any more. */
  record(name: RecordName): KeyValueRecord | null {
    switch (name.kind) {
      case 'offset': {
        const value = this.offset(name.group, name.topic, name.partition);
        return value === null ? null : offsetRecord(this.#codec, name.group, name.topic, name.partition, value);
      }
      case 'group': {
        const stored = this.#groups.get(name.group);
        return stored === undefined
          ? null
          : { key: groupRecord(this.#codec, name.group, null).key, value: stored.value };
      }
      case 'other':
        return this.#others.get(name.key) ?? null;
    }
  }
}
