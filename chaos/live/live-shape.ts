/**
 * What one round of a live run is like, drawn from its seed: the nodes' settings, who works on them, and which faults come.
 * The processes then run in real time: the same seed asks for the same, and no two runs are equal.
 */
import type { Random } from '../../raft/index.ts';
import { CLOCK_FAULTS } from './clock-faults.ts';
import { DISK_FAULTS } from './disk-faults.ts';
import type { LiveFault } from './fault-context.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import { PROCESS_FAULTS } from './process-faults.ts';

export const LIVE_FAULTS = { ...PROCESS_FAULTS, ...NETWORK_FAULTS, ...CLOCK_FAULTS, ...DISK_FAULTS } as const;
export type LiveFaultName = keyof typeof LIVE_FAULTS;

/** Those that need the harness's hand on the disk, or on the clock. */
const POWER: readonly LiveFaultName[] = [
  'power-loss',
  'power-loss-all',
  'power-loss-starting',
  'part-kill',
  'full-disk',
  'read-only',
  'stalled-disk',
  'slow-disk',
  'failed-sync',
  'clock-jump',
  'clock-rate',
];
/** After which a node has lost what it had. */
const AT_REST: readonly LiveFaultName[] = ['wipe', 'damage-segment', 'damage-journal', 'yesterday'];
/** After which a replica may be offline. */
const FAILING: readonly LiveFaultName[] = ['full-disk', 'read-only', 'failed-sync', 'few-handles'];

export interface LiveShape {
  readonly nodes: number;
  readonly program: 'shipped' | 'power';
  readonly flush: 'always' | 'os';
  /** One after the other of the one list, beside one after the other of the other. */
  readonly nodeFaults: readonly LiveFaultName[];
  readonly linkFaults: readonly LiveFaultName[];
  readonly padding: number;
  readonly bursts: boolean;
  readonly members: number;
  /** Clients that make, change and delete topics. */
  readonly admins: number;
  readonly quorumTopic: boolean;
  readonly kafkajs: boolean;
  /** To see that the checks can fail. */
  readonly beyondBudget: boolean;
  /** Further settings of all nodes. */
  readonly settings: readonly string[];
}

export function isLiveFault(name: string): name is LiveFaultName {
  return Object.hasOwn(LIVE_FAULTS, name);
}

export function faultOf(name: LiveFaultName): LiveFault {
  return LIVE_FAULTS[name];
}

function isLinkFault(name: LiveFaultName): boolean {
  return Object.hasOwn(NETWORK_FAULTS, name);
}

function losesReplicas(name: LiveFaultName): boolean {
  return AT_REST.includes(name) || FAILING.includes(name);
}

/** Most of them, at least one. */
function swarm(random: Random, names: readonly LiveFaultName[]): readonly LiveFaultName[] {
  const drawn = names.filter(() => random.below(3) > 0);
  return drawn.length > 0 ? drawn : names.slice(0, 1);
}

/** @param wanted faults that the user named; null: all */
export function drawShape(random: Random, nodes: number, wanted: readonly LiveFaultName[] | null): LiveShape {
  const all = Object.keys(LIVE_FAULTS).filter(isLiveFault);
  const asked = wanted ?? all;
  const needsPower = wanted?.some((name) => POWER.includes(name)) ?? random.below(2) === 0;
  const flush = wanted === null && random.below(4) === 0 ? 'os' : 'always';
  // Replicas that vote and have lost their log wait for an operator, for ever.
  const quorumTopic = random.below(3) === 0 && (wanted === null || !asked.some(losesReplicas));
  const possible = asked.filter(
    (name) =>
      (needsPower || !POWER.includes(name)) &&
      (flush === 'always' || !AT_REST.includes(name)) &&
      !(quorumTopic && losesReplicas(name)),
  );
  const drawn = wanted === null ? swarm(random, possible) : possible;
  return {
    nodes,
    program: needsPower ? 'power' : 'shipped',
    flush,
    nodeFaults: drawn.filter((name) => !isLinkFault(name)),
    linkFaults: drawn.filter(isLinkFault),
    padding: [0, 500, 4000][random.below(3)] ?? 0,
    bursts: random.below(2) === 0,
    members: random.below(2) === 0 ? 2 : 0,
    admins: random.below(2) === 0 ? 2 : 0,
    quorumTopic,
    kafkajs: random.below(2) === 0,
    beyondBudget: false,
    settings: [
      // Small enough that segments roll, journals are recycled, checkpoints and snapshots are taken within seconds.
      'log.segment.bytes=1048576',
      'journal.file.bytes=65536',
      'checkpoint.bytes=1048576',
      'metadata.snapshot.bytes=16384',
      'offsets.topic.num.partitions=3',
      'transaction.state.log.num.partitions=3',
      `tail.max.bytes=${[16_384, 4 << 20][random.below(2)] ?? 0}`,
      'disk.free.min.bytes=0',
    ],
  };
}
