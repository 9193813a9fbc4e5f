/**
 * One node between two things that happen to it, and how it is set up.
 *
 * Never changed: a turn (node-turn.ts) makes the next one. Random choices are no choices here: every draw is the least, or
 * for progress ids the number of the life, so that two states that look the same are the same.
 */
import type { CoreState, GroupConfig, Input, NodeId, Persist, Policy, Random, Voter } from '../../raft/index.ts';
import { byteCount, createCore, directoryId, incarnation, millis, nodeId } from '../../raft/index.ts';
import { freshDisk, type NodeDisk, recover } from './node-disk.ts';

export const NODES: readonly NodeId[] = [nodeId(1), nodeId(2), nodeId(3)];

export interface Unflushed {
  readonly persist: Persist;
  readonly values: readonly number[];
}

export interface LocalState {
  readonly policy: Policy;
  readonly node: NodeId;
  readonly core: CoreState;
  /** Number of the process, from 1: its incarnation. */
  readonly life: number;
  readonly memory: NodeDisk;
  readonly disk: NodeDisk;
  readonly unflushed: readonly Unflushed[];
  /** The disk does not answer until it is released. */
  readonly stalled: boolean;
  /** Election timeouts that it may still have. */
  readonly timeouts: number;
  /** isr: how many of the controller's assignments it has applied. */
  readonly applied: number;
}

export type Assign = Input & { readonly kind: 'assign' };

const VOTERS: readonly Voter[] = NODES.map((node) => ({ node, directory: directoryId(`d${node}`) }));

/** The directory of `node`, for ever. */
export function directoryOf(node: NodeId): Voter['directory'] {
  return directoryId(`d${node}`);
}

/** The same for all nodes: an incarnation is only ever compared beside its node. */
export function incarnationOf(life: number): GroupConfig['incarnation'] {
  return incarnation(`life ${life}`);
}

function leastRandom(life: number): Random {
  return {
    below: (bound) => Math.min(bound - 1, bound === 2 ** 20 ? life : 0),
    fraction: () => 0,
    bytes: (length) => new Uint8Array(length),
    fork: () => leastRandom(life),
  };
}

function configOf(policy: Policy, node: NodeId, life: number): GroupConfig {
  return {
    policy,
    self: { node, directory: directoryOf(node) },
    incarnation: incarnationOf(life),
    random: leastRandom(life),
    heartbeat: millis(200),
    electionTimeoutMin: millis(600),
    electionTimeoutMax: millis(1200),
    lagMax: millis(10_000),
    appendBytesMax: byteCount(200),
    inflightBytesMax: byteCount(400),
    inflightAppendsMax: 2,
    snapshotChunkBytesMax: byteCount(0),
  };
}

/** A node that starts on `disk`. Time begins at 0 in each life: only ages count. */
export function startLife(state: Omit<LocalState, 'core' | 'memory' | 'unflushed' | 'stalled'>): LocalState {
  const { policy, node, life, disk } = state;
  const core = createCore(configOf(policy, node, life), recover(disk, VOTERS), millis(0));
  return { ...state, core, memory: disk, unflushed: [], stalled: false };
}

export function firstLife(policy: Policy, node: NodeId, timeouts: number): LocalState {
  return startLife({ policy, node, life: 1, disk: freshDisk(), timeouts, applied: 0 });
}
