/**
 * Records of `__consumer_offsets` as bytes and as values, in Kafka's own format.
 *
 *   key   = int16 type (0, 1: offset commit; 2: group), key fields
 *   value = int16 version, value fields; null: a tombstone
 *
 * Written as Kafka 4.3 writes them: offset commits in version 4, groups in version 3. Every version is read. Types
 * that this coordinator does not know are kept as they are, so that a rewrite of the log does not lose them.
 */
import { Buffer } from 'node:buffer';
import type { KeyValueRecord } from '../coordinator-log/index.ts';
import {
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
  WireError,
  ZERO_UUID,
} from '../wire/index.ts';
import type { DataSchema, Encodable, GroupMetadataValue, WireCodec } from '../wire/index.ts';

const OFFSET_KEY_TYPE = 1;
const GROUP_KEY_TYPE = 2;
const OFFSET_VALUE_VERSION = 4;
const GROUP_VALUE_VERSION = 3;

/** A committed position of a group in one partition. */
export interface CommittedOffset {
  /** The next offset to consume. */
  readonly offset: number;
  /** Term of the record before it as the client knew it; null: not told. */
  readonly leaderTerm: number | null;
  readonly metadata: string;
  /** Wall time of the commit, in milliseconds. */
  readonly committedAt: number;
  /** Wall time at which it expires, when the (old) client chose that itself. */
  readonly expiresAt: number | null;
  /** Null when the writer did not know it. */
  readonly topicId: string | null;
}

export type CoordinatorRecord =
  | {
      readonly kind: 'offset';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly value: CommittedOffset | null;
    }
  | { readonly kind: 'group'; readonly group: string; readonly value: GroupMetadataValue | null }
  /** Of a type unknown here, or not readable; `reason` is null for the former. */
  | { readonly kind: 'other'; readonly reason: string | null };

function encode<Data extends DataSchema>(
  codec: WireCodec,
  prefix: number,
  schema: Data,
  version: number,
  body: Encodable<Data['fields']>,
): Uint8Array {
  const head = Buffer.alloc(2);
  head.writeInt16BE(prefix);
  return Buffer.concat([head, ...codec.encodeData(schema, version, body).finish()]);
}

export function offsetKey(codec: WireCodec, group: string, topic: string, partition: number): Uint8Array {
  return encode(codec, OFFSET_KEY_TYPE, offsetCommitKey, 0, { group, topic, partition });
}

/** The record that stores `value`, or with null the one that deletes what is stored. */
export function offsetRecord(
  codec: WireCodec,
  group: string,
  topic: string,
  partition: number,
  value: CommittedOffset | null,
): KeyValueRecord {
  const key = offsetKey(codec, group, topic, partition);
  if (value === null) return { key, value: null };
  const body = {
    offset: value.offset,
    leaderEpoch: value.leaderTerm ?? -1,
    metadata: value.metadata,
    commitTimestamp: value.committedAt,
    expireTimestamp: value.expiresAt ?? -1,
    topicId: value.topicId ?? ZERO_UUID,
  };
  // Only version 1 can hold an expiry; it holds neither term nor topic id.
  const version = value.expiresAt === null ? OFFSET_VALUE_VERSION : 1;
  return { key, value: encode(codec, version, offsetCommitValue, version, body) };
}

export function groupRecord(
  codec: WireCodec,
  group: string,
  value: Encodable<typeof groupMetadataValue.fields> | null,
): KeyValueRecord {
  const key = encode(codec, GROUP_KEY_TYPE, groupMetadataKey, 0, { group });
  if (value === null) return { key, value: null };
  return { key, value: encode(codec, GROUP_VALUE_VERSION, groupMetadataValue, GROUP_VALUE_VERSION, value) };
}

/** What a record says. Never throws: what cannot be read is `other` with the reason. */
export function decodeRecord(codec: WireCodec, record: KeyValueRecord): CoordinatorRecord {
  if (record.key.length < 2) return { kind: 'other', reason: 'a key without a type' };
  try {
    const type = int16(record.key);
    if (type === 0 || type === OFFSET_KEY_TYPE) return decodeOffset(codec, record);
    if (type === GROUP_KEY_TYPE) return decodeGroup(codec, record);
    return { kind: 'other', reason: null };
  } catch (error) {
    if (error instanceof WireError) return { kind: 'other', reason: error.message };
    throw error;
  }
}

function int16(bytes: Uint8Array): number {
  if (bytes.length < 2) throw new WireError('truncated', 'no room for the version');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(0);
}

function decodeOffset(codec: WireCodec, record: KeyValueRecord): CoordinatorRecord {
  const { group, topic, partition } = codec.decodeData(offsetCommitKey, 0, record.key, 2);
  if (record.value === null) return { kind: 'offset', group, topic, partition, value: null };
  const value = codec.decodeData(offsetCommitValue, int16(record.value), record.value, 2);
  return {
    kind: 'offset',
    group,
    topic,
    partition,
    value: {
      offset: value.offset,
      leaderTerm: value.leaderEpoch < 0 ? null : value.leaderEpoch,
      metadata: value.metadata,
      committedAt: value.commitTimestamp,
      expiresAt: value.expireTimestamp < 0 ? null : value.expireTimestamp,
      topicId: value.topicId === ZERO_UUID ? null : value.topicId,
    },
  };
}

function decodeGroup(codec: WireCodec, record: KeyValueRecord): CoordinatorRecord {
  const { group } = codec.decodeData(groupMetadataKey, 0, record.key, 2);
  if (record.value === null) return { kind: 'group', group, value: null };
  return { kind: 'group', group, value: codec.decodeData(groupMetadataValue, int16(record.value), record.value, 2) };
}
