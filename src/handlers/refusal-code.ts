/**
 * Refusals of partitions as codes of the protocol: the one place where the two meet.
 */
import type { PartitionRefusal } from '../partition/index.ts';
import { errorCode } from '../wire/index.ts';

export function refusalCode(refusal: PartitionRefusal): number {
  switch (refusal.kind) {
    case 'not-leader':
      return errorCode('NOT_LEADER_OR_FOLLOWER');
    case 'stale-term':
      return errorCode('FENCED_LEADER_EPOCH');
    case 'unknown-term':
      return errorCode('UNKNOWN_LEADER_EPOCH');
    case 'not-enough-replicas':
      return errorCode('NOT_ENOUGH_REPLICAS');
    case 'offset-out-of-range':
      return errorCode('OFFSET_OUT_OF_RANGE');
    case 'offset-not-available':
      return errorCode('OFFSET_NOT_AVAILABLE');
    case 'corrupt':
      return errorCode('CORRUPT_MESSAGE');
    case 'invalid-record':
      return errorCode('INVALID_RECORD');
    case 'invalid-timestamp':
      return errorCode('INVALID_TIMESTAMP');
    case 'unsupported-compression':
      return errorCode('UNSUPPORTED_COMPRESSION_TYPE');
    case 'too-large':
      return errorCode('MESSAGE_TOO_LARGE');
    case 'larger-than-segment':
      return errorCode('RECORD_LIST_TOO_LARGE');
    case 'out-of-order-sequence':
      return errorCode('OUT_OF_ORDER_SEQUENCE_NUMBER');
    case 'producer-fenced':
      return errorCode('INVALID_PRODUCER_EPOCH');
    case 'invalid-transaction-state':
      return errorCode('INVALID_TXN_STATE');
    case 'unverified':
      return refusal.code;
    case 'storage':
      return errorCode('KAFKA_STORAGE_ERROR');
    case 'timed-out':
      return errorCode('REQUEST_TIMED_OUT');
  }
}

/** Indexes in the batch of the records at fault, where a refusal is about records (wire: record_errors). */
export function refusedRecords(refusal: PartitionRefusal): readonly number[] {
  return refusal.kind === 'invalid-record' || refusal.kind === 'invalid-timestamp' ? refusal.records : [];
}

/** What to tell people about a refusal; null when the code says it all. */
export function refusalMessage(refusal: PartitionRefusal): string | null {
  switch (refusal.kind) {
    case 'corrupt':
    case 'invalid-record':
    case 'invalid-timestamp':
    case 'unsupported-compression':
    case 'too-large':
    case 'larger-than-segment':
    case 'out-of-order-sequence':
    case 'producer-fenced':
    case 'invalid-transaction-state':
    case 'unverified':
    case 'storage':
      return refusal.reason;
    case 'not-enough-replicas':
      return `${refusal.isr} in-sync replicas where min.insync.replicas is ${refusal.required}`;
    case 'not-leader':
    case 'stale-term':
    case 'unknown-term':
    case 'offset-out-of-range':
    case 'offset-not-available':
    case 'timed-out':
      return null;
  }
}
