/**
 * The group coordinator of a node: the partitions of `__consumer_offsets` that it leads, and the way to them.
 *
 * ```
 *  partition owner ── lead(log) ──▶ CoordinatorPartition (one term) ◀── partition of the group id ── request
 *                  ── resign(n) ──▶ closed: everything waiting gets 16
 * ```
 *
 * A request for a group whose partition is not led here is refused with 16, while its log is being read with 14, and
 * with 15 as long as the topic does not exist (FindCoordinator has it made).
 */
import type { Random, Term } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import { InternalTopic, LedPartitions } from '../coordinator-log/index.ts';
import type { LogMarker, PartitionLog } from '../coordinator-log/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import type { LogSink, TopicPatterns } from '../ports/index.ts';
import { ERROR_CODES, WireCodec } from '../wire/index.ts';
import { CoordinatorPartition } from './coordinator-partition.ts';
import type { CoordinatorSettings } from './settings.ts';
import { topicsView } from './topics-view.ts';

/** The internal topic that holds groups and offsets: 50 partitions, `cleanup.policy=compact`. */
export const OFFSETS_TOPIC = '__consumer_offsets';
export const OFFSETS_TOPIC_PARTITIONS = 50;

export interface GroupCoordinatorOptions {
  readonly settings: CoordinatorSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: LogSink;
  readonly patterns: TopicPatterns;
  /** The newest metadata that this node has applied. */
  readonly image: () => MetadataImage;
  /** Have {@link OFFSETS_TOPIC} made; called for every request that misses it, so it must remember that it is at it. */
  readonly ensureOffsetsTopic: () => void;
  /** How an offset commit in a transaction is verified: see `TransactionVerifier` of the handlers. */
  readonly verify: VerifyOffsets;
}

export type VerifyOffsets = (request: {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly adds: boolean;
  readonly partitions: readonly { readonly topic: string; readonly index: number }[];
}) => Promise<readonly number[]>;

export type FoundPartition =
  | { readonly kind: 'here'; readonly partition: CoordinatorPartition }
  /** 14, 15, 16 or 24. */
  | { readonly kind: 'refused'; readonly error: number };

/** What a handler has to know about a request beside its body. */
export interface GroupRequestContext {
  readonly version: number;
  /** Null or empty when the client does not name itself. */
  readonly clientId: string | null;
  /** Address of the client as Kafka shows it: `/127.0.0.1`. */
  readonly clientHost: string;
}

export class GroupCoordinator {
  readonly options: GroupCoordinatorOptions;
  readonly topic: InternalTopic;
  readonly #codec = new WireCodec();
  readonly #led = new LedPartitions((log) => this.#make(log));

  constructor(options: GroupCoordinatorOptions) {
    this.options = options;
    this.topic = new InternalTopic({
      name: OFFSETS_TOPIC,
      image: options.image,
      ensure: options.ensureOffsetsTopic,
    });
  }

  /** This node leads a partition in a (new) term: what an earlier term left is dropped, and the log is read. */
  lead(log: PartitionLog): void {
    this.#led.lead(log);
  }

  #make(log: PartitionLog): CoordinatorPartition {
    const { settings, clock, random, sink, patterns, image } = this.options;
    const forked = random.fork(`groups ${log.partition} ${log.term}`);
    const [codec, topics] = [this.#codec, () => topicsView(image())];
    const around = { settings, clock, random: forked, sink, codec, patterns, topics };
    return new CoordinatorPartition({ log, ...around });
  }

  /** This node does not lead the partition any more, or not in `term`. Does nothing when a later term has begun already. */
  resign(partition: number, term: Term): void {
    this.#led.resign(partition, term);
  }

  /** Ends all; every waiting request is answered with 16. */
  close(): void {
    this.#led.close();
  }

  /** Applied metadata says that the topic was deleted: offsets in it are deleted too. */
  topicDeleted(name: string, topicId: string): void {
    for (const partition of this.#led.all()) partition.topicDeleted(name, topicId);
  }

  /** A marker is committed in a partition of {@link OFFSETS_TOPIC} that this node leads. */
  transactionEnded(partition: number, marker: LogMarker): void {
    this.#led.get(partition)?.transactionEnded(marker);
  }

  /** The partitions led here, in the order in which they came. */
  partitions(): readonly CoordinatorPartition[] {
    return this.#led.all();
  }

  /** Number of the partition of `groupId`; null when the topic does not exist (it is then asked for). */
  partitionOf(groupId: string): number | null {
    return this.topic.partitionOf(groupId);
  }

  /** The coordinator of `groupId` when it is here and ready. Kafka lets offsets be stored under the empty id: `emptyAllowed`. */
  find(groupId: string, emptyAllowed: boolean): FoundPartition {
    const invalid = invalidGroupId(groupId, emptyAllowed, this.options.settings.groupIdLengthMax);
    if (invalid !== null) return { kind: 'refused', error: ERROR_CODES.INVALID_GROUP_ID.code };
    return this.#led.find(this.partitionOf(groupId));
  }

  /** Name and id of a topic of a request: requests carry the one or (from some version on) the other. Null: unknown here. */
  resolveTopic(
    name: string,
    topicId: string,
    byId: boolean,
  ): { readonly name: string; readonly id: string; readonly partitions: number } | null {
    const image = this.options.image();
    const topic = byId ? image.topicsById.get(topicId) : image.topicsByName.get(name);
    return topic === undefined ? null : { name: topic.name, id: topic.id, partitions: topic.partitions.length };
  }
}

/** Why `groupId` cannot be one, or null. */
export function invalidGroupId(groupId: string, emptyAllowed: boolean, lengthMax: number): string | null {
  if (groupId === '' && !emptyAllowed) return 'a group id must not be empty';
  if (groupId.length > lengthMax) return `a group id has at most ${lengthMax} characters, not ${groupId.length}`;
  return null;
}
