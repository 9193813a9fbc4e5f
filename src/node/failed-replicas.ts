/**
 * Replicas of this node whose logs have failed: taken offline at once, reported to the controller until metadata knows,
 * and rebuilt from their peers where that loses nothing.
 *
 * ```
 *  log fails, or contradicts its leader ─▶ offline: refuses everything
 *     ─▶ report ─▶ metadata: out of ISR and ELR, does not lead, term newer than any in which the old log was counted
 *     ─▶ another node leads ─▶ log deleted, made anew, filled by the leader, joins the ISR like any other
 * ```
 * A log is deleted only behind all of these gates. It is kept for an operator when nobody else can lead (it was the only
 * or the last good replica), when its replicas vote (its term and vote are lost: rebuilt under the same directory id it could
 * vote twice, or vote for a log that lacks what it helped to commit), and when it only contradicts its leader (it may be
 * the one that is right). A log that could not even be made is tried again where there is nobody to take its place.
 */
import { METADATA_GROUP, millis } from '../../raft/index.ts';
import type { GroupId, Term } from '../../raft/index.ts';
import { describeFailure } from '../../storage/index.ts';
import type { Clock, LogFailure, Timer } from '../../storage/index.ts';
import type { BrokerLife, ControllerClient, ReportFailedReplicas } from '../controller/index.ts';
import type { MetadataImage, Partition as PartitionRecord } from '../metadata/index.ts';
import { partitionGroup } from '../partition/index.ts';
import type { Hosting, Partition, PartitionId } from '../partition/index.ts';
import type { LogSink } from '../ports/index.ts';
import { REQUEST_TIMEOUT } from './controller-requests.ts';

/** Before a report that did not help is repeated. */
const REPORT_AGAIN = millis(200);
/** Before a log that could not be made anew is tried again; doubles. */
const REBUILD_AGAIN_MIN = 1000;
const REBUILD_AGAIN_MAX = 60_000;
/** What the operator of a partition without other replicas can do. */
const ALONE =
  'it is the only replica: bring the file back from a copy and start the node again, or go on without what is lost: ' +
  '`flotilla partition recover`';
/** A full disk is told at most this often. */
const FULL_AGAIN = 10_000;

export interface FailedReplicasPorts {
  readonly self: BrokerLife;
  readonly client: Pick<ControllerClient, 'ask'>;
  readonly clock: Clock;
  readonly sink: LogSink;
  readonly hosting: Pick<Hosting, 'partition' | 'takeOffline' | 'rebuild'>;
  readonly image: () => MetadataImage;
  /** The metadata log has failed: the process must end. */
  readonly fatal: (reason: string) => void;
}

interface Failed {
  readonly group: GroupId;
  readonly id: PartitionId;
  /** The newest term in which a leader may have counted what the old log held; null: none of this life of the node. */
  readonly term: Term | null;
  /** Why its log is kept although others have the data; null: it is not. */
  readonly keep: string | null;
  /** There is no log, and there never was: nothing can be lost by making one. */
  readonly unmade: boolean;
  /** The last thing that the operator was told. */
  told: string;
}

/** What metadata, as applied here, asks for. */
type Verdict = 'report' | 'rebuild' | 'keep' | 'no-leader' | 'alone' | 'gone';

