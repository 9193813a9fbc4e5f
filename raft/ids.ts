/**
 * Branded numbers and names: a term cannot be passed where an offset is meant.
 *
 * All positions are half-open and counted from 0. `number`, not `bigint`: 2^53 offsets last 285 years at a
 * million a second; int64 ↔ number happens only in the wire codec and the storage encoders, with a check.
 * Only the constructors below make these types, and they assert.
 */
import { assert } from './assert.ts';

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Position of one record in a log, from 0. As an end: one past the last record. */
export type Offset = Branded<number, 'Offset'>;
/**
 * Number of a leadership of one group, from 1; 0 means "before any". Kafka: leader epoch. Never compare terms of two
 * groups.
 */
export type Term = Branded<number, 'Term'>;
/** Number of a node, ≥ 0, chosen by the operator. */
export type NodeId = Branded<number, 'NodeId'>;
/**
 * Number of one life of a node's process as a registered broker (from the controller), or its boot-time nonce among
 * voters; > 0.
 */
export type Incarnation = Branded<string, 'Incarnation'>;
/** Identity of one data directory, made when it is first formatted (22-character base64url UUID). */
export type DirectoryId = Branded<string, 'DirectoryId'>;
/** Identity of a replication group: `metadata`, or `<topic id>:<partition>`. Never a topic name. */
export type GroupId = Branded<string, 'GroupId'>;
/** Bytes, ≥ 0. */
export type ByteCount = Branded<number, 'ByteCount'>;
/** A duration or a monotonic instant, in milliseconds, ≥ 0. */
export type Millis = Branded<number, 'Millis'>;

function wholeFrom(least: number, value: number, what: string): number {
  assert(Number.isSafeInteger(value), () => `${what} must be a safe integer, is ${value}`);
  assert(value >= least, () => `${what} must be at least ${least}, is ${value}`);
  return value;
}

export function offset(value: number): Offset {
  return wholeFrom(0, value, 'offset') as Offset;
}
/** Asserts a whole number ≥ 0; 0 means before any term. */
export function term(value: number): Term {
  return wholeFrom(0, value, 'term') as Term;
}
/** Asserts a whole number ≥ 0. */
export function nodeId(value: number): NodeId {
  return wholeFrom(0, value, 'node id') as NodeId;
}
/** Asserts a whole number ≥ 0. */
export function byteCount(value: number): ByteCount {
  return wholeFrom(0, value, 'byte count') as ByteCount;
}
/** Asserts a finite number ≥ 0; a fraction of a millisecond is allowed. */
export function millis(value: number): Millis {
  assert(Number.isFinite(value), () => `milliseconds must be finite, is ${value}`);
  assert(value >= 0, () => `milliseconds must be at least 0, is ${value}`);
  return value as Millis;
}
/** Asserts that it is not empty. */
export function incarnation(value: string): Incarnation {
  assert(value.length > 0, 'incarnation must not be empty');
  return value as Incarnation;
}
/** Asserts that it is not empty. */
export function directoryId(value: string): DirectoryId {
  assert(value.length > 0, 'directory id must not be empty');
  return value as DirectoryId;
}
/** Asserts that it is not empty. */
export function groupId(value: string): GroupId {
  assert(value.length > 0, 'group id must not be empty');
  return value as GroupId;
}

/** The group of the metadata log. */
export const METADATA_GROUP: GroupId = groupId('metadata');
