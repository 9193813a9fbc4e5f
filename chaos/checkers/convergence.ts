/**
 * After the heal: the cluster comes back in bounded time (liveness), then everything that was acknowledged is there, and
 * all replicas are the same. Works through a client, as users would, and on the logs of all replicas.
 *
 *   L1 a controller   L2 leaders   L3 new writes   L4 full ISR, equal logs   L7 `endings.ts`  
 * then `whole-logs.ts`, `read-back.ts`, `compacted-replicas.ts`
 */
import { Producer } from '../../src/client/index.ts';
import type { MetadataImage, Partition as PartitionRecord } from '../../src/metadata/index.ts';
import type { Partition } from '../../src/partition/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/history.ts';
import type { History } from '../workload/history.ts';
import { compactedReplicas } from './compacted-replicas.ts';
import { changesEnded } from './endings.ts';
import type { LogChains } from './log-chains.ts';
import { readBack } from './read-back.ts';
import { sameReplicas } from './whole-logs.ts';

/** Virtual milliseconds, of the default timeouts: ten elections, session + 5 s, session + 10 s, one minute. */
export const BOUNDS = { controller: 12_000, leaders: 7000, writes: 12_000, inSync: 60_000 } as const;

/** From a new controller to the leaders that it appoints. */
const APPOINTED_MS = 5000;

/**
 * Within what time after the heal every partition has a leader when the controller was there after `controller`;
 * default: in its last moment.
 */
export function leadersBound(patience: number, controller: number = patience * BOUNDS.controller): number {
  return Math.max(patience * BOUNDS.leaders, controller + patience * APPOINTED_MS);
}

export interface Expectations {
  /** How many times the default timeouts the cluster's are: it may take so much longer. Default 1. */
  readonly patience?: number;
  /** Nodes that stay dead: replicas there are not waited for. Default: none. */
  readonly dead?: readonly number[];
  /** Topics to check; default: all that are not internal. */
  readonly topics?: readonly string[];
  /** Topics that stay without a leader or refuse writes on purpose. */
  readonly skipWrites?: readonly string[];
}

/** How long everything took after the heal, in virtual milliseconds. */
export interface Recovery {
  readonly controller: number;
  readonly leaders: number;
  readonly inSync: number;
}

/** L1, L2, L4. The world must be healed and what should run be started. */
export async function recovered(cluster: SimCluster, expected: Expectations = {}): Promise<Recovery> {
  const { dead = [], patience = 1 } = expected;
  const since = cluster.world.now();
  const within = async (name: string, bound: number, holds: () => boolean): Promise<number> => {
    const left = since + bound - cluster.world.now();
    if (!(await cluster.world.run(holds, { milliseconds: Math.max(1, left) })))
      violated(name, `not within ${bound} ms after the heal: ${describeCluster(cluster)}`);
    return cluster.world.now() - since;
  };
  const controller = await within('L1', patience * BOUNDS.controller, () => cluster.controller() !== null);
  const leaders = await within('L2', leadersBound(patience, controller), () =>
    partitionsOf(cluster.image()).every((partition) => partition.leader !== null || !hasCandidate(partition)),
  );
  // Copying takes as long as ever, once there is a leader.
  const copied = BOUNDS.inSync + leadersBound(patience) - leadersBound(1);
  const inSync = await within('L4', copied, () => isInSync(cluster, dead));
  return { controller, leaders, inSync };
}

function partitionsOf(image: MetadataImage | null): readonly PartitionRecord[] {
  return image === null ? [] : [...image.topicsById.values()].flatMap(({ partitions }) => partitions);
}

/** Where all replicas have lost something, the cluster waits for others, and declares the loss only then (L4 waits for that). */
function hasCandidate({ replicas, lossy }: PartitionRecord): boolean {
  return replicas.some((replica) => lossy.every(({ node }) => node !== replica));
}

function isInSync(cluster: SimCluster, dead: readonly number[]): boolean {
  const image = cluster.image();
  if (image === null) return false;
  for (const number of cluster.numbers()) {
    if (dead.includes(number)) continue;
    const running = cluster.node(number);
    if (running === null || !cluster.isReady(number) || running.node.image().end !== image.end) return false;
  }
  // Asked after every event until it holds: no list is made of what there is.
  for (const { partitions } of image.topicsById.values())
    if (!partitions.every((partition) => isCopied(cluster, dead, partition))) return false;
  return true;
}

