/**
 * The state of one core, and its roles.
 *
 *   quorum    observer ◀──▶ follower ──▶ prospective ──▶ candidate ──▶ leader
 *               (voters)        ▲  election │  majority would │ majority │
 *                               │  timeout  │  vote           │ voted    │ higher term, no majority in reach,
 *                               └───────────┴─────────────────┴──────────┘ removed, resigned
 *   isr       idle ◀──▶ follower ◀──▶ leader      by assignment; a higher term in an append or a fencing ends a leadership
 *
 * A role is a value with its own data; what it does is in `step-*.ts`. Invariants: `term` never falls;
 * log start ≤ high watermark ≤ log end; durable end ≤ log end; `issued` is what the newest persist carries, and nothing
 * that depends on term or vote leaves before that persist is durable.
 */
import type { Voter } from './batch-position.ts';
import type { GroupConfig } from './config.ts';
import type { HardState } from './effect.ts';
import type { DirectoryId, Incarnation, Millis, NodeId, Offset, Term } from './ids.ts';
import type { Assignment } from './input.ts';
import { loggedVoters, type LogView } from './log-view.ts';
import type { SnapshotMeta } from './message.ts';
import type { Output } from './output-buffer.ts';
import type { Progress } from './progress.ts';

/** What the last handshake with a peer showed. */
export interface Peer {
  readonly node: NodeId;
  readonly directory: DirectoryId;
  readonly incarnation: Incarnation;
  connected: boolean;
}

export interface IncomingSnapshot {
  readonly from: NodeId;
  readonly progressId: number;
  readonly meta: SnapshotMeta;
  /** All below is stored. */
  position: number;
  /** The driver is storing a chunk; when that was the last one, the log is being replaced and appends wait. */
  storing: boolean;
  last: boolean;
}

export interface FollowerRole {
  readonly kind: 'follower' | 'observer' | 'idle';
  leader: NodeId | null;
  /** When that leader was last heard; null when it was not, or is suspected. */
  contactAt: Millis | null;
  /** When to campaign; null for who does not. */
  electionAt: Millis | null;
  /** Drawn once per role: each contact puts the election off by it. */
  readonly electionTimeout: Millis;
  /** The progress whose appends are being answered, and how far answers are promised (they wait for the disk). */
  progressId: number;
  promisedEnd: Offset;
  snapshot: IncomingSnapshot | null;
}

/** Asking whether an election could be won, without disturbing anybody (thesis 9.6). */
export interface ProspectiveRole {
  readonly kind: 'prospective';
  readonly votes: Map<NodeId, boolean>;
  electionAt: Millis;
}

export interface CandidateRole {
  readonly kind: 'candidate';
  /** Own vote included once it is durable. */
  readonly votes: Map<NodeId, boolean>;
  readonly transfer: boolean;
  /** The persist that makes the own vote durable. */
  voteSequence: number;
  electionAt: Millis;
}

export interface Transfer {
  readonly to: NodeId;
  readonly until: Millis;
  /** `timeout-now` left already. */
  sent: boolean;
}

export interface WaitingRead {
  readonly id: number;
  /** Null while nothing of the own term is committed. */
  readonly highWatermark: Offset | null;
  /** Confirmed when a majority has echoed this round. */
  readonly round: number;
}

/** isr: what the leader asked the controller for and has not seen answered by metadata. */
export interface OpenProposal {
  /** Version that all of its forms were based on. */
  readonly version: number;
  /** Everybody that any form named: each may have been adopted. */
  readonly members: Set<NodeId>;
  /** When it was sent last. */
  sentAt: Millis;
}

export interface LeaderRole {
  readonly kind: 'leader';
  /** Where the own term begins. */
  readonly termStart: Offset;
  readonly since: Millis;
  readonly progress: Map<NodeId, Progress>;
  /**
   * isr: the persist that opens the term; nothing is sent before it is durable. Null when it is, and in quorum
   * groups.
   */
  openSequence: number | null;
  /** The round that appends carry now, and the highest confirmed by a majority. */
  round: number;
  confirmedRound: number;
  reads: WaitingRead[];
  transfer: Transfer | null;
  proposal: OpenProposal | null;
}

export type RoleState = FollowerRole | ProspectiveRole | CandidateRole | LeaderRole;

/** Hints about one life of a peer: each is worth less than the one before. */
export interface Suspicion {
  readonly incarnation: Incarnation | null;
  readonly count: number;
  readonly notBefore: Millis;
}

export interface PendingPersist {
  readonly sequence: number;
  /** Log end, and log start, once it is durable. */
  readonly end: Offset;
  readonly start: Offset;
  /** It cuts what was durable down to this; null when it cuts nothing. */
  readonly cut: Offset | null;
  readonly issuedAt: Millis;
}

export interface CoreState {
  readonly config: GroupConfig;
  now: Millis;
  readonly log: LogView;
  /** Voters while the log names none. */
  initialVoters: readonly Voter[] | null;
  /** In memory, ahead of `issued` until the next persist. In isr groups also what metadata says. */
  term: Term;
  votedFor: Voter | null;
  issued: HardState;
  issuedSequence: number;
  /** Newest persist issued, and newest durable. */
  sequence: number;
  persistedSequence: number;
  readonly pending: PendingPersist[];
  /** All below is on disk by the group's flush policy, and is what the log says now. */
  durableEnd: Offset;
  /** The log start that is on disk; the one in memory may be higher. */
  durableStart: Offset;
  highWatermark: Offset;
  role: RoleState;
  readonly peers: Map<NodeId, Peer>;
  readonly suspicions: Map<NodeId, Suspicion>;
  /** isr only. */
  assignment: Assignment | null;
  /** Sender of appends in `term`; a second one in the same term is a bug. */
  senderInTerm: NodeId | null;
  /** Campaigns lost in a row since a leader was heard: the pause before the next one grows. */
  campaigns: number;
  lastProgressId: number;
  /** Nothing happens on a tick before this; null: nothing at all. */
  due: Millis | null;
  /** A violation was reported; the core does nothing any more. */
  failed: boolean;
  readonly output: Output;
}

/** The voters that count: newest in the log, else the initial ones; null when nobody knows any. */
export function votersOf(state: CoreState): readonly Voter[] | null {
  return loggedVoters(state.log) ?? state.initialVoters;
}

export function isSelf(state: CoreState, voter: Voter): boolean {
  return voter.node === state.config.self.node && voter.directory === state.config.self.directory;
}

/** True when this node, with this directory, is one of the voters in force. */
export function selfVotes(state: CoreState): boolean {
  return votersOf(state)?.some((voter) => isSelf(state, voter)) ?? false;
}

/**
 * True for voters, and for one that an uncommitted entry removes: it may hold the only copy that a majority of the
 * remaining ones lacks, so it must be able to lead until the entry is committed, without counting itself (thesis 4.2.2).
 */
export function mayCampaign(state: CoreState): boolean {
  if (selfVotes(state)) return true;
  let before = state.log.baseVoters ?? state.initialVoters;
  for (const entry of state.log.voters) {
    if (entry.base >= state.highWatermark && before !== null && before.some((voter) => isSelf(state, voter)))
      return true;
    before = entry.voters;
  }
  return false;
}

/** A progress id that no other progress of this core ever had. */
export function nextProgressId(state: CoreState): number {
  state.lastProgressId += 1;
  return state.lastProgressId;
}

/** The role as the outside names it. */
export function leaderOf(state: CoreState): NodeId | null {
  const { role } = state;
  if (role.kind === 'leader') return state.config.self.node;
  return role.kind === 'prospective' || role.kind === 'candidate' ? null : role.leader;
}
