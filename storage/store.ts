/**
 * The node's data directory: identity, lock, journal, checkpoints, and the logs in it.
 *
 * ```
 *  <data>/meta/        level: identity, standing, hard states, checkpoints (its lock is the directory's lock)
 *  <data>/journal/     00000001.journal …  one sequential stream of everything that must be durable
 *  <data>/logs/<topic>-<partition>.<topic id>/   00000000000000000000.log .index .timeindex, leader-epoch-checkpoint
 *  <data>/logs/@metadata/                        the metadata log, and its snapshots <end>-<term>.snapshot
 * ```
 */
import type { DirectoryId, GroupId, Incarnation, NodeId, Offset, SnapshotMeta, Term, Voter } from '../raft/index.ts';
import type { LogFailure, LogSettings, ReplicaLog } from './replica-log.ts';

/** Who owns the directory. `clusterId` is null until the node has learned it (first committed metadata record). */
export interface Identity {
  readonly formatVersion: number;
  readonly node: NodeId;
  readonly directory: DirectoryId;
  readonly clusterId: string | null;
  /** The voters that this directory took part in bootstrapping; they count until the metadata log names voters. Null: none. */
  readonly bootstrapVoters: readonly Voter[] | null;
}

/** What the previous life of this directory left (design section 3, "What a restart may have lost"). */
export interface Standing {
  /**
   * `new`: just formatted. `clean`: closed in order. `same-boot`: the process died, the page cache lived on. `other-
   * boot`: power was lost (or unknown).
   */
  readonly kind: 'new' | 'clean' | 'same-boot' | 'other-boot';
  /** Incarnation last confirmed by the controller; null when none. */
  readonly registered: Incarnation | null;
  /** All that were asked for since then, oldest first: any of them may have been registered without our knowing. */
  readonly attempted: readonly Incarnation[];
}

/** Why a data directory cannot be opened: an answer for the operator, exit code 78 (or 65 for damage). */
export type StoreRefusal =
  | { readonly kind: 'locked'; readonly path: string }
  | {
      readonly kind: 'foreign';
      readonly path: string;
      readonly key: 'node' | 'cluster';
      readonly found: string;
      readonly expected: string;
    }
  | { readonly kind: 'format'; readonly path: string; readonly found: number; readonly supported: number }
  | { readonly kind: 'not-a-data-directory'; readonly path: string; readonly reason: string }
  | { readonly kind: 'damaged'; readonly path: string; readonly position: number | null; readonly reason: string }
  | { readonly kind: 'disk'; readonly path: string; readonly reason: string };

/** A group found on disk at start. */
export interface FoundGroup {
  readonly group: GroupId;
  /** Directory name below `logs/`. */
  readonly directory: string;
  readonly flush: LogSettings['flush'];
  /** It had failed in an earlier life. Its log may be good again when it is opened. */
  readonly failed: boolean;
}

/** Counters for status and metrics. */
export interface StoreStatus {
  /** Written, and not covered by a checkpoint. */
  readonly journalBytes: number;
  /** Given to the journal but not yet written: grows while it waits for a checkpoint or for space; a reason to take in less. */
  readonly journalWaitingBytes: number;
  readonly journalRounds: number;
  readonly journalRoundBytes: number;
  readonly lastCheckpointSequence: number;
  readonly freeBytes: number | null;
  readonly openFiles: number;
}

/** Snapshots of the metadata state machine: files beside the metadata log, newest wins. */
export interface SnapshotStore {
  newest(): SnapshotMeta | null;
  /** Writes a whole local snapshot durably (temp file, sync, rename, sync of the directory), then drops older ones. */
  write(
    last: { readonly end: Offset; readonly term: Term },
    voters: SnapshotMeta['voters'],
    state: Uint8Array,
  ): Promise<SnapshotMeta>;
  read(meta: SnapshotMeta, position: number, bytesMax: number): Promise<Uint8Array>;
  /**
   * Stores a chunk received from a leader; when the last one is in and its CRC checks, it becomes the newest. Resolves
   * to the position wanted next (0: begin anew).
   */
  receive(meta: SnapshotMeta, position: number, chunk: Uint8Array): Promise<number>;
}

/** What is left of a log that an operator goes on with. */
export interface Salvaged {
  /** One past the last record that is left. */
  readonly end: Offset;
  /** Where the log ended as far as anybody can tell: what lies between is lost. */
  readonly lostTo: Offset;
  /** Null: all files are good; what was acknowledged and did not reach them is lost. */
  readonly damage: LogFailure | null;
  /** Paths of the files that were put aside. */
  readonly aside: readonly string[];
}

export interface Store {
  readonly identity: Identity;
  readonly standing: Standing;
  readonly groups: readonly FoundGroup[];
  readonly metadataSnapshots: SnapshotStore;
  /** True when the directory holds no log, no hard state, no snapshot: it may take part in a bootstrap (design 2.1). */
  readonly empty: boolean;
  setClusterId(clusterId: string): Promise<void>;
  /** Durable before it resolves: a crash before the first log entry must not forget who may vote. Once only. */
  setBootstrapVoters(voters: readonly Voter[]): Promise<void>;
  /** Durable before it resolves; called before asking the controller (`attempted`) and after its answer (`registered`). */
  setIncarnation(kind: 'attempted' | 'registered', incarnation: Incarnation): Promise<void>;
  /**
   * Opens (recovers) or creates the group's log; `directory` is used when it is new. Rejects never: a damaged log
   * comes back with `failure` set.
   */
  openLog(group: GroupId, directory: string, settings: LogSettings): Promise<ReplicaLog>;
  closeLog(group: GroupId): Promise<void>;
  /** Deletes the group's files and hard state; called when it was *removed* in applied metadata, or to rebuild it from peers. */
  deleteLog(group: GroupId): Promise<void>;
  /**
   * Cuts a log that has failed before its damage and puts what lies behind aside; it is opened again with {@link openLog}, as
   * one that may have lost records. Null: it has not failed. Rejects with `DiskError`; it can be asked for again.
   */
  salvageLog(group: GroupId): Promise<Salvaged | null>;
  /**
   * Calls `listener` when a log fails after it was opened. A disk too full for any log is told in the name of the
   * metadata log, which every node has.
   */
  onLogFailure(listener: (group: GroupId, failure: LogFailure) => void): void;
  /**
   * Calls `listener` when what a log has accepted waits for space, and nobody knows how long: it will be durable, or be gone
   * with the process. Null: any log that writes through the journal, and the others' cuts and terms.
   */
  onHeldUp(listener: (group: GroupId | null, reason: string) => void): void;
  status(): StoreStatus;
  /** Forces a checkpoint: dirty segments synced, ends recorded, journal recycled. */
  checkpoint(): Promise<void>;
  /** Checkpoint, mark clean, release the lock. */
  close(): Promise<void>;
}
