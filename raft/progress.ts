/**
 * What a leader knows of one follower, and what it may send it next.
 *
 *                     matched                             diverged, or unanswered too long
 *        probe ─────────────────────▶ replicate ──────────────────────────────────────────▶ probe
 *          │  ▲                            │
 *          │  │ installed                  │ next below the log start
 *          ▼  │                            ▼
 *         snapshot ◀───────────────────────┘        (groups without snapshots: a reset, still a probe)
 *
 * Probe: one append at a time until the follower says where the logs agree. Replicate: a window of appends flows,
 * each beginning where the last one ended, before its answer is known. Snapshot: one chunk at a time.
 *
 * One life of a progress has one `progressId`; a fresh one begins with every connection, with every new term, and
 * whenever the leader must look again. Replies of another id are ignored, so nothing that was acknowledged in a former
 * life counts. `match` ≤ durable end of the follower; `match` ≤ leader's log end; within one id, `match` never falls.
 */
import type { ByteCount, Incarnation, Millis, NodeId, Offset } from './ids.ts';
import { emptyInflights, type Inflights } from './inflights.ts';
import type { SnapshotMeta } from './message.ts';

export interface Progress {
  readonly peer: NodeId;
  /** Of the connection that this progress follows. */
  readonly incarnation: Incarnation | null;
  progressId: number;
  kind: 'probe' | 'replicate' | 'snapshot';
  /** The follower holds the leader's log below this, durably. */
  match: Offset;
  /** True once the follower matched in this connection and term: `match` is knowledge, not ignorance. */
  verified: boolean;
  /** Where the next append begins. */
  next: Offset;
  inflights: Inflights;
  /** A `send-batches` or `send-snapshot` effect is out and unanswered by the driver. */
  sending: boolean;
  /**
   * Since when something sent is unanswered by the peer (the newest of: it was sent, the peer answered something);
   * null when nothing is.
   */
  unansweredSince: Millis | null;
  /** When the last append, probe or chunk left; null before the first. */
  sentAt: Millis | null;
  /** Probes without an answer in a row: they slow down. */
  probes: number;
  /** The high watermark in the newest append that left. */
  toldHighWatermark: Offset;
  /** Where the peer's log begins, durably, as it last said in this connection and term. */
  logStart: Offset;
  /** The highest round echoed. */
  round: number;
  /** When it answered last, over all lives of this term; the start of the term before that. Check-quorum's measure. */
  lastContact: Millis;
  /** When it last held everything that the log held (isr: Kafka's lastCaughtUpTime). */
  lastCaughtUp: Millis;
  /** Greatest end of its log that it told in this connection, durable or not (answers may overtake each other); null before. */
  logEnd: Offset | null;
  /** Log end when it answered last, and when that was: reaching it later proves that it was caught up then. */
  markEnd: Offset;
  markAt: Millis;
  /** Snapshot: the one being sent (null while the driver has not chosen it), which chunk, and when it was asked for. */
  snapshot: { readonly meta: SnapshotMeta | null; readonly position: ByteCount; readonly askedAt: Millis } | null;
}

/** The first life of a progress in a term; `now` is the start of the grace that check-quorum and the ISR give. */
export function createProgress(
  peer: NodeId,
  incarnation: Incarnation | null,
  progressId: number,
  next: Offset,
  none: Offset,
  now: Millis,
): Progress {
  return {
    peer,
    incarnation,
    progressId,
    kind: 'probe',
    match: none,
    verified: false,
    next,
    inflights: emptyInflights(),
    sending: false,
    unansweredSince: null,
    sentAt: null,
    probes: 0,
    toldHighWatermark: none,
    logStart: none,
    round: 0,
    lastContact: now,
    lastCaughtUp: now,
    logEnd: null,
    markEnd: next,
    markAt: now,
    snapshot: null,
  };
}

/**
 * Looks again from `next`, within the same connection: what was acknowledged stays true, what is under way is
 * forgotten.
 */
export function becomeProbe(progress: Progress, progressId: number, next: Offset): void {
  progress.progressId = progressId;
  progress.kind = 'probe';
  progress.next = next;
  progress.inflights = emptyInflights();
  progress.sending = false;
  progress.unansweredSince = null;
  progress.snapshot = null;
}

/** The logs agree below `match`; what was sent beyond it is on its way. */
export function becomeReplicate(progress: Progress): void {
  progress.kind = 'replicate';
  progress.probes = 0;
  if (progress.next < progress.match) progress.next = progress.match;
}

/** The follower needs what the log no longer holds: appends stop until a snapshot is installed. */
export function becomeSnapshot(progress: Progress): void {
  progress.kind = 'snapshot';
  progress.inflights = emptyInflights();
  progress.sending = false;
  progress.unansweredSince = null;
  progress.snapshot = null;
}
