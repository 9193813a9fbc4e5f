/**
 * Which topic partitions this node hosts, by the applied metadata: opens and closes their logs, makes their replicas,
 * and tells each replica what the metadata says about it.
 *
 * ```
 *  image (new) ─ diff with image (old) ─▶ open + assign | assign | configure | remove
 * ```
 *
 * Nothing is hosted before the node has applied its own registration (design 2.1), and a log is deleted only because
 * applied metadata *removed* its topic or assignment: an image that includes the own registration is never so old
 * that it does not know a partition which this directory learned of earlier.
 */
import { assert, groupId } from '../../raft/index.ts';
import type { Assignment, GroupId, Incarnation, NodeId, RecoveredLog, Voter } from '../../raft/index.ts';
import { describeFailure, DiskError, lastingFailure } from '../../storage/index.ts';
import type { LogLife, LogSettings, ReplicaLog, Salvaged, Store } from '../../storage/index.ts';
import type { MetadataImage, Partition as PartitionRecord, Topic } from '../metadata/index.ts';
import type { LogSink } from '../ports/index.ts';
import type { Replica } from '../replica/index.ts';
import { Partition } from './partition.ts';
import type { PartitionHooks } from './partition.ts';
import type { PartitionSettings } from './partition-settings.ts';

export interface ReplicaSpec {
  readonly group: GroupId;
  readonly policy: 'isr' | 'quorum';
  readonly log: ReplicaLog;
  readonly recovered: RecoveredLog;
  readonly notify: (notice: Parameters<Partition['notice']>[0]) => void;
}

export interface HostingOptions {
  readonly self: NodeId;
  readonly incarnation: Incarnation;
  readonly store: Store;
  readonly sink: LogSink;
  readonly hooks: PartitionHooks;
  readonly settingsOf: (topic: Topic, image: MetadataImage) => PartitionSettings;
  /** Opens (or hands over, when it was opened before the registration) the group's log. */
  readonly openLog: (group: GroupId, directory: string, settings: LogSettings) => Promise<ReplicaLog>;
  /** Makes the replica and connects it to messages and ticks. */
  readonly startReplica: (spec: ReplicaSpec) => Replica;
  readonly stopReplica: (group: GroupId) => void;
  /** The log cannot be used, or not even be made: `partition` has failed, saying why. */
  readonly onUnusable: (partition: Partition) => void;
}

/** One partition on its way to being hosted, or hosted. */
interface Entry {
  readonly group: GroupId;
  topic: Topic;
  record: PartitionRecord;
  /** Null while its log is being opened; one whose log cannot be used has failed. */
  partition: Partition | null;
  /** Its log has been opened, for better or worse. */
  opened: boolean;
  /** Set when it was removed while its log was being opened. */
  removed: boolean;
}

export function partitionGroup(topicId: string, index: number): GroupId {
  return groupId(`${topicId}:${index}`);
}

/** Names of files end at 255 bytes; a topic's may have 249 of them, its id 22, the number of a partition 10. */
const TOPIC_CHARACTERS_MAX = 200;

/** Name of the log directory below `logs/`: readable first (a very long topic name only in part), unique by the topic's id. */
export function logDirectory(topic: Topic, index: number): string {
  return `${topic.name.slice(0, TOPIC_CHARACTERS_MAX)}-${index}.${topic.id}`;
}

export class Hosting {
  readonly #options: HostingOptions;
  readonly #entries = new Map<GroupId, Entry>();
  /** Openings and deletions of each group's log under way: one after the other, since a partition may leave and come back. */
  readonly #work = new Map<GroupId, Promise<void>>();
  #image: MetadataImage | null = null;
  /** What `all` answers; null: to be gathered anew. */
  #hosted: readonly Partition[] | null = null;

  constructor(options: HostingOptions) {
    this.#options = options;
  }

  /** The hosted partition, or null when it is not hosted or its log is still being opened. */
  partition(topicId: string, index: number): Partition | null {
    return this.#entries.get(partitionGroup(topicId, index))?.partition ?? null;
  }

  all(): readonly Partition[] {
    this.#hosted ??= [...this.#entries.values()].flatMap(({ partition }) => (partition === null ? [] : [partition]));
    return this.#hosted;
  }

