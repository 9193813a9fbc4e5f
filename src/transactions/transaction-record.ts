/**
 * Records of `__transaction_state` as bytes and as values, in Kafka's own format.
 *
 *   key   = int16 type (0), transactional id
 *   value = int16 version, value fields; null: a tombstone
 *
 * Written as Kafka 4.3 writes them, in version 1; both versions are read. The epoch before the current one is not among the
 * fields: a repeated InitProducerId is recognised by the coordinator that answered the first, and by no later one.
 */
import { Buffer } from 'node:buffer';
import type { KeyValueRecord } from '../coordinator-log/index.ts';
import { transactionLogKey, transactionLogValue, WireError } from '../wire/index.ts';
import type { TransactionLogValue, WireCodec } from '../wire/index.ts';
import { NO_PARTITIONS, STATUSES } from './transaction.ts';
import type { PartitionSet, Transaction } from './transaction.ts';

const KEY_TYPE = 0;
const VALUE_VERSION = 1;

export type TransactionRecord =
  | { readonly kind: 'transaction'; readonly transactionalId: string; readonly value: Transaction | null }
  /** Of a type unknown here, or not readable; `reason` is null for the former. */
  | { readonly kind: 'other'; readonly reason: string | null };

function prefixed(prefix: number, body: readonly Uint8Array[]): Uint8Array {
  const head = Buffer.alloc(2);
  head.writeInt16BE(prefix);
  return Buffer.concat([head, ...body]);
}

function int16(bytes: Uint8Array): number {
  if (bytes.length < 2) throw new WireError('truncated', 'no room for the version');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(0);
}

/** The record that stores `value`, or with null the one that deletes what is stored. */
export function transactionRecord(
  codec: WireCodec,
  transactionalId: string,
  value: Transaction | null,
): KeyValueRecord {
  const key = prefixed(KEY_TYPE, codec.encodeData(transactionLogKey, 0, { transactionalId }).finish());
  if (value === null) return { key, value: null };
  // As Kafka: null where there can be no partitions, and the empty list where there are none left.
  const partitions =
    value.status === 'Empty'
      ? null
      : [...value.partitions].map(([topic, indexes]) => ({ topic, partitionIds: [...indexes] }));
  const body = {
    producerId: value.producerId,
    previousProducerId: value.previousProducerId ?? -1,
    nextProducerId: value.nextProducerId ?? -1,
    producerEpoch: value.producerEpoch,
    transactionTimeoutMs: value.timeoutMs,
    transactionStatus: STATUSES.indexOf(value.status),
    transactionPartitions: partitions,
    transactionLastUpdateTimestampMs: value.updatedAt,
    transactionStartTimestampMs: value.startedAt ?? -1,
    clientTransactionVersion: value.clientVersion,
  };
  return { key, value: prefixed(VALUE_VERSION, codec.encodeData(transactionLogValue, VALUE_VERSION, body).finish()) };
}

/** What a record says. Never throws: what cannot be read is `other` with the reason. */
export function decodeTransactionRecord(codec: WireCodec, record: KeyValueRecord): TransactionRecord {
  if (record.key.length < 2) return { kind: 'other', reason: 'a key without a type' };
  try {
    if (int16(record.key) !== KEY_TYPE) return { kind: 'other', reason: null };
    const { transactionalId } = codec.decodeData(transactionLogKey, 0, record.key, 2);
    if (record.value === null) return { kind: 'transaction', transactionalId, value: null };
    const value = codec.decodeData(transactionLogValue, int16(record.value), record.value, 2);
    return transactionOf(transactionalId, value);
  } catch (error) {
    if (error instanceof WireError) return { kind: 'other', reason: error.message };
    throw error;
  }
}

function transactionOf(transactionalId: string, value: TransactionLogValue): TransactionRecord {
  const status = STATUSES[value.transactionStatus];
  if (status === undefined) return { kind: 'other', reason: `a transaction in state ${value.transactionStatus}` };
  return {
    kind: 'transaction',
    transactionalId,
    value: {
      producerId: value.producerId,
      previousProducerId: value.previousProducerId < 0 ? null : value.previousProducerId,
      nextProducerId: value.nextProducerId < 0 ? null : value.nextProducerId,
      producerEpoch: value.producerEpoch,
      lastProducerEpoch: null,
      timeoutMs: value.transactionTimeoutMs,
      status,
      partitions: partitionsOf(value.transactionPartitions ?? []),
      updatedAt: value.transactionLastUpdateTimestampMs,
      startedAt: value.transactionStartTimestampMs < 0 ? null : value.transactionStartTimestampMs,
      clientVersion: value.clientTransactionVersion,
    },
  };
}

function partitionsOf(
  topics: readonly { readonly topic: string; readonly partitionIds: readonly number[] }[],
): PartitionSet {
  if (topics.length === 0) return NO_PARTITIONS;
  return new Map(topics.map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]));
}
