/**
 * The logs of all replicas, read whole when everything is over: alike, exactly once, and what each replica derives from its own.
 *
 *   P4  byte for byte     R4  what it was when it was written     E1 E2  `producer-batches.ts`     P9  `derived-state.ts`
 */
import type { Partition } from '../../src/partition/index.ts';
import { LogFailed } from '../../storage/index.ts';
import { DiskLog } from '../../storage/log/disk-log.ts';
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/history.ts';
import {
  judgeIndexes,
  judgeKnownProducers,
  judgeKnownTransactions,
  judgeTerms,
  knownProducers,
} from './derived-state.ts';
import type { LogChains } from './log-chains.ts';
import { judgeProducers } from './producer-batches.ts';
import { readWholeLog } from './replica-log.ts';
import type { WholeLog } from './replica-log.ts';

/** A sector that cannot be read takes the log offline: it is found now, and repaired from the others. */
function unreadable(error: unknown): null {
  if (error instanceof LogFailed) return null;
  throw error;
}

/** All replicas that run and whose log has not failed. `chains`: what was seen of each batch while the run went on. */
export async function sameReplicas(cluster: SimCluster, chains: LogChains | null = null): Promise<void> {
  for (const topic of cluster.image()?.topicsById.values() ?? []) {
    for (const { index, replicas } of topic.partitions) {
      const name = `${topic.name}-${index}`;
      const logs: { readonly node: number; readonly log: WholeLog }[] = [];
      for (const node of replicas) {
        const partition = cluster.node(node)?.node.hosting.partition(topic.id, index) ?? null;
        if (partition === null || partition.failed !== null) continue;
        const cuts = cutsOf(partition);
        const log = await cluster.wait(readWholeLog(partition.replica).catch(unreadable));
        if (log === null) continue;
        await judgeReplica(cluster, `${name} on node ${node}`, partition, log, cuts);
        const { compact } = partition.replica.log.settings;
        chains?.judgeLog(`${name} on node ${node}`, partition.replica.group, log.batches, compact);
        logs.push({ node, log });
      }
      const [first, ...others] = logs;
      // Each node compacts for itself, and when it comes to it: see `compacted-replicas.ts`.
      const isCompacted = topic.configs.get('cleanup.policy')?.includes('compact') === true;
      for (const other of others) if (first !== undefined && !isCompacted) compareLogs(name, first, other);
    }
  }
}

/** Rises whenever files are cut or replaced. */
function cutsOf({ replica: { log } }: Partition): number {
  return log instanceof DiskLog ? log.cuts : 0;
}

/** @param cuts of the log before it was read */
async function judgeReplica(
  cluster: SimCluster,
  where: string,
  partition: Partition,
  log: WholeLog,
  cuts: number,
): Promise<void> {
  const { replica } = partition;
  const { compact } = replica.log.settings;
  judgeProducers(where, log.batches, compact);
  // Appended to since it was read: the next run says more.
  if (replica.log.logEnd !== log.end || replica.log.logStart !== log.start) return;
  judgeTerms(where, replica.core, log);
  const known = knownProducers(partition);
  if (known !== null) judgeKnownProducers(where, known, log, compact);
  if (known !== null && log.start === 0 && !compact) judgeKnownTransactions(where, known, log);
  await cluster.wait(judgeIndexes(where, replica.log, log, () => cutsOf(partition) === cuts).catch(unreadable));
}

/** Whole logs once they have converged, else what both take as committed. */
export function compareLogs(
  name: string,
  one: { readonly node: number; readonly log: WholeLog },
  other: { readonly node: number; readonly log: WholeLog },
): void {
  const from = Math.max(one.log.start, other.log.start);
  const to = Math.min(one.log.highWatermark, other.log.highWatermark);
  const within = ({ batches }: WholeLog): readonly string[] =>
    batches
      .filter(({ base, end }) => base >= from && end <= to)
      .map(({ base, end, term, sum }) => `[${base},${end})/${term} ${sum}`);
  const left = within(one.log);
  const right = within(other.log);
  const at = left.findIndex((text, index) => text !== right[index]);
  if (at >= 0)
    violated('P4', `${name}: node ${one.node} holds ${left[at]}, node ${other.node} ${right[at] ?? 'nothing'}`);
  if (right.length > left.length)
    violated('P4', `${name}: node ${other.node} holds ${right[left.length]}, node ${one.node} nothing`);
}
