/**
 * The logs that a start finds on disk. They are recovered before the node registers, because the registration tells the
 * controller what each may have lost (design section 3); hosting takes them over afterwards.
 *
 * A damaged log is never shortened or deleted here: it is reported as failed, so that its replica is out of ISR and ELR
 * from the start, and what becomes of it is for `failed-replicas.ts`, which knows newer metadata.
 */
import { term as toTerm, offset as toOffset, METADATA_GROUP } from '../../raft/index.ts';
import type { GroupId } from '../../raft/index.ts';
import { PLAIN_LIFE, lastingFailure } from '../../storage/index.ts';
import type { LogSettings, ReplicaLog, Store } from '../../storage/index.ts';
import type { FoundReplica } from '../controller/index.ts';
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
  life: PLAIN_LIFE,
};

export class FoundLogs {
  readonly #store: Store;
  readonly #sink: LogSink;
  readonly #logs = new Map<GroupId, ReplicaLog>();
  /** As found, for the registration. */
  readonly #replicas: FoundReplica[] = [];

  constructor(store: Store, sink: LogSink) {
    this.#store = store;
    this.#sink = sink;
  }

  /** Recovers all. */
  async openAll(): Promise<void> {
    for (const { group, directory, flush, failed } of this.#store.groups) {
      if (group === METADATA_GROUP) continue;
      const log = await this.#store.openLog(group, directory, { ...SETTINGS, flush });
      if (failed && lastingFailure(log) === null)
        this.#sink.log('warn', 'a damaged log is whole again', { directory, end: log.logEnd });
      this.#logs.set(group, log);
      this.#replicas.push(foundReplica(group, log));
    }
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

function foundReplica(group: GroupId, log: ReplicaLog): FoundReplica {
  const [topicId = '', index = ''] = group.split(':');
  const where = { topicId, partition: Number(index) };
  if (lastingFailure(log) !== null)
    return { ...where, lastTerm: toTerm(0), end: toOffset(0), lossy: true, failed: true };
  const { terms, logStartTerm } = log.recovered;
  const lastTerm = terms.at(-1)?.term ?? logStartTerm;
  return { ...where, lastTerm, end: log.logEnd, lossy: log.lossy, failed: false };
}
