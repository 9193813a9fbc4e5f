/**
 * Everything that can happen to a core. The driver calls `step(state, input, now)` for each, in the order in
 * which things happened, and executes the effects in the order in which they are returned.
 */
import type { Voter } from './batch-position.ts';
import type { ByteCount, DirectoryId, Incarnation, NodeId, Offset, Term } from './ids.ts';
import type { Message, SnapshotMeta } from './message.ts';

/** A batch that the leader is to append; the core gives it its offsets and term. */
export interface Proposal {
  /** Offsets that the batch takes, ≥ 1. */
  readonly offsets: number;
  readonly bytes: ByteCount;
}

/** A replica of an isr group as the metadata knows it. `incarnation` is null while its broker is not registered. */
export interface Member {
  readonly node: NodeId;
  readonly incarnation: Incarnation | null;
}

/** What applied metadata says about one isr group. The core acts on the first one it sees and on each that differs. */
export interface Assignment {
  readonly term: Term;
  /** Version of the partition's record; every change of isr, elr, leader or replicas raises it. */
  readonly version: number;
  /** The appointee, or null while there is none. It leads only when node and incarnation are its own. */
  readonly leader: { readonly node: NodeId; readonly incarnation: Incarnation } | null;
  /** In order of preference; all members with their current incarnation. */
  readonly replicas: readonly Member[];
  readonly isr: readonly NodeId[];
  readonly minInsyncReplicas: number;
  /** The appointment accepted possible loss: truncation below one's own high watermark is allowed in this term. */
  readonly unclean: boolean;
}

export type Input =
  /** Time passed; `now` says how much. At least every `heartbeat` / 2. */
  | { readonly kind: 'tick' }
  | { readonly kind: 'receive'; readonly from: NodeId; readonly message: Message }
  /** Refused with a `refused` effect unless leader. */
  | { readonly kind: 'propose'; readonly batches: readonly Proposal[] }
  /** The persist effect `sequence` and all before it are durable by the group's flush policy. */
  | { readonly kind: 'persisted'; readonly sequence: number }
  /**
   * A `send-batches` went out: batches from its `from` up to `end` (= `from`: nothing but the header). `bytes` of
   * batches.
   */
  | {
      readonly kind: 'sent';
      readonly peer: NodeId;
      readonly progressId: number;
      readonly end: Offset;
      readonly bytes: ByteCount;
    }
  /** The outgoing connection to `peer` stands; both ends know each other's incarnation. A fresh progress begins. */
  | {
      readonly kind: 'peer-connected';
      readonly peer: NodeId;
      readonly directory: DirectoryId;
      readonly incarnation: Incarnation;
    }
  | { readonly kind: 'peer-disconnected'; readonly peer: NodeId }
  /**
   * The peer's process is probably dead (connection refused, or a new incarnation). Makes things earlier, decides
   * nothing.
   */
  | { readonly kind: 'suspect'; readonly peer: NodeId }
  /**
   * quorum: every configured voter was seen with an empty directory; these are the first voters. Ignored when the log
   * knows voters.
   */
  | { readonly kind: 'bootstrap'; readonly voters: readonly Voter[] }
  /**
   * quorum leader: change the voters by one. Refused while a change is uncommitted or nothing of the own term is
   * committed (thesis 4.1, raft-dev 2015).
   */
  | { readonly kind: 'change-voters'; readonly voters: readonly Voter[] }
  /** quorum leader: hand over to `to` when it has caught up. */
  | { readonly kind: 'transfer'; readonly to: NodeId }
  /**
   * quorum leader: answer `read-ready` once leadership is confirmed for reads up to the high watermark of now (thesis
   * 6.4).
   */
  | { readonly kind: 'read'; readonly id: number }
  /** quorum: give up leadership or candidacy now (clean shutdown). */
  | { readonly kind: 'resign' }
  /** isr: what the applied metadata says. */
  | { readonly kind: 'assign'; readonly assignment: Assignment }
  /**
   * Leader: the log may begin at `to` (retention, DeleteRecords), ≤ high watermark. Any role of the metadata group: a
   * snapshot below `to` is durable.
   */
  | { readonly kind: 'advance-log-start'; readonly to: Offset }
  /** Leader: a chunk of the newest local snapshot went out (see effect `send-snapshot`). */
  | {
      readonly kind: 'snapshot-sent';
      readonly peer: NodeId;
      readonly progressId: number;
      readonly meta: SnapshotMeta;
      readonly position: ByteCount;
      readonly bytes: ByteCount;
    }
  /**
   * Follower: the chunk up to `position` is stored; when `position` = `meta.bytes`, the state machine is replaced and
   * the log reset, all durable.
   */
  | {
      readonly kind: 'snapshot-stored';
      readonly from: NodeId;
      readonly progressId: number;
      readonly meta: SnapshotMeta;
      readonly position: ByteCount;
    };
