/**
 * Settings of one group's core. Durations in milliseconds; defaults are in the node's configuration.
 */
import type { TermStart, Voter } from './batch-position.ts';
import type { HardState } from './effect.ts';
import type { ByteCount, Incarnation, Millis, Offset, Term } from './ids.ts';
import type { Random } from './random.ts';

/** Who leads and what commits: the only two things in which groups differ. */
export type Policy = 'quorum' | 'isr';

export interface GroupConfig {
  readonly policy: Policy;
  readonly self: Voter;
  readonly incarnation: Incarnation;
  readonly random: Random;
  readonly heartbeat: Millis;
  /** Election timeouts are drawn from [min, max). */
  readonly electionTimeoutMin: Millis;
  readonly electionTimeoutMax: Millis;
  /** isr: a follower that has not been caught up for this long leaves the ISR. */
  readonly lagMax: Millis;
  /** Bytes of batches in one append, and sent but not acknowledged per follower. */
  readonly appendBytesMax: ByteCount;
  readonly inflightBytesMax: ByteCount;
  readonly inflightAppendsMax: number;
  /**
   * 0: the group has no snapshots (topics). Followers below the leader's log start are then reset, and follow its log
   * start.
   */
  readonly snapshotChunkBytesMax: ByteCount;
}

/** What storage knows of the group's log at start. */
export interface RecoveredLog {
  readonly hardState: HardState;
  readonly logStart: Offset;
  /** Term of the batch before `logStart`; 0 when there never was one. */
  readonly logStartTerm: Term;
  readonly logEnd: Offset;
  /**
   * Terms with where each begins, both rising; all within [logStart, logEnd]. Opened terms included (effect
   * `persist.openTerm`).
   */
  readonly terms: readonly TermStart[];
  /** Voters entries still in the log (base offset each), preceded by the snapshot's (at `logStart`), ascending. */
  readonly voters: readonly { readonly base: Offset; readonly voters: readonly Voter[] }[];
  /**
   * Voters of a quorum topic, or of a metadata group that bootstraps alone; used while the log names none. Null: wait
   * for `bootstrap`.
   */
  readonly initialVoters: readonly Voter[] | null;
  /** Committed at least up to here (a durable snapshot's end, a checkpointed high watermark). */
  readonly highWatermark: Offset;
}