  /** What the group's log (null: any log) has accepted waits for space. */
  refuseWaiting(group: GroupId | null, reason: string): void {
    for (const entry of this.#entries.values())
      if (group === null || group === entry.group) entry.partition?.refuseWaiting(reason);
  }

  /** Partitions whose log is still being opened. */
  get opening(): number {
    return [...this.#entries.values()].filter(({ opened }) => !opened).length;
  }

  /** Brings what is hosted in line with `image`. Ignored until the image holds this life's registration. */
  apply(image: MetadataImage): void {
    const broker = image.brokers.get(this.#options.self);
    if (broker === undefined || broker.incarnation !== this.#options.incarnation) return;
    const previous = this.#image;
    this.#image = image;
    const everything =
      previous === null ||
      previous.brokers !== image.brokers ||
      previous.clusterConfigs !== image.clusterConfigs ||
      previous.brokerConfigs !== image.brokerConfigs;
    for (const topic of image.topicsById.values()) {
      if (!everything && previous.topicsById.get(topic.id) === topic) continue;
      const known = previous === null ? null : (previous.topicsById.get(topic.id)?.partitions.length ?? 0);
      for (const record of topic.partitions)
        this.#follow(topic, record, image, known !== null && record.index >= known);
    }
    this.#removeUnknown(image);
    if (previous === null) this.#deleteOrphans(image);
  }

  close(): void {
    for (const entry of this.#entries.values()) {
      entry.removed = true;
      entry.partition?.close();
    }
    this.#entries.clear();
    this.#hosted = null;
  }

  /** `created`: it came into being while this life of the node watched. */
  #follow(topic: Topic, record: PartitionRecord, image: MetadataImage, created: boolean): void {
    const group = partitionGroup(topic.id, record.index);
    const entry = this.#entries.get(group);
    const mine = record.replicas.includes(this.#options.self);
    if (!mine) return;
    if (entry === undefined) return this.#open(group, topic, record, image, created);
    entry.topic = topic;
    entry.record = record;
    if (entry.partition !== null) this.#update(entry, image);
  }

  #open(group: GroupId, topic: Topic, record: PartitionRecord, image: MetadataImage, created: boolean): void {
    const entry: Entry = { group, topic, record, partition: null, opened: false, removed: false };
    this.#entries.set(group, entry);
    this.#openLog(entry, image, created);
  }

  #openLog(entry: Entry, image: MetadataImage, created: boolean): void {
    const { group, topic, record } = entry;
    const settings = this.#options.settingsOf(topic, image);
    this.#after(group, async () => {
      if (entry.removed) return;
      const log = await this.#options.openLog(group, logDirectory(topic, record.index), settings.log);
      this.#opened(entry, log, settings, created);
    });
  }

  /**
   * The replica serves nothing from now on, because of `reason`; its log stays as it is. Null when it is not hosted, or
   * offline already.
   */
  takeOffline(group: GroupId, reason: string): Partition | null {
    const partition = this.#entries.get(group)?.partition ?? null;
    if (partition === null || partition.failed !== null) return null;
    partition.fail(reason);
    this.#options.stopReplica(group);
    return partition;
  }

  /** Deletes the log of a replica that is offline, and begins anew with an empty one: its leader sends everything again. */
  rebuild(group: GroupId): void {
    const entry = this.#entries.get(group);
    const image = this.#image;
    if (entry === undefined || entry.partition === null || image === null) return;
    assert(entry.partition.failed !== null, () => `${group} is to be rebuilt, but is well`);
    entry.partition.close();
    entry.partition = null;
    this.#hosted = null;
    this.#delete(group);
    this.#openLog(entry, image, false);
  }

