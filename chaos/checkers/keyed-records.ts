/**
 * What a compacted log must still hold: of every key the newest record, unless that is a tombstone whose retention has passed.
 *
 *   D10  nothing goes that nothing newer of its key has outdated, and what was deleted does not come back
 *
 * ```
 *  known: acknowledged, or read by anybody, at an offset          log: what a client, or a replica, has
 *    3 k=a   5 k=b   9 k=∅                                          5 k=b: 9 may be gone by age, then so must be what it deleted
 * ```
 * A record that was committed without anybody knowing it is the newest of its key and so in the log, or it outdates nothing that
 * a known one does not outdate as well, or it is a tombstone that nobody was told of: those are remembered.
 */
import { violated } from '../workload/history.ts';
import type { History, SentRecord } from '../workload/history.ts';
import type { CompactionRule } from '../workload/compacted-topics.ts';
import type { PollSession } from '../workload/poll-history.ts';

/** A record that is certainly in the partition's log, or was. */
interface Known {
  readonly id: string;
  readonly offset: number;
  readonly key: string;
  readonly isTombstone: boolean;
}

/** One partition of a compacted topic. */
interface KeyedPlace {
  readonly name: string;
  readonly rule: CompactionRule;
  readonly byOffset: Map<number, Known>;
  readonly byKey: Map<string, Known[]>;
  /** Keys of tombstones of which nobody knows whether they were written, by their names. */
  readonly unsure: Map<string, string>;
  /** The keys. */
  readonly maybeDeleted: Set<string>;
}

/** Records of one partition from `start` on, below `end`: name by offset. */
export interface KeyedLog {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
  readonly end: number;
  readonly values: ReadonlyMap<number, string>;
}

/** Made when everything has been read. */
export class KeyedRecords {
  readonly #history: History;
  readonly #places = new Map<string, KeyedPlace>();

  constructor(history: History) {
    this.#history = history;
    for (const record of history.records()) this.#take(record);
    for (const { byOffset, byKey, unsure, maybeDeleted } of this.#places.values()) {
      for (const same of byKey.values()) same.sort((left, right) => left.offset - right.offset);
      for (const { id } of byOffset.values()) unsure.delete(id);
      for (const key of unsure.values()) maybeDeleted.add(key);
    }
  }

  /** Whether the record may be missing from a log by now: never, where the topic is not compacted. */
  mayLack(topic: string, partition: number, offset: number | null): boolean {
    const place = this.#places.get(`${topic}/${partition}`);
    if (place === undefined || place.rule.keepsAll) return false;
    const known = offset === null ? undefined : place.byOffset.get(offset);
    // Acknowledged without an offset: nobody knows where it was.
    if (known === undefined) return offset === null;
    return this.#isOutdated(place, known, () => true);
  }

  /** @param passedOver whether a replica never had what was at this offset, because its leader had it no more */
  judgeLog(where: string, log: KeyedLog, passedOver: (offset: number) => boolean): void {
    const { topic, partition, start, end, values } = log;
    const place = this.#places.get(`${topic}/${partition}`);
    if (place === undefined) return;
    for (const known of place.byOffset.values()) {
      if (known.offset < start || known.offset >= end || values.has(known.offset)) continue;
      if (place.rule.keepsAll || !this.#isOutdated(place, known, ({ offset }) => values.has(offset)))
        violated('D10', `${where} lacks ${describe(known)}, and nothing newer of its key is there`);
      if (known.isTombstone) this.#judgeTombstone(where, place, known, log, passedOver);
    }
  }

  /** What a consumer was given between where it began and the last of it. */
  judgeSession({ topic, partition, consumer, from, polls }: PollSession, start: number): void {
    const place = this.#places.get(`${topic}/${partition}`);
    if (place === undefined) return;
    const given = new Set(polls.flatMap(({ records }) => records.map(({ offset }) => offset)));
    const end = Math.max(-1, ...given) + 1;
    for (const known of place.byOffset.values()) {
      if (known.offset < Math.max(from, start) || known.offset >= end || given.has(known.offset)) continue;
      // It may have outdated it before the consumer has come to it.
      if (place.rule.keepsAll || !this.#isOutdated(place, known, ({ offset }) => offset >= end || given.has(offset)))
        violated('D10', `${consumer} was not given ${describe(known)} of ${place.name}, nor anything newer of its key`);
    }
  }

  #take(record: SentRecord): void {
    const { topic, partition, content, outcome, id, kept } = record;
    const rule = this.#history.compacted.rule(topic);
    if (rule === null || content === undefined) return;
    const name = `${topic}/${partition}`;
    let place = this.#places.get(name);
    if (place === undefined) {
      place = { name, rule, byOffset: new Map(), byKey: new Map(), unsure: new Map(), maybeDeleted: new Set() };
      this.#places.set(name, place);
      for (const [offset, read] of this.#history.reads(topic, partition)) this.#know(place, read, offset);
    }
    const { key, tombstone = false } = content;
    if (outcome.kind === 'acked' && outcome.offset !== null && kept) this.#know(place, id, outcome.offset);
    else if (tombstone && !(outcome.kind === 'failed' && outcome.definite)) place.unsure.set(id, key);
  }

  #know(place: KeyedPlace, id: string, offset: number): void {
    const content = this.#history.record(id)?.content;
    if (content === undefined || place.byOffset.has(offset)) return;
    const known = { id, offset, key: content.key, isTombstone: content.tombstone ?? false };
    place.byOffset.set(offset, known);
    const same = place.byKey.get(known.key);
    if (same === undefined) place.byKey.set(known.key, [known]);
    else same.push(known);
  }

  /** Whether something newer of its key has outdated it that `isThere`, or a tombstone that need not be. */
  #isOutdated(place: KeyedPlace, known: Known, isThere: (newer: Known) => boolean): boolean {
    const newer = (place.byKey.get(known.key) ?? []).filter(({ offset }) => offset > known.offset);
    if (newer.some(isThere)) return true;
    if (!place.rule.tombstonesGo) return false;
    return known.isTombstone || newer.some(({ isTombstone }) => isTombstone) || place.maybeDeleted.has(known.key);
  }

  /** A tombstone that is gone by age: the records that it deleted are gone, too. */
  #judgeTombstone(
    where: string,
    place: KeyedPlace,
    tombstone: Known,
    { values }: KeyedLog,
    passedOver: (offset: number) => boolean,
  ): void {
    const same = place.byKey.get(tombstone.key) ?? [];
    if (same.some(({ offset }) => offset > tombstone.offset && values.has(offset))) return;
    this.#history.compacted.expired += 1;
    const back = same.find(
      ({ offset, isTombstone }) => offset < tombstone.offset && !isTombstone && values.has(offset),
    );
    // Whoever lags for longer than tombstones live never hears of it: as in Kafka.
    if (back !== undefined && !passedOver(tombstone.offset))
      violated('D10', `${where} has ${describe(back)}, which ${describe(tombstone)} had deleted`);
  }
}

function describe({ id, offset, key, isTombstone }: Known): string {
  return `${isTombstone ? 'the tombstone ' : ''}${id} of ${key}@${offset}`;
}
