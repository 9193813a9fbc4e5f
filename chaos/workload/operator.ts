/**
 * What only an operator may do. Where all that could lead a partition without loss came back without what they had,
 * `flush=always` waits for
 * a word from outside, however old and whole the copies of others are.
 *
 * ```
 *  no leader, ISR ∪ ELR empty, all that were in it have lost something ── ghost state: a fault took it ──▶ unclean election
 *                                                                     └─ nothing did: L2 will tell
 * ```
 * Only in topics of which users know that they may lose something; a loss within the budget is never accepted.
 */
import { ClientError } from '../../src/client/index.ts';
import type { AdminClient } from '../../src/client/index.ts';
import type { Partition } from '../../src/metadata/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import type { History } from './history.ts';

interface Operated {
  readonly cluster: SimCluster;
  readonly history: Pick<History, 'fragile'>;
  readonly admin: Pick<AdminClient, 'electLeader'>;
}

/** A connection may have ended long ago without the client's knowing. */
const TRIES_MAX = 5;

/** The cluster is healed; looks once all nodes are back, for which they get so many virtual milliseconds. */
export async function acceptLosses({ cluster, history, admin }: Operated, milliseconds: number): Promise<void> {
  if (history.fragile.size === 0) return;
  const isBack = (): boolean =>
    cluster.controller() !== null && cluster.numbers().every((number) => cluster.isReady(number));
  if (!(await cluster.world.run(isBack, { milliseconds }))) return;
  for (const name of history.fragile) {
    for (const { index } of cluster.image()?.topicsByName.get(name)?.partitions ?? []) {
      for (let tries = 0; tries < TRIES_MAX && waitsForOperator(cluster, name, index); tries += 1)
        await cluster.wait(admin.electLeader(name, index, 'unclean').catch(refused));
    }
  }
}

function refused(error: unknown): void {
  if (!(error instanceof ClientError)) throw error;
}

function waitsForOperator(cluster: SimCluster, topic: string, index: number): boolean {
  const record = cluster.record(topic, index);
  return record !== null && nobodyIsWhole(record) && record.lossy.every(({ node }) => isSpoiled(cluster, node));
}

function nobodyIsWhole({ leader, isr, elr, lossy, replication }: Partition): boolean {
  return replication === 'isr' && leader === null && isr.length + elr.length === 0 && lossy.length > 0;
}

function isSpoiled(cluster: SimCluster, node: number): boolean {
  const { wipes, damages, refusals, restores } = cluster.machine(node).disk;
  return wipes + damages + refusals + restores > 0;
}
