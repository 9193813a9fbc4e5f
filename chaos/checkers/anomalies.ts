/**
 * The fourteen anomalies of queues that Jepsen looks for in logs of Kafka's kind, by their names there, from what clients saw.
 *
 * ```
 *  sends (who, when, offset) ─┐
 *  polls (session by session) ├─▶ version order of each partition = its offsets ─▶ anomalies
 *  the final log, read whole ─┘
 * ```
 * An operation is one send, one burst of sends, or one poll; what has `int-` in its name is within one operation. Kafka's
 * model of writing allows G0 and int-send-skip (bursts of two clients mix); they are found as well, and only counted.
 * Every judgement here can be made of any run: what was not promised (acks=1, repeats of a producer without sequences, a
 * failure that may have written all the same) is left out.
 */
import type { PollSession } from '../workload/poll-history.ts';
import type { SentRecord } from '../workload/history.ts';
import { keepsAll } from './kept-records.ts';
import type { MayLack } from './kept-records.ts';

export const ANOMALIES = [
  'inconsistent-offsets',
  'duplicate',
  'lost-write',
  'unseen',
  'poll-skip',
  'nonmonotonic-poll',
  'nonmonotonic-send',
  'int-poll-skip',
  'int-nonmonotonic-poll',
  'int-nonmonotonic-send',
  'int-send-skip',
  'G0',
  'G1a',
  'G1c',
] as const;

export type Anomaly = (typeof ANOMALIES)[number];

/** What Kafka's documented model of writing allows. */
export const TOLERATED: ReadonlySet<Anomaly> = new Set<Anomaly>(['G0', 'int-send-skip']);

export interface FoundAnomaly {
  readonly anomaly: Anomaly;
  /** Who, what and where. */
  readonly text: string;
}

/** One partition as it is when everything is over, read by a client from the first kept offset on. */
export interface FinalLog {
  readonly topic: string;
  readonly partition: number;
  /** First kept offset: what was below may have been deleted by retention. */
  readonly start: number;
  /** Value by offset, ascending. */
  readonly values: ReadonlyMap<number, string>;
}

interface AckedRecord {
  readonly record: SentRecord;
  readonly offset: number;
  readonly at: number;
}

/** One partition, and all that anybody has seen of it. */
interface Place {
  readonly name: string;
  readonly log: FinalLog;
  readonly sent: readonly SentRecord[];
  /** Acknowledged with an offset that must stay, in the order of sending. */
  readonly acked: readonly AckedRecord[];
  readonly sessions: readonly PollSession[];
  /** Offsets of each value: in the final log, and where consumers read it. */
  readonly offsetsOf: ReadonlyMap<string, ReadonlySet<number>>;
  /** Compaction may have taken it, here or where somebody else read. */
  readonly mayLack: (offset: number) => boolean;
}

type Found = (anomaly: Anomaly, text: string) => void;

/**
 * All anomalies of a run, in the order of partitions. Sessions and records of partitions without a final log are not judged.
 *
 * @param mayLack what compaction may have taken; default: nothing
 */
export function findAnomalies(
  logs: readonly FinalLog[],
  records: readonly SentRecord[],
  sessions: readonly PollSession[],
  mayLack: MayLack = keepsAll,
): readonly FoundAnomaly[] {
  const found: FoundAnomaly[] = [];
  const sentTo = groupBy(records, placeOf);
  const readOf = groupBy(sessions, placeOf);
  for (const log of logs) {
    const name = placeOf(log);
    const view = viewOf(log, sentTo.get(name) ?? [], readOf.get(name) ?? []);
    const place = { ...view, name, mayLack: (offset: number) => mayLack(log.topic, log.partition, offset) };
    const note: Found = (anomaly, text) => void found.push({ anomaly, text: `${name}: ${text}` });
    checkOffsets(place, note);
    checkWrites(place, note);
    for (const session of place.sessions) checkPolls(place, session, note);
    checkSends(place, note);
    checkBursts(place, note);
    checkReadsOfLater(place, note);
  }
  return found;
}

function placeOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

