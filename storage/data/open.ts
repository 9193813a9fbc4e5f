/**
 * Opening a data directory.
 *
 * ```
 *  lock, identity ─▶ what did the last life leave? ─▶ read the journal, sync it ─▶ each log in it is cut, written again, scanned
 *     ─▶ ONE checkpoint, synced: recovered logs, this life's number, the boot id, "not clean" ─▶ the journal begins anew
 * ```
 * Nothing is written that the checkpoint does not carry: a crash anywhere in here finds the old checkpoint and the old
 * journal, and does it all again.
 */
import { METADATA_GROUP } from '../../raft/index.ts';
import type { GroupId } from '../../raft/index.ts';
import { isJournalName, JournalFiles } from '../journal/journal-file.ts';
import { replayJournal } from '../journal/journal-replay.ts';
import type { PlacedRecord } from '../journal/journal-replay.ts';
import { Journal } from '../journal/journal.ts';
import type { Disk } from '../disk.ts';
import type { DiskLog } from '../log/disk-log.ts';
import { decodeGroupRecord, GROUP_PREFIX, GROUP_PREFIX_END } from '../log/group-record.ts';
import type { GroupRecord } from '../log/group-record.ts';
import { TailBudget } from '../log/tail-budget.ts';
import type { OpenStore, StoreOptions } from '../open-store.ts';
import { PLAIN_LIFE } from '../replica-log.ts';
import type { LogFailure, LogSettings } from '../replica-log.ts';
import { BufferPool } from '../segment/buffer-pool.ts';
import { DamageError } from '../segment/damage.ts';
import { FileCache } from '../segment/file-cache.ts';
import type { Standing, StoreRefusal } from '../store.ts';
import { Checkpointer } from './checkpointer.ts';
import { diskRefusal, journalPath, logsPath, metaPath, openDirectory } from './data-directory.ts';
import type { OpenedDirectory } from './data-directory.ts';
import { DELETING_PREFIX, DELETING_PREFIX_END, getCheckpoint, getNextLog, getStanding, putJson } from './data-keys.ts';
import type { StoredCheckpoint, StoredStanding } from './data-keys.ts';
import { DiskStore } from './disk-store.ts';
import type { StoreListeners } from './disk-store.ts';
import { LogHost } from './log-host.ts';
import { removeLogDirectory } from './log-removal.ts';
import { recoverLog } from './log-reopening.ts';
import { MetaStore } from './meta-store.ts';
import { snapshotDirectory, SnapshotFiles } from './snapshot-files.ts';

const READ_BUFFER_BYTES = 256 * 1024;
const READ_BUFFERS_KEPT = 8;

/** Until the owner names a log's settings: what recovery writes goes by these. */
const RECOVERY_SETTINGS: LogSettings = {
  flush: 'always',
  segmentBytesMax: 1024 * 1024 * 1024,
  retentionMs: null,
  retentionBytes: null,
  indexIntervalBytes: 4096,
  compact: false,
  delete: false,
  deleteRetentionMs: 0,
  life: PLAIN_LIFE,
};

/** Everything that the key-value store says at start. */
interface Found {
  readonly checkpoint: StoredCheckpoint;
  readonly stored: StoredStanding | null;
  readonly records: Map<GroupId, GroupRecord>;
  readonly nextLog: number;
}

export const openStore: OpenStore = async (options) => {
  try {
    const opened = await openDirectory(options);
    if ('kind' in opened) return opened;
    try {
      const store = await openInside(options, opened);
      if (store instanceof DiskStore) return store;
      await opened.keyValue.close();
      return store;
    } catch (error) {
      const refusal = diskRefusal(error);
      if (refusal !== null) await opened.keyValue.close();
      throw error;
    }
  } catch (error) {
    const refusal = diskRefusal(error);
    if (refusal === null) throw error;
    return refusal;
  }
};

