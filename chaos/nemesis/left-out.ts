/**
 * After the heal the cluster must do its work without one of its nodes, too, for as long as that is away: what a fault hides that ends
 * by itself (a silent leader that nobody replaces, a follower that everybody waits for) shows here.
 *
 * ```
 *  heal ─▶ all in sync (L1 L2 L4) ─▶ one node paused | cut off from nodes | its disk stands still | cut off from one other (L5, L3)
 *      ─▶ another controller (L1, L8), other leaders (L2), topics can be written to (L3) ─▶ back ─▶ the rest of the end
 * ```
 */
import type { CoreState, Random } from '../../raft/index.ts';
import { ClientError } from '../../src/client/index.ts';
import { BOUNDS, describeCluster, recovered, votersOf, writable } from '../checkers/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import { violated } from '../workload/index.ts';
import type { Stage } from '../workload/index.ts';
import { pick } from './harm.ts';

/**
 * How one node is away; `nobody`: none is. Two that do not hear each other: `one-link`, the controller and a voter; `two-brokers`,
 * others, so that metadata has no reason to take a replica out of its set but the word of the leader that it lags behind.
 */
export type LeftOut = 'nobody' | 'paused' | 'cut-off' | 'stalled' | 'one-link' | 'two-brokers';

/** Of a campaign's shape. */
interface LeftOutShape {
  readonly leftOut?: LeftOut;
  readonly voters: number;
  /** How many times the defaults the timeouts are. */
  readonly timeouts: number;
}

/** Three session timeouts. */
const REPLACED_MS = 6000;
/** Between two requests that give a disk something to write, and how often before that is a failure of its own. */
const ASK_AGAIN_MS = 3000;
const ASKED_MAX = 20;
/** So many times as long writes may take until a replica that lags has left its set: some configurations wait 30 s for it. */
const LAG_PATIENCE = 3;
/** Twenty of the longest election timeouts. */
const STATIC_MS = 24_000;

export function drawLeftOut(random: Random, voters: number): LeftOut {
  if (voters < 3 || random.below(4) > 0) return 'nobody';
  return (['paused', 'cut-off', 'one-link', 'stalled', 'two-brokers'] as const)[random.below(5)] ?? 'paused';
}

/** The faults are over, nothing is left of them, and nobody works on the cluster. */
export async function leaveOut(
  stage: Stage,
  { leftOut: how = 'nobody', voters, timeouts }: LeftOutShape,
  random: Random,
): Promise<void> {
  const { cluster } = stage;
  if (how === 'nobody' || voters < 3) return;
  await recovered(cluster, { patience: timeouts });
  if (!canSpareOne(cluster, voters)) return;
  const controller = cluster.controller();
  if (how === 'two-brokers') return shrinks(stage, controller, timeouts, random);
  const node =
    how === 'stalled' || how === 'one-link' || random.below(2) === 0 ? controller : pick(random, cluster.numbers());
  if (node === null) return;
  if (how === 'one-link') return staysCalm(cluster, node, timeouts, random);
  const back = away(cluster, node, how);
  if (how === 'stalled') return isReplaced(stage, node, timeouts, back);
  await works(stage, node, timeouts);
  // The others may have elected another before it has noticed that nobody hears it.
  const leads = (): boolean => cluster.node(node)?.node.metadata?.replica.leads === true;
  const milliseconds = timeouts * BOUNDS.controller;
  if (how === 'cut-off' && leads() && !(await cluster.world.run(() => !leads(), { milliseconds })))
    violated(
      'L1',
      `node ${node}, which no other node has heard for long, leads the metadata group${describeCluster(cluster)}`,
    );
  back();
}

/** Everybody votes in each of its groups, and no log has failed: a voter whose disk was replaced has lost its vote for ever. */
function canSpareOne(cluster: SimCluster, voters: number): boolean {
  const nodes = cluster.nodes().map(({ node }) => node);
  const voting = nodes.filter(({ metadata }) => metadata !== null && votes(metadata.replica.core));
  const hosted = nodes.flatMap(({ hosting }) => hosting.all());
  const allVote = hosted.every(({ replica: { core } }) => core.config.policy !== 'quorum' || votes(core));
  return voting.length === voters && allVote && hosted.every(({ failed }) => failed === null);
}

function votes(core: CoreState): boolean {
  const { self } = core.config;
  return (votersOf(core) ?? []).some((voter) => voter.node === self.node && voter.directory === self.directory);
}

/** Takes the node out; the answer brings it back. */
function away(cluster: SimCluster, node: number, how: LeftOut): () => void {
  const machine = cluster.machine(node);
  const { network } = cluster.world;
  const others = cluster.numbers().filter((number) => number !== node);
  switch (how) {
    case 'nobody':
    case 'one-link':
    case 'two-brokers':
      return () => undefined;
    case 'paused':
      machine.pause();
      return () => machine.resume();
    case 'stalled':
      machine.disk.stall();
      return () => machine.disk.unstall();
    case 'cut-off':
      network.partition(
        [machine],
        others.map((number) => cluster.machine(number)),
      );
      return () => {
        for (const other of others) {
          network.unblock(machine, cluster.machine(other));
          network.unblock(cluster.machine(other), machine);
        }
      };
  }
}

