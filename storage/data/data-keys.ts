/**
 * What the key-value store of a data directory holds, apart from groups and states:
 *
 * ```
 *  identity     whose directory it is          standing     what the last life left
 *  checkpoint   journal sequence covered, life of the node that wrote the journal
 *  log-number   the next log's number          deleting/<log>   a log whose directory is still to be removed
 * ```
 * All JSON with a version where the form may change.
 */
import { directoryId, incarnation, nodeId } from '../../raft/index.ts';
import type { Incarnation } from '../../raft/index.ts';
import type { KeyValue, KeyValueChange } from '../key-value.ts';
import type { Identity } from '../store.ts';

export const FORMAT_VERSION = 1;
export const DELETING_PREFIX = 'deleting/';
export const DELETING_PREFIX_END = 'deleting0';

export interface StoredIdentity extends Identity {
  /** Where the CRC of journal records begins. */
  readonly salt: number;
}

export interface StoredStanding {
  readonly registered: Incarnation | null;
  readonly attempted: readonly Incarnation[];
  readonly bootId: string;
  readonly clean: boolean;
}

export interface StoredCheckpoint {
  /** All journal records up to it are in the group records. */
  readonly sequence: number;
  /** Of the node: only records of this life are replayed. */
  readonly life: number;
}

/** A change that stores `value` as JSON. */
export function putJson(key: string, value: unknown): KeyValueChange {
  return { kind: 'put', key, value: Buffer.from(JSON.stringify(value), 'utf8') };
}

/** Null in a directory that was never formatted. */
export async function getIdentity(keyValue: KeyValue): Promise<StoredIdentity | null> {
  const json = await getJson<{
    formatVersion: number;
    node: number;
    directory: string;
    clusterId: string | null;
    bootstrapVoters: readonly { node: number; directory: string }[] | null;
    salt: number;
  }>(keyValue, 'identity');
  if (json === null) return null;
  const bootstrapVoters =
    json.bootstrapVoters?.map((voter) => ({ node: nodeId(voter.node), directory: directoryId(voter.directory) })) ??
    null;
  return { ...json, node: nodeId(json.node), directory: directoryId(json.directory), bootstrapVoters };
}

/** Null in a directory that was never formatted. */
export async function getStanding(keyValue: KeyValue): Promise<StoredStanding | null> {
  const json = await getJson<{
    registered: string | null;
    attempted: readonly string[];
    bootId: string;
    clean: boolean;
  }>(keyValue, 'standing');
  if (json === null) return null;
  const registered = json.registered === null ? null : incarnation(json.registered);
  return { ...json, registered, attempted: json.attempted.map(incarnation) };
}

/** Sequence and life 0 before the first checkpoint. */
export async function getCheckpoint(keyValue: KeyValue): Promise<StoredCheckpoint> {
  return (await getJson<StoredCheckpoint>(keyValue, 'checkpoint')) ?? { sequence: 0, life: 0 };
}

/** From 1. */
export async function getNextLog(keyValue: KeyValue): Promise<number> {
  return (await getJson<number>(keyValue, 'log-number')) ?? 1;
}

async function getJson<T>(keyValue: KeyValue, key: string): Promise<T | null> {
  const bytes = await keyValue.get(key);
  return bytes === null ? null : (JSON.parse(Buffer.from(bytes).toString('utf8')) as T);
}
