/**
 * The data directory in use: the logs in it, their creation and removal, and its own facts. See `storage/store.ts`.
 *
 * ```
 *  create  directory, sync of its parent ─▶ group record, synced ─▶ first journal record           crash between: an empty rest
 *  delete  one batch: record gone, `deleting/<log>` put ─▶ tree removed ─▶ mark removed            crash between: finished at start
 * ```
 * Creations that are asked for together share one sync and one batch.
 */
import { assert, millis, offset, term } from '../../raft/index.ts';
import type { GroupId, Incarnation, Voter } from '../../raft/index.ts';
import { DiskError } from '../disk.ts';
import type { Disk } from '../disk.ts';
import type { Journal } from '../journal/journal.ts';
import type { KeyValueChange } from '../key-value.ts';
import { DiskLog } from '../log/disk-log.ts';
import { encodeGroupRecord, groupKey } from '../log/group-record.ts';
import { effectiveSettings } from '../log/log-beginning.ts';
import type { GroupRecord } from '../log/group-record.ts';
import { EMPTY_FACTS } from '../log/log-state.ts';
import { statePrefix } from '../log/saved-states.ts';
import type { LogFailure, LogSettings, ReplicaLog } from '../replica-log.ts';
import type { FileCache } from '../segment/file-cache.ts';
import { SegmentSet } from '../segment/segment-set.ts';
import type { FoundGroup, Identity, Salvaged, SnapshotStore, Standing, Store, StoreStatus } from '../store.ts';
import type { Checkpointer } from './checkpointer.ts';
import { logsPath } from './data-directory.ts';
import { putJson } from './data-keys.ts';
import type { StoredIdentity, StoredStanding } from './data-keys.ts';
import type { LogHost } from './log-host.ts';
import { removeLogDirectory } from './log-removal.ts';
import { reopenLog } from './log-reopening.ts';
import { salvage } from './log-salvage.ts';
import { removeRescued } from './rescued-records.ts';
import type { MetaStore } from './meta-store.ts';

export interface DiskStoreParts {
  readonly directory: string;
  readonly disk: Disk;
  readonly files: FileCache;
  readonly meta: MetaStore;
  readonly journal: Journal;
  readonly host: LogHost;
  readonly checkpointer: Checkpointer;
  readonly snapshots: SnapshotStore;
  readonly identity: StoredIdentity;
  readonly standing: Standing;
  readonly stored: StoredStanding;
  readonly records: ReadonlyMap<GroupId, GroupRecord>;
  /** Logs that were recovered while opening. */
  readonly logs: Map<GroupId, DiskLog>;
  readonly nextLog: number;
  readonly empty: boolean;
  readonly listeners: StoreListeners;
}

export interface StoreListeners {
  readonly failure: ((group: GroupId, failure: LogFailure) => void)[];
  readonly heldUp: ((group: GroupId | null, reason: string) => void)[];
}

interface Creation {
  readonly record: GroupRecord;
  readonly resolve: (failure: LogFailure | null) => void;
}

/** Lives that died while they registered, in a row, of which this many are remembered. */
const ATTEMPTS_KEPT = 100;
/** After the disk has refused to let files go. */
const REMOVE_AGAIN_MS = millis(10_000);

/** Made by `openStore`. */
export class DiskStore implements Store {
  readonly standing: Standing;
  readonly groups: readonly FoundGroup[];
  readonly metadataSnapshots: SnapshotStore;
  readonly empty: boolean;
  readonly #parts: DiskStoreParts;
  readonly #records: Map<GroupId, GroupRecord>;
  readonly #logs: Map<GroupId, DiskLog>;
  /** Groups being opened, closed or deleted: one thing at a time for each. */
  readonly #busy = new Map<GroupId, Promise<unknown>>();
  #creations: Creation[] = [];
  /** Marks of deletions that are not finished, by directory name. */
  readonly #deleting = new Map<string, string>();
  #closing = false;
  #identity: StoredIdentity;
  #stored: StoredStanding;
  #nextLog: number;

