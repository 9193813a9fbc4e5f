/**
 * The coordinator room's face: group membership and committed offsets over `__consumer_offsets`.
 *
 * The assembler constructs one {@link GroupCoordinator}, calls `lead` and `resign` as leaderships of the internal
 * topic's partitions come and go, and serves the request functions.
 */
export { deleteGroups, describeGroups, listGroups } from './admin-requests.ts';
export { consumerGroupDescribe, consumerGroupHeartbeat } from './consumer-requests.ts';
export { findCoordinator } from './find-coordinator.ts';
export { GroupCoordinator, OFFSETS_TOPIC, OFFSETS_TOPIC_PARTITIONS } from './group-coordinator.ts';
export type { GroupCoordinatorOptions, GroupRequestContext, VerifyOffsets } from './group-coordinator.ts';
export { heartbeat, joinGroup, leaveGroup, syncGroup } from './membership-requests.ts';
export { offsetCommit } from './offset-commit.ts';
export { offsetDelete, offsetFetch } from './offset-requests.ts';
export { DEFAULT_COORDINATOR_SETTINGS } from './settings.ts';
export type { ConsumerGroupTimes, CoordinatorSettings } from './settings.ts';
export { txnOffsetCommit } from './txn-offset-commit.ts';
