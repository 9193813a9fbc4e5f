/**
 * What was acknowledged is there, at its offset, once, and in order: the history against what a client reads back at the end.
 *
 *   D1 kept where it was acknowledged     E1 once, of an idempotent writer     D4 in the order of sending and of real time
 *
 * It knows no cluster: simulated and real processes are judged alike.
 */
import { Consumer } from '../../src/client/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { violated } from '../workload/history.ts';
import type { SentRecord } from '../workload/history.ts';
import { recordId } from '../workload/record-content.ts';

/** Everything that a client gets of a partition, from its start until nothing more comes: values by offset. */
export async function readPartition(
  client: KafkaClient,
  topic: string,
  partition: number,
  isolation: 'committed' | 'uncommitted' = 'uncommitted',
): Promise<Map<number, string>> {
  const assignments = [{ topic, partition, from: 'earliest' as const }];
  const consumer = new Consumer(client, { assignments, maxWaitMs: 100, isolation });
  const found = new Map<number, string>();
  for (let quiet = 0; quiet < 2;) {
    const batches = await consumer.poll();
    for (const { records } of batches) for (const record of records) found.set(record.offset, recordId(record));
    if (consumer.caughtUp && batches.length === 0) quiet += 1;
  }
  return found;
}

/** Whether the record at that offset (null: unknown) may be gone, although it was acknowledged. */
export type MayLack = (topic: string, partition: number, offset: number | null) => boolean;

export const keepsAll: MayLack = () => false;

/**
 * Throws a {@link Violation} for the first thing that is not as it must be.
 *
 * @param found by topic and partition (`t/0`), then offset: what was read back
 * @param mayLack what compaction may have taken; default: nothing
 */
export function judgeHistory(
  records: readonly SentRecord[],
  found: ReadonlyMap<string, ReadonlyMap<number, string>>,
  mayLack: MayLack = keepsAll,
): void {
  const places = new Map<string, number[]>();
  for (const read of found.values()) {
    for (const [offset, value] of read) places.set(value, [...(places.get(value) ?? []), offset]);
  }
  const lastAcked = new Map<string, { readonly id: string; readonly offset: number }>();
  for (const { id, topic, partition, outcome, kept, once, writer } of records) {
    const place = `${topic}/${partition}`;
    const at = places.get(id) ?? [];
    if (once && at.length > 1) violated('E1', `${id} of an idempotent writer is in ${place} at ${at.join(', ')}`);
    if (outcome.kind !== 'acked') continue;
    const isGone = mayLack(topic, partition, outcome.offset);
    if (kept && at.length === 0 && !isGone)
      violated('D1', `${id} was acknowledged in ${place} at ${outcome.offset} and is not there`);
    const there = outcome.offset === null ? id : found.get(place)?.get(outcome.offset);
    if (kept && there !== id && !(isGone && there === undefined))
      violated('D1', `${id} was acknowledged in ${place} at ${outcome.offset}, where ${there ?? 'nothing'} is`);
    if (!kept || outcome.offset === null || !once) continue;
    const before = lastAcked.get(`${writer} ${place}`);
    if (before !== undefined && before.offset >= outcome.offset)
      violated('D4', `${id} at ${outcome.offset} of ${place} was sent after ${before.id} at ${before.offset}`);
    lastAcked.set(`${writer} ${place}`, { id, offset: outcome.offset });
  }
  checkRealTime(records);
}

/** Records that were acknowledged as kept and are not where they were acknowledged. */
export function lostRecords(
  records: readonly SentRecord[],
  found: ReadonlyMap<string, ReadonlyMap<number, string>>,
): readonly SentRecord[] {
  return records.filter(({ id, topic, partition, outcome, kept }) => {
    if (outcome.kind !== 'acked' || !kept) return false;
    const read = found.get(`${topic}/${partition}`);
    return outcome.offset === null ? ![...(read?.values() ?? [])].includes(id) : read?.get(outcome.offset) !== id;
  });
}

/** D4: what was sent after another's acknowledgement lies behind it. */
function checkRealTime(records: readonly SentRecord[]): void {
  const byPlace = new Map<
    string,
    { readonly id: string; readonly sentAt: number; readonly at: number; readonly offset: number }[]
  >();
  for (const { id, topic, partition, sentAt, outcome, kept } of records) {
    if (outcome.kind !== 'acked' || outcome.offset === null || !kept) continue;
    const place = `${topic}/${partition}`;
    const entry = { id, sentAt, at: outcome.at, offset: outcome.offset };
    const entries = byPlace.get(place);
    if (entries === undefined) byPlace.set(place, [entry]);
    else entries.push(entry);
  }
  for (const [place, entries] of byPlace) {
    const bySending = [...entries].sort((left, right) => left.sentAt - right.sentAt);
    const byAck = [...entries].sort((left, right) => left.at - right.at);
    let highest: (typeof entries)[number] | null = null;
    let next = 0;
    for (const entry of bySending) {
      for (let acked = byAck[next]; acked !== undefined && acked.at < entry.sentAt; acked = byAck[next]) {
        if (highest === null || acked.offset > highest.offset) highest = acked;
        next += 1;
      }
      if (highest !== null && highest.offset >= entry.offset)
        violated(
          'D4',
          `${entry.id} at ${place}@${entry.offset} was sent after ${highest.id} at ${highest.offset} was acknowledged`,
        );
    }
  }
}
