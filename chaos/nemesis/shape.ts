/**
 * What the seed decides before anything happens: the cluster, the work on it, which faults there are and when. Plain JSON, so that
 * a replay file can hold it and a command line can fix a part of it.
 *
 * ```
 *  ──calm──▓▓▓storm▓▓▓────calm────▓▓storm▓▓──calm──│ heal, checks
 * ```
 */
import type { Random } from '../../raft/index.ts';
import { drawWorkload } from '../workload/index.ts';
import type { WorkloadShape } from '../workload/index.ts';
import { drawLeftOut } from './left-out.ts';
import type { LeftOut } from './left-out.ts';
import { PROFILES } from './profiles.ts';
import type { ProfileName } from './profiles.ts';
import type { FaultName } from './faults.ts';

/** Virtual milliseconds since the faults began; `until` is not part of it. */
export interface Storm {
  readonly from: number;
  readonly until: number;
}

export interface CampaignShape {
  readonly profile: ProfileName;
  readonly nodes: number;
  /** The first ones elect the controller. */
  readonly voters: number;
  readonly flush: 'always' | 'os';
  /** How many times the defaults the timeouts and heartbeats of nodes are. */
  readonly timeouts: number;
  /** Further settings of all nodes, `key=value`. */
  readonly settings: readonly string[];
  readonly workload: WorkloadShape;
  readonly faults: readonly FaultName[];
  /** Mean virtual milliseconds between two faults of a storm. */
  readonly pace: number;
  readonly storms: readonly Storm[];
  /** From the first fault to the heal. */
  readonly milliseconds: number;
  /** How one node is away for a while after that, and the others must do without it; absent: none is. */
  readonly leftOut?: LeftOut;
}

/** What is not to be drawn. */
export type FixedShape = Partial<Omit<CampaignShape, 'workload'>> & { readonly workload?: Partial<WorkloadShape> };

export interface ShapeOptions {
  readonly profile?: ProfileName;
  /** Only these. */
  readonly faults?: readonly FaultName[];
  /** How many, all of them voters unless the shape says otherwise. */
  readonly nodes?: number;
  /** One storm of this length. */
  readonly milliseconds?: number;
  readonly shape?: FixedShape;
}

function oneOf<T>(random: Random, first: T, ...others: readonly T[]): T {
  return [first, ...others][random.below(others.length + 1)] ?? first;
}

function drawFaults(random: Random, { faults, always }: (typeof PROFILES)[ProfileName]): readonly FaultName[] {
  const swarm = faults.filter(() => random.below(3) === 0);
  const one = faults[random.below(faults.length)] ?? 'kill';
  return [...new Set<FaultName>([one, ...always, ...swarm])];
}

function drawNodes(random: Random): { readonly nodes: number; readonly voters: number } {
  const voters = [3, 3, 3, 3, 3, 3, 5, 1][random.below(8)] ?? 3;
  const more = [0, 0, 0, 0, 1, 2][random.below(6)] ?? 0;
  return { voters, nodes: voters === 1 ? 1 + random.below(4) : voters + (voters === 5 ? Math.min(more, 1) : more) };
}

function drawSettings(random: Random, { compacted }: WorkloadShape): readonly string[] {
  const tail = oneOf(random, 0, 65_536, 4_194_304);
  return [
    // What is in memory is served as it was written: of compacted logs nothing stays there.
    `tail.max.bytes=${compacted === null ? tail : 0}`,
    ...(random.below(2) === 0 ? ['metadata.snapshot.bytes=4096'] : []),
    ...(random.below(3) === 0 ? ['journal.file.bytes=65536'] : []),
    ...(random.below(4) === 0 ? ['replica.append.max.bytes=65536'] : []),
    ...(random.below(4) === 0 ? ['open.files.max=16'] : []),
    ...(random.below(4) === 0 ? ['replica.lag.time.max.ms=2000'] : []),
    ...(random.below(3) === 0 ? ['log.segment.bytes=1048576'] : []),
  ];
}

/** Nodes that talk less while there is nothing to say: what is slow for a laptop is usual between data centres. */
const SLOW = 5;

export function timeoutSettings(factor: number): readonly string[] {
  if (factor === 1) return [];
  return [
    `peer.heartbeat.ms=${200 * factor}`,
    `election.timeout.min.ms=${600 * factor}`,
    `election.timeout.max.ms=${1200 * factor}`,
    `broker.session.timeout.ms=${2000 * factor}`,
  ];
}

/** Virtual milliseconds of calm after a storm, where users wait for the next one, too: minutes, and sometimes half an hour. */
const CALM = { least: 60_000, most: 1_800_000 } as const;

interface Time {
  readonly storms: readonly Storm[];
  readonly milliseconds: number;
}

/** @param calm how much of the usual calm there is between storms; 0: seconds */
function drawStorms(random: Random, calm: number): Time {
  const storms: Storm[] = [];
  let at = 0;
  for (let left = 1 + random.below(2); left > 0; left -= 1) {
    const until = at + (calm > 0 ? 1500 + random.below(3000) : 2000 + random.below(4000));
    storms.push({ from: at, until });
    at = until + (calm > 0 ? Math.round(calm * drawCalm(random)) : random.below(3000));
  }
  return { storms, milliseconds: at };
}

function drawCalm(random: Random): number {
  return CALM.least * (CALM.most / CALM.least) ** random.fraction();
}

export function drawShape(random: Random, options: ShapeOptions): CampaignShape {
  const { profile = 'default', shape = {}, milliseconds } = options;
  const drawn = drawNodes(random.fork('nodes'));
  const nodes = shape.nodes ?? options.nodes ?? drawn.nodes;
  const voters =
    shape.voters ?? (options.nodes === undefined && shape.nodes === undefined ? drawn.voters : votersOf(nodes));
  const { workload: fixed, ...rest } = shape;
  const workload = drawWorkload(random.fork('workload'), nodes, { ...PROFILES[profile].workload, ...fixed });
  const isCalm = workload.phases.kind === 'with-storms';
  const timeouts = shape.timeouts ?? (isCalm && (nodes > 3 || random.fork('timeouts').below(4) > 0) ? SLOW : 1);
  const time =
    milliseconds === undefined
      ? drawStorms(random.fork('storms'), isCalm ? Math.min(1, 9 / nodes ** 2) : 0)
      : oneStorm(milliseconds);
  return {
    profile,
    flush: random.fork('flush').below(4) === 0 ? 'os' : 'always',
    timeouts,
    settings: [...drawSettings(random.fork('settings'), workload), ...timeoutSettings(timeouts)],
    faults: options.faults ?? drawFaults(random.fork('faults'), PROFILES[profile]),
    pace: drawPace(random.fork('pace')),
    ...time,
    ...rest,
    nodes,
    voters,
    leftOut: shape.leftOut ?? drawLeftOut(random.fork('left out'), voters),
    workload,
  };
}

function drawPace(random: Random): number {
  return (random.below(4) === 0 ? 30 : 150) + random.below(1500);
}

function oneStorm(milliseconds: number): Time {
  return { storms: [{ from: 0, until: milliseconds }], milliseconds };
}

/** The largest odd number of voters, five at most. */
function votersOf(nodes: number): number {
  return Math.min(5, nodes % 2 === 0 ? nodes - 1 : nodes);
}