async function openInside(options: StoreOptions, opened: OpenedDirectory): Promise<DiskStore | StoreRefusal> {
  const found = await readFound(opened);
  if ('kind' in found) return found;
  const standing = standingOf(options, found.stored);
  const replayed = found.stored === null || found.stored.clean ? [] : await replay(options, opened, found.checkpoint);
  if (replayed instanceof DamageError)
    return { kind: 'damaged', path: replayed.path, position: replayed.position, reason: replayed.reason };
  const snapshots = new SnapshotFiles(options.disk, snapshotDirectory(logsPath(options.directory)));
  const damaged = await snapshots.load();
  if (damaged !== null)
    return { kind: 'damaged', path: damaged.path, position: damaged.position, reason: damaged.reason };
  const parts = await construct(options, opened, found, replayed);
  await recoverLogs(options, parts, found, replayed, standing.kind);
  const refusing = refusingDisk(parts.logs, found.records);
  if (refusing !== null) return { kind: 'disk', path: refusing.path, reason: refusing.reason };
  const stored: StoredStanding = {
    registered: standing.registered,
    attempted: standing.attempted,
    bootId: options.bootId,
    clean: false,
  };
  const identity =
    opened.isNew || (opened.identity.clusterId === null && options.clusterId !== null)
      ? [putJson('identity', { ...opened.identity, clusterId: options.clusterId ?? opened.identity.clusterId })]
      : [];
  const deleted = await finishDeletions(options, parts.meta);
  await removeUnmade(options, found);
  await parts.checkpointer.run([
    ...identity,
    putJson('standing', stored),
    ...deleted.map((key) => ({ kind: 'delete', key }) as const),
  ]);
  const { gaveUp } = parts.meta;
  if (gaveUp !== null) return { kind: 'disk', path: gaveUp.path, reason: gaveUp.message };
  await parts.files.journal.adopt(parts.files.names);
  await parts.files.journal.prepare();
  parts.meta.beginToWait();
  const empty =
    snapshots.newest() === null &&
    [...found.records.values()].every((record) => isEmpty(parts.logs.get(record.group)?.recovered ?? record.facts));
  return new DiskStore({
    ...parts,
    directory: options.directory,
    disk: options.disk,
    files: parts.files.segments,
    snapshots,
    identity: { ...opened.identity, clusterId: options.clusterId ?? opened.identity.clusterId },
    standing,
    stored,
    records: found.records,
    nextLog: found.nextLog,
    empty,
  });
}

/**
 * The fault of the disk that keeps this start from knowing a log: to be repaired first, and nothing is lost till then. What an
 * earlier life has recorded is no reason: its log stays offline, until it is made anew from its leader, and the others serve.
 */
function refusingDisk(logs: ReadonlyMap<GroupId, DiskLog>, records: Found['records']): LogFailure | null {
  for (const [group, { failure }] of logs) {
    const isOld = group !== METADATA_GROUP && records.get(group)?.failure !== null;
    if (failure?.kind === 'disk' && !isOld) return failure;
  }
  return null;
}

function isEmpty(facts: {
  readonly logStart: number;
  readonly logEnd: number;
  readonly hardState: { readonly term: number };
}): boolean {
  return facts.logStart === 0 && facts.logEnd === 0 && facts.hardState.term === 0;
}

async function readFound(opened: OpenedDirectory): Promise<Found | StoreRefusal> {
  const { keyValue } = opened;
  const records = new Map<GroupId, GroupRecord>();
  for (const [key, value] of await keyValue.range({ from: GROUP_PREFIX, to: GROUP_PREFIX_END })) {
    const record = decodeGroupRecord(value);
    if (typeof record === 'string') return { kind: 'damaged', path: key, position: null, reason: record };
    records.set(record.group, record);
  }
  return {
    checkpoint: await getCheckpoint(keyValue),
    stored: await getStanding(keyValue),
    records,
    nextLog: await getNextLog(keyValue),
  };
}

function standingOf(options: StoreOptions, stored: StoredStanding | null): Standing {
  if (stored === null) return { kind: 'new', registered: null, attempted: [] };
  const { registered, attempted } = stored;
  if (stored.clean) return { kind: 'clean', registered, attempted };
  const sameBoot = stored.bootId === options.bootId && options.bootId !== '';
  return { kind: sameBoot ? 'same-boot' : 'other-boot', registered, attempted };
}

async function journalNames(options: StoreOptions): Promise<readonly string[]> {
  const entries = await options.disk.list(journalPath(options.directory));
  return entries.map((entry) => entry.name).filter(isJournalName);
}

async function replay(
  options: StoreOptions,
  opened: OpenedDirectory,
  checkpoint: StoredCheckpoint,
): Promise<readonly PlacedRecord[] | DamageError> {
  const files = [];
  for (const name of await journalNames(options)) {
    const path = `${journalPath(options.directory)}/${name}`;
    files.push({ path, bytes: await readWhole(options.disk, path) });
  }
  const replayed = replayJournal(files, checkpoint.sequence, checkpoint.life, opened.identity.salt);
  if (!(replayed instanceof DamageError)) await makeDurable(options, new Set(replayed.map(({ path }) => path)));
  return replayed;
}

/** A journal file may have grown beyond what `readFile` reads. */
async function readWhole(disk: Disk, path: string): Promise<Buffer> {
  const file = await disk.open(path, 'read');
  try {
    const bytes = Buffer.alloc(await file.size());
    const got = await file.read(bytes, 0);
    return bytes.subarray(0, got);
  } finally {
    await file.close();
  }
}

/**
 * What a killed process wrote may be in the page cache only. Recovery cuts files because of it: if the power then took the
 * records and left the cut, what the checkpoint promises would be missing.
 */
async function makeDurable(options: StoreOptions, paths: ReadonlySet<string>): Promise<void> {
  for (const path of paths) {
    const file = await options.disk.open(path, 'write');
    try {
      await file.datasync();
    } finally {
      await file.close();
    }
  }
  if (paths.size > 0) await options.disk.syncDirectory(journalPath(options.directory));
}

