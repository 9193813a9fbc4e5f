/** The face of what coordinators have in common: their partition of an internal topic, and who leads it. */
export { Alarm } from './alarm.ts';
export { InternalTopic } from './internal-topic.ts';
export type { CoordinatorEndpoint } from './internal-topic.ts';
export { LedPartitions } from './led-partitions.ts';
export type { FoundLed, LedPartition } from './led-partitions.ts';
export { recordBytes } from './log-image.ts';
export type { LogImage, RecordPlace } from './log-image.ts';
export type {
  AppendRefusal,
  AppendResult,
  BatchTransaction,
  KeyValueRecord,
  LogMarker,
  PartitionLog,
  RecordRun,
  Settlement,
} from './partition-log.ts';
export { PartitionTerm } from './partition-term.ts';
export { PartitionWriter } from './partition-writer.ts';
export type { Settled } from './pending-appends.ts';
export { DEFAULT_COORDINATOR_LOG_SETTINGS } from './settings.ts';
export type { CoordinatorLogSettings } from './settings.ts';
