/**
 * The coordinator of the groups of one partition of `__consumer_offsets`, for one term.
 *
 * ```
 *  loading ──log start … termStart replayed──▶ active ──term over──▶ closed
 *    14                                          │                     16
 *  request ─▶ stepGroup ─▶ answers, record ─▶ PartitionWriter ─▶ persisted ─▶ stepGroup ─▶ answers
 * ```
 *
 * The state belongs to (partition, term): it is built by reading the log once everything before the term is committed,
 * and thrown away with the term; what is parked or waits for a commit then fails with 16, and nothing that the log
 * calls back later has any effect. A group is in `groups` if the image knows it or somebody is in it.
 */
import { assert, millis } from '../../raft/index.ts';
import type { Millis, Random } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import { Alarm, PartitionTerm, PartitionWriter } from '../coordinator-log/index.ts';
import type { KeyValueRecord, LogMarker, PartitionLog, RecordRun, Settled } from '../coordinator-log/index.ts';
import type { LogSink, TopicPatterns } from '../ports/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import type { WireCodec } from '../wire/index.ts';
import type { ConsumerGroup } from './consumer-group-state.ts';
import { ConsumerGroups } from './consumer-groups.ts';
import type { Beginning } from './consumer-groups.ts';
import { CoordinatorImage } from './coordinator-image.ts';
import type { RecordName } from './coordinator-image.ts';
import { groupRecord, offsetRecord } from './coordinator-record.ts';
import { stepGroup } from './group.ts';
import { classicEnd } from './group-downgrade.ts';
import { mustRebalance, restoreGroup, snapshotGroup } from './group-snapshot.ts';
import { emptyGroup } from './group-state.ts';
import type { Group, RequestNumber } from './group-state.ts';
import type { GroupAnswer, GroupEffect, GroupInput, StepContext } from './group-step.ts';
import { findExpired } from './offset-expiry.ts';
import type { CoordinatorSettings } from './settings.ts';
import type { TopicsView } from './topics-view.ts';

export interface CoordinatorPartitionOptions {
  readonly log: PartitionLog;
  readonly settings: CoordinatorSettings;
  readonly clock: Clock;
  /** Member ids are drawn from it. */
  readonly random: Random;
  readonly sink: LogSink;
  readonly codec: WireCodec;
  readonly patterns: TopicPatterns;
  readonly topics: () => TopicsView;
}

export class CoordinatorPartition {
  readonly image: CoordinatorImage;
  readonly writer: PartitionWriter<RecordName>;
  /** Groups of the newer protocol; an id is there or among the classic groups, never in both. */
  readonly consumers: ConsumerGroups;
  readonly options: CoordinatorPartitionOptions;
  readonly #groups = new Map<string, Group>();
  /** Who waits for the answer to which request; the argument is an answer or the error that ends the wait. */
  readonly #waiting = new Map<RequestNumber, (answer: GroupAnswer | number) => void>();
  /** What came while the log was being read: topics that were deleted, transactions that ended. */
  readonly #deferred: (() => void)[] = [];
  readonly #term: PartitionTerm;
  readonly #alarm: Alarm;
  #lastRequest: RequestNumber = 0;
  #retentionDue: Millis;