function viewOf(
  log: FinalLog,
  sent: readonly SentRecord[],
  sessions: readonly PollSession[],
): Omit<Place, 'name' | 'mayLack'> {
  const offsetsOf = new Map<string, Set<number>>();
  const seen = (value: string, offset: number): void => {
    const offsets = offsetsOf.get(value);
    if (offsets === undefined) offsetsOf.set(value, new Set([offset]));
    else offsets.add(offset);
  };
  for (const [offset, value] of log.values) seen(value, offset);
  for (const { polls } of sessions)
    for (const { records } of polls) for (const { offset, value } of records) seen(value, offset);
  const acked = sent.flatMap((record): readonly AckedRecord[] => {
    const { outcome, kept } = record;
    const isSure = outcome.kind === 'acked' && outcome.offset !== null && kept;
    return isSure && outcome.offset !== null ? [{ record, offset: outcome.offset, at: outcome.at }] : [];
  });
  return { log, sent, acked, sessions, offsetsOf };
}

/** inconsistent-offsets: two values at one offset, by acknowledgements, polls and the final log. duplicate: one value at two. */
function checkOffsets({ log, acked, sent, sessions, offsetsOf }: Place, found: Found): void {
  const at = new Map<number, string>(log.values);
  const seen = (offset: number, value: string, who: string): void => {
    const before = at.get(offset);
    if (before === undefined) at.set(offset, value);
    else if (before !== value) found('inconsistent-offsets', `${who} has ${value} at ${offset}, where ${before} is`);
  };
  for (const { record, offset } of acked) seen(offset, record.id, `the answer to ${record.writer}`);
  for (const { consumer, polls } of sessions)
    for (const { records } of polls) for (const { offset, value } of records) seen(offset, value, consumer);
  for (const { id, once } of sent) {
    const offsets = offsetsOf.get(id);
    if (once && offsets !== undefined && offsets.size > 1)
      found('duplicate', `${id} is at ${[...offsets].join(' and ')}`);
  }
}

/**
 * lost-write: acknowledged or read by somebody, and passed over by the final reading. unseen: acknowledged behind everything
 * that was ever read. G1a: failed for certain, and read all the same.
 */
function checkWrites({ log, acked, sent, sessions, offsetsOf, mayLack }: Place, found: Found): void {
  let end = log.start;
  for (const offset of log.values.keys()) end = Math.max(end, offset + 1);
  for (const { polls } of sessions)
    for (const { records } of polls) for (const { offset } of records) end = Math.max(end, offset + 1);
  for (const { record, offset } of acked) {
    if (offset < log.start || log.values.has(offset) || mayLack(offset)) continue;
    if (offset >= end) found('unseen', `${record.id} was acknowledged at ${offset}, nobody has read beyond ${end}`);
    else found('lost-write', `${record.id} was acknowledged at ${offset} and is not there`);
  }
  for (const { consumer, polls } of sessions)
    for (const { records } of polls)
      for (const { offset, value } of records)
        if (offset >= log.start && !log.values.has(offset) && !mayLack(offset))
          found('lost-write', `${consumer} has read ${value} at ${offset}, it is not there any more`);
  for (const { id, outcome } of sent) {
    if (outcome.kind !== 'failed' || !outcome.definite) continue;
    const offsets = offsetsOf.get(id);
    if (offsets !== undefined) found('G1a', `${id} was refused (${outcome.reason}), it is at ${[...offsets].join()}`);
  }
}

/** Within a poll and from one poll to the next: no step back, nothing left out of what is there. */
function checkPolls({ log, mayLack }: Place, { consumer, from, polls }: PollSession, found: Found): void {
  let next = from;
  for (const { records } of polls) {
    let isFirst = true;
    for (const { offset, value } of records) {
      if (offset < next)
        found(isFirst ? 'nonmonotonic-poll' : 'int-nonmonotonic-poll', `${consumer} read ${offset} after ${next - 1}`);
      else {
        const skipped = firstWithin(log, Math.max(next, log.start), offset, mayLack);
        if (skipped !== null)
          found(
            isFirst ? 'poll-skip' : 'int-poll-skip',
            `${consumer} read ${value} at ${offset} after ${next - 1}, and not ${skipped}`,
          );
      }
      next = Math.max(next, offset + 1);
      isFirst = false;
    }
  }
}

