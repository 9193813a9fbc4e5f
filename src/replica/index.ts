/** The replica driver's face: what runs a replication group on this node. */
export type { Notice } from './notice.ts';
export { controlOf, positionOf } from './batch-bytes.ts';
export { Replica } from './replica.ts';
export type { ProposedBatch, ProposeResult, ReplicaOptions } from './replica.ts';
export { Replicas } from './replicas.ts';
export type { SnapshotSender } from './snapshot-transfer.ts';
export { TurnQueue } from './turn-queue.ts';
