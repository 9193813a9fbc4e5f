/**
 * What the driver must do, in the order of the returned list.
 *
 * The durability order is data: what may leave only when something is durable hangs on the `persist` effect
 * that makes it so (`thenSend`), and what the leader may count hangs on the `persisted` input. Everything else
 * leaves at once; a leader's batches in particular go to its followers before its own disk has them.
 */
import type { BatchPosition, LogPosition, TermStart, Voter } from './batch-position.ts';
import type { ByteCount, NodeId, Offset, Term } from './ids.ts';
import type { AppendHeader, Message, SnapshotMeta } from './message.ts';
import type { Member } from './input.ts';

/**
 * The state that must survive any crash before it shows outside: at most one vote per term (thesis 3.4), and the
 * floor of terms (design 2.1).
 */
export interface HardState {
  readonly term: Term;
  /** Null: no vote in this term. Always null in isr groups. */
  readonly votedFor: Voter | null;
}

export interface Outgoing {
  readonly to: NodeId;
  readonly message: Message;
}

/**
 * One change of what is on disk. Executed as: truncate or reset, open the term, append, log start; visible in the
 * in-memory log as soon as the effect has been executed; durable when the driver answers `persisted` with its
 * `sequence` (1, 2, 3 … per core). Then, and not before, `thenSend` goes out.
 */
export interface Persist {
  readonly kind: 'persist';
  readonly sequence: number;
  readonly hardState: HardState | null;
  /**
   * Cut the log so that it ends here (an end of a batch). May equal the log end: then only terms go that were opened there
   * and never written in. Entries of the term index that begin at or above it go in any case.
   */
  readonly truncateTo: Offset | null;
  /** Drop everything: the log now begins and ends at `reset.end`, preceded by a batch of `reset.term`. */
  readonly reset: LogPosition | null;
  /**
   * isr leader: enter this into the term index even though no batch of the term exists yet. It replaces an entry that
   * begins at the same offset.
   */
  readonly openTerm: TermStart | null;
  /**
   * leader: the batches of the `propose` input (or the core's own control batches) in order; follower: a suffix of
   * the received append's batches.
   */
  readonly append: readonly BatchPosition[];
  readonly logStart: Offset | null;
  readonly thenSend: readonly Outgoing[];
}

export type Role = 'follower' | 'observer' | 'prospective' | 'candidate' | 'leader' | 'idle';

export type Refusal =
  | { readonly kind: 'not-leader'; readonly leader: NodeId | null; readonly term: Term }
  | { readonly kind: 'transferring' }
  | { readonly kind: 'change-in-progress' }
  | { readonly kind: 'no-commit-in-term' }
  | { readonly kind: 'not-one-voter' }
  | { readonly kind: 'unknown-peer' };

export type Effect =
  | Persist
  | ({ readonly kind: 'send' } & Outgoing)
  /**
   * Send the batches from `header.prevOffset` on, up to `bytesMax` (at least one batch, whole batches only; none when
   * the log ends there), and answer with input `sent`. The driver may do so later in the turn, so that several
   * proposals leave as one; drop it silently when the role or term has moved. At most one per peer is outstanding.
   */
  | {
      readonly kind: 'send-batches';
      readonly peer: NodeId;
      readonly header: AppendHeader;
      readonly bytesMax: ByteCount;
    }
  /**
   * Send a chunk of the newest snapshot (with last.end ≥ log start) from `position`; answer with `snapshot-sent`.
   * `meta` null: choose one.
   */
  | {
      readonly kind: 'send-snapshot';
      readonly peer: NodeId;
      readonly progressId: number;
      readonly term: Term;
      readonly meta: SnapshotMeta | null;
      readonly position: ByteCount;
      readonly bytesMax: ByteCount;
    }
  /** Follower: keep the chunk that came with the message being stepped; answer with `snapshot-stored`. */
  | {
      readonly kind: 'store-snapshot';
      readonly from: NodeId;
      readonly progressId: number;
      readonly meta: SnapshotMeta;
      readonly position: ByteCount;
      readonly bytes: ByteCount;
    }
  /** All below `highWatermark` is committed. Rises, except that a restart or reset begins anew. */
  | { readonly kind: 'commit'; readonly highWatermark: Offset }
  /** Role, term or known leader changed. `termStart` is where the own term begins (leaders), else null. */
  | {
      readonly kind: 'role';
      readonly role: Role;
      readonly term: Term;
      readonly leader: NodeId | null;
      readonly termStart: Offset | null;
    }
  /**
   * isr leader: ask the controller for this ISR, compare-and-set on `version`. Repeated on ticks until metadata
   * closes it. `expelled`: of those left out, the members whose log was seen to end below the high watermark: they
   * have lost what they had acknowledged, and must not be elected for having been in sync once.
   */
  | {
      readonly kind: 'propose-isr';
      readonly term: Term;
      readonly version: number;
      readonly isr: readonly Member[];
      readonly expelled: readonly NodeId[];
    }
  | { readonly kind: 'read-ready'; readonly id: number; readonly highWatermark: Offset }
  | { readonly kind: 'read-refused'; readonly id: number; readonly refusal: Refusal }
  /** The last `propose`, `change-voters` or `transfer` input was refused; nothing changed. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The voters in force changed (the newest voters entry in the log, committed or not; thesis 4.1). */
  | { readonly kind: 'voters'; readonly voters: readonly Voter[] }
  /**
   * Something that must never happen in a sound cluster, but can with restored or lying disks: report it, take this
   * replica offline.
   */
  | { readonly kind: 'violation'; readonly reason: string };
