/**
 * What is there when everything is over, as a client reads it, compared with what clients were told while it went on.
 *
 *   `kept-records.ts`: D1, E1, D4     `anomalies.ts`: what Jepsen looks for     `keyed-records.ts`: D10, of compacted topics
 */
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/history.ts';
import type { History, SentRecord } from '../workload/history.ts';
import { findAnomalies, TOLERATED } from './anomalies.ts';
import type { FinalLog } from './anomalies.ts';
import { judgeHistory, readPartition } from './kept-records.ts';
import type { MayLack } from './kept-records.ts';
import { KeyedRecords } from './keyed-records.ts';

/**
 * Reads everything back through a client and compares it with the history; to the number of records.
 *
 * @param names of topics; null: all that are not internal
 */
export async function readBack(
  cluster: SimCluster,
  history: History,
  names: readonly string[] | null,
): Promise<number> {
  const topics = topicsOf(cluster, names);
  const client = cluster.client('auditor', { requestTimeoutMs: 3000 });
  const logs: FinalLog[] = [];
  for (const { name, id, partitions } of topics) {
    const topic = history.label(name, id);
    for (let partition = 0; partition < partitions; partition += 1) {
      const values = await cluster.wait(readPartition(client, name, partition));
      for (const [offset, value] of values) history.noteRead(topic, partition, offset, value, 'auditor');
      const leader = cluster.leader(name, partition);
      const start = leader === null ? 0 : (cluster.replica(leader, name, partition)?.logStart ?? 0);
      if (history.isOwed(topic, partition)) logs.push({ topic, partition, start, values });
    }
  }
  client.close();
  cluster.world.machine('auditor').kill();
  const starts = new Map(logs.map(({ topic, partition, start }) => [`${topic}/${partition}`, start]));
  const records = history.records().filter((record) => isOwed(record, starts));
  const keyed = new KeyedRecords(history);
  const mayLack: MayLack = (topic, partition, offset) => keyed.mayLack(topic, partition, offset);
  judgeHistory(
    records,
    new Map(logs.map(({ topic, partition, values }) => [`${topic}/${partition}`, values])),
    mayLack,
  );
  judgeAnomalies(history, logs, records, mayLack);
  judgeKeyed(history, keyed, logs);
  return logs.reduce((sum, { values }) => sum + values.size, 0);
}

/** Partitions that owe nothing have no start; what lay below a start, retention may have taken. */
function isOwed({ topic, partition, outcome }: SentRecord, starts: ReadonlyMap<string, number>): boolean {
  const start = starts.get(`${topic}/${partition}`);
  if (start === undefined) return false;
  return outcome.kind !== 'acked' || start === 0 || (outcome.offset !== null && outcome.offset >= start);
}

/** D10 of what consumers were given. */
function judgeKeyed(history: History, keyed: KeyedRecords, logs: readonly FinalLog[]): void {
  const starts = new Map(logs.map(({ topic, partition, start }) => [`${topic}/${partition}`, start]));
  for (const session of history.polls.sessions()) {
    const start = starts.get(`${session.topic}/${session.partition}`);
    if (start !== undefined) keyed.judgeSession(session, start);
  }
}

/** The first that must not be, with how many there are; what is tolerated is counted. */
export function judgeAnomalies(
  history: History,
  logs: readonly FinalLog[],
  records: readonly SentRecord[],
  mayLack?: MayLack,
): void {
  const found = findAnomalies(logs, records, history.polls.sessions(), mayLack);
  for (const { anomaly } of found)
    if (TOLERATED.has(anomaly)) history.tolerated.set(anomaly, (history.tolerated.get(anomaly) ?? 0) + 1);
  const wrong = found.filter(({ anomaly }) => !TOLERATED.has(anomaly));
  const [first] = wrong;
  if (first !== undefined) violated(first.anomaly, `${first.text} (${wrong.length} anomalies in all)`);
}

function topicsOf(
  cluster: SimCluster,
  names: readonly string[] | null,
): readonly { readonly name: string; readonly id: string; readonly partitions: number }[] {
  const all = [...(cluster.image()?.topicsById.values() ?? [])].filter(({ internal }) => !internal);
  return all
    .filter(({ name }) => names?.includes(name) ?? true)
    .map(({ name, id, partitions }) => ({ name, id, partitions: partitions.length }));
}
