/**
 * One random run: a cluster, a workload and a swarm of faults, all drawn from the seed; then the heal, and everything that
 * must hold.
 *
 * ```
 *  seed ─▶ shape ─▶ nodes, workload ─▶ nemesis draws decisions, or a list of them is done again ─▶ heal ─▶ checks
 * ```
 * The seed, the shape and the decisions are the whole run: done again they give the same hash.
 */
import { seededRandom } from '../../raft/index.ts';
import { BOUNDS, describeCluster, lookAtEnd } from '../checkers/index.ts';
import type { LoudOutcome, Recovery } from '../checkers/index.ts';
import { Schedule } from '../schedule/index.ts';
import type { Decision, Misfit } from '../schedule/index.ts';
import { SimulationError } from '../sim/index.ts';
import { acceptLosses, Stage, startWorkload } from '../workload/index.ts';
import { endBeyond, watchDeclared } from './beyond.ts';
import { Budget } from './budget.ts';
import { failureOf } from './failure.ts';
import type { Failure } from './failure.ts';
import { leaveOut } from './left-out.ts';
import { Nemesis } from './nemesis.ts';
import { isBeyond } from './profiles.ts';
import { drawShape } from './shape.ts';
import type { CampaignShape, ShapeOptions } from './shape.ts';

export interface CampaignOptions extends ShapeOptions {
  readonly seed: string | number;
  /** To be done instead of what the seed would draw; `shape` then says everything. */
  readonly decisions?: readonly Decision[];
  /** Keep every event as text. */
  readonly record?: boolean;
  /** Called when the nodes are there and nothing has happened, to look at what follows. */
  readonly onStage?: (stage: Stage) => void;
}

export interface CampaignResult {
  readonly seed: string;
  readonly shape: CampaignShape;
  readonly hash: string;
  readonly virtualMs: number;
  readonly acked: number;
  readonly failed: number;
  readonly elections: number;
  /** What was seen and is no violation: anomalies that Kafka's model of writing allows, histories too long to judge (R11). */
  readonly tolerated: Readonly<Record<string, number>>;
  /** Faults that did something, by name; empty in a replay. */
  readonly faults: Readonly<Record<string, number>>;
  /** Names of the states that it reached. */
  readonly markers: readonly string[];
  readonly decisions: readonly Decision[];
  readonly misfits: readonly Misfit[];
  /** When the faults ended; null: it failed before. */
  readonly healedAt: number | null;
  /** Null when it failed, and beyond the budget, where nothing need recover. */
  readonly recovery: Recovery | null;
  /** What became of the partitions beyond the budget; null otherwise. */
  readonly loud: LoudOutcome | null;
  readonly failure: Failure | null;
}

/** A campaign that failed, for who expects none. */
export class CampaignFailure extends Error {
  override readonly name = 'CampaignFailure';
}

/** Runs it. What does not hold is an answer, not an error. */
export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
  const seed = String(options.seed);
  const draw = seededRandom(seed).fork('campaign');
  const shape = drawShape(draw.fork('shape'), options);
  const settings = [`flush=${shape.flush}`, ...shape.settings];
  const { nodes, voters } = shape;
  const { segmentBytes } = shape.workload;
  const stage = new Stage({ seed, nodes, voters, settings, segmentBytes, record: options.record ?? false });
  stage.patience = shape.timeouts;
  options.onStage?.(stage);
  const { cluster, history, invariants } = stage;
  const schedule = new Schedule(cluster);
  const beyond = isBeyond(shape.profile);
  const budget = new Budget(cluster, { ...shape, fragile: history.fragile, beyond });
  const nemesis = new Nemesis({ cluster, shape, random: draw.fork('faults'), budget, schedule });
  let recovery: Recovery | null = null;
  let loud: LoudOutcome | null = null;
  let healedAt: number | null = null;
  let failure: Failure | null = null;
  try {
    const declared = beyond ? watchDeclared(stage) : null;
    await run(stage, shape, () => {
      if (options.decisions === undefined) nemesis.begin();
      else schedule.replay(options.decisions);
      return () => {
        healedAt = cluster.world.now();
        nemesis.end();
      };
    });
    if (declared === null) {
      await acceptLosses(stage, shape.timeouts * BOUNDS.controller);
      await leaveOut(stage, shape, draw.fork('left out'));
      recovery = await stage.end({ patience: shape.timeouts });
    } else loud = await endBeyond(stage, declared);
  } catch (error) {
    const what = error instanceof SimulationError ? error.message : cluster.world.describeFailure(error);
    const details = `${schedule.lines().join('\n')}\n${what}\n${describeCluster(cluster)}`;
    failure = failureOf(error, cluster.world.now(), details);
  }
  lookAtEnd(stage.markers, stage, schedule.decisions);
  return {
    seed,
    shape,
    hash: cluster.world.traceHash(),
    virtualMs: cluster.world.now(),
    acked: history.acked,
    failed: history.failed,
    elections: invariants.elections,
    tolerated: toleratedOf(stage),
    faults: Object.fromEntries(nemesis.counts),
    markers: [...stage.markers.reached()],
    decisions: schedule.decisions,
    misfits: schedule.misfits,
    healedAt,
    recovery,
    loud,
    failure,
  };
}

/** As {@link campaign}; throws when something does not hold. */
export async function passingCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const result = await campaign(options);
  const { failure, shape, seed } = result;
  if (failure !== null) throw new CampaignFailure(`seed ${seed}: ${JSON.stringify(shape)}\n${failure.details}`);
  return result;
}

/** @param begin begins the faults; the answer ends them */
async function run(stage: Stage, shape: CampaignShape, begin: () => () => void): Promise<void> {
  const { cluster } = stage;
  await stage.open();
  const workload = await startWorkload(stage, shape.workload, shape.storms);
  const end = begin();
  await cluster.run(shape.milliseconds);
  end();
  stage.heal();
  cluster.startDead();
  workload.stop();
}

function toleratedOf({ history, judgedMetadata }: Stage): Readonly<Record<string, number>> {
  const undecided = judgedMetadata?.unknown ?? 0;
  return { ...Object.fromEntries(history.tolerated), ...(undecided === 0 ? {} : { 'R11 undecided': undecided }) };
}