  constructor(parts: DiskStoreParts) {
    this.#parts = parts;
    this.standing = parts.standing;
    this.metadataSnapshots = parts.snapshots;
    this.empty = parts.empty;
    this.#records = new Map(parts.records);
    this.#logs = parts.logs;
    this.#identity = parts.identity;
    this.#stored = parts.stored;
    this.#nextLog = parts.nextLog;
    this.groups = [...parts.records.values()].map(({ group, directory, flush, failure }) => {
      return { group, directory, flush, failed: failure !== null };
    });
  }

  get identity(): Identity {
    return this.#identity;
  }

  async setClusterId(clusterId: string): Promise<void> {
    const known = this.#identity.clusterId;
    assert(
      known === null || known === clusterId,
      () => `the directory belongs to cluster ${known}, not to ${clusterId}`,
    );
    if (known === clusterId) return;
    this.#identity = { ...this.#identity, clusterId };
    await this.#parts.meta.apply([putJson('identity', this.#identity)], { sync: true });
  }

  async setBootstrapVoters(voters: readonly Voter[]): Promise<void> {
    assert(this.#identity.bootstrapVoters === null, 'a directory takes part in one bootstrap');
    this.#identity = { ...this.#identity, bootstrapVoters: voters };
    await this.#parts.meta.apply([putJson('identity', this.#identity)], { sync: true });
  }

  async setIncarnation(kind: 'attempted' | 'registered', incarnation: Incarnation): Promise<void> {
    const attempted = [...new Set([...this.#stored.attempted, incarnation])].slice(-ATTEMPTS_KEPT);
    this.#stored =
      kind === 'attempted'
        ? { ...this.#stored, attempted }
        : { ...this.#stored, registered: incarnation, attempted: [] };
    await this.#parts.meta.apply([putJson('standing', this.#stored)], { sync: true });
  }

  openLog(group: GroupId, directory: string, settings: LogSettings): Promise<ReplicaLog> {
    return this.#serially(group, async () => {
      const wanted = effectiveSettings(group, settings);
      const open = this.#logs.get(group);
      const record = this.#records.get(group);
      let log = open;
      if (log === undefined && record !== undefined)
        log = await reopenLog(this.#parts.host, this.#path(record), record, wanted, this.standing.kind !== 'clean');
      if (log === undefined) {
        const created = await this.#create(group, directory, wanted);
        // Nothing of it was recorded: the next call tries again.
        if (created.offline) return created;
        log = created;
      }
      this.#logs.set(group, log);
      if (record !== undefined && record.failure !== null && !log.offline) await this.#welcomeBack(log, record);
      await log.configure(wanted);
      return log;
    });
  }

  closeLog(group: GroupId): Promise<void> {
    return this.#serially(group, async () => {
      const log = this.#logs.get(group);
      if (log === undefined) return;
      log.refuse();
      await this.#parts.checkpointer.run();
      await this.#retire(log);
      this.#records.set(group, log.record);
    });
  }

  salvageLog(group: GroupId): Promise<Salvaged | null> {
    return this.#serially(group, async () => {
      const log = this.#logs.get(group);
      if (log !== undefined && !log.offline) return null;
      // Its record names everything that it took on only when a checkpoint has seen that it failed.
      if (log !== undefined) await this.#parts.checkpointer.run();
      const record = log?.record ?? this.#records.get(group);
      if (record === undefined || record.failure === null) return null;
      if (log !== undefined) await this.#retire(log);
      this.#records.set(group, record);
      const { meta, disk, host } = this.#parts;
      const answer = await salvage(host.ports, this.#path(record), record);
      // Under another number: what the journal still says of the old log means nothing any more.
      const left = { ...answer.record, log: this.#nextLog };
      this.#nextLog += 1;
      const put = { kind: 'put', key: groupKey(group), value: encodeGroupRecord(left) } as const;
      const changes = [...(await this.#forgetStates(record)), put, putJson('log-number', this.#nextLog)];
      await meta.apply(changes, { sync: true });
      this.#records.set(group, left);
      await removeRescued(disk, this.#path(record));
      return answer.salvaged;
    });
  }

  deleteLog(group: GroupId): Promise<void> {
    return this.#serially(group, async () => {
      const log = this.#logs.get(group);
      const record = log?.record ?? this.#records.get(group);
      if (record === undefined) return;
      const { meta, checkpointer } = this.#parts;
      const letGo = checkpointer.hold();
      log?.set.abandon();
      if (log !== undefined) await this.#retire(log);
      this.#records.delete(group);
      const deleting = `deleting/${record.log}`;
      const gone = { kind: 'delete', key: groupKey(group) } as const;
      const changes = [...(await this.#forgetStates(record)), gone, putJson(deleting, record.directory)];
      const applied = meta.apply(changes, { sync: true });
      letGo();
      await applied;
      if (meta.gaveUp !== null) return;
      this.#deleting.set(record.directory, deleting);
      await this.#removeFiles(record, deleting);
    });
  }

  /** Of a log that no record names any more. Rejects with the disk's error, and will then be tried again. */
  async #removeFiles(record: GroupRecord, mark: string): Promise<void> {
    const { meta, disk, directory } = this.#parts;
    try {
      await removeLogDirectory(disk, this.#path(record));
      await disk.syncDirectory(logsPath(directory));
    } catch (error) {
      this.#removeLater(record, mark);
      throw error;
    }
    await meta.apply([{ kind: 'delete', key: mark }], { sync: false });
    this.#deleting.delete(record.directory);
  }

  /** Unless the next start is sooner, or the directory has become a new log's. */
  #removeLater(record: GroupRecord, mark: string): void {
    const { group } = record;
    const again = async (): Promise<void> => {
      if (this.#deleting.get(record.directory) === mark) await this.#removeFiles(record, mark);
    };
    const refused = (error: unknown): void => {
      if (!(error instanceof DiskError)) throw error;
    };
    this.#parts.host.clock.setTimer(REMOVE_AGAIN_MS, () => {
      if (!this.#closing) void this.#serially(group, again).catch(refused);
    });
  }

  onLogFailure(listener: (group: GroupId, failure: LogFailure) => void): void {
    this.#parts.listeners.failure.push(listener);
  }

  onHeldUp(listener: (group: GroupId | null, reason: string) => void): void {
    this.#parts.listeners.heldUp.push(listener);
  }

  status(): StoreStatus {
    const { journal, host, checkpointer, files } = this.#parts;
    const { bytes, waitingBytes, rounds, lastRoundBytes } = journal.counters;
    return {
      journalBytes: bytes,
      journalWaitingBytes: waitingBytes,
      journalRounds: rounds,
      journalRoundBytes: lastRoundBytes,
      lastCheckpointSequence: checkpointer.lastSequence,
      freeBytes: host.freeBytes,
      openFiles: files.openFiles,
    };
  }

  checkpoint(): Promise<void> {
    return this.#parts.checkpointer.run();
  }

  async close(): Promise<void> {
    this.#closing = true;
    const { host, checkpointer, journal, meta, files } = this.#parts;
    let isWhole = true;
    host.close(() => {
      isWhole = false;
      for (const log of this.#logs.values()) void log.stop();
      journal.giveUp();
      meta.giveUp();
    });
    await Promise.allSettled(this.#busy.values());
    const logs = [...this.#logs.values()];
    for (const log of logs) log.refuse();
    await checkpointer.run();
    for (const log of logs) if (!log.offline) await log.saveIndexes();
    for (const log of logs) await log.stop();
    await journal.drained();
    // What could not be recorded (no space) stays in the journal: such a directory is not clean.
    const isClean = isWhole && !checkpointer.hasChanges;
    if (isClean) await meta.apply([putJson('standing', { ...this.#stored, clean: true })], { sync: true });
    await journal.close(false);
    await files.closeAll();
    await meta.close();
  }

  async #forgetStates(record: GroupRecord): Promise<readonly KeyValueChange[]> {
    const prefix = statePrefix(record.log);
    const states = await this.#parts.meta.range({ from: prefix, to: `${prefix.slice(0, -1)}0` });
    return states.map(([key]) => ({ kind: 'delete', key }));
  }

  /** It had failed and is good again. What was rescued of the journal is in its segments, and must never be replayed again. */
  async #welcomeBack(log: DiskLog, record: GroupRecord): Promise<void> {
    this.#parts.host.changed(log);
    await this.#parts.checkpointer.run();
    await removeRescued(this.#parts.disk, this.#path(record));
  }

  async #retire(log: DiskLog): Promise<void> {
    this.#logs.delete(log.group);
    this.#parts.host.forget(log);
    await log.stop();
    // Not by its segments: recovery may have opened files of a log that then failed.
    this.#parts.files.forgetBelow(this.#path(log.record));
  }

  #path(record: GroupRecord): string {
    return `${logsPath(this.#parts.directory)}/${record.directory}`;
  }

  async #create(group: GroupId, directory: string, settings: LogSettings): Promise<DiskLog> {
    assert(/^[^/\0]{1,255}$/.test(directory), () => `${JSON.stringify(directory)} is no directory name`);
    const log = this.#nextLog;
    this.#nextLog += 1;
    const facts = { ...EMPTY_FACTS, hardState: { term: term(0), votedFor: null } };
    const record: GroupRecord = {
      group,
      log,
      directory,
      flush: settings.flush,
      facts,
      highWatermark: offset(0),
      segments: [],
      moving: [],
      cleaned: offset(0),
      states: [],
      lossy: false,
      gaps: settings.compact,
      failure: null,
      whole: false,
    };
    const failure = await new Promise<LogFailure | null>((resolve) => {
      this.#creations.push({ record, resolve });
      if (this.#creations.length === 1) this.#parts.host.clock.defer(() => void this.#createAll());
    });
    const set = new SegmentSet(this.#parts.host.ports, this.#path(record), settings, [], offset(0));
    if (failure === null) this.#records.set(group, record);
    return new DiskLog(this.#parts.host, { ...record, failure }, facts, set, settings);
  }

  async #createAll(): Promise<void> {
    const { disk, directory, meta } = this.#parts;
    const creations = this.#creations;
    this.#creations = [];
    try {
      for (const { record } of creations) {
        // A rest of a creation that a crash interrupted holds nothing; whatever is there was never acknowledged.
        await removeLogDirectory(disk, this.#path(record));
        await disk.makeDirectory(this.#path(record));
      }
      await disk.syncDirectory(logsPath(directory));
      const puts: KeyValueChange[] = creations.map(({ record }) => ({
        kind: 'put',
        key: groupKey(record.group),
        value: encodeGroupRecord(record),
      }));
      // Its files could not be removed then, and have been now: the next start must not remove those of the new log.
      const marks = creations.flatMap(({ record }) => this.#deleting.get(record.directory) ?? []);
      const taken = marks.map((key): KeyValueChange => ({ kind: 'delete', key }));
      await meta.apply([...puts, ...taken, putJson('log-number', this.#nextLog)], { sync: true });
      for (const { record } of creations) this.#deleting.delete(record.directory);
      for (const creation of creations) creation.resolve(null);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const failure: LogFailure = { kind: 'unmade', path: error.path, position: null, reason: error.message };
      for (const creation of creations) creation.resolve(failure);
    }
  }

  #serially<T>(group: GroupId, action: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(group) ?? Promise.resolve();
    const run = before.then(action, action);
    this.#busy.set(group, run);
    const clear = (): void => {
      if (this.#busy.get(group) === run) this.#busy.delete(group);
    };
    run.then(clear, clear);
    return run;
  }
}
