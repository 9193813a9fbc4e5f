/**
 * The ghost state of a run: every record that was sent, what became of it, and every record that anybody has read.
 * The code under test never sees it; workloads write it, checkers judge by it.
 *
 *   sent ──▶ acked at an offset | failed (maybe written all the same, unless that is definite) | unknown (no answer yet)
 */

import { CompactedTopics } from './compacted-topics.ts';
import { PollHistory } from './poll-history.ts';

/** What a record carries beside its value; see `record-content.ts`. */
export interface RecordContent {
  readonly key: string;
  /** Bytes of the header. */
  readonly padding: number;
  /** What they all are. */
  readonly byte: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** It has no value; default: it has. */
  readonly tombstone?: boolean;
}

export interface SentRecord {
  /** Unique in the run, and the record's value. */
  readonly id: string;
  /** Name of the topic, or its {@link History.label}. */
  readonly topic: string;
  readonly partition: number;
  readonly writer: string;
  /** Rises with the order of sending per writer. */
  readonly number: number;
  readonly sentAt: number;
  /** The writer asked for acks=all: acknowledged means kept. */
  readonly kept: boolean;
  /** The writer is idempotent: written at most once, and in order. */
  readonly once: boolean;
  /** What it carries beside its value; absent: nobody compares. */
  readonly content?: RecordContent;
  /** The burst that it was sent in: requests of one connection, one after the other; null: sent alone. */
  readonly burst: string | null;
  outcome:
    | { readonly kind: 'unknown' }
    /** `definite`: it was certainly not written, and never will be. */
    | { readonly kind: 'failed'; readonly reason: string; readonly definite: boolean }
    | { readonly kind: 'acked'; readonly offset: number | null; readonly at: number };
}

/** Something that must not be, with the invariant's name (see `chaos/checkers/index.ts`). */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export function violated(invariant: string, text: string): never {
  throw new Violation(`${invariant}: ${text}`);
}

export class History {
  readonly #sent = new Map<string, SentRecord>();
  /** By topic and partition, then offset: what was read there. */
  readonly #read = new Map<string, Map<number, string>>();
  /** Who was given it. */
  readonly #producerIds = new Map<number, string>();
  /** Poll by poll, what consumers were given. */
  readonly polls = new PollHistory();
  /** Of which records may be missing, because others came after them. */
  readonly compacted = new CompactedTopics();
  /** How often each anomaly was found that Kafka's model of writing allows. */
  readonly tolerated = new Map<string, number>();
  /** Virtual times at which acks=all writes were acknowledged, per topic and partition. */
  readonly lastAckAt = new Map<string, number>();
  /** Topics that are deleted and made again while records are sent to them: what is in one is not in the next of that name. */
  readonly passing = new Set<string>();
  /**
   * Topics with fewer copies than the budget of faults asks for (one replica, or `min.insync.replicas=1`): they may lose something
   * if the cluster says so.
   */
  readonly fragile = new Set<string>();
  /** Partitions (label and index) of fragile topics that have lost something, as the cluster has declared: nothing is owed there. */
  readonly #lost = new Set<string>();
  acked = 0;
  failed = 0;
  /** In runs beyond the budget: whether the cluster has said that it may have lost something of that partition. */
  isDeclaredLost: ((topic: string, partition: number) => boolean) | null = null;
  /** Told of each acknowledgement at the moment when a client hears it; for checkers. */
  onAck: ((record: SentRecord, offset: number | null) => void) | null = null;

  /** An unclean election: the cluster says that it may have lost something of that partition. */
  declareLoss(name: string, topicId: string, partition: number): void {
    if (this.fragile.has(name)) this.#lost.add(`${this.label(name, topicId)}/${partition}`);
  }

  /** Whether a partition owes what it has told; `topic` is a label. */
  isOwed(topic: string, partition: number): boolean {
    return !this.#lost.has(`${topic}/${partition}`) && !(this.isDeclaredLost?.(topic, partition) ?? false);
  }

  /** What stands for a topic in here: its name, or also its id where there may be several of that name. */
  label(name: string, topicId: string): string {
    return this.passing.has(name) ? `${name}#${topicId}` : name;
  }

  get sent(): number {
    return this.#sent.size;
  }

  records(): readonly SentRecord[] {
    return [...this.#sent.values()];
  }

  record(id: string): SentRecord | null {
    return this.#sent.get(id) ?? null;
  }

  add(record: Omit<SentRecord, 'outcome' | 'burst'> & { readonly burst?: string }): SentRecord {
    const entry: SentRecord = { burst: null, ...record, outcome: { kind: 'unknown' } };
    this.#sent.set(record.id, entry);
    return entry;
  }

  ack(record: SentRecord, offset: number | null, at: number): void {
    record.outcome = { kind: 'acked', offset, at };
    this.acked += 1;
    this.onAck?.(record, offset);
    this.lastAckAt.set(`${record.topic}/${record.partition}`, at);
  }

  /** `definite`: whoever answered said that he has not written it, and nobody else was asked. */
  fail(record: SentRecord, reason: string, definite = false): void {
    record.outcome = { kind: 'failed', reason, definite };
    this.failed += 1;
  }

  /** A producer was given an id that is to be its own. */
  noteProducerId(id: number, who: string): void {
    const before = this.#producerIds.get(id);
    if (before !== undefined) violated('E6', `producer id ${id} was given to ${before} and to ${who}`);
    this.#producerIds.set(id, who);
  }

  /**
   * Somebody read `value` there. D3: always the same value at the same offset; D6: only what was sent there.
   *
   * @param who for the message
   */
  noteRead(topic: string, partition: number, offset: number, value: string, who: string): void {
    const place = `${topic}/${partition}`;
    let reads = this.#read.get(place);
    if (reads === undefined) {
      reads = new Map();
      this.#read.set(place, reads);
    }
    const before = reads.get(offset);
    if (before === value) return;
    if (before !== undefined && this.isOwed(topic, partition))
      violated('D3', `${who} read ${value} at ${place}@${offset}, where ${before} had been read before`);
    const sent = this.#sent.get(value);
    if (sent === undefined) violated('D6', `${who} read ${value} at ${place}@${offset}, which nobody has sent`);
    if (sent.topic !== topic || sent.partition !== partition)
      violated('D6', `${value} was sent to ${sent.topic}/${sent.partition}, and read at ${place}@${offset}`);
    reads.set(offset, value);
  }

  /** What has been read of a partition so far. */
  reads(topic: string, partition: number): ReadonlyMap<number, string> {
    return this.#read.get(`${topic}/${partition}`) ?? new Map();
  }

  /** A topic was deleted: what was in it is no longer expected anywhere. */
  forget(topic: string): void {
    for (const [id, record] of this.#sent) if (record.topic === topic) this.#sent.delete(id);
    for (const place of [...this.#read.keys()]) if (place.startsWith(`${topic}/`)) this.#read.delete(place);
    this.polls.forget(topic);
  }
}