async function construct(
  options: StoreOptions,
  opened: OpenedDirectory,
  found: Found,
  replayed: readonly PlacedRecord[],
) {
  const { disk, clock, limits, directory, fatal } = options;
  const life = found.checkpoint.life + 1;
  const meta = new MetaStore(
    {
      opener: options.keyValues,
      path: metaPath(directory),
      clock,
      onFull: (error) => host.noteSpace('key-value store', error),
      fatal,
    },
    opened.keyValue,
  );
  const segments = new FileCache(disk, limits.openFilesMax);
  const files = new JournalFiles(disk, journalPath(directory), opened.identity.salt, limits.journalFileBytes);
  const logs = new Map<GroupId, DiskLog>();
  const listeners: StoreListeners = { failure: [], heldUp: [] };
  const journal: Journal = new Journal({
    files,
    clock,
    sequence: replayed.at(-1)?.record.sequence ?? found.checkpoint.sequence,
    life,
    salt: opened.identity.salt,
    fileBytes: limits.journalFileBytes,
    checkpointBytes: limits.checkpointBytes,
    onDurable: (sequence) => host.onDurable(sequence),
    onPressure: () => host.requestCheckpoint(),
    onFull: (error) => host.noteSpace('journal', error),
    fatal,
  });
  const checkpointer = new Checkpointer({ journal, meta, life, logOf: (group) => logs.get(group) });
  const host: LogHost = new LogHost({
    directory,
    ports: { disk, files: segments, buffers: new BufferPool(READ_BUFFER_BYTES, READ_BUFFERS_KEPT) },
    clock,
    disk,
    journal,
    keyValue: meta,
    tails: new TailBudget(limits.tailBytesMax, limits.tailBytesPerLogMax),
    limits,
    checkpointer,
    onFailure: (log, failure) => {
      // Nothing can be done without it, and the journal still holds what its files have lost: the next start writes it again.
      if (log.group === METADATA_GROUP && failure.kind === 'disk')
        fatal(`metadata log failed: ${failure.path}: ${failure.reason}`);
      for (const listener of listeners.failure) listener(log.group, failure);
      // A crash must not forget it: the next start need not read what is damaged.
      if (failure.kind !== 'full') host.requestCheckpoint();
    },
    onFull: (failure) => {
      for (const listener of listeners.failure) listener(METADATA_GROUP, failure);
    },
    onHeldUp: (group, reason) => {
      for (const listener of listeners.heldUp) listener(group, reason);
    },
  });
  return {
    meta,
    journal,
    host,
    checkpointer,
    logs,
    listeners,
    files: { segments, journal: files, names: await journalNames(options) },
  };
}

async function recoverLogs(
  options: StoreOptions,
  parts: { readonly host: LogHost; readonly logs: Map<GroupId, DiskLog> },
  found: Found,
  replayed: readonly PlacedRecord[],
  kind: Standing['kind'],
): Promise<void> {
  const byGroup = new Map<GroupId, PlacedRecord[]>();
  for (const placed of replayed) {
    const { group, log } = placed.record;
    // A record of a log that was deleted, even if the group was made anew, says nothing any more.
    if (found.records.get(group)?.log !== log) continue;
    const placedSoFar = byGroup.get(group) ?? [];
    placedSoFar.push(placed);
    byGroup.set(group, placedSoFar);
  }
  for (const [group, records] of byGroup) {
    const record = found.records.get(group);
    if (record === undefined) continue;
    const path = `${logsPath(options.directory)}/${record.directory}`;
    const settings = { ...RECOVERY_SETTINGS, flush: record.flush };
    parts.logs.set(
      group,
      await recoverLog(parts.host, path, record, records, settings, {
        thorough: true,
        powerLost: kind === 'other-boot',
      }),
    );
  }
}

/** Removes what is left of logs whose making a crash interrupted: directories that nobody knows and that hold nothing. */
async function removeUnmade({ disk, directory }: StoreOptions, { records }: Found): Promise<void> {
  const known = new Set([...records.values()].map((record) => record.directory));
  for (const { name, kind } of await disk.list(logsPath(directory))) {
    const path = `${logsPath(directory)}/${name}`;
    const isEmptied = kind === 'directory' && !known.has(name) && (await disk.list(path)).length === 0;
    if (isEmptied) await disk.removeTree(path);
  }
}

/** Removes the trees whose deletion a crash interrupted; answers the marks that can go. */
async function finishDeletions(options: StoreOptions, meta: MetaStore): Promise<readonly string[]> {
  const marks = await meta.range({ from: DELETING_PREFIX, to: DELETING_PREFIX_END });
  for (const [, value] of marks) {
    const name = JSON.parse(Buffer.from(value).toString('utf8')) as string;
    await removeLogDirectory(options.disk, `${logsPath(options.directory)}/${name}`);
    await options.disk.syncDirectory(logsPath(options.directory));
  }
  return marks.map(([key]) => key);
}