export class FailedReplicas {
  readonly #ports: FailedReplicasPorts;
  readonly #failed = new Map<GroupId, Failed>();
  /** Times each log was made anew, and the instant before which it is not tried again. */
  readonly #rebuilds = new Map<GroupId, { readonly count: number; readonly notBefore: number }>();
  #total = 0;
  #reporting = false;
  #timer: Timer | null = null;
  #timerDue = 0;
  #fullToldAt = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(ports: FailedReplicasPorts) {
    this.#ports = ports;
  }

  /** Failures since the start of the node. */
  get total(): number {
    return this.#total;
  }
  /** Replicas that are offline now. */
  get offline(): number {
    return this.#failed.size;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** The store says: this log has failed. A full disk takes nothing offline: the log goes on by itself. */
  onLogFailure(group: GroupId, failure: LogFailure): void {
    const reason = describeFailure(failure);
    if (failure.kind === 'full') return this.#tellFull(reason);
    if (group === METADATA_GROUP) return this.#ports.fatal(`the metadata log has failed: ${reason}`);
    const partition = this.#ports.hosting.takeOffline(group, reason);
    // Not hosted (yet): whoever opens it sees that it has failed.
    if (partition !== null) this.#add(partition, { term: partition.replica.term });
  }

  /** Its log cannot be used from the start; `partition` has failed already. */
  onUnusable(partition: Partition): void {
    this.#add(partition, { unmade: partition.replica.log.failure?.kind === 'unmade' });
  }

  /** Its log contradicts its leader's. */
  onViolation(partition: Partition, violation: string): void {
    const group = groupOf(partition.id);
    if (this.#ports.hosting.takeOffline(group, `contradicts its leader: ${violation}`) === null) return;
    const keep =
      'its log contradicts that of its leader: if the leader is right, remove the log directory while the node is stopped';
    this.#add(partition, { term: partition.replica.term, keep });
  }

  /** It is well again. */
  forget(group: GroupId): void {
    this.#failed.delete(group);
  }

  /** After hosting has applied it. */
  onImage(): void {
    if (this.#failed.size > 0) this.#look();
  }

  #add({ id, failed }: Partition, known: Partial<Pick<Failed, 'term' | 'keep' | 'unmade'>>): void {
    const group = groupOf(id);
    this.#total += 1;
    this.#ports.sink.log('error', 'replica is offline', { topic: id.topic, partition: id.index, reason: failed });
    this.#failed.set(group, { group, id, term: null, keep: null, unmade: false, told: '', ...known });
    this.#look();
  }

  #tellFull(reason: string): void {
    const now = this.#ports.clock.now();
    if (now - this.#fullToldAt < FULL_AGAIN) return;
    this.#fullToldAt = now;
    this.#ports.sink.log('error', 'the disk is full: produce is refused until there is space', { reason });
  }

  /** Does what metadata allows. */
  #look(): void {
    if (this.#stopped) return;
    const reports: ReportFailedReplicas['replicas'][number][] = [];
    for (const failed of [...this.#failed.values()]) {
      const { topicId, index } = failed.id;
      const record = this.#ports.image().topicsById.get(topicId)?.partitions[index];
      switch (this.#verdict(failed, record)) {
        case 'report':
          if (record !== undefined) reports.push({ topicId, partition: index, version: record.version });
          break;
        case 'rebuild':
          this.#rebuild(failed);
          break;
        case 'keep':
          this.#tell(
            failed,
            failed.keep ?? 'its replicas vote, and its vote is lost: replace the node with one of an empty data.dir',
          );
          break;
        case 'no-leader':
          this.#tell(failed, 'no other replica may lead without loss: bring one back, or elect one uncleanly');
          break;
        case 'alone':
          this.#tell(failed, ALONE);
          break;
        case 'gone':
          this.#failed.delete(failed.group);
          break;
      }
    }
    if (reports.length > 0) this.#report(reports);
  }

  #verdict({ term, keep, unmade }: Failed, record: PartitionRecord | undefined): Verdict {
    const { node } = this.#ports.self;
    if (record === undefined || !record.replicas.includes(node)) return 'gone';
    const { isr, elr, leader, leaderTerm, replication, replicas } = record;
    if (unmade && (replicas.length === 1 || (replication === 'quorum' && leader !== node))) return 'rebuild';
    if (replication === 'quorum') return leader === node ? 'report' : 'keep';
    const counts = leader === node || isr.includes(node) || elr.includes(node);
    if (counts || (term !== null && leaderTerm <= term)) return 'report';
    if (keep !== null) return 'keep';
    if (replicas.length === 1) return 'alone';
    return leader === null ? 'no-leader' : 'rebuild';
  }

  #tell(failed: Failed, next: string): void {
    if (failed.told === next) return;
    failed.told = next;
    const { topic, index } = failed.id;
    this.#ports.sink.log('error', 'replica stays offline', { topic, partition: index, next });
  }

  #report(replicas: ReportFailedReplicas['replicas']): void {
    if (this.#reporting) return;
    this.#reporting = true;
    const { client, self } = this.#ports;
    void client.ask({ kind: 'report-failed-replicas', ...self, replicas }, REQUEST_TIMEOUT, 'repeatable').then(() => {
      this.#reporting = false;
      // What the answer did is known when it is applied; an overtaken report is repeated with what is known then.
      this.#lookAgain(REPORT_AGAIN);
    });
  }

  #rebuild({ group, id, unmade }: Failed): void {
    const { clock, sink, hosting } = this.#ports;
    const before = this.#rebuilds.get(group) ?? { count: 0, notBefore: 0 };
    const now = clock.now();
    if (now < before.notBefore) return this.#lookAgain(before.notBefore - now);
    const pause = Math.min(REBUILD_AGAIN_MAX, REBUILD_AGAIN_MIN * 2 ** before.count);
    this.#rebuilds.set(group, { count: before.count + 1, notBefore: now + pause });
    this.#failed.delete(group);
    sink.log('warn', unmade ? 'log is made again' : 'replica is rebuilt from its leader', {
      topic: id.topic,
      partition: id.index,
    });
    hosting.rebuild(group);
  }

  #lookAgain(delay: number): void {
    const { clock } = this.#ports;
    const due = clock.now() + delay;
    if (this.#stopped || this.#failed.size === 0 || (this.#timer !== null && this.#timerDue <= due)) return;
    this.#timer?.cancel();
    this.#timerDue = due;
    this.#timer = clock.setTimer(millis(delay), () => {
      this.#timer = null;
      this.#look();
    });
  }
}

function groupOf({ topicId, index }: PartitionId): GroupId {
  return partitionGroup(topicId, index);
}