/** The first record in `[from, to)` that need be there, for messages; null when none is. */
function firstWithin(
  { values }: FinalLog,
  from: number,
  to: number,
  mayLack: (offset: number) => boolean = () => false,
): string | null {
  for (let offset = from; offset < to; offset += 1) {
    const value = values.get(offset);
    if (value !== undefined && !mayLack(offset)) return `${value} at ${offset}`;
  }
  return null;
}

/** nonmonotonic-send: one writer's records lie in the order of sending, if it is idempotent or waited for the answer. */
function checkSends({ acked }: Place, found: Found): void {
  for (const its of groupBy(acked, ({ record }) => record.writer).values()) {
    let highest: AckedRecord | null = null;
    const byAck = [...its].sort((left, right) => left.at - right.at);
    let answered = 0;
    let behind: AckedRecord | null = null;
    for (const entry of [...its].sort((left, right) => left.record.number - right.record.number)) {
      for (let next = byAck[answered]; next !== undefined && next.at < entry.record.sentAt; next = byAck[answered]) {
        if (behind === null || next.offset > behind.offset) behind = next;
        answered += 1;
      }
      const owed: AckedRecord | null = entry.record.once ? highest : behind;
      if (owed !== null && owed.offset >= entry.offset)
        found(
          'nonmonotonic-send',
          `${entry.record.id} at ${entry.offset} was sent after ${owed.record.id} at ${owed.offset}`,
        );
      if (entry.record.once && (highest === null || entry.offset > highest.offset)) highest = entry;
    }
  }
}

/**
 * int-nonmonotonic-send: the records of one burst lie in the order of sending. int-send-skip: others' are between them.
 * G0: each of two bursts has a record before one of the other's.
 */
function checkBursts({ acked, log }: Place, found: Found): void {
  const bursts = groupBy(
    acked.filter(({ record }) => record.burst !== null),
    ({ record }) => record.burst ?? '',
  );
  const spans: { readonly name: string; readonly first: number; readonly last: number }[] = [];
  for (const [name, entries] of bursts) {
    const inOrder = [...entries].sort((left, right) => left.record.number - right.record.number);
    for (const [index, entry] of inOrder.entries()) {
      const before = inOrder[index - 1];
      if (before === undefined) continue;
      if (entry.offset <= before.offset)
        found(
          'int-nonmonotonic-send',
          `${entry.record.id} of ${name} is at ${entry.offset}, ${before.record.id} at ${before.offset}`,
        );
      const between = firstWithin(log, before.offset + 1, entry.offset);
      if (between !== null)
        found('int-send-skip', `${between} is between ${before.record.id} and ${entry.record.id} of ${name}`);
    }
    const offsets = entries.map(({ offset }) => offset);
    spans.push({ name, first: Math.min(...offsets), last: Math.max(...offsets) });
  }
  spans.sort((left, right) => left.first - right.first);
  for (const [index, span] of spans.entries()) {
    const next = spans[index + 1];
    if (next !== undefined && next.first < span.last)
      found('G0', `${span.name} and ${next.name} lie within each other`);
  }
}

/**
 * G1c: a circle of writing, reading and time: who had read a record before another was sent must not find the other before it.
 * Acknowledgements say this of records that were acknowledged (D4); this says it of all that anybody has read.
 */
function checkReadsOfLater({ sent, sessions, offsetsOf }: Place, found: Found): void {
  const reads = sessions
    .flatMap(({ consumer, polls }) =>
      polls.map(({ at, records }) => ({ at, consumer, last: Math.max(...records.map(({ offset }) => offset)) })),
    )
    .sort((left, right) => left.at - right.at);
  let highest: (typeof reads)[number] | null = null;
  let next = 0;
  for (const { id, sentAt } of [...sent].sort((left, right) => left.sentAt - right.sentAt)) {
    for (let read = reads[next]; read !== undefined && read.at < sentAt; read = reads[next]) {
      if (highest === null || read.last > highest.last) highest = read;
      next += 1;
    }
    if (highest === null) continue;
    for (const offset of offsetsOf.get(id) ?? [])
      if (offset <= highest.last)
        found('G1c', `${id} at ${offset} was sent after ${highest.consumer} had read ${highest.last}`);
  }
}
