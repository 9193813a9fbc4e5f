/** The face of workloads: what users do with a cluster, and the ghost state of what came of it. */
export { BurstWriter } from './burst-writer.ts';
export type { BurstWriterOptions } from './burst-writer.ts';
export { GroupHistory, GroupMember } from './group-member.ts';
export type { GroupMemberOptions } from './group-member.ts';
export { History, violated, Violation } from './history.ts';
export type { SentRecord } from './history.ts';
export { RecordReader } from './record-reader.ts';
export type { RecordReaderOptions } from './record-reader.ts';
export { RecordWriter } from './record-writer.ts';
export type { RecordWriterOptions } from './record-writer.ts';
export { Stage } from './stage.ts';
export type { Worker } from './stage.ts';
export { drawWorkload } from './workload-shape.ts';
export type { WorkloadShape } from './workload-shape.ts';
export { startWorkload } from './workload.ts';
export type { Workload } from './workload.ts';
export type { WorkloadHome } from './workload-home.ts';