  constructor(options: CoordinatorPartitionOptions) {
    const { log, settings, clock, codec } = options;
    this.options = options;
    this.image = new CoordinatorImage(codec);
    this.#alarm = new Alarm(clock, () => this.#wake());
    this.#term = new PartitionTerm({
      log,
      clock,
      sink: options.sink,
      subject: 'groups',
      onRun: (run) => this.#replay(run),
      onActive: () => this.#activate(),
      onClosed: () => this.#end(),
    });
    this.writer = new PartitionWriter({
      log,
      image: this.image,
      settings,
      clock,
      onLost: () => this.close(),
      onDue: (at) => this.#wakeAt(at),
    });
    const { sink, patterns, topics } = options;
    const [context, onDue] = [() => this.context(), (at: Millis) => this.#wakeAt(at)];
    const around = { codec, writer: this.writer, sink, patterns, topics, context, onDue };
    this.consumers = new ConsumerGroups({ ...around, downgrade: (group) => this.#classicEnd(group) });
    this.#retentionDue = millis(clock.now() + settings.offsetsRetentionCheckIntervalMs);
  }

  get partition(): number {
    return this.options.log.partition;
  }

  /** Begins to read the log; until it is done every request is refused with 14. */
  start(): void {
    this.#term.start();
  }

  #replay(run: RecordRun): void {
    const { base, transaction, marker } = run;
    this.writer.rewrite.noteRead(run.bytes);
    for (const record of run.records) {
      const reason = this.image.apply(record, { base, transaction });
      if (reason === null) continue;
      const { partition } = this;
      const message = 'a record of a group is not readable and is kept as it is';
      this.options.sink.log('warn', message, { partition, reason });
    }
    if (marker !== null) this.image.endTransaction(marker.producerId, marker.committed);
  }

  #activate(): { readonly groups: number } {
    this.consumers.restore(this.image.others());
    for (const id of this.image.groupIds()) this.#restore(id);
    for (const deferred of this.#deferred.splice(0)) deferred();
    this.#setAlarm();
    return { groups: this.#groups.size + this.consumers.size };
  }

  /** A group of which the image knows. */
  #restore(id: string): void {
    if (this.consumers.group(id) !== null || this.#groups.has(id)) return;
    const value = this.image.group(id);
    const context = this.context();
    const group = restoreGroup(id, value, context);
    this.#groups.set(id, group);
    if (mustRebalance(value, context)) this.#run(group, { kind: 'rebalance' });
  }

  /** The term is over: every waiting request is answered with 16, and so is every later one. */
  close(): void {
    this.#term.close();
  }

  #end(): void {
    this.#alarm.close();
    this.writer.close();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const end of waiting) end(ERROR_CODES.NOT_COORDINATOR.code);
    this.#groups.clear();
    this.consumers.clear();
  }

  /** 0 when requests can be served; else the error to answer with. */
  unavailable(): number {
    return this.#term.unavailable();
  }

  get #active(): boolean {
    return this.#term.condition === 'active';
  }

  /**
   * A marker of this term is committed: the offsets that were pending in the transaction of its producer count now, or are gone.
   * Markers of earlier terms are read from the log.
   */
  transactionEnded({ producerId, committed }: LogMarker): void {
    if (this.#term.condition === 'loading') {
      this.#deferred.push(() => this.transactionEnded({ producerId, producerEpoch: -1, committed }));
    }
    if (!this.#active) return;
    for (const id of this.image.endTransaction(producerId, committed)) {
      if (committed) this.#restore(id);
      const group = this.#groups.get(id);
      if (group !== undefined) this.forgetUnused(group);
    }
    this.writer.rewrite.maybeStart();
  }

  /** Instant and settings for a step that happens now. */
  context(): StepContext {
    const { clock, settings } = this.options;
    return { now: clock.now(), wallNow: clock.wallNow(), settings };
  }

  /** The group as it is, to read; null when there is none. */
  group(id: string): Group | null {
    return this.#groups.get(id) ?? null;
  }

  groups(): Iterable<Group> {
    return this.#groups.values();
  }

  /** Whether one more group may be made. */
  hasRoom(): boolean {
    const { settings, sink } = this.options;
    const groups = this.#groups.size + this.consumers.size;
    if (groups < settings.partitionGroupsMax) return true;
    const { partition } = this;
    sink.log('warn', 'a new group is refused: the partition has as many as it may have', { partition, groups });
    return false;
  }

  /** The group, made if it is not there; null when the partition has as many groups as it may have. */
  groupForced(id: string): Group | null {
    const found = this.#groups.get(id);
    if (found !== undefined) return found;
    if (!this.hasRoom()) return null;
    const made = emptyGroup(id, this.options.clock.wallNow());
    this.#groups.set(id, made);
    return made;
  }

  /** An id for a new member: what it calls itself, and a random UUID. */
  freshMemberId(name: string): string {
    const bytes = this.options.random.bytes(16);
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return `${name}-${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** Gives the group a request and answers when the group does: an answer of `kind`, or the error that ended the wait. */
  ask<Kind extends GroupAnswer['kind']>(
    group: Group,
    kind: Kind,
    make: (request: RequestNumber) => GroupInput,
  ): Promise<Extract<GroupAnswer, { kind: Kind }> | number> {
    assert(this.#active, 'asked while not active');
    this.#lastRequest += 1;
    const request = this.#lastRequest;
    return new Promise((resolve) => {
      this.#waiting.set(request, (given) => {
        if (typeof given !== 'number') assert(given.kind === kind, () => `a ${kind} was answered as a ${given.kind}`);
        resolve(given as Extract<GroupAnswer, { kind: Kind }> | number);
      });
      this.#run(group, make(request));
    });
  }

  #run(group: Group, input: GroupInput): void {
    if (!this.#active) return;
    for (const effect of stepGroup(group, input, this.context())) this.#execute(group, effect);
    this.forgetUnused(group);
    if (group.due !== null) this.#wakeAt(group.due);
  }

  #execute(group: Group, effect: GroupEffect): void {
    switch (effect.kind) {
      case 'answer': {
        const waiting = this.#waiting.get(effect.request);
        this.#waiting.delete(effect.request);
        waiting?.(effect.answer);
        return;
      }
      case 'persist': {
        const { codec, clock } = this.options;
        const { reason } = effect;
        const record = groupRecord(codec, group.id, snapshotGroup(group, effect.assignments, clock.wallNow()));
        const refused = this.writer.append([record], (error) => {
          if (this.#groups.get(group.id) === group) this.#run(group, { kind: 'persisted', reason, error });
        });
        if (refused !== 0) this.#run(group, { kind: 'persisted', reason, error: groupWriteError(refused) });
        return;
      }
    }
  }

  /** Drops a group of which neither the log nor anybody knows anything. */
  forgetUnused(group: Group): void {
    if (group.state.kind !== 'empty' || group.pendingIds.size > 0) return;
    if (this.image.hasGroup(group.id) || this.image.hasOffsets(group.id)) return;
    if (this.#groups.get(group.id) === group) this.#groups.delete(group.id);
  }

  /** A group of which every record was just deleted. */
  forgetDeleted(group: Group): void {
    group.state = { kind: 'dead' };
    this.#groups.delete(group.id);
  }

  /** The group goes on under the other protocol, and its record is deleted: who waits is told to join again. */
  dissolve(group: Group): void {
    this.#run(group, { kind: 'dissolve' });
    this.forgetDeleted(group);
  }

  #classicEnd(group: ConsumerGroup): Beginning | null {
    const { codec, topics } = this.options;
    const { consumers } = this;
    const adopt = (classic: Group): void => this.adopt(classic);
    return classicEnd(group, { codec, consumers, topics: topics(), context: this.context(), adopt });
  }

  /** A group that was of the other protocol, with its record written: its members join again. */
  adopt(group: Group): void {
    this.#groups.set(group.id, group);
    this.#run(group, { kind: 'rebalance' });
  }

  /** Deletes a consumer group's records (not its offsets); 0, also when there is none, or why they were not written. */
  deleteConsumerGroup(id: string, settled: Settled): number {
    const group = this.consumers.group(id);
    if (group === null) return 0;
    const error = this.writer.append(this.consumers.tombstones(group), settled);
    if (error !== 0) return error;
    this.consumers.forget(id);
    // What it has committed stays, as that of a group that only stores offsets.
    if (this.image.hasOffsets(id)) this.#restore(id);
    return 0;
  }

  /** Sets the alarm to the next thing that is due. */
  #setAlarm(): void {
    let next: Millis = this.#retentionDue;
    for (const due of [this.writer.due(), this.consumers.due()]) if (due !== null && due < next) next = due;
    for (const { due } of this.#groups.values()) if (due !== null && due < next) next = due;
    this.#wakeAt(next);
  }

  /** Makes the alarm ring at `at` or before: a group's own alarm may be early, and so may this one. */
  #wakeAt(at: Millis): void {
    if (this.#active) this.#alarm.setBy(at);
  }

  #wake(): void {
    const { clock, settings } = this.options;
    const now = clock.now();
    for (const group of [...this.#groups.values()].filter(({ due }) => due !== null && due <= now))
      this.#run(group, { kind: 'tick' });
    this.consumers.tick(now);
    this.writer.expire(now);
    if (this.#retentionDue <= now) {
      this.#retentionDue = millis(now + settings.offsetsRetentionCheckIntervalMs);
      this.expireOffsets();
    }
    this.#setAlarm();
  }

  /** Deletes what has outlived its retention. */
  expireOffsets(): void {
    const { clock, settings } = this.options;
    const around = { image: this.image, wallNow: clock.wallNow(), retentionMs: settings.offsetsRetentionMs };
    const expired = findExpired(this.#groups.values(), this.consumers.groups(), this.options.codec, around);
    if (this.tombstone(expired.names, () => undefined) !== 0) return;
    for (const id of expired.groups) {
      const group = this.#groups.get(id);
      if (group !== undefined) this.forgetDeleted(group);
      this.deleteConsumerGroup(id, () => undefined);
    }
  }

  /** Offsets in a topic that was deleted are deleted. `topicId` tells it from a new one of the same name. */
  topicDeleted(name: string, topicId: string): void {
    if (this.#term.condition === 'loading') this.#deferred.push(() => this.topicDeleted(name, topicId));
    if (!this.#active) return;
    const names: RecordName[] = [];
    for (const group of this.image.groupIds()) {
      for (const stored of this.image.offsets(group)) {
        if (stored.topic !== name || (stored.topicId !== null && stored.topicId !== topicId)) continue;
        names.push({ kind: 'offset', group, topic: name, partition: stored.partition });
      }
    }
    this.tombstone(names, () => undefined);
  }

  /**
   * Deletes the records `names` in batches, in order. 0, and `settled` is told of the last one, or at once when there
   * are none; else the error of the first batch that was refused (those before it stay deleted).
   */
  tombstone(names: readonly RecordName[], settled: Settled): number {
    const { codec, settings } = this.options;
    const batches: KeyValueRecord[][] = [];
    let bytes = Infinity;
    for (const name of names) {
      assert(name.kind !== 'other', 'records of unknown type are nobody’s to delete');
      const record =
        name.kind === 'group'
          ? groupRecord(codec, name.group, null)
          : offsetRecord(codec, name.group, name.topic, name.partition, null);
      if (bytes >= settings.rewriteBatchBytes) {
        batches.push([]);
        bytes = 0;
      }
      batches.at(-1)?.push(record);
      bytes += record.key.length;
    }
    for (const [index, batch] of batches.entries()) {
      const error = this.writer.append(batch, index === batches.length - 1 ? settled : () => undefined);
      if (error !== 0) return error;
    }
    if (batches.length === 0) settled(0);
    return 0;
  }
}

/** A group whose record is too large cannot be helped by its client. */
function groupWriteError(error: number): number {
  return error === ERROR_CODES.INVALID_COMMIT_OFFSET_SIZE.code ? ERROR_CODES.UNKNOWN_SERVER_ERROR.code : error;
}
