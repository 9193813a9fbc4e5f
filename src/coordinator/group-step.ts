/**
 * What goes into the state machine of a group and what comes out.
 *
 *   stepGroup(group, input, context) ─▶ effects: answers to requests, at most one record to persist (always last)
 *
 * Requests are numbers here; who asked and how the answer becomes bytes is the coordinator's business. Byte arrays
 * in inputs belong to the group afterwards and never change.
 */
import type { Millis } from '../../raft/index.ts';
import type { Group, Protocol, RequestNumber } from './group-state.ts';
import type { CoordinatorSettings } from './settings.ts';

/** The instant of a step: `now` drives timers, `wallNow` is written into records. */
export interface StepContext {
  readonly now: Millis;
  readonly wallNow: number;
  readonly settings: CoordinatorSettings;
}

export interface JoinInput {
  readonly kind: 'join';
  readonly request: RequestNumber;
  /** Empty: the member has none yet. */
  readonly memberId: string;
  /** The id to give to a member that has none. */
  readonly freshMemberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly Protocol[];
  /** From JoinGroup v4: a dynamic member must know its id before it is let in. */
  readonly requireKnownId: boolean;
  /** From JoinGroup v9: a leader can be told to keep the assignment. */
  readonly canSkipAssignment: boolean;
}

export interface SyncInput {
  readonly kind: 'sync';
  readonly request: RequestNumber;
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly assignments: ReadonlyMap<string, Uint8Array>;
}

export interface HeartbeatInput {
  readonly kind: 'heartbeat';
  readonly request: RequestNumber;
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly generation: number;
}

export interface LeavingMember {
  /** Empty with an instance id: an administrator removes the static member. */
  readonly memberId: string;
  readonly instanceId: string | null;
}

export interface LeaveInput {
  readonly kind: 'leave';
  readonly request: RequestNumber;
  readonly members: readonly LeavingMember[];
}

/** What a persisted record was for. */
export type PersistReason =
  | { readonly kind: 'assignment'; readonly generation: number }
  | { readonly kind: 'static-join'; readonly request: RequestNumber; readonly answer: JoinAnswer }
  | { readonly kind: 'emptied' };

export type GroupInput =
  | JoinInput
  | SyncInput
  | HeartbeatInput
  | LeaveInput
  /** The record of a persist effect is committed (`error` 0), or was not written or not committed in time. */
  | { readonly kind: 'persisted'; readonly reason: PersistReason; readonly error: number }
  /** The members have to join again, whatever state the group is in. */
  | { readonly kind: 'rebalance' }
  /** The group goes on under the other protocol: whoever waits is told to join again. */
  | { readonly kind: 'dissolve' }
  /** Time has passed; to be given no later than `group.due`. */
  | { readonly kind: 'tick' };

export interface JoinedMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly metadata: Uint8Array;
}

export interface JoinAnswer {
  readonly kind: 'join';
  readonly error: number;
  readonly memberId: string;
  /** -1 with an error. */
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly leader: string;
  readonly skipAssignment: boolean;
  /** For the leader; empty for all others. */
  readonly members: readonly JoinedMember[];
}

export interface SyncAnswer {
  readonly kind: 'sync';
  readonly error: number;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly assignment: Uint8Array;
}

export interface HeartbeatAnswer {
  readonly kind: 'heartbeat';
  readonly error: number;
}

export interface LeaveAnswer {
  readonly kind: 'leave';
  readonly error: number;
  /** In the order of the request. */
  readonly members: readonly (LeavingMember & { readonly error: number })[];
}

export type GroupAnswer = JoinAnswer | SyncAnswer | HeartbeatAnswer | LeaveAnswer;

export type GroupEffect =
  | { readonly kind: 'answer'; readonly request: RequestNumber; readonly answer: GroupAnswer }
  /** Write the group as it is now, with these assignments; then give `persisted` back. */
  | { readonly kind: 'persist'; readonly assignments: ReadonlyMap<string, Uint8Array>; readonly reason: PersistReason };

/** A refused Join: no generation, no protocol. */
export function refusedJoin(error: number, memberId: string): JoinAnswer {
  return {
    kind: 'join',
    error,
    memberId,
    generation: -1,
    protocolType: null,
    protocol: null,
    leader: '',
    skipAssignment: false,
    members: [],
  };
}

export function refusedSync(error: number): SyncAnswer {
  return { kind: 'sync', error, protocolType: null, protocol: null, assignment: new Uint8Array(0) };
}

/** One step under way. */
export interface Step {
  readonly group: Group;
  readonly context: StepContext;
  readonly effects: GroupEffect[];
}
