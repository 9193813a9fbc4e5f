/**
 * Whose data directory this is: opened, locked and checked before anything in it is believed.
 *
 * ```
 *  list ─▶ unknown content? ─▶ open key-value store (the lock) ─▶ identity: none (new) | other format, node, cluster (refused) | ours
 * ```
 * A directory that holds logs or a journal but no identity is not taken for a new one.
 */
import { directoryId } from '../../raft/index.ts';
import { DiskError } from '../disk.ts';
import type { Disk } from '../disk.ts';
import { KeyValueError } from '../key-value.ts';
import type { KeyValue } from '../key-value.ts';
import type { StoreOptions } from '../open-store.ts';
import type { StoreRefusal } from '../store.ts';
import { FORMAT_VERSION, getIdentity } from './data-keys.ts';
import type { StoredIdentity } from './data-keys.ts';

export interface OpenedDirectory {
  readonly keyValue: KeyValue;
  readonly identity: StoredIdentity;
  readonly isNew: boolean;
}

const OWN = ['meta', 'journal', 'logs'];
/** What a fresh file system may hold by itself. */
const HARMLESS = ['lost+found'];

export function metaPath(directory: string): string {
  return `${directory}/meta`;
}
export function journalPath(directory: string): string {
  return `${directory}/journal`;
}
export function logsPath(directory: string): string {
  return `${directory}/logs`;
}

/** Opens and locks; a refusal leaves the directory as it was and unlocked. Rejects with {@link DiskError}. */
export async function openDirectory(options: StoreOptions): Promise<OpenedDirectory | StoreRefusal> {
  const { directory, disk } = options;
  const reason = await unknownContent(disk, directory);
  if (reason !== null) return { kind: 'not-a-data-directory', path: directory, reason };
  await makeDirectories(disk, directory);
  const keyValue = await openLocked(options);
  if ('kind' in keyValue) return keyValue;
  const found = await getIdentity(keyValue);
  const refusal = found === null ? await refuseRest(disk, directory) : refuseForeign(options, found);
  if (refusal !== null) {
    await keyValue.close();
    return refusal;
  }
  if (found !== null) return { keyValue, identity: found, isNew: false };
  // All names must be as durable as what is written under them, also those that a killed process made without syncing.
  await disk.syncDirectory(directory);
  await disk.syncDirectory(parentOf(directory) || '/');
  return { keyValue, identity: newIdentity(options), isNew: true };
}

async function unknownContent(disk: Disk, directory: string): Promise<string | null> {
  if (!(await disk.exists(directory))) return null;
  const names = (await disk.list(directory)).map((entry) => entry.name);
  const unknown = names.find((name) => !OWN.includes(name) && !HARMLESS.includes(name));
  return unknown === undefined ? null : `it holds ${JSON.stringify(unknown)}, which is not Flotilla's`;
}

/** Creates what is missing, and makes the names durable in every directory that got one. */
async function makeDirectories(disk: Disk, directory: string): Promise<void> {
  const changed = new Set<string>();
  for (const path of [journalPath(directory), logsPath(directory)]) {
    for (let missing = path; missing !== '' && !(await disk.exists(missing)); missing = parentOf(missing))
      changed.add(parentOf(missing));
    await disk.makeDirectory(path);
  }
  for (const path of [...changed].reverse()) await disk.syncDirectory(path === '' ? '/' : path);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

async function openLocked(options: StoreOptions): Promise<KeyValue | StoreRefusal> {
  const path = metaPath(options.directory);
  try {
    return await options.keyValues.openKeyValue(path);
  } catch (error) {
    if (!(error instanceof KeyValueError)) throw error;
    if (error.kind === 'locked') return { kind: 'locked', path: options.directory };
    if (error.kind === 'damaged') return { kind: 'damaged', path, position: null, reason: error.message };
    return { kind: 'disk', path, reason: error.message };
  }
}

/** Without an identity there must be nothing that somebody could miss. */
async function refuseRest(disk: Disk, directory: string): Promise<StoreRefusal | null> {
  for (const path of [logsPath(directory), journalPath(directory)]) {
    const [first] = await disk.list(path);
    if (first === undefined || path === journalPath(directory)) continue;
    return {
      kind: 'not-a-data-directory',
      path: directory,
      reason: `its identity is missing, but ${path} holds ${JSON.stringify(first.name)}`,
    };
  }
  return null;
}

function refuseForeign(options: StoreOptions, found: StoredIdentity): StoreRefusal | null {
  const path = options.directory;
  if (found.formatVersion !== FORMAT_VERSION)
    return { kind: 'format', path, found: found.formatVersion, supported: FORMAT_VERSION };
  if (found.node !== options.node)
    return { kind: 'foreign', path, key: 'node', found: String(found.node), expected: String(options.node) };
  if (options.clusterId !== null && found.clusterId !== null && found.clusterId !== options.clusterId) {
    return { kind: 'foreign', path, key: 'cluster', found: found.clusterId, expected: options.clusterId };
  }
  return null;
}

function newIdentity(options: StoreOptions): StoredIdentity {
  const name = Buffer.from(options.random.bytes(16)).toString('base64url');
  const salt = Buffer.from(options.random.bytes(4)).readUInt32BE(0);
  return {
    formatVersion: FORMAT_VERSION,
    node: options.node,
    directory: directoryId(name),
    clusterId: options.clusterId,
    bootstrapVoters: null,
    salt,
  };
}

/** A refusal for a fault of the disk while opening; null for anything else. */
export function diskRefusal(error: unknown): StoreRefusal | null {
  return error instanceof DiskError ? { kind: 'disk', path: error.path, reason: error.message } : null;
}