  /**
   * Cuts the log of a replica that is offline before its damage, and begins again with what is left. Null: its log has not
   * failed. Rejects with `DiskError`: then it is as it was.
   */
  salvage(group: GroupId): Promise<Salvaged | null> {
    const again = (): void => {
      const entry = this.#entries.get(group);
      if (entry === undefined || entry.partition === null || this.#image === null) return;
      entry.partition.close();
      entry.partition = null;
      this.#openLog(entry, this.#image, false);
    };
    return new Promise((resolve, reject) => {
      this.#after(group, () =>
        this.#options.store.salvageLog(group).then((salvaged) => {
          again();
          resolve(salvaged);
        }, reject),
      );
    });
  }

  /** Resolves when all that is under way with the group's log is done. */
  async settled(group: GroupId): Promise<void> {
    await this.#work.get(group);
  }

  /** Does `work` on a group's log when all earlier work on it is done. */
  #after(group: GroupId, work: () => Promise<void>): void {
    const before = this.#work.get(group);
    const done = before === undefined ? work() : before.then(work);
    this.#work.set(group, done);
    void done.then(() => {
      if (this.#work.get(group) === done) this.#work.delete(group);
    });
  }

  #delete(group: GroupId): void {
    const left = (error: unknown): void => {
      if (!(error instanceof DiskError)) throw error;
      this.#options.sink.log('error', 'files of a log cannot be removed', { group, reason: error.message });
    };
    this.#after(group, () => this.#options.store.deleteLog(group).then(undefined, left));
  }

  #opened(entry: Entry, log: ReplicaLog, settings: PartitionSettings, created: boolean): void {
    // Removed, and its deletion waits for this opening; or the node closes.
    if (entry.removed) return;
    entry.opened = true;
    const { topic, record } = entry;
    const image = this.#image;
    assert(image !== null, 'a log was opened without an image');
    const id = { topicId: topic.id, topic: topic.name, index: record.index };
    const partition = new Partition(id, settings, this.#options.hooks);
    const failure = lastingFailure(log);
    if (failure !== null) partition.fail(describeFailure(failure));
    const replica = this.#options.startReplica({
      group: entry.group,
      policy: record.replication,
      log,
      recovered: { ...log.recovered, initialVoters: initialVoters(record, image, log, created) },
      notify: (notice) => partition.notice(notice),
    });
    partition.attach(replica);
    entry.partition = partition;
    this.#hosted = null;
    if (failure === null) return this.#update(entry, image);
    this.#options.stopReplica(entry.group);
    this.#options.onUnusable(partition);
  }

  #update(entry: Entry, image: MetadataImage): void {
    const { partition, topic, record } = entry;
    if (partition === null || partition.failed !== null) return;
    const settings = this.#options.settingsOf(topic, image);
    partition.configure(settings);
    if (!sameSettings(partition.replica.log.settings, settings.log)) void partition.replica.log.configure(settings.log);
    // Whoever is in the ISR of metadata that knows this life of the node has caught up in this life, or was elected with loss.
    if (partition.replica.log.lossy && record.isr.includes(this.#options.self)) partition.replica.log.noteCaughtUp();
    if (record.replication === 'isr') {
      partition.replica.input({
        kind: 'assign',
        assignment: assignmentOf(record, image, settings.minInsyncReplicas ?? 1),
      });
    }
  }

  #removeUnknown(image: MetadataImage): void {
    for (const entry of [...this.#entries.values()]) {
      const record = image.topicsById.get(entry.topic.id)?.partitions[entry.record.index];
      if (record?.replicas.includes(this.#options.self) === true) continue;
      this.#entries.delete(entry.group);
      this.#hosted = null;
      entry.removed = true;
      this.#options.sink.log('info', 'partition removed', { topic: entry.topic.name, partition: entry.record.index });
      entry.partition?.close();
      if (entry.partition !== null) this.#options.stopReplica(entry.group);
      this.#delete(entry.group);
    }
  }

  /** Logs on disk that the metadata no longer knows: their topics were removed while this node was away. */
  #deleteOrphans(image: MetadataImage): void {
    for (const { group, directory } of this.#options.store.groups) {
      const [topicId = '', index = ''] = group.split(':');
      if (index === '') continue;
      const record = image.topicsById.get(topicId)?.partitions[Number(index)];
      if (record?.replicas.includes(this.#options.self) === true) continue;
      this.#options.sink.log('info', 'log of a removed partition deleted', { directory });
      this.#delete(group);
    }
  }
}

/** Fenced brokers count as not registered: they may follow, but not be in the ISR. */
function assignmentOf(record: PartitionRecord, image: MetadataImage, minInsyncReplicas: number): Assignment {
  const { leader, leaderIncarnation } = record;
  return {
    term: record.leaderTerm,
    version: record.version,
    leader: leader === null || leaderIncarnation === null ? null : { node: leader, incarnation: leaderIncarnation },
    replicas: record.replicas.map((node) => {
      const broker = image.brokers.get(node);
      return { node, incarnation: broker === undefined || broker.fenced ? null : broker.incarnation };
    }),
    isr: record.isr,
    minInsyncReplicas,
    unclean: record.unclean,
  };
}

/**
 * The first voters of a quorum partition are its replicas with the directories they are registered with. A replica that
 * begins with nothing although the partition has had a leader may have been wiped and forgotten its vote: it waits
 * until the log names voters, and votes for nobody until then (design 2.1, voters are directories). One that was
 * `created` before our eyes has never had anything to forget.
 */
function initialVoters(
  record: PartitionRecord,
  image: MetadataImage,
  log: ReplicaLog,
  created: boolean,
): readonly Voter[] | null {
  if (record.replication !== 'quorum') return null;
  const empty = log.recovered.hardState.term === 0 && log.recovered.logEnd === 0;
  if (empty && !created && record.leaderTerm > 0) return null;
  const voters: Voter[] = [];
  for (const node of record.replicas) {
    const directory = image.brokers.get(node)?.directory;
    if (directory === undefined) return null;
    voters.push({ node, directory });
  }
  return voters;
}

function sameSettings(a: LogSettings, b: LogSettings): boolean {
  return (
    a.flush === b.flush &&
    a.segmentBytesMax === b.segmentBytesMax &&
    a.retentionMs === b.retentionMs &&
    a.retentionBytes === b.retentionBytes &&
    a.indexIntervalBytes === b.indexIntervalBytes &&
    a.compact === b.compact &&
    a.delete === b.delete &&
    a.deleteRetentionMs === b.deleteRetentionMs &&
    (Object.keys(a.life) as readonly (keyof LogLife)[]).every((key) => a.life[key] === b.life[key])
  );
}
