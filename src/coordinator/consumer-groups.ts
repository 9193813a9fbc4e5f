/**
 * The consumer groups (KIP-848) of one coordinator partition: from input to records to answer.
 *
 * ```
 *  heartbeat ─▶ step on the group ─▶ its records, one batch ─▶ committed ─▶ answer
 *                                        └─ refused: the step is taken back
 * ```
 *
 * A group is here as long as it has an epoch, that is, records in the log; one id is a classic group or a consumer group,
 * never both. Regular expressions are compiled before a step begins, because loading their engine takes a while once.
 */
import type { Millis } from '../../raft/index.ts';
import type { KeyValueRecord, PartitionWriter, Settled } from '../coordinator-log/index.ts';
import type { LogSink, TopicPatterns } from '../ports/index.ts';
import { ERROR_CODES } from '../wire/index.ts';
import type { WireCodec } from '../wire/index.ts';
import { applyConsumerRecord } from './consumer-apply.ts';
import type { Orphans } from './consumer-apply.ts';
import { beat, tickConsumerGroup } from './consumer-beat.ts';
import { resumeClassic } from './consumer-classic.ts';
import { emptyConsumerGroup, hasRegex } from './consumer-group-state.ts';
import type { ConsumerGroup } from './consumer-group-state.ts';
import { consumerRecord, decodeConsumerRecord } from './consumer-record.ts';
import type { ConsumerRecord } from './consumer-record.ts';
import { consumerStep, extendSession, noteDue, refused, takeBack } from './consumer-step.ts';
import type { BeatAnswer, BeatInput, ConsumerContext, ConsumerStep, Refused, TopicMatcher } from './consumer-step.ts';
import { isAllClassic } from './group-conversion.ts';
import type { RecordName } from './coordinator-image.ts';
import type { StepContext } from './group-step.ts';
import type { TopicsView } from './topics-view.ts';
import { millis } from '../../raft/index.ts';

/** A group that cannot be written now is looked at again so much later. */
const RETRY_MS = 1_000;
/** Compiled expressions that are kept; beyond, those that no group follows are dropped. */
const MATCHERS_KEPT = 100;

/** What goes before a step into its batch, when the step begins a consumer group. */
export interface Beginning {
  /** The group, when it does not begin empty. */
  readonly group: ConsumerGroup | null;
  readonly records: readonly KeyValueRecord[];
  /** Called once they are appended. */
  readonly done: () => void;
}

export interface ConsumerGroupsOptions {
  readonly codec: WireCodec;
  readonly writer: PartitionWriter<RecordName>;
  readonly sink: LogSink;
  readonly patterns: TopicPatterns;
  readonly context: () => StepContext;
  readonly topics: () => TopicsView;
  readonly onDue: (at: Millis) => void;
  /** The group may go on under the classic protocol: the records for that, and what is to be done then; null: it shall not. */
  readonly downgrade: (group: ConsumerGroup) => Beginning | null;
}

export class ConsumerGroups {
  readonly #options: ConsumerGroupsOptions;
  readonly #groups = new Map<string, ConsumerGroup>();
  readonly #matchers = new Map<string, TopicMatcher | null>();

  constructor(options: ConsumerGroupsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#groups.size;
  }

  /** The group as it is, to read; null when there is none of this protocol. */
  group(id: string): ConsumerGroup | null {
    return this.#groups.get(id) ?? null;
  }

  groups(): Iterable<ConsumerGroup> {
    return this.#groups.values();
  }

  /** Builds the groups from the newest records of the log; the sessions of their members begin now. */
  restore(records: Iterable<KeyValueRecord>): void {
    const { codec, sink } = this.#options;
    const orphans = new Map<string, Orphans>();
    for (const record of records) {
      const decoded = decodeConsumerRecord(codec, record);
      if (decoded.kind === 'unreadable') sink.log('warn', 'a record of a group is not readable', decoded);
      if (decoded.kind !== 'consumer') continue;
      const { groupId } = decoded;
      const group = this.#groups.get(groupId) ?? emptyConsumerGroup(groupId);
      this.#groups.set(groupId, group);
      const waiting = orphans.get(groupId) ?? new Map();
      orphans.set(groupId, waiting);
      applyConsumerRecord(group, decoded.record, waiting);
    }
    const context = this.context();
    for (const group of this.#groups.values()) this.#resume(group, context);
  }

  #resume(group: ConsumerGroup, context: ConsumerContext): void {
    resumeClassic(consumerStep(group, context));
    for (const member of group.members.values()) {
      extendSession(group, member.id, member.classic?.sessionTimeoutMs ?? null, context);
      if (member.state !== 'unrevoked' || member.classic !== null) continue;
      const at = millis(context.now + Math.max(0, member.rebalanceTimeoutMs));
      group.revocations.set(member.id, { at, epoch: member.epoch });
      noteDue(group, at);
    }
  }