function isCopied(
  cluster: SimCluster,
  dead: readonly number[],
  { topicId, index, isr, replicas, replication }: PartitionRecord,
): boolean {
  // A replica that votes, and whose log has failed, stays offline until an operator replaces its node: its vote is lost.
  const waits = (node: number): boolean =>
    replication === 'quorum' && hasFailed(cluster.node(node)?.node.hosting.partition(topicId, index));
  const alive = replicas.filter((node) => !dead.includes(node) && !waits(node));
  const hosted = alive.map((node) => cluster.node(node)?.node.hosting.partition(topicId, index) ?? null);
  const [first] = hosted;
  if (first === null || first === undefined) return alive.length === 0;
  const equal = hosted.every(
    (each) => each !== null && each.logEnd === first.logEnd && each.highWatermark === first.logEnd,
  );
  return equal && alive.every((node) => isr.includes(node));
}

function hasFailed(partition: Partition | null | undefined): boolean {
  return partition?.failed !== null && partition?.failed !== undefined;
}

/** One line for messages. */
export function describeCluster(cluster: SimCluster): string {
  const image = cluster.image();
  const partitions = [...(image?.topicsById.values() ?? [])].flatMap((topic) =>
    topic.partitions.map(({ index, leader, leaderTerm, isr, elr, lossy, replicas }) => {
      const ends = replicas.map((node) => {
        const partition = cluster.node(node)?.node.hosting.partition(topic.id, index);
        return partition === null || partition === undefined
          ? `${node}:-`
          : `${node}:${partition.highWatermark}/${partition.logEnd}@${partition.replica.term}`;
      });
      const lost = lossy.map(({ node }) => node).join();
      const sets = `isr ${isr.join()} elr ${elr.join()} lossy ${lost}`;
      return `${topic.name}-${index} leader ${leader} term ${leaderTerm} ${sets} [${ends.join(' ')}]`;
    }),
  );
  const nodes = cluster.numbers().map((number) => {
    const running = cluster.node(number);
    if (running === null) return `${number}:down`;
    const ready = cluster.isReady(number) ? 'ready' : 'not ready';
    return `${number}:${ready} leader ${running.node.metadataLeader} image ${running.node.image().end}`;
  });
  const ends = cluster.ends
    .slice(-4)
    .map(({ node, at, reason }) => `node ${node} ended at ${at.toFixed(1)}: ${reason}`);
  return `\n  nodes ${nodes.join('; ')}\n  ${[...partitions, ...ends].join('\n  ')}`;
}

/** L3: an acks=all write to every partition succeeds within its bound. What it writes goes into the history. */
export async function writable(cluster: SimCluster, history: History, expected: Expectations = {}): Promise<void> {
  const image = cluster.image();
  const writesMs = (expected.patience ?? 1) * BOUNDS.writes;
  const client = cluster.client('prober', { requestTimeoutMs: 2000 });
  const producer = new Producer(client, {
    acks: 'all',
    idempotent: false,
    requestTimeoutMs: 2000,
    deliveryTimeoutMs: writesMs,
  });
  const writes: Promise<unknown>[] = [];
  for (const topic of image?.topicsById.values() ?? []) {
    if (topic.internal || expected.skipWrites?.includes(topic.name) === true) continue;
    for (const { index } of topic.partitions) {
      // Compacted topics take nothing without a key.
      const id = `prober-${topic.name}-${index}-${Math.floor(cluster.world.now())}`;
      const record = history.add({
        id,
        topic: history.label(topic.name, topic.id),
        partition: index,
        writer: id,
        number: 0,
        sentAt: cluster.world.now(),
        kept: true,
        once: false,
      });
      const bytes = Buffer.from(id);
      writes.push(
        producer.send({ topic: topic.name, partition: index, key: bytes, value: bytes }).then(
          ({ offset }) => history.ack(record, offset, cluster.world.now()),
          (error: unknown) =>
            violated('L3', `a write to ${topic.name}-${index}: ${String(error)}${describeCluster(cluster)}`),
        ),
      );
    }
  }
  await cluster.wait(Promise.all(writes), 2 * writesMs);
  client.close();
  cluster.world.machine('prober').kill();
}

/** Everything that must hold once the cluster is whole again. */
export async function allIsWell(
  cluster: SimCluster,
  history: History,
  expected: Expectations = {},
  chains: LogChains | null = null,
): Promise<Recovery> {
  const recovery = await recovered(cluster, expected);
  await writable(cluster, history, expected);
  await recovered(cluster, expected);
  await changesEnded(cluster, expected.patience ?? 1);
  await sameReplicas(cluster, chains);
  await readBack(cluster, history, expected.topics ?? null);
  await compactedReplicas(cluster, history);
  return recovery;
}
