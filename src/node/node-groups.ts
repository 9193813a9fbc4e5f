/**
 * Settings of the replication core for each kind of group on this node, from the node's configuration.
 */
import { byteCount } from '../../raft/index.ts';
import type { GroupConfig, Incarnation, Policy, Random, Voter } from '../../raft/index.ts';
import type { LogSettings } from '../../storage/index.ts';
import type { NodeConfig } from '../config/index.ts';

const INFLIGHT_APPENDS_MAX = 64;
const SNAPSHOT_CHUNK_BYTES = byteCount(1 << 20);

export interface GroupOwner {
  readonly self: Voter;
  readonly incarnation: Incarnation;
  readonly random: Random;
}

/** @param label forks the random stream: one per group */
export function groupConfig(config: NodeConfig, policy: Policy, owner: GroupOwner, label: string): GroupConfig {
  const { timing, replication } = config;
  return {
    policy,
    self: owner.self,
    incarnation: owner.incarnation,
    random: owner.random.fork(label),
    heartbeat: timing.heartbeat,
    electionTimeoutMin: timing.electionTimeoutMin,
    electionTimeoutMax: timing.electionTimeoutMax,
    lagMax: timing.lagMax,
    appendBytesMax: replication.appendBytesMax,
    inflightBytesMax: replication.inflightBytesMax,
    inflightAppendsMax: INFLIGHT_APPENDS_MAX,
    snapshotChunkBytesMax: SNAPSHOT_CHUNK_BYTES,
  };
}

/** The metadata log: always through the journal, never deleted by time, cut by snapshots only. */
export const METADATA_LOG: LogSettings = {
  flush: 'always',
  segmentBytesMax: 64 << 20,
  retentionMs: null,
  retentionBytes: null,
  indexIntervalBytes: 4096,
  compact: false,
  delete: false,
  deleteRetentionMs: 0,
};
