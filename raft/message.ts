/**
 * What cores of one group say to each other. The peer transport carries these beside the group's id; batches
 * and snapshot chunks travel as raw attachments that only the drivers touch.
 *
 * | message           | from → to                    | purpose                                        | source            |
 * |-------------------|------------------------------|------------------------------------------------|-------------------|
 * | pre-vote          | prospective → voters         | would you vote for me? changes nothing         | thesis 9.6        |
 * | vote              | candidate → voters           | asks for the one vote of a term                | thesis 3.4, 3.6.1 |
 * | append            | leader → voters, observers   | batches, or a probe or heartbeat when empty    | thesis 3.5        |
 * | reset             | leader → follower            | your log ends below my log start: begin anew   | design 2.1        |
 * | snapshot          | leader → follower            | one chunk of a snapshot                        | thesis 5          |
 * | timeout-now       | leader → chosen voter        | campaign at once (leadership transfer)         | thesis 3.10       |
 *
 * Each request has its reply. `progressId` names one life of the leader's progress for that peer (one term, one
 * connection): replies that carry another are ignored, so an acknowledgement of a former life never counts.
 */
import type { BatchPosition, LogPosition, Voter } from './batch-position.ts';
import type { ByteCount, Offset, Term } from './ids.ts';

export interface PreVote {
  readonly kind: 'pre-vote';
  /** The term that the sender would campaign in. */
  readonly term: Term;
  readonly candidate: Voter;
  readonly log: LogPosition;
}
export interface PreVoteReply {
  readonly kind: 'pre-vote-reply';
  /** The replier's own term (on refusal), or the term asked for (on grant). */
  readonly term: Term;
  readonly granted: boolean;
}
export interface Vote {
  readonly kind: 'vote';
  readonly term: Term;
  readonly candidate: Voter;
  readonly log: LogPosition;
  /** The sender acts on a leadership transfer: check-quorum's stickiness does not apply (thesis 4.2.3). */
  readonly transfer: boolean;
}
export interface VoteReply {
  readonly kind: 'vote-reply';
  readonly term: Term;
  readonly granted: boolean;
}

/** What each append says besides its batches. */
export interface AppendHeader {
  readonly term: Term;
  readonly progressId: number;
  /** End of the batch before the first one sent, and that batch's term: must match the receiver's log. */
  readonly prevOffset: Offset;
  readonly prevTerm: Term;
  /** Where the leader's term begins; anything of a lower term at or above it is not the leader's and is truncated. */
  readonly termStart: Offset;
  readonly highWatermark: Offset;
  readonly logStart: Offset;
  /** Round of the leader's read-index and check-quorum; echoed (0: none). */
  readonly round: number;
}
export interface Append extends AppendHeader {
  readonly kind: 'append';
  readonly batches: readonly BatchPosition[];
}

/** How an append ended at the follower. */
export type AppendOutcome =
  /** The log below `verifiedEnd` equals the leader's and is durable by the group's flush policy. */
  | { readonly kind: 'matched'; readonly verifiedEnd: Offset }
  /**
   * `prevOffset`/`prevTerm` are not in the follower's log. `hint` is the follower's largest term ≤ `prevTerm` and where
   * its batches end (KIP-101, KIP-279): the leader retries from min(that end, its own end of that term).
   */
  | { readonly kind: 'diverged'; readonly hint: LogPosition }
  /** The append's term is below the follower's floor `term`: the sender leads no more. */
  | { readonly kind: 'fenced' };
/**
 * `progressId` 0 is no answer: an isr follower says so to a leader that it has just learned of, so that it is probed at
 * once. It never counts as an acknowledgement.
 */
export interface AppendReply {
  readonly kind: 'append-reply';
  /** The follower's term; on `fenced`, its floor. */
  readonly term: Term;
  readonly progressId: number;
  readonly round: number;
  readonly outcome: AppendOutcome;
  /** The follower's log end when it replied (durable or not): never an acknowledgement, but proof of what it lacks. */
  readonly logEnd: Offset;
  /** Where the follower's log begins, durably: what was below will not come back (DeleteRecords). */
  readonly logStart: Offset;
}

/**
 * The receiver's log ends below the leader's start: it drops everything and begins at `start`. Answered by
 * `append-reply` matched at `start.end`.
 */
export interface Reset {
  readonly kind: 'reset';
  readonly term: Term;
  readonly progressId: number;
  readonly start: LogPosition;
  readonly termStart: Offset;
  readonly highWatermark: Offset;
}

/** What a snapshot stands for: the state after all records below `last.end`. */
export interface SnapshotMeta {
  readonly last: LogPosition;
  readonly voters: readonly Voter[];
  readonly bytes: ByteCount;
}
export interface SnapshotChunk {
  readonly kind: 'snapshot';
  readonly term: Term;
  readonly progressId: number;
  readonly meta: SnapshotMeta;
  /** Where this chunk begins, in bytes; its bytes are the attachment. */
  readonly position: ByteCount;
  readonly bytes: ByteCount;
}
/**
 * The follower wants the bytes from `position` on; the snapshot is installed, durably, when `position` =
 * `meta.bytes`.
 */
export interface SnapshotReply {
  readonly kind: 'snapshot-reply';
  readonly term: Term;
  readonly progressId: number;
  readonly position: ByteCount;
}

export interface TimeoutNow {
  readonly kind: 'timeout-now';
  readonly term: Term;
}

export type Message =
  | PreVote
  | PreVoteReply
  | Vote
  | VoteReply
  | Append
  | AppendReply
  | Reset
  | SnapshotChunk
  | SnapshotReply
  | TimeoutNow;
