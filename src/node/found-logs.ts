/**
 * The logs that a start finds on disk. They are recovered before the node registers, because the registration tells the
 * controller what each may have lost (design section 3); hosting takes them over afterwards.
 *
 * A damaged log is never shortened in silence: where the partition has other replicas it is deleted, reported as
 * lossy from offset 0, and rebuilt from its peers; a partition with this replica alone keeps the node from starting.
 */
import { term as toTerm, offset as toOffset, METADATA_GROUP } from '../../raft/index.ts';
import type { GroupId } from '../../raft/index.ts';
import type { LogFailure, LogSettings, ReplicaLog, Store } from '../../storage/index.ts';
import type { FoundReplica } from '../controller/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import type { LogSink } from '../ports/index.ts';

/** Until the metadata says otherwise; `configure` follows before anything is written. */
const SETTINGS: Omit<LogSettings, 'flush'> = {
  segmentBytesMax: 1 << 30,
  retentionMs: null,
  retentionBytes: null,
  indexIntervalBytes: 4096,
  compact: false,
  delete: true,
  deleteRetentionMs: 86_400_000,
};

export function describeFailure(failure: LogFailure): string {
  return `${failure.path}${failure.position === null ? '' : ` at byte ${failure.position}`}: ${failure.reason}`;
}

export class FoundLogs {
  readonly #store: Store;
  readonly #sink: LogSink;
  readonly #logs = new Map<GroupId, ReplicaLog>();
  /** As found, for the registration; also of logs that were damaged. */
  readonly #replicas: FoundReplica[] = [];
  /** Logs that were damaged and are rebuilt from peers, for status. */
  readonly rebuilt: string[] = [];

  constructor(store: Store, sink: LogSink) {
    this.#store = store;
    this.#sink = sink;
  }

  /** Recovers all. A text says which log is damaged and cannot be rebuilt, because `image` names no other replica. */
  async openAll(image: MetadataImage): Promise<string | null> {
    for (const { group, directory, flush } of this.#store.groups) {
      if (group === METADATA_GROUP) continue;
      const [topicId = '', index = ''] = group.split(':');
      const log = await this.#store.openLog(group, directory, { ...SETTINGS, flush });
      const where = { topicId, partition: Number(index) };
      if (log.failure === null) {
        const { terms, logStartTerm } = log.recovered;
        this.#replicas.push({
          ...where,
          lastTerm: terms.at(-1)?.term ?? logStartTerm,
          end: log.logEnd,
          lossy: log.lossy,
          failed: false,
        });
        this.#logs.set(group, log);
        continue;
      }
      const record = image.topicsById.get(topicId)?.partitions[Number(index)];
      if (record === undefined || record.replicas.length < 2) return describeFailure(log.failure);
      this.#sink.log('error', 'damaged log deleted, to be rebuilt from its peers', {
        directory,
        failure: describeFailure(log.failure),
      });
      this.rebuilt.push(directory);
      await this.#store.deleteLog(group);
      this.#replicas.push({ ...where, lastTerm: toTerm(0), end: toOffset(0), lossy: true, failed: false });
    }
    return null;
  }

  replicas(): readonly FoundReplica[] {
    return this.#replicas;
  }

  /** The log of a group: the one found at the start, once, or opened now. */
  async open(group: GroupId, directory: string, settings: LogSettings): Promise<ReplicaLog> {
    const found = this.#logs.get(group);
    if (found === undefined) return this.#store.openLog(group, directory, settings);
    this.#logs.delete(group);
    await found.configure(settings);
    return found;
  }
}
