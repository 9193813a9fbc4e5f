/**
 * Settings and limits of the group coordinator: names and defaults are Kafka's unless said otherwise.
 *
 * `initialRebalanceDelayMs` is 500 and not Kafka's 3000: the delay saves rebalances while the members of a new group
 * arrive one after the other, and on a cluster that is up in a second they arrive within half of one; three more
 * seconds before the first record is what people of local clusters set to 0 at once. 0 turns the delay off.
 */
import { DEFAULT_COORDINATOR_LOG_SETTINGS } from '../coordinator-log/index.ts';
import type { CoordinatorLogSettings } from '../coordinator-log/index.ts';

export interface CoordinatorSettings extends CoordinatorLogSettings {
  /** `group.initial.rebalance.delay.ms`: a new group waits this long for more members; again after each that came. */
  readonly initialRebalanceDelayMs: number;
  /** `group.min.session.timeout.ms`, `group.max.session.timeout.ms`; both allowed. */
  readonly sessionTimeoutMsMin: number;
  readonly sessionTimeoutMsMax: number;
  /** A first Join is parked at most this long: its client cannot send heartbeats yet. */
  readonly newMemberJoinTimeoutMs: number;
  /** `group.max.size`: members of one group, and ids given out but not yet used. */
  readonly groupMembersMax: number;
  /** Groups of one partition of `__consumer_offsets`; a further group is refused with COORDINATOR_NOT_AVAILABLE. */
  readonly partitionGroupsMax: number;
  /** UTF-16 units of a group id. */
  readonly groupIdLengthMax: number;
  /** UTF-16 units of a group instance id. */
  readonly instanceIdLengthMax: number;
  /** Protocols that one member may offer, and the bytes of their metadata together. */
  readonly memberProtocolsMax: number;
  readonly memberProtocolBytesMax: number;
  /** `offset.metadata.max.bytes`: UTF-16 units of the text stored with an offset, as Kafka counts. */
  readonly offsetMetadataLengthMax: number;
  /** `offsets.retention.minutes`, in milliseconds of wall time. */
  readonly offsetsRetentionMs: number;
  /** `offsets.retention.check.interval.ms`. */
  readonly offsetsRetentionCheckIntervalMs: number;
  /** `group.consumer.session.timeout.ms`: a consumer group's member that is silent for so long is taken out. */
  readonly consumerSessionTimeoutMs: number;
  /** `group.consumer.heartbeat.interval.ms`: what members are told. */
  readonly consumerHeartbeatIntervalMs: number;
  /** `group.consumer.max.size`: members of one consumer group. */
  readonly consumerGroupMembersMax: number;
  /** `group.consumer.migration.policy`. */
  readonly consumerMigrationPolicy: MigrationPolicy;
  /** Regular expressions are looked up again at most this often when topics come and go; new ones at once. Kafka: 10 s. */
  readonly consumerRegexRefreshMs: number;
  /** UTF-16 units of a regular expression. */
  readonly consumerRegexLengthMax: number;
  /** What is set for one consumer group (resource type GROUP) and goes before the two above. */
  readonly ofGroup: (groupId: string) => ConsumerGroupTimes;
}

/** Milliseconds; null: as for all groups. */
export interface ConsumerGroupTimes {
  readonly sessionTimeoutMs: number | null;
  readonly heartbeatIntervalMs: number | null;
}

const AS_ALL: ConsumerGroupTimes = { sessionTimeoutMs: null, heartbeatIntervalMs: null };

/** Which way a group may go while members of both protocols are in it. */
export type MigrationPolicy = 'bidirectional' | 'upgrade' | 'downgrade' | 'disabled';

export const DEFAULT_COORDINATOR_SETTINGS: CoordinatorSettings = {
  ...DEFAULT_COORDINATOR_LOG_SETTINGS,
  initialRebalanceDelayMs: 500,
  sessionTimeoutMsMin: 6_000,
  sessionTimeoutMsMax: 1_800_000,
  newMemberJoinTimeoutMs: 300_000,
  groupMembersMax: 1_000,
  partitionGroupsMax: 10_000,
  groupIdLengthMax: 1_000,
  instanceIdLengthMax: 249,
  memberProtocolsMax: 100,
  memberProtocolBytesMax: 512 * 1024,
  offsetMetadataLengthMax: 4_096,
  offsetsRetentionMs: 7 * 24 * 3_600_000,
  offsetsRetentionCheckIntervalMs: 600_000,
  consumerSessionTimeoutMs: 45_000,
  consumerHeartbeatIntervalMs: 5_000,
  consumerGroupMembersMax: 1_000,
  consumerMigrationPolicy: 'bidirectional',
  consumerRegexRefreshMs: 1_000,
  consumerRegexLengthMax: 1_000,
  ofGroup: () => AS_ALL,
};
