/**
 * L7: every change of who holds what comes to its end once all is healed: it is carried out, or given up, and nothing is left of it.
 *
 *   a leader's proposal of another ISR · a transfer of leadership · a change of the voters · the opening of a new log ·
 *   the deletion of a log whose topic is gone · a node's orderly stop
 *
 * Reassignments are to join when there are any.
 */
import type { CoreState } from '../../raft/index.ts';
import type { RunningNode } from '../../src/node/index.ts';
import { logDirectory } from '../../src/partition/hosting.ts';
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/history.ts';

/** Virtual milliseconds after the heal, of the default timeouts. */
const ENDED_MS = 120_000;
const LOGS = '/data/logs';

/** L7. Nobody works on the cluster any more. */
export async function changesEnded(cluster: SimCluster, patience: number): Promise<void> {
  const milliseconds = patience * ENDED_MS;
  const isEnded = (): boolean => cluster.numbers().every((number) => openChange(cluster, number) === null);
  if (isEnded() || (await cluster.world.run(isEnded, { milliseconds }))) return;
  const open = cluster.numbers().flatMap((number) => openChange(cluster, number) ?? []);
  violated('L7', `not ended within ${milliseconds} ms: ${open.join('; ')}`);
}

/** A change that is under way on that node; null: none. */
function openChange(cluster: SimCluster, number: number): string | null {
  const running = cluster.node(number);
  if (running === null) return null;
  if (cluster.stopping.has(running)) return `node ${number} is stopping`;
  const { metadata, hosting } = running.node;
  if (hosting.opening > 0) return `node ${number} opens ${hosting.opening} logs`;
  const cores = hosting.all().flatMap(({ id, replica, failed }) => {
    const change = failed === null ? changeIn(replica.core) : null;
    return change === null ? [] : [`node ${number} has ${change} of ${id.topic}-${id.index}`];
  });
  if (cores[0] !== undefined) return cores[0];
  const own = metadata === null ? null : changeIn(metadata.replica.core);
  if (own !== null) return `node ${number} has ${own} of metadata`;
  const left = leftDirectory(cluster, number, running);
  return left === null ? null : `node ${number} still has ${left}`;
}

function changeIn({ role, log, highWatermark }: CoreState): string | null {
  if (role.kind !== 'leader') return null;
  if (role.proposal !== null) return 'an open proposal of the ISR';
  if (role.transfer !== null) return 'a transfer under way';
  if (role.openSequence !== null) return 'a term that is not open';
  return log.voters.some(({ base }) => base >= highWatermark) ? 'a change of voters that is not committed' : null;
}

/** The directory of a log that the node is not to have. */
function leftDirectory(cluster: SimCluster, number: number, { node }: RunningNode): string | null {
  const wanted = new Set<string>();
  for (const topic of node.image().topicsById.values())
    for (const { index, replicas } of topic.partitions)
      if (replicas.some((replica) => Number(replica) === number)) wanted.add(logDirectory(topic, index));
  const logs = cluster.machine(number).disk.find(LOGS);
  if (logs?.kind !== 'directory') return null;
  return [...logs.entries.keys()].find((name) => !name.startsWith('@') && !wanted.has(name)) ?? null;
}
