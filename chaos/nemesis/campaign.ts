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
import { describeCluster } from '../checkers/index.ts';
import type { Recovery } from '../checkers/index.ts';
import { SimulationError } from '../sim/index.ts';
import { drawWorkload, Stage, startWorkload } from '../workload/index.ts';
import type { WorkloadShape } from '../workload/index.ts';
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
  readonly shape?: FixedShape;
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
  readonly snapshots: boolean;
  /** Recent batches in memory on each node: with few, followers and consumers are served from segments. */
  readonly tailBytes: number;
  readonly workload: WorkloadShape;
  readonly faults: readonly FaultName[];
  /** Mean virtual milliseconds between two faults. */
  readonly pace: number;
  readonly milliseconds: number;
}

/** What is not to be drawn of a shape. */
export type FixedShape = Partial<Omit<CampaignShape, 'workload'>> & { readonly workload?: Partial<WorkloadShape> };

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
  const nodes = options.shape?.nodes ?? (random.below(4) === 0 ? 5 : 3);
  return {
    nodes,
    flush: random.below(4) === 0 ? 'os' : 'always',
    snapshots: random.below(2) === 0,
    tailBytes: [0, 65_536, 4_194_304][random.below(3)] ?? 0,
    faults: options.faults ?? [...new Set([one, ...swarm])],
    pace: (random.below(4) === 0 ? 30 : 150) + random.below(1500),
    milliseconds: options.milliseconds ?? 4000 + random.below(8000),
    ...options.shape,
    workload: drawWorkload(random.fork('workload'), nodes, options.shape?.workload),
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

async function run(stage: Stage, shape: CampaignShape, random: Random, faults: string[]): Promise<Recovery> {
  const { cluster } = stage;
  await stage.open();
  const workload = await startWorkload(stage, shape.workload);
  let healed = false;
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
  workload.stop();
  return stage.end();
}
