/**
 * A consumer group of KIP-848 as data: what its records say, and when its members are due.
 *
 * ```
 *  group epoch ──assignor──▶ target assignment (its epoch) ──reconciliation, member by member──▶ member epochs
 *      ▲ +1: somebody comes, goes or subscribes differently, or a subscribed topic changes
 *  member: Stable ─▶ UnrevokedPartitions (gives up first) ─▶ UnreleasedPartitions (waits for others) ─▶ Stable
 * ```
 *
 * Everything but `sessions`, `revocations`, `checked` and `due` is a function of the records in the log: a later
 * coordinator comes to the same. Members are values that never change; a change puts another one in their place.
 * Invariants: a partition has at most one owner (assigned or still to be revoked); `owners` and `staticMembers` follow
 * from the members; `targetEpoch` ≤ `epoch`.
 */
import type { Millis } from '../../raft/index.ts';
import type { Assignment, OwnedPartitions } from './assignment.ts';
import type { Protocol } from './group-state.ts';

/** A static member that left for a while keeps its place with this epoch. */
export const STATIC_LEAVE_EPOCH = -2;
/** A member says that it leaves for good. */
export const LEAVE_EPOCH = -1;

/** `unknown`: written by a later version of the format. */
export type MemberState = 'stable' | 'unrevoked' | 'unreleased' | 'unknown';

/** What a member that speaks the classic protocol has told (migration). */
export interface ClassicSide {
  readonly sessionTimeoutMs: number;
  readonly protocols: readonly Protocol[];
}

/** What a member told about itself. */
export interface MemberSubscription {
  readonly id: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  /** Sorted, each once. */
  readonly topicNames: readonly string[];
  /** Null or empty: none. */
  readonly topicRegex: string | null;
  /** Null: the group's default. */
  readonly assignor: string | null;
  /** Null for a member that speaks the consumer protocol. */
  readonly classic: ClassicSide | null;
}

/** Where a member is on its way to the target assignment. */
export interface MemberProgress {
  readonly epoch: number;
  /** The epoch before the last step: the answer that told the new one may have been lost. */
  readonly previousEpoch: number;
  readonly state: MemberState;
  readonly assigned: OwnedPartitions;
  /** It still has these, and must give them up before anybody gets them. */
  readonly revoking: OwnedPartitions;
}

export interface ConsumerMember extends MemberSubscription, MemberProgress {}

/** Topics that match a regular expression, as last looked up. */
export interface ResolvedRegex {
  /** Sorted. */
  readonly topics: readonly string[];
  /** Version of the metadata, and wall time in milliseconds. */
  readonly version: number;
  readonly timestamp: number;
}

export interface ConsumerGroup {
  readonly id: string;
  epoch: number;
  /** Of the subscribed topics: id, name and partitions of each. 0: there are none. */
  metadataHash: number;
  /** Group epoch from which the target assignment was made. */
  targetEpoch: number;
  readonly members: Map<string, ConsumerMember>;
  /** A member without an entry shall have nothing. */
  readonly targets: Map<string, Assignment>;
  readonly regexes: Map<string, ResolvedRegex>;
  /** The log holds the group's metadata in the form before Kafka 4.1, to be deleted with the group. */
  oldMetadata: boolean;
  /** Member ids by instance id. */
  readonly staticMembers: Map<string, string>;
  /** Who has a partition: topic id → partition → member id. */
  readonly owners: Map<string, Map<number, string>>;
  /** Ends of the members' sessions. */
  readonly sessions: Map<string, Millis>;
  /** Until when members must have given up what they have to, while they are in that epoch. */
  readonly revocations: Map<string, { readonly at: Millis; readonly epoch: number }>;
  /** Until when classic members must have joined again, or asked for their assignment. */
  readonly classicDue: Map<string, { readonly at: Millis; readonly what: 'join' | 'sync' }>;
  /** The metadata against which the subscriptions were last checked, and the regular expressions. */
  checked: unknown;
  regexesChecked: unknown;
  /** Before, the regular expressions are not looked up again. */
  regexesDue: Millis | null;
  /** At or before the earliest deadline of the group; null: there is none. */
  due: Millis | null;
}

export function emptyConsumerGroup(id: string): ConsumerGroup {
  return {
    id,
    epoch: 0,
    metadataHash: 0,
    targetEpoch: 0,
    members: new Map(),
    targets: new Map(),
    regexes: new Map(),
    oldMetadata: false,
    staticMembers: new Map(),
    owners: new Map(),
    sessions: new Map(),
    revocations: new Map(),
    classicDue: new Map(),
    checked: null,
    regexesChecked: null,
    regexesDue: null,
    due: null,
  };
}

/** True when the member has everything of the target assignment of `targetEpoch`, and nothing else. */
export function isReconciled(member: MemberProgress, targetEpoch: number): boolean {
  return member.state === 'stable' && member.epoch === targetEpoch;
}

/** Kafka's name of the state, as ConsumerGroupDescribe and ListGroups show it. */
export function consumerStateName(group: ConsumerGroup): string {
  if (group.members.size === 0) return 'Empty';
  if (group.epoch > group.targetEpoch) return 'Assigning';
  for (const member of group.members.values()) if (!isReconciled(member, group.targetEpoch)) return 'Reconciling';
  return 'Stable';
}

/** True when `member` follows a regular expression. */
export function hasRegex(member: MemberSubscription): boolean {
  return member.topicRegex !== null && member.topicRegex !== '';
}

/** Whether somebody in the group reads `topic`. */
export function readsTopic(group: ConsumerGroup, topic: string): boolean {
  for (const { topicNames } of group.members.values()) if (topicNames.includes(topic)) return true;
  for (const { topics } of group.regexes.values()) if (topics.includes(topic)) return true;
  return false;
}

/** Who has the partition now; null: nobody. */
export function ownerOf(group: ConsumerGroup, topicId: string, partition: number): string | null {
  return group.owners.get(topicId)?.get(partition) ?? null;
}

/** The assignor most members ask for; of equals the first by name; null when nobody asks. */
export function preferredAssignor(members: Iterable<MemberSubscription>): string | null {
  const votes = new Map<string, number>();
  for (const { assignor } of members) if (assignor !== null) votes.set(assignor, (votes.get(assignor) ?? 0) + 1);
  let chosen: string | null = null;
  for (const [name, count] of [...votes].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (chosen === null || count > (votes.get(chosen) ?? 0)) chosen = name;
  }
  return chosen;
}
