/**
 * One random run: a cluster, a workload and a swarm of faults, all drawn from the seed; then the heal, and everything that
 * must hold.
 *
 * ```
 *  seed ─▶ shape (nodes, flush, topics, which faults, how often) ─▶ faults for some virtual seconds ─▶ heal ─▶ checks
 * ```
 */
import { seededRandom } from '../../raft/index.ts';
import type { Random } from '../../raft/index.ts';
import { AdminClient, ClientError } from '../../src/client/index.ts';
import { describeCluster } from '../checkers/index.ts';
import type { Recovery } from '../checkers/index.ts';
import { SimulationError } from '../sim/index.ts';
import { Stage } from '../workload/index.ts';
import { FAULTS } from './faults.ts';
import type { FaultName } from './faults.ts';

export interface CampaignOptions {
  readonly seed: string | number;
  /** Virtual milliseconds of faults; default drawn, 4–12 s. */
  readonly milliseconds?: number;
  /** Only these faults. */
  readonly faults?: readonly FaultName[];
  readonly record?: boolean;
  /** What is not to be drawn. */
  readonly shape?: Partial<CampaignShape>;
}

export interface CampaignResult {
  readonly hash: string;
  readonly virtualMs: number;
  readonly acked: number;
  readonly failed: number;
  readonly elections: number;
  readonly faults: readonly string[];
  readonly recovery: Recovery;
}

/** What the seed has decided. */
export interface CampaignShape {
  readonly nodes: number;
  readonly flush: 'always' | 'os';
  readonly quorumTopic: boolean;
  readonly snapshots: boolean;
  /** Members of a consumer group; 0: none. */
  readonly members: number;
  /** Bytes added to each record: segments, journal and checkpoints then have work. */
  readonly padding: number;
  /** Recent batches in memory on each node: with few, followers and consumers are served from segments. */
  readonly tailBytes: number;
  /** Another topic comes and goes. */
  readonly churn: boolean;
  /** A topic to which little is written, and by who never looks for another leader: what diverges there is not written over. */
  readonly sparse: boolean;
  /** A client sends several produce requests at a time. */
  readonly bursts: boolean;
  readonly faults: readonly FaultName[];
  /** Mean virtual milliseconds between two faults. */
  readonly pace: number;
  readonly milliseconds: number;
}

/** A campaign that failed: everything that is known as message, and what happened in one line. */
export class CampaignFailure extends Error {
  override readonly name = 'CampaignFailure';
  readonly reason: string;

