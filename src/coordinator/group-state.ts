/**
 * A classic group as data: its members, and the state it is in with the fields of that state.
 *
 * ```
 *  Empty ──join──▶ PreparingRebalance ──all joined, or timer──▶ CompletingRebalance ──leader's Sync committed──▶ Stable
 *    ▲                 │      ▲                                      │      ▲                                      │
 *    └──nobody joined──┘      └───────────── join, leave, expiry ────┴──────┼──────────────────────────────────────┘
 *  any ──deleted──▶ Dead                                    generation + 1 ─┘ at each Preparing → Completing or Empty
 * ```
 *
 * Invariants: empty ⇔ (state empty or dead ⇒ no members); `leader` is a member or null; `staticMembers` maps each
 * instance id to the one member that holds it; every parked request belongs to exactly one member; a Sync is parked
 * only in Completing, a Join only in Preparing; `due` is at or before every deadline of the group.
 */
import type { Millis } from '../../raft/index.ts';

/** Names a request that the coordinator holds until an answer for it comes out of the state machine. */
export type RequestNumber = number;

/** One assignment strategy that a member offers, with what it wants to tell the others under it. Owned by the group. */
export interface Protocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

export interface Member {
  readonly id: string;
  /** `group.instance.id` of a static member. */
  readonly instanceId: string | null;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  /** In the member's order of preference. */
  protocols: readonly Protocol[];
  /** Opaque; empty until the leader's assignment of this generation is committed. */
  assignment: Uint8Array;
  /** Its first Join is not answered yet: it cannot send heartbeats. */
  fresh: boolean;
  joining: RequestNumber | null;
  syncing: RequestNumber | null;
  /** End of its session; null while a request of a known member is parked, which proves that it lives as well as can be. */
  deadline: Millis | null;
}

export type GroupState =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'preparing';
      /** The join phase ends then at the latest, whoever is missing. */
      joinDue: Millis;
      /** Present during the initial delay of a group that was empty: what is left for further extensions, and whether one is due. */
      initial: { remainingMs: number; memberAdded: boolean } | null;
    }
  | {
      readonly kind: 'completing';
      /** Members whose Sync has not come; removed when `syncDue` passes. */
      readonly unsynced: Set<string>;
      readonly syncDue: Millis;
      /** The leader's assignment while its record waits for the commit. */
      assignments: ReadonlyMap<string, Uint8Array> | null;
    }
  | { readonly kind: 'stable'; readonly unsynced: Set<string>; readonly syncDue: Millis }
  | { readonly kind: 'dead' };

export interface Group {
  readonly id: string;
  state: GroupState;
  generation: number;
  /** Kept when the group becomes empty; null for a group that only stores offsets. */
  protocolType: string | null;
  /** Chosen at each Preparing → Completing. */
  protocol: string | null;
  leader: string | null;
  readonly members: Map<string, Member>;
  readonly staticMembers: Map<string, string>;
  /** Ids given out with MEMBER_ID_REQUIRED and not used yet, with the end of their validity. */
  readonly pendingIds: Map<string, Millis>;
  /** Wall time at which the group entered its state: offsets expire relative to it once the group is empty. */
  stateSince: number;
  /** At or before the earliest deadline of the group; null: there is none. */
  due: Millis | null;
}

/** A group without members. `since`: wall time in milliseconds. */
export function emptyGroup(id: string, since: number): Group {
  return {
    id,
    state: { kind: 'empty' },
    generation: 0,
    protocolType: null,
    protocol: null,
    leader: null,
    members: new Map(),
    staticMembers: new Map(),
    pendingIds: new Map(),
    stateSince: since,
    due: null,
  };
}

/** Kafka's name of the state, as DescribeGroups and ListGroups show it. */
export function stateName(group: Group): string {
  switch (group.state.kind) {
    case 'empty':
      return 'Empty';
    case 'preparing':
      return 'PreparingRebalance';
    case 'completing':
      return 'CompletingRebalance';
    case 'stable':
      return 'Stable';
    case 'dead':
      return 'Dead';
  }
}

/** Longest time that any member may take to rejoin. */
export function rebalanceTimeoutOf(group: Group): number {
  let longest = 0;
  for (const member of group.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
  return longest;
}

/** What `member` tells the others under the protocol `name`; empty when it does not offer it. */
export function metadataOf(member: Member, name: string | null): Uint8Array {
  return member.protocols.find((protocol) => protocol.name === name)?.metadata ?? new Uint8Array(0);
}
