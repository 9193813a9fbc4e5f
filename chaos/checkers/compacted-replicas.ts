/**
 * The replicas of a compacted topic: each node compacts for itself, and when it comes to it, so they need not be equal.
 *
 *   P4   where two of them have a record, it is the same; who lacks one has something newer of its key, or the other has
 *   D10  each for itself holds the newest of every key (`keyed-records.ts`)
 *
 * Records of transactions, and markers, are left to readers of the committed.
 */
import { partitionGroup } from '../../src/partition/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import type { LogRecord } from '../../storage/batch/index.ts';
import { LogFailed } from '../../storage/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/history.ts';
import type { History } from '../workload/history.ts';
import { recordId } from '../workload/record-content.ts';
import { KeyedRecords } from './keyed-records.ts';
import { readLoggedRecords } from './replica-log.ts';

interface Copy {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly records: ReadonlyMap<number, LogRecord>;
}

/** All replicas of compacted topics that run. What anybody can read has been read before. */
export async function compactedReplicas(cluster: SimCluster, history: History): Promise<void> {
  const keyed = new KeyedRecords(history);
  for (const topic of cluster.image()?.topicsById.values() ?? []) {
    if (topic.configs.get('cleanup.policy')?.includes('compact') !== true) continue;
    const label = history.label(topic.name, topic.id);
    const rule = history.compacted.rule(label);
    for (const { index, replicas } of topic.partitions) {
      const name = `${topic.name}-${index}`;
      const group = partitionGroup(topic.id, index);
      const copies: Copy[] = [];
      for (const node of replicas) {
        const partition = cluster.node(node)?.node.hosting.partition(topic.id, index) ?? null;
        const copy = partition?.failed === null ? await copyOf(cluster, node, partition.replica) : null;
        if (copy === null) continue;
        copies.push(copy);
        const values = new Map([...copy.records].map(([offset, record]) => [offset, recordId(record)]));
        const { start, end } = copy;
        if (rule !== null && history.isOwed(label, index))
          keyed.judgeLog(`${name} on node ${node}`, { topic: label, partition: index, start, end, values }, (offset) =>
            history.compacted.wasPassedOver(group, offset),
          );
      }
      for (const one of copies)
        for (const other of copies) if (one !== other) compareCompacted(name, one, other, rule?.tombstonesGo === true);
    }
  }
}

async function copyOf(cluster: SimCluster, node: number, replica: Replica): Promise<Copy | null> {
  const { highWatermark: end } = replica;
  const { logStart: start } = replica.log;
  try {
    return { node, start, end, records: await cluster.wait(readLoggedRecords(replica)) };
  } catch (error) {
    // A sector that cannot be read: the log is repaired from the others.
    if (error instanceof LogFailed) return null;
    throw error;
  }
}

/** What `one` has: `other` has it as well, or one of them has something newer. */
export function compareCompacted(name: string, one: Copy, other: Copy, tombstonesGo: boolean): void {
  const from = Math.max(one.start, other.start);
  const to = Math.min(one.end, other.end);
  const newest = new Map<string, number>();
  for (const { records } of [one, other])
    for (const { key, offset } of records.values())
      newest.set(textOf(key), Math.max(offset, newest.get(textOf(key)) ?? offset));
  for (const [offset, record] of one.records) {
    if (offset < from || offset >= to) continue;
    const its = other.records.get(offset);
    const where = `${name}@${offset}`;
    if (its !== undefined && describe(its) !== describe(record))
      violated('P4', `${where}: node ${one.node} holds ${describe(record)}, node ${other.node} ${describe(its)}`);
    const isOutdated = (newest.get(textOf(record.key)) ?? offset) > offset || record.value === null || tombstonesGo;
    if (its === undefined && !isOutdated)
      violated('P4', `${where}: node ${one.node} holds ${describe(record)}, node ${other.node} nothing`);
  }
}

function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? '' : Buffer.from(bytes).toString('latin1');
}

function describe({ key, value, timestamp, headers }: LogRecord): string {
  const more = headers.map((header) => `${header.key} ${textOf(header.value)}`).join();
  return `${textOf(key)}=${value === null ? 'nothing' : textOf(value)} of ${timestamp} with ${more}`;
}
