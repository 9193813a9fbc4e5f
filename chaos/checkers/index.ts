/** The face of the checkers: invariants while a run goes on, and what must hold after the heal. */
export { ANOMALIES, findAnomalies, TOLERATED } from './anomalies.ts';
export type { Anomaly, FinalLog, FoundAnomaly } from './anomalies.ts';
export { allIsWell, BOUNDS, describeCluster, recovered, writable } from './convergence.ts';
export type { Expectations, Recovery } from './convergence.ts';
export { INVARIANTS, inWords } from './invariant-table.ts';
export { Invariants } from './invariants.ts';
export { MARKERS } from './marker-table.ts';
export { linearize } from './linearizability.ts';
export type { Model, ReadSession, Verdict } from './linearizability.ts';
export { describeOperation, judgeMetadata } from './metadata-model.ts';
export type { JudgedMetadata } from './metadata-model.ts';
export type { MetadataInput, MetadataOperation, MetadataOutput, Operation } from './operation.ts';
export { judgeHistory, lostRecords, readPartition } from './kept-records.ts';
export { judgeAnomalies, readBack } from './read-back.ts';
export { readWholeLog } from './replica-log.ts';
export type { LoggedBatch, WholeLog } from './replica-log.ts';
export { sameReplicas } from './whole-logs.ts';
