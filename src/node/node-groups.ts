/**
 * Settings of the replication core for each kind of group on this node, from the node's configuration.
 */
import { byteCount, METADATA_GROUP } from '../../raft/index.ts';
import type { GroupConfig, GroupId, Incarnation, Policy, Random, Voter } from '../../raft/index.ts';
import { PLAIN_LIFE } from '../../storage/index.ts';
import type { LogSettings } from '../../storage/index.ts';
import type { NodeConfig } from '../config/index.ts';

const INFLIGHT_APPENDS_MAX = 64;
const SNAPSHOT_CHUNK_BYTES = byteCount(1 << 20);
const NO_SNAPSHOTS = byteCount(0);

export interface GroupOwner {
  readonly self: Voter;
  readonly incarnation: Incarnation;
  readonly random: Random;
}

export function groupConfig(config: NodeConfig, policy: Policy, owner: GroupOwner, group: GroupId): GroupConfig {
  const { timing, replication } = config;
  return {
    policy,
    self: owner.self,
    incarnation: owner.incarnation,
    random: owner.random.fork(group),
    heartbeat: timing.heartbeat,
    electionTimeoutMin: timing.electionTimeoutMin,
    electionTimeoutMax: timing.electionTimeoutMax,
    lagMax: timing.lagMax,
    appendBytesMax: replication.appendBytesMax,
    inflightBytesMax: replication.inflightBytesMax,
    inflightAppendsMax: INFLIGHT_APPENDS_MAX,
    // Topics have no state machine whose snapshot could stand for a prefix: 0 resets a follower that is too far behind.
    snapshotChunkBytesMax: group === METADATA_GROUP ? SNAPSHOT_CHUNK_BYTES : NO_SNAPSHOTS,
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
  life: PLAIN_LIFE,
};