  constructor(message: string, reason: string, cause: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

function reasonOf(error: unknown): string {
  const inner = error instanceof SimulationError ? error.cause : error;
  return (inner instanceof Error ? `${inner.name}: ${inner.message}` : String(inner)).split('\n')[0] ?? '';
}

const ALL = Object.keys(FAULTS) as readonly FaultName[];

export function drawShape(random: Random, options: CampaignOptions): CampaignShape {
  const swarm = ALL.filter(() => random.below(3) === 0);
  const one: FaultName = ALL[random.below(ALL.length)] ?? 'kill';
  return {
    nodes: random.below(4) === 0 ? 5 : 3,
    flush: random.below(4) === 0 ? 'os' : 'always',
    quorumTopic: random.below(3) === 0,
    snapshots: random.below(2) === 0,
    members: random.below(3) === 0 ? 2 : 0,
    padding: random.below(3) === 0 ? 20_000 : 0,
    tailBytes: [0, 65_536, 4_194_304][random.below(3)] ?? 0,
    churn: random.below(3) === 0,
    sparse: random.below(3) === 0,
    bursts: random.below(3) === 0,
    faults: options.faults ?? [...new Set([one, ...swarm])],
    pace: (random.below(4) === 0 ? 30 : 150) + random.below(1500),
    milliseconds: options.milliseconds ?? 4000 + random.below(8000),
    ...options.shape,
  };
}

/** Runs it; throws with everything that is known when something does not hold. */
export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
  const draw = seededRandom(String(options.seed)).fork('campaign');
  const shape = drawShape(draw.fork('shape'), options);
  const settings = [
    `flush=${shape.flush}`,
    `tail.max.bytes=${shape.tailBytes}`,
    ...(shape.snapshots ? ['metadata.snapshot.bytes=4096'] : []),
  ];
  const stage = new Stage({ seed: options.seed, nodes: shape.nodes, settings, record: options.record ?? false });
  const faults: string[] = [];
  try {
    const recovery = await run(stage, shape, draw.fork('faults'), faults);
    const { cluster, history, invariants } = stage;
    return {
      hash: cluster.world.traceHash(),
      virtualMs: cluster.world.now(),
      acked: history.acked,
      failed: history.failed,
      elections: invariants.elections,
      faults,
      recovery,
    };
  } catch (error) {
    const what = error instanceof SimulationError ? error.message : stage.cluster.world.describeFailure(error);
    throw new CampaignFailure(
      `campaign ${options.seed}: ${JSON.stringify(shape)}\n${faults.join('\n')}\n${what}\n${describeCluster(stage.cluster)}`,
      reasonOf(error),
      error,
    );
  }
}

/** A topic that comes and goes, as long as the faults last; refusals and unknown outcomes are part of it. */
async function churn(stage: Stage, over: () => boolean): Promise<void> {
  const client = stage.cluster.client('churner');
  const admin = new AdminClient(client);
  const tried = async (work: Promise<unknown>): Promise<void> => {
    await work.catch((error: unknown) => {
      if (!(error instanceof ClientError)) stage.cluster.world.fail(error);
    });
  };
  while (!over()) {
    await tried(admin.createTopic({ name: 'c', partitions: 3, replicationFactor: 3, configs: {} }));
    await client.sleep(200);
    await tried(admin.createPartitions('c', 5));
    await client.sleep(200);
    await tried(admin.deleteTopic('c'));
  }
}

async function run(stage: Stage, shape: CampaignShape, random: Random, faults: string[]): Promise<Recovery> {
  const { cluster } = stage;
  await stage.open();
  await stage.topic('t', { partitions: 3 });
  if (shape.quorumTopic) await stage.topic('q', { partitions: 1, configs: { replication: 'quorum' } });
  const pace = { everyMs: 25, pendingMax: 10, padding: shape.padding };
  stage.writer({ topic: 't', partitions: 3, idempotent: true, ...pace }).start();
  stage.writer({ topic: 't', partitions: 3, ...pace }).start();
  stage.writer({ topic: 't', partitions: 3, acks: 1, ...pace }).start();
  if (shape.quorumTopic) stage.writer({ topic: 'q', idempotent: true, ...pace }).start();
  if (shape.sparse) {
    await stage.topic('s', { partitions: 2 });
    stage.writer({ topic: 's', partitions: 2, acks: 1, everyMs: 400, pendingMax: 4 }).start();
  }
  if (shape.bursts) stage.burst({ topic: 't', partitions: 3 }).start();
  stage.reader({ topic: 't', partitions: 3 }).start();
  if (shape.quorumTopic) stage.reader({ topic: 'q' }).start();
  for (let index = 0; index < shape.members; index += 1) stage.member({ topic: 't', partitions: 3 }).start();
  let healed = false;
  const churning = shape.churn ? churn(stage, () => healed) : Promise.resolve();
  let powerLosses = 0;
  let replaceable: number | null = null;
  const { world } = cluster;
  const context = {
    cluster,
    random,
    active: (): boolean => !healed,
    note: (text: string): void => void faults.push(`${world.now().toFixed(1)} ${text}`),
    restart: (node: number, after: number): void =>
      world.after(healed ? 0 : after, () => {
        if (cluster.machine(node).running) return;
        faults.push(`${world.now().toFixed(1)} start ${node}`);
        cluster.launch(node);
      }),
    mayReplaceDisk: (node: number): boolean => {
      const isFirst = replaceable === null;
      replaceable ??= node;
      return isFirst;
    },
    mayLosePower: (): boolean => {
      powerLosses += 1;
      return shape.flush === 'always' || powerLosses === 1;
    },
  };
  // A process that ends itself (a failed sync) is started again, as a supervisor would; a damaged disk is replaced.
  cluster.onEnd = (node) => {
    context.restart(node, 200);
    if (replaceable !== node || cluster.ends.at(-1)?.isData !== true) return;
    faults.push(`${world.now().toFixed(1)} another disk for ${node}`);
    world.after(0, () => {
      if (!cluster.machine(node).running) cluster.machine(node).wipe();
    });
  };
  const next = (): void => {
    if (healed) return;
    const name = shape.faults[random.below(shape.faults.length)];
    if (name !== undefined) FAULTS[name](context);
    world.after(-shape.pace * Math.log(1 - random.fraction()), next);
  };
  world.after(300, next);
  await cluster.run(shape.milliseconds);
  healed = true;
  faults.push(`${world.now().toFixed(1)} heal`);
  stage.heal();
  cluster.startDead();
  await cluster.wait(churning, 120_000);
  return stage.end();
}
