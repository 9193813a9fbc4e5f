/**
 * The schemas of the APIs that a node serves or will serve: produce, fetch, topics, groups, transactions.
 *
 * Kept apart from `all.ts` so that a node does not load at start what only the wire tool needs.
 */
export * from './produce.ts';
export * from './fetch.ts';
export * from './list-offsets.ts';
export * from './metadata.ts';
export * from './offset-commit.ts';
export * from './offset-fetch.ts';
export * from './find-coordinator.ts';
export * from './join-group.ts';
export * from './heartbeat.ts';
export * from './leave-group.ts';
export * from './sync-group.ts';
export * from './describe-groups.ts';
export * from './list-groups.ts';
export * from './list-config-resources.ts';
export * from './api-versions.ts';
export * from './create-topics.ts';
export * from './delete-topics.ts';
export * from './delete-records.ts';
export * from './init-producer-id.ts';
export * from './offset-for-leader-epoch.ts';
export * from './add-partitions-to-txn.ts';
export * from './add-offsets-to-txn.ts';
export * from './end-txn.ts';
export * from './write-txn-markers.ts';
export * from './txn-offset-commit.ts';
export * from './describe-configs.ts';
export * from './create-partitions.ts';
export * from './delete-groups.ts';
export * from './offset-delete.ts';
export * from './describe-cluster.ts';
export * from './describe-producers.ts';
export * from './describe-transactions.ts';
export * from './list-transactions.ts';
export * from './describe-topic-partitions.ts';
export * from './alter-configs.ts';
export * from './incremental-alter-configs.ts';
export * from './describe-log-dirs.ts';
export * from './describe-quorum.ts';
export * from './elect-leaders.ts';
export * from './consumer-group-describe.ts';
export * from './consumer-group-heartbeat.ts';
