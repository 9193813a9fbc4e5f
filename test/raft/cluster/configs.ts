/**
 * Builders of settings for tests of the core: round numbers, so that scripts can be read.
 */
import {
  byteCount,
  directoryId,
  type GroupConfig,
  type Incarnation,
  incarnation,
  millis,
  nodeId,
  type Policy,
  type Voter,
} from '../../../raft/index.ts';
import { seededRandom } from './seeded-random.ts';

export function voter(id: number, directory = `d${id}`): Voter {
  return { node: nodeId(id), directory: directoryId(directory) };
}

export function voters(...ids: readonly number[]): readonly Voter[] {
  return ids.map((id) => voter(id));
}

/** The `life`-th incarnation of node `id`. */
export function lifeOf(id: number, life = 1): Incarnation {
  return incarnation(`${id}.${life}`);
}

export function configOf(policy: Policy, id: number, seed: number, changes: Partial<GroupConfig> = {}): GroupConfig {
  return {
    policy,
    self: voter(id),
    incarnation: lifeOf(id),
    random: seededRandom(seed * 1000 + id),
    heartbeat: millis(200),
    electionTimeoutMin: millis(600),
    electionTimeoutMax: millis(1200),
    lagMax: millis(10_000),
    appendBytesMax: byteCount(250),
    inflightBytesMax: byteCount(1000),
    inflightAppendsMax: 4,
    snapshotChunkBytesMax: byteCount(4),
    ...changes,
  };
}