  /** Instant of the next thing that is due; null: nothing is. */
  due(): Millis | null {
    let next: Millis | null = null;
    for (const { due } of this.#groups.values()) if (due !== null && (next === null || due < next)) next = due;
    return next;
  }

  /** Compiles what a step on the group needs: `regex` (null: nothing new) and what its members follow. */
  async prepare(groupId: string, regex: string | null): Promise<void> {
    const needed = new Set<string>(this.#groups.get(groupId)?.regexes.keys());
    for (const member of this.#groups.get(groupId)?.members.values() ?? [])
      if (hasRegex(member)) needed.add(member.topicRegex ?? '');
    if (regex !== null && regex !== '') needed.add(regex);
    for (const one of needed) {
      if (this.#matchers.has(one)) continue;
      const tooLong = one.length > this.#options.context().settings.consumerRegexLengthMax;
      const compiled = tooLong ? null : await this.#options.patterns.compile(one);
      if (this.#matchers.size >= MATCHERS_KEPT) this.#dropMatchers();
      this.#matchers.set(one, compiled);
    }
  }

  #dropMatchers(): void {
    const followed = new Set<string>();
    for (const { regexes } of this.#groups.values()) for (const regex of regexes.keys()) followed.add(regex);
    for (const regex of [...this.#matchers.keys()]) if (!followed.has(regex)) this.#matchers.delete(regex);
  }

  /** True when `prepare` has nothing to wait for. */
  isPrepared(groupId: string, regex: string | null): boolean {
    if (regex !== null && regex !== '' && !this.#matchers.has(regex)) return false;
    const group = this.#groups.get(groupId);
    for (const one of group?.regexes.keys() ?? []) if (!this.#matchers.has(one)) return false;
    return true;
  }

  context(): ConsumerContext {
    const { context, topics } = this.#options;
    return { ...context(), topics: topics(), matcher: (regex) => this.#matchers.get(regex) ?? null };
  }

  /** A heartbeat of a member, to be given after `prepare`. */
  async heartbeat(groupId: string, input: BeatInput, beginning: Beginning | null): Promise<BeatAnswer | Refused> {
    const known = this.#groups.get(groupId);
    if (known === undefined && input.memberEpoch !== 0)
      return refused(ERROR_CODES.GROUP_ID_NOT_FOUND.code, notFound(groupId, input.memberEpoch));
    const group = known ?? beginning?.group ?? emptyConsumerGroup(groupId);
    const step = consumerStep(group, this.context());
    const answer = beat(step, input);
    if (answer.kind === 'refused') {
      takeBack(step);
      return answer;
    }
    const error = await this.commit(step, beginning);
    return error === 0 ? answer : refused(error, 'The change of the group was not written in time.');
  }

  /** Appends what the step wrote, or takes it back; answers when it is committed. */
  commit(step: ConsumerStep, beginning: Beginning | null): Promise<number> {
    return new Promise((resolve) => {
      const error = this.#append(step, beginning, resolve);
      if (error !== 0) resolve(error);
    });
  }

  #append(step: ConsumerStep, beginning: Beginning | null, settled: Settled): number {
    const { codec, writer, onDue, downgrade } = this.#options;
    const { group } = step;
    const end = step.records.length > 0 && isAllClassic(group) ? downgrade(group) : null;
    const before = end ?? beginning;
    const own = step.records.map((one) => consumerRecord(codec, group.id, one));
    const records = end === null ? [...(before?.records ?? []), ...own] : [...own, ...end.records];
    if (records.length === 0) {
      writer.whenCommitted(settled);
    } else {
      const error = writer.append(records, settled);
      if (error !== 0) {
        takeBack(step);
        return writeError(error);
      }
      before?.done();
      if (end !== null) return 0;
    }
    if (group.epoch > 0) this.#groups.set(group.id, group);
    if (group.due !== null) onDue(group.due);
    return 0;
  }

  /** Takes out everybody whose time is over. */
  tick(now: Millis): void {
    for (const group of [...this.#groups.values()]) {
      if (group.due === null || group.due > now) continue;
      const step = consumerStep(group, this.context());
      tickConsumerGroup(step);
      if (step.records.length === 0) continue;
      if (this.#append(step, null, () => undefined) !== 0) group.due = millis(now + RETRY_MS);
    }
  }

  /** The records that delete everything of the group but its offsets. */
  tombstones(group: ConsumerGroup): readonly KeyValueRecord[] {
    const records: ConsumerRecord[] = [];
    for (const memberId of group.members.keys()) records.push({ kind: 'progress', memberId, value: null });
    for (const memberId of group.targets.keys()) records.push({ kind: 'target', memberId, value: null });
    records.push({ kind: 'target-epoch', value: null });
    for (const memberId of group.members.keys()) records.push({ kind: 'member', memberId, value: null });
    for (const regex of group.regexes.keys()) records.push({ kind: 'regex', regex, value: null });
    if (group.oldMetadata) records.push({ kind: 'old-metadata', value: null });
    records.push({ kind: 'epoch', value: null });
    return records.map((record) => consumerRecord(this.#options.codec, group.id, record));
  }

  /** The group's records were deleted. */
  forget(id: string): void {
    this.#groups.delete(id);
  }

  /** The term is over. */
  clear(): void {
    this.#groups.clear();
    this.#matchers.clear();
  }
}

/** In Kafka's words. */
function notFound(groupId: string, memberEpoch: number): string {
  return memberEpoch < 0 ? `Group ${groupId} not found.` : `Consumer group ${groupId} not found.`;
}

/** Records that are too large cannot be helped by the client. */
function writeError(error: number): number {
  return error === ERROR_CODES.INVALID_COMMIT_OFFSET_SIZE.code ? ERROR_CODES.UNKNOWN_SERVER_ERROR.code : error;
}
