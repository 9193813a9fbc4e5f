/**
 * A consumer group without a coordinator: a clock and topics that the test moves, steps whose records are kept as bytes.
 */
import { RE2JS } from 're2js';
import { millis } from '../../raft/index.ts';
import { compilePattern } from '../../src/runtime/compile-pattern.ts';
import { applyConsumerRecord } from '../../src/coordinator/consumer-apply.ts';
import type { Orphans } from '../../src/coordinator/consumer-apply.ts';
import { beat, tickConsumerGroup } from '../../src/coordinator/consumer-beat.ts';
import { emptyConsumerGroup } from '../../src/coordinator/consumer-group-state.ts';
import type { ConsumerGroup } from '../../src/coordinator/consumer-group-state.ts';
import { consumerRecord, decodeConsumerRecord } from '../../src/coordinator/consumer-record.ts';
import { consumerStep, takeBack } from '../../src/coordinator/consumer-step.ts';
import type {
  BeatAnswer,
  BeatInput,
  ConsumerContext,
  ConsumerStep,
  Refused,
} from '../../src/coordinator/consumer-step.ts';
import { DEFAULT_COORDINATOR_SETTINGS } from '../../src/coordinator/settings.ts';
import type { CoordinatorSettings } from '../../src/coordinator/settings.ts';
import type { TopicShape } from '../../src/coordinator/topics-view.ts';
import { WireCodec } from '../../src/wire/index.ts';

const WALL = 1_760_000_000_000;
export const SESSION_MS = DEFAULT_COORDINATOR_SETTINGS.consumerSessionTimeoutMs;
export const REBALANCE_MS = 20_000;

/** Id of a topic in tests: its name, padded. */
export function idOf(name: string): string {
  return Buffer.from(name.padEnd(16, '.').slice(0, 16)).toString('base64url');
}

interface Written {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

export class ConsumerBench {
  readonly codec = new WireCodec();
  readonly settings: CoordinatorSettings;
  group: ConsumerGroup = emptyConsumerGroup('g');
  now = 0;
  log: Written[] = [];
  /** The next step's records are not written. */
  refuse = false;
  #topics = new Map<string, TopicShape>();

  constructor(topics: Readonly<Record<string, number>> = { orders: 6 }, settings: Partial<CoordinatorSettings> = {}) {
    this.settings = { ...DEFAULT_COORDINATOR_SETTINGS, ...settings };
    this.setTopics(topics);
  }

  /** All topics and their partitions from now on. */
  setTopics(topics: Readonly<Record<string, number>>): void {
    this.#topics = new Map(
      Object.entries(topics).map(([name, partitions]) => [name, { name, id: idOf(name), partitions }]),
    );
  }

  get topics(): ReadonlyMap<string, TopicShape> {
    return this.#topics;
  }

  context(): ConsumerContext {
    const topics = this.#topics;
    return {
      now: millis(this.now),
      wallNow: WALL + this.now,
      settings: this.settings,
      topics: {
        version: this.now,
        stamp: topics,
        names: () => topics.keys(),
        byName: (name) => topics.get(name) ?? null,
        byId: (id) => [...topics.values()].find((topic) => topic.id === id) ?? null,
      },
      matcher: (regex) => compilePattern(RE2JS, regex),
    };
  }

  /** A heartbeat; fields that are left out say nothing. */
  beat(memberId: string, memberEpoch: number, more: Partial<BeatInput> = {}): BeatAnswer | Refused {
    const step = consumerStep(this.group, this.context());
    const answer = beat(step, {
      memberId,
      memberEpoch,
      instanceId: null,
      rackId: null,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      rebalanceTimeoutMs: null,
      topicNames: null,
      topicRegex: null,
      assignor: null,
      owned: null,
      ...more,
    });
    if (answer.kind === 'refused') takeBack(step);
    else this.finish(step);
    return answer;
  }

  /** The first heartbeat of a member. */
  join(memberId: string, topicNames: readonly string[] | null = ['orders'], more: Partial<BeatInput> = {}) {
    return this.beat(memberId, 0, { rebalanceTimeoutMs: REBALANCE_MS, topicNames, owned: [], ...more });
  }

  /** Time passes; alarms ring when they are due. */
  advance(ms: number): void {
    const end = this.now + ms;
    while (this.group.due !== null && this.group.due <= end) {
      this.now = Math.max(this.now, this.group.due);
      const step = consumerStep(this.group, this.context());
      tickConsumerGroup(step);
      this.finish(step);
    }
    this.now = end;
  }

  /** Keeps the records of a step, or takes it back. */
  finish(step: ConsumerStep): void {
    if (this.refuse) takeBack(step);
    else for (const record of step.records) this.log.push(consumerRecord(this.codec, 'g', record));
  }

  /** The group as a later coordinator reads it: from the newest record of each key, in the order of `sort`. */
  restored(sort: (keys: readonly string[]) => readonly string[] = (keys) => keys): ConsumerGroup {
    const newest = new Map<string, Written>();
    for (const record of this.log) newest.set(Buffer.from(record.key).toString('hex'), record);
    const group = emptyConsumerGroup('g');
    const orphans: Orphans = new Map();
    for (const key of sort([...newest.keys()])) {
      const record = newest.get(key);
      if (record === undefined || record.value === null) continue;
      const decoded = decodeConsumerRecord(this.codec, record);
      if (decoded.kind === 'consumer') applyConsumerRecord(group, decoded.record, orphans);
    }
    return group;
  }

  /** Partitions of `name` that the member has and may read. */
  assigned(memberId: string, name = 'orders'): readonly number[] {
    const partitions = this.group.members.get(memberId)?.assigned.get(idOf(name));
    return [...(partitions?.keys() ?? [])].toSorted((a, b) => a - b);
  }
}

/** What is a function of the log, in a form that can be compared. */
export function persistent(group: ConsumerGroup): unknown {
  const sorted = <Value>(map: ReadonlyMap<string, Value>): unknown => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const owned = (map: ReadonlyMap<string, ReadonlyMap<number, unknown>>): unknown =>
    sorted(new Map([...map].map(([id, inner]) => [id, [...inner].toSorted(([a], [b]) => a - b)])));
  return {
    epoch: group.epoch,
    metadataHash: group.metadataHash,
    targetEpoch: group.targetEpoch,
    members: sorted(
      new Map(
        [...group.members].map(([id, member]) => [
          id,
          { ...member, assigned: owned(member.assigned), revoking: owned(member.revoking) },
        ]),
      ),
    ),
    targets: sorted(new Map([...group.targets].map(([id, target]) => [id, sorted(target)]))),
    regexes: sorted(group.regexes),
    staticMembers: sorted(group.staticMembers),
    owners: owned(group.owners),
  };
}