/** The others elect a controller and leaders, and take writes. */
async function works({ cluster, history }: Stage, missing: number, patience: number): Promise<void> {
  const since = cluster.world.now();
  const within = async (name: string, bound: number, holds: () => boolean): Promise<void> => {
    const milliseconds = Math.max(1, since + patience * bound - cluster.world.now());
    if (await cluster.world.run(holds, { milliseconds })) return;
    violated(name, `not within ${patience * bound} ms without node ${missing}: ${describeCluster(cluster)}`);
  };
  const others = cluster.nodes().filter(({ node }) => Number(node.options.config.node) !== missing);
  const agreed = (): boolean => {
    const known = new Set(others.map(({ node }) => node.metadataLeader));
    const [leader] = known;
    return known.size === 1 && leader !== undefined && leader !== null && leader !== missing;
  };
  await within('L1', BOUNDS.controller, agreed);
  const partitions = () => [...(cluster.image()?.topicsById.values() ?? [])].flatMap((topic) => topic.partitions);
  const ledByOthers = (): boolean =>
    partitions().every(({ leader, replicas }) => (leader !== null && leader !== missing) || replicas.length < 3);
  await within('L2', BOUNDS.controller + BOUNDS.leaders, ledByOthers);
  await writable(cluster, history, { patience, dead: [missing], skipWrites: smallTopics(cluster) });
}

/** Those that need not be written to while a replica is away. */
function smallTopics(cluster: SimCluster): readonly string[] {
  const topics = [...(cluster.image()?.topicsById.values() ?? [])];
  return topics
    .filter(({ partitions }) => partitions.some(({ replicas }) => replicas.length < 3))
    .map(({ name }) => name);
}

/** Two brokers that the controller hears do not hear each other: where one leads, the other leaves the set, and writes go on (L3). */
async function shrinks(
  { cluster, history }: Stage,
  controller: number | null,
  patience: number,
  random: Random,
): Promise<void> {
  const others = cluster.numbers().filter((number) => number !== controller);
  const one = pick(random, others);
  const other = pick(
    random,
    others.filter((number) => number !== one),
  );
  if (controller === null || one === null || other === null) return;
  const { network } = cluster.world;
  const [left, right] = [cluster.machine(one), cluster.machine(other)];
  network.partition([left], [right]);
  await writable(cluster, history, { patience: Math.max(patience, LAG_PATIENCE), skipWrites: smallTopics(cluster) });
  network.unblock(left, right);
  network.unblock(right, left);
}

/** One voter does not hear the controller, nor it that one; the others hear both, and follow whom they have (L5). */
async function staysCalm(cluster: SimCluster, controller: number, patience: number, random: Random): Promise<void> {
  const others = cluster.numbers().filter((number) => number !== controller);
  const deaf = pick(random, others);
  if (deaf === null) return;
  const termNow = (): number => Math.max(...cluster.nodes().map(({ node }) => node.metadata?.replica.term ?? 0));
  const before = termNow();
  const { network } = cluster.world;
  const [left, right] = [cluster.machine(controller), cluster.machine(deaf)];
  network.partition([left], [right]);
  await cluster.run(patience * STATIC_MS);
  const opened = termNow() - before;
  // A majority hears the controller all the time.
  if (opened > 0)
    violated('L5', `${opened} terms were opened while nodes ${controller} and ${deaf} do not hear each other`);
  network.unblock(left, right);
  network.unblock(right, left);
}

/**
 * A controller whose disk hangs has something to write, and is replaced (L8). Who asks for a topic may lose that request to a
 * connection that ended long ago, so it asks until the disk has been told to write.
 */
async function isReplaced(stage: Stage, missing: number, patience: number, back: () => void): Promise<void> {
  const { cluster, admin } = stage;
  const topic = { name: 'made-without-one', partitions: 1, replicationFactor: 1, configs: {} };
  const core = cluster.node(missing)?.node.metadata?.replica.core;
  const isAsked = (): boolean => core === undefined || core.role.kind !== 'leader' || core.pending.length > 0;
  let made: Promise<unknown> = Promise.resolve();
  for (let asked = 0; !isAsked(); asked += 1) {
    if (asked > ASKED_MAX) violated('L8', `node ${missing} is controller, and was given nothing to write`);
    made = admin.createTopic(topic).catch((error: unknown) => {
      if (!(error instanceof ClientError)) throw error;
    });
    await cluster.world.run(isAsked, { milliseconds: ASK_AGAIN_MS });
  }
  const replaced = (): boolean => {
    const known = new Set(cluster.nodes().map(({ node }) => node.metadataLeader));
    return known.size === 1 && !known.has(null) && [...known].every((leader) => leader !== missing);
  };
  if (!(await cluster.world.run(replaced, { milliseconds: patience * REPLACED_MS })))
    violated(
      'L8',
      `node ${missing} is controller ${patience * REPLACED_MS} ms after its disk stood still${describeCluster(cluster)}`,
    );
  back();
  await cluster.wait(made);
}
